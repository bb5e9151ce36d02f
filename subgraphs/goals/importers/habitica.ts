/**
 * Habitica: the "User Data" export as JSON (HabitRPG/habitica, `dataexport.js`): the user with `tasks.habits` and
 * `tasks.dailys`, each task with its `history` (`scoreTask.js`, `cron.js`).
 *
 * - A habit's history has `scoredUp` and `scoredDown`: how often it was tapped that day.
 * - A daily's history has `completed` and `isDue`. An entry for a day done is written when it is ticked; one for a day not
 *   done at the next morning's reset, so it belongs to the day before.
 * - After 60 days (365 for subscribers) Habitica averages its history by months and years (`preening.js`). Those entries
 *   say nothing of single days and are left out, with one problem a task that says how many.
 */
import { DAY_START_MINUTES, localDateAt } from '../../shared/personalClock.ts';
import { addDays, type Frequency, type LocalDate } from '../calendar.ts';
import {
  cleanText,
  HistoryCollector,
  IMPORT_LIMITS,
  type ImportedGoal,
  type ImportedHistory,
  importDate,
  isRecord,
  noteText,
  parseJson,
  scalarText,
  unreadable,
} from './history.ts';

export interface HabiticaOptions {
  /** IANA zone in which the history's instants become dates: the user's. The export knows only an offset. */
  timeZone: string;
}

interface TaskContext {
  path: (string | number)[];
  zone: string;
  dayStart: number;
}

const PERIODS: ReadonlyMap<unknown, Frequency['period']> = new Map([
  ['daily', 'DAY'],
  ['weekly', 'WEEK'],
  ['monthly', 'MONTH'],
]);

type Task = Record<string, unknown> & { id: string; text: string };

/**
 * Reads a Habitica export. A daily becomes a habit with its frequency; a habit becomes one goal for its plus ("at least
 * once a day, week or month", by its counter) and one for its minus (at most none). To-dos and rewards have no history.
 */
export function importHabitica(input: string | Uint8Array, options: HabiticaOptions): ImportedHistory {
  const parsed = parseJson(input);
  if ('message' in parsed) return unreadable(parsed.message);
  const user = parsed.value;
  const tasks = isRecord(user) ? user.tasks : undefined;
  if (!isRecord(user) || !isRecord(tasks) || !(Array.isArray(tasks.habits) || Array.isArray(tasks.dailys))) {
    return unreadable('no Habitica tasks found: expected "tasks" with "habits" and "dailys"');
  }
  const preferences = isRecord(user.preferences) ? user.preferences : {};
  const hour = Number(scalarText(preferences.dayStart));
  const dayStart = Number.isInteger(hour) && hour >= 0 ? Math.min(hour * 60, DAY_START_MINUTES.most) : 0;
  const out = new HistoryCollector();
  for (const [kind, read] of [
    ['habits', readHabit],
    ['dailys', readDaily],
  ] as const) {
    const list = tasks[kind];
    if (!Array.isArray(list)) continue;
    list.forEach((raw: unknown, i) => {
      const path = ['tasks', kind, i];
      const task = taskOf(raw);
      if (task) read(task, { path, zone: options.timeZone, dayStart }, out);
      else out.problem(path, 'not a task: it has no id or no text');
    });
  }
  return out.done();
}

function taskOf(raw: unknown): Task | null {
  if (!isRecord(raw)) return null;
  const id = [raw.id, raw._id].find((v): v is string => typeof v === 'string' && v !== '');
  const text = typeof raw.text === 'string' ? cleanText(raw.text, IMPORT_LIMITS.titleLength) : '';
  return id && text ? { ...raw, id: cleanText(id, IMPORT_LIMITS.idLength), text } : null;
}

function readHabit(task: Task, context: TaskContext, out: HistoryCollector): void {
  const period = PERIODS.get(task.frequency) ?? 'DAY';
  const up = task.up !== false;
  const down = task.down !== false;
  const base = { ...common(task, context), frequency: { times: 1, period } };
  const plus = up && out.goal({ ...base, externalId: task.id, direction: 'AT_LEAST' }, context.path);
  const minusId = `${task.id}:down`;
  const minus =
    down &&
    out.goal(
      // A limit is an amount that must not be passed: none at all.
      {
        ...base,
        externalId: minusId,
        title: up ? `${task.text} (−)` : task.text,
        direction: 'AT_MOST',
        cumulative: true,
        targetValue: '0',
      },
      context.path,
    );
  let averaged = 0;
  eachEntry(task, context, out, (entry, localDate, path, i) => {
    const [ups, downs] = [countOf(entry.scoredUp), countOf(entry.scoredDown)];
    if (ups === null && downs === null) {
      averaged += 1;
      return;
    }
    const externalId = `${entryId(entry, i)}`;
    if (plus && ups) out.entry({ goalExternalId: task.id, externalId, localDate, value: String(ups) }, path);
    if (minus && downs) out.entry({ goalExternalId: minusId, externalId, localDate, value: String(downs) }, path);
  });
  tellAveraged(task, averaged, context, out);
}

function readDaily(task: Task, context: TaskContext, out: HistoryCollector): void {
  const goal: ImportedGoal = {
    ...common(task, context),
    externalId: task.id,
    direction: 'AT_LEAST',
    frequency: frequencyOf(task),
    // A start date is stamped with midnight, whatever the day start is.
    startDate: dateOf(task.startDate, { ...context, dayStart: 0 }) ?? undefined,
  };
  if (!out.goal(goal, context.path)) return;
  let averaged = 0;
  const days = new Map<LocalDate, { done: boolean; externalId: string; path: (string | number)[] }>();
  eachEntry(task, context, out, (entry, localDate, path, i) => {
    if (typeof entry.completed !== 'boolean') {
      averaged += 1;
      return;
    }
    // Not done and not due is no miss; it was simply another day.
    if (!entry.completed && entry.isDue === false) return;
    const day = entry.completed ? localDate : addDays(localDate, -1);
    const known = days.get(day);
    // A day ticked late has both entries; done is what counts.
    if (!known || entry.completed) days.set(day, { done: entry.completed, externalId: entryId(entry, i), path });
  });
  for (const [localDate, { done, externalId, path }] of days) {
    out.entry({ goalExternalId: task.id, externalId, localDate, value: done ? '1' : '0' }, path);
  }
  tellAveraged(task, averaged, context, out);
}

function common(task: Task, context: TaskContext) {
  return {
    title: task.text,
    description: noteText(task.notes),
    kind: 'HABIT' as const,
    cumulative: false,
    aggregation: 'SUM' as const,
    startDate: dateOf(task.createdAt, context) ?? undefined,
  };
}

/**
 * A daily's schedule as times per period: "weekly" names weekdays in `repeat`; "monthly" days or weekdays of the month;
 * `everyX` is the interval. A schedule that names nothing counts once.
 */
function frequencyOf(task: Task): Frequency {
  const every =
    Number.isInteger(task.everyX) && (task.everyX as number) >= 1 ? Math.min(task.everyX as number, 366) : 1;
  const interval = every > 1 ? { interval: every } : {};
  const count = (value: unknown) => (Array.isArray(value) ? value.length : 0);
  switch (task.frequency) {
    case 'weekly': {
      const named = isRecord(task.repeat) ? Object.values(task.repeat).filter((day) => day === true).length : 7;
      return named === 7 && every === 1
        ? { times: 1, period: 'DAY' }
        : { times: Math.max(1, named), period: 'WEEK', ...interval };
    }
    case 'monthly':
      return { times: Math.max(1, count(task.daysOfMonth), count(task.weeksOfMonth)), period: 'MONTH', ...interval };
    case 'yearly':
      return { times: 1, period: 'YEAR', ...interval };
    default:
      return { times: 1, period: 'DAY', ...interval };
  }
}

function eachEntry(
  task: Task,
  context: TaskContext,
  out: HistoryCollector,
  take: (entry: Record<string, unknown>, localDate: LocalDate, path: (string | number)[], index: number) => void,
): void {
  if (!Array.isArray(task.history)) return;
  task.history.forEach((entry: unknown, i) => {
    const path = [...context.path, 'history', i];
    const localDate = isRecord(entry) ? dateOf(entry.date, context) : null;
    if (!isRecord(entry) || !localDate) out.problem(path, 'a history entry without a usable date');
    else take(entry, localDate, path, i);
  });
}

/** Milliseconds since 1970, or ISO text in older exports. */
function dateOf(input: unknown, context: TaskContext): LocalDate | null {
  const ms = typeof input === 'number' ? input : typeof input === 'string' ? Date.parse(input) : Number.NaN;
  if (!(Math.abs(ms) < 8.64e15)) return null;
  return importDate(localDateAt(new Date(ms), context.zone, context.dayStart));
}

/** The instant names an entry: it stays the same in every later export. */
function entryId(entry: Record<string, unknown>, index: number): string {
  const ms = typeof entry.date === 'number' ? entry.date : Date.parse(scalarText(entry.date));
  return Number.isFinite(ms) ? String(ms) : `#${index}`;
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e6 ? value : null;
}

function tellAveraged(task: Task, count: number, context: TaskContext, out: HistoryCollector): void {
  if (count === 0) return;
  const entries = count === 1 ? 'entry that Habitica averaged was' : 'entries that Habitica averaged were';
  out.problem([...context.path, 'history'], `${task.text}: ${count} old ${entries} left out`);
}
