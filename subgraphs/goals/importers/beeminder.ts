/**
 * Beeminder: the JSON of its API, which is also what people save as their export (api.beeminder.com, "Goal Resource" and
 * "Datapoint Resource"): a list of goals, one goal, or a user with `goals`, each goal with its `datapoints`.
 */

import { Decimal } from 'decimal.js';
import { DAY_START_MINUTES, localDateAt } from '../../shared/personalClock.ts';
import type { LocalDate } from '../calendar.ts';
import type { Aggregation } from '../series.ts';
import {
  cleanText,
  decimalText,
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

export interface BeeminderOptions {
  /** IANA zone for datapoints and dates that carry only a timestamp. The export's own `timezone` goes first. */
  timeZone: string;
}

/** Days in Beeminder's rate units: its year has 365.25 days. */
const RATE_DAYS: ReadonlyMap<unknown, number> = new Map([
  ['y', 365.25],
  ['m', 365.25 / 12],
  ['w', 7],
  ['d', 1],
  ['h', 1 / 24],
]);

const AGGREGATIONS: ReadonlyMap<unknown, Aggregation> = new Map([
  ['sum', 'SUM'],
  ['last', 'LAST'],
  ['min', 'MIN'],
  ['max', 'MAX'],
  ['mean', 'MEAN'],
]);

/** A goal date this far off means "no end"; Beeminder has no other way to say so. */
const NO_END = '2100-01-01';

/**
 * Reads a Beeminder export. `yaw` gives the good side, `kyoom` whether values add up, `aggday` the aggregation. Of goal
 * date, goal value and rate the two that were set are kept. Datapoints Beeminder made up (`is_dummy`) are left out, and
 * the initial one of a cumulative goal, which the start value holds already.
 */
export function importBeeminder(input: string | Uint8Array, options: BeeminderOptions): ImportedHistory {
  const parsed = parseJson(input);
  if ('message' in parsed) return unreadable(parsed.message);
  const root = parsed.value;
  const zone =
    isRecord(root) && typeof root.timezone === 'string' && isZone(root.timezone) ? root.timezone : options.timeZone;
  const [goals, prefix] = goalsOf(root);
  if (!goals) return unreadable('no Beeminder goals found: expected a list of goals, one goal, or a user with "goals"');
  const collector = new HistoryCollector();
  goals.forEach((goal, i) => {
    const path = [...prefix, i];
    if (isRecord(goal) && typeof goal.slug === 'string') readGoal(goal, path, zone, collector);
    else
      collector.problem(
        path,
        typeof goal === 'string' ? 'only the name of the goal is in the file' : 'not a goal: it has no slug',
      );
  });
  return collector.done();
}

function goalsOf(root: unknown): [unknown[] | null, (string | number)[]] {
  if (Array.isArray(root)) return [root, []];
  if (!isRecord(root)) return [null, []];
  if (Array.isArray(root.goals)) return [root.goals, ['goals']];
  return typeof root.slug === 'string' ? [[root], []] : [null, []];
}

function readGoal(raw: Record<string, unknown>, path: (string | number)[], zone: string, out: HistoryCollector): void {
  const slug = cleanText(scalarText(raw.slug), IMPORT_LIMITS.idLength);
  const externalId = typeof raw.id === 'string' && raw.id ? cleanText(raw.id, IMPORT_LIMITS.idLength) : slug;
  const cumulative = raw.kyoom === true;
  const odometer = raw.odom === true;
  const aggregation = AGGREGATIONS.get(raw.aggday);
  if (!aggregation && raw.aggday != null) {
    out.problem(
      [...path, 'aggday'],
      `aggregation ${JSON.stringify(raw.aggday)} is unknown here; ${cumulative ? 'sum' : 'last'} is used`,
    );
  }
  // Dates of the line are stamped around noon of the user's day.
  const deadline = unixDate(raw.goaldate, zone);
  const unit = typeof raw.gunits === 'string' ? cleanText(raw.gunits, 50) || undefined : undefined;
  const goal: ImportedGoal = {
    externalId,
    title: (typeof raw.title === 'string' && cleanText(raw.title, IMPORT_LIMITS.titleLength)) || slug,
    description: noteText(raw.fineprint) ?? noteText(raw.description),
    kind: raw.goal_type === 'custom' ? 'CUSTOM' : 'NUMERIC',
    direction: raw.yaw === -1 ? 'AT_MOST' : 'AT_LEAST',
    cumulative,
    aggregation: aggregation ?? (cumulative ? 'SUM' : 'LAST'),
    startValue: decimalText(raw.initval) ?? undefined,
    targetValue: decimalText(raw.goalval) ?? undefined,
    ratePerDay: ratePerDay(raw),
    startDate: unixDate(raw.initday, zone),
    deadline: deadline && deadline < NO_END ? deadline : undefined,
    unit,
    archived: raw.frozen === true || raw.won === true || undefined,
  };
  if (!out.goal(goal, path)) return;
  if (!Array.isArray(raw.datapoints)) {
    out.problem([...path, 'datapoints'], `${slug}: the file has no datapoints`);
    return;
  }
  const minutes = typeof raw.deadline === 'number' ? Math.round(raw.deadline / 60) : 0;
  const dayStart = Math.min(DAY_START_MINUTES.most, Math.max(DAY_START_MINUTES.least, minutes));
  readDatapoints(raw.datapoints, { path, externalId, cumulative, odometer, zone, dayStart }, out);
}

interface DatapointContext {
  path: (string | number)[];
  externalId: string;
  cumulative: boolean;
  odometer: boolean;
  zone: string;
  dayStart: number;
}

function readDatapoints(datapoints: unknown[], goal: DatapointContext, out: HistoryCollector): void {
  const rows = datapoints.map((raw, i) => ({ raw, at: [...goal.path, 'datapoints', i] }));
  // The API lists the newest first; an odometer has to be read in the order it turned.
  rows.sort((a, b) => timestampOf(a.raw) - timestampOf(b.raw));
  let offset = new Decimal(0);
  let last = new Decimal(0);
  for (const { raw, at } of rows) {
    if (!isRecord(raw)) {
      out.problem(at, 'not a datapoint');
      continue;
    }
    if (raw.is_dummy === true || (raw.is_initial === true && goal.cumulative)) continue;
    let value = decimalText(raw.value);
    if (value === null) {
      out.problem([...at, 'value'], `not a usable number: ${JSON.stringify(raw.value)?.slice(0, 40)}`);
      continue;
    }
    const localDate = dateOf(raw, goal);
    if (!localDate) {
      out.problem(at, 'neither daystamp nor timestamp is a usable date');
      continue;
    }
    if (goal.odometer) {
      // A zero means the odometer was reset; what it showed before goes on counting.
      if (Number(value) === 0) {
        offset = offset.plus(last);
        last = new Decimal(0);
        continue;
      }
      last = new Decimal(value);
      value = last.plus(offset).toFixed();
    }
    out.entry(
      {
        goalExternalId: goal.externalId,
        externalId: idOf(raw, localDate),
        localDate,
        value,
        note: noteText(raw.comment),
      },
      at,
    );
  }
}

function idOf(raw: Record<string, unknown>, localDate: LocalDate): string {
  const given = [raw.id, raw.requestid].find((id) => typeof id === 'string' && id !== '');
  return given
    ? cleanText(String(given), IMPORT_LIMITS.idLength)
    : `${localDate}/${scalarText(raw.timestamp)}/${scalarText(raw.value)}`;
}

/** The daystamp says it all; a bare timestamp is read in the user's zone with the goal's day boundary (`deadline`). */
function dateOf(raw: Record<string, unknown>, goal: DatapointContext): LocalDate | null {
  const stamp = typeof raw.daystamp === 'string' ? /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(raw.daystamp) : null;
  if (stamp) return importDate(`${stamp[1]}-${stamp[2]}-${stamp[3]}`);
  return unixDate(raw.timestamp, goal.zone, goal.dayStart) ?? null;
}

function unixDate(seconds: unknown, zone: string, dayStart = 0): LocalDate | undefined {
  if (typeof seconds !== 'number' || !(Math.abs(seconds) < 1e10)) return undefined;
  return importDate(localDateAt(new Date(seconds * 1000), zone, dayStart)) ?? undefined;
}

function timestampOf(raw: unknown): number {
  if (!isRecord(raw)) return 0;
  if (typeof raw.timestamp === 'number') return raw.timestamp;
  return typeof raw.daystamp === 'string'
    ? Date.parse(raw.daystamp.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')) / 1000 || 0
    : 0;
}

function ratePerDay(raw: Record<string, unknown>): string | undefined {
  const days = RATE_DAYS.get(raw.runits);
  if (typeof raw.rate !== 'number' || !Number.isFinite(raw.rate) || days === undefined) return undefined;
  return decimalText(new Decimal(raw.rate).div(days).toSignificantDigits(12).toNumber()) ?? undefined;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
