import { Decimal } from 'decimal.js';
import type { Goal } from '../../prisma/generated/client.ts';
import { UserErrors } from '../shared/errors.ts';
import { Checks } from '../shared/input.ts';
import { todayOf } from '../shared/personalClock.ts';
import type { GoalsUserContext } from './context.ts';
import { type LogItem, largestValue } from './entryPlan.ts';
import { lockGoals } from './entryRows.ts';
import type { CreateGoalInput, CsvMappingInput, ImportFormat, ImportProgressInput } from './generated.ts';
import { createGoal, mostGoals } from './goals.ts';
import { importBeeminder } from './importers/beeminder.ts';
import { importCsv } from './importers/csv.ts';
import { importHabitica } from './importers/habitica.ts';
import {
  IMPORT_LIMITS,
  type ImportedEntry,
  type ImportedGoal,
  type ImportedHistory,
  type ImportProblem,
} from './importers/history.ts';
import { importLoop } from './importers/loop.ts';
import { record } from './logging.ts';
import { groupBy } from './rows.ts';

/** Entries written by one statement. */
const chunk = 5_000;
/** One import is one transaction: what cannot be written within its time is to be split. */
export const mostImportedEntries = 10_000;
const mostShownGoals = 100;

/** What an import did, or with `dryRun` would do. */
export interface ImportReport {
  dryRun: boolean;
  goalsCreated: number;
  goalsMatched: number;
  entriesCreated: number;
  entriesUpdated: number;
  entriesUnchanged: number;
  goals: Goal[];
  problems: ImportProblem[];
}

/** Carries a dry run's report out of the transaction that it rolls back. */
class DryRun extends UserErrors {
  constructor(report: ImportReport) {
    super([], { report });
  }
}

/**
 * Takes over another tracker's history. Goals are found again by (format, their id there), entries by their id within the
 * goal: importing twice changes nothing. A dry run does everything and takes it back, so its report cannot differ from
 * what the import would do.
 * @throws UserErrors when the input as a whole is not usable.
 */
export async function importProgress(
  ctx: GoalsUserContext,
  input: ImportProgressInput,
): Promise<{ report: ImportReport }> {
  const clock = await ctx.loaders.clock();
  const history = parse(input, clock.timeZone);
  const report: ImportReport = {
    dryRun: input.dryRun ?? false,
    goalsCreated: 0,
    goalsMatched: 0,
    entriesCreated: 0,
    entriesUpdated: 0,
    entriesUnchanged: 0,
    goals: [],
    problems: [...history.problems],
  };
  await ctx.db.$executeRaw`SET LOCAL statement_timeout = '20s'`;
  const goals = await matchGoals(ctx, input, history.goals, report, todayOf(clock, ctx.now()));
  const entries = history.entries.flatMap((entry) => {
    const goal = goals.get(entry.goalExternalId);
    return goal ? [{ goal, item: toItem(goal, entry) }] : [];
  });
  for (let start = 0; start < entries.length; start += chunk) {
    const part = entries.slice(start, start + chunk);
    const { results, goals: current } = await record(
      ctx,
      part.map(({ item }) => item),
      { path: (i) => ['entries', part[i]!.goal.title, part[i]!.item.externalId!], backfill: true },
    );
    for (const { outcome, errors } of results) {
      if (outcome === 'CREATED') report.entriesCreated += 1;
      else if (outcome === 'UPDATED') report.entriesUpdated += 1;
      else if (outcome === 'UNCHANGED') report.entriesUnchanged += 1;
      for (const { path, message } of errors) addProblem(report, path, message);
    }
    report.goals = report.goals.map((goal) => current.get(goal.id) ?? goal);
  }
  report.goals = report.goals.slice(0, mostShownGoals);
  if (report.dryRun) throw new DryRun({ ...report, goals: [] });
  return { report };
}

function parse(input: ImportProgressInput, timeZone: string): ImportedHistory {
  const checks = new Checks();
  const bytes = input.content.length * (input.base64 ? 0.75 : 1);
  checks.that(input.content !== '', ['content'], 'The file is empty.', 'REQUIRED');
  checks.that(
    bytes <= IMPORT_LIMITS.inputBytes,
    ['content'],
    `The file is larger than ${IMPORT_LIMITS.inputBytes / 2 ** 20} MB.`,
    'LIMIT',
  );
  if (input.base64 && !/^[A-Za-z0-9+/_-]*={0,2}$/.test(input.content))
    checks.add('INVALID', ['content'], 'This is not base64.');
  if (input.format === 'LOOP' && !input.base64) checks.add('INVALID', ['base64'], 'A ZIP has to be sent as base64.');
  if (input.format === 'CSV') checks.required(['mapping'], input.mapping);
  else if (input.mapping) checks.add('INVALID', ['mapping'], 'Only a CSV has a mapping.');
  if (input.goalId != null && (input.format !== 'CSV' || input.mapping?.goal != null)) {
    checks.add('INVALID', ['goalId'], 'One goal can get the entries only of a CSV without a column of goals.');
  }
  if (input.mapping) checkMapping(checks, input.mapping);
  checks.done();
  const content = input.base64 ? Buffer.from(input.content, 'base64') : input.content;
  const history = read(input.format, content, input.mapping ?? null, timeZone);
  const [first] = history.problems;
  if (first && history.goals.length === 0 && history.entries.length === 0 && first.path[0] !== 'line') {
    const path = ['columns', 'date', 'delimiter'].includes(String(first.path[0]))
      ? ['mapping', ...first.path.slice(1)]
      : ['content'];
    checks.add('INVALID', path, sentence(first.message));
  }
  checks.that(
    history.entries.length <= mostImportedEntries,
    ['content'],
    `One import may hold at most ${mostImportedEntries} entries: split the file.`,
    'LIMIT',
  );
  checks.done();
  return history;
}

function read(
  format: ImportFormat,
  content: string | Uint8Array,
  mapping: CsvMappingInput | null,
  timeZone: string,
): ImportedHistory {
  if (format === 'BEEMINDER') return importBeeminder(content, { timeZone });
  if (format === 'HABITICA') return importHabitica(content, { timeZone });
  if (format === 'LOOP') return importLoop(content as Uint8Array);
  const { dateFormat, decimalMark, delimiter, header, title, unit, frequency, ...columns } = mapping!;
  const column = (name: string | null | undefined) =>
    name == null || name === '' ? undefined : /^\d{1,4}$/.test(name) ? Number(name) : name;
  return importCsv(content, {
    columns: {
      date: column(columns.date)!,
      value: column(columns.value),
      goal: column(columns.goal),
      note: column(columns.note),
      skipped: column(columns.skipped),
      externalId: column(columns.externalId),
    },
    goal: {
      ...(title && { title }),
      ...(unit && { unit }),
      ...(frequency && {
        frequency: { times: frequency.times, period: frequency.period, interval: frequency.interval ?? 1 },
      }),
    },
    dateFormat: dateFormat ?? 'auto',
    decimalMark: (decimalMark as '.' | ',') ?? 'auto',
    ...(delimiter != null && { delimiter }),
    header: header ?? true,
  });
}

function checkMapping(checks: Checks, mapping: CsvMappingInput): void {
  for (const name of ['date', 'value', 'goal', 'note', 'externalId', 'skipped'] as const)
    checks.text(['mapping', name], mapping[name], 200, name === 'date' ? 1 : 0);
  checks.text(['mapping', 'title'], mapping.title, 200);
  checks.text(['mapping', 'unit'], mapping.unit, 50);
  if (mapping.decimalMark != null && mapping.decimalMark !== '.' && mapping.decimalMark !== ',') {
    checks.add('INVALID', ['mapping', 'decimalMark'], 'The sign is "." or ",".');
  }
  if (mapping.delimiter != null && (mapping.delimiter.length !== 1 || /["\r\n]/.test(mapping.delimiter))) {
    checks.add('INVALID', ['mapping', 'delimiter'], 'The sign between columns is a single character.');
  }
  if (mapping.frequency) {
    checks.number(['mapping', 'frequency', 'times'], mapping.frequency.times, 1, 1_000);
    checks.number(['mapping', 'frequency', 'interval'], mapping.frequency.interval, 1, 366);
  }
}

/** Finds the goals of an earlier import, makes the others; goals by their id in the file. */
async function matchGoals(
  ctx: GoalsUserContext,
  input: ImportProgressInput,
  imported: readonly ImportedGoal[],
  report: ImportReport,
  today: string,
): Promise<Map<string, Goal>> {
  const found = new Map<string, Goal>();
  if (input.goalId != null) {
    const goal = (await lockGoals(ctx.db, ctx.userId, [input.goalId])).goals.get(input.goalId);
    if (!goal) throw new UserErrors([{ code: 'NOT_FOUND', path: ['goalId'], message: 'There is no such goal.' }]);
    for (const { externalId } of imported) found.set(externalId, goal);
    report.goals = [goal];
    report.goalsMatched = 1;
    return found;
  }
  const known = await ctx.db.goal.findMany({
    where: {
      userId: ctx.userId,
      importSource: input.format,
      importId: { in: imported.map((goal) => goal.externalId) },
    },
  });
  // Before the first event: whoever holds a goal waits for the event counter, so we must not hold that and wait for a goal.
  await lockGoals(
    ctx.db,
    ctx.userId,
    known.map(({ id }) => id),
  );
  const byImportId = groupBy(known, (goal) => goal.importId);
  const room = mostGoals - (await ctx.db.goal.count({ where: { userId: ctx.userId } }));
  for (const goal of imported) {
    const old = byImportId.get(goal.externalId)?.[0];
    if (old) report.goalsMatched += 1;
    if (!old && report.goalsCreated >= room) {
      addProblem(report, ['goals', goal.externalId], `There can be at most ${mostGoals} goals; this one was left out.`);
      continue;
    }
    const made = old ?? (await makeGoal(ctx, input, goal, report, today));
    if (!made) continue;
    found.set(goal.externalId, made);
    report.goals.push(made);
  }
  return found;
}

async function makeGoal(
  ctx: GoalsUserContext,
  input: ImportProgressInput,
  goal: ImportedGoal,
  report: ImportReport,
  today: string,
): Promise<Goal | null> {
  try {
    const made = await createGoal(ctx, toInput(goal, input.lifeAreaId ?? null, today), {
      importSource: input.format,
      importId: goal.externalId,
    });
    report.goalsCreated += 1;
    return goal.archived ? await rest(ctx, made, today) : made;
  } catch (error) {
    if (!(error instanceof UserErrors)) throw error;
    if (error.errors.some(({ path }) => path[0] === 'lifeAreaId' || path[0] === 'customFields')) throw error;
    for (const { path, message } of error.errors) addProblem(report, ['goals', goal.externalId, ...path], message);
    return null;
  }
}

/** What was archived elsewhere asks nothing here. */
function rest(ctx: GoalsUserContext, goal: Goal, today: string): Promise<Goal> {
  return ctx.db.goal.update({
    where: { userId_id: { userId: ctx.userId, id: goal.id } },
    data: { status: 'PAUSED', pauses: [{ start: today, end: null }] },
  });
}

/** Another tracker may be laxer than we are: what does not fit is let go, so that the history is not lost for it. */
function toInput(goal: ImportedGoal, lifeAreaId: string | null, today: string): CreateGoalInput {
  const habit = goal.kind === 'HABIT';
  const decimal = (text: string | undefined) => {
    const value = text === undefined ? null : new Decimal(text);
    return value?.abs().lte(largestValue) ? value : null;
  };
  const startDate = goal.startDate && goal.startDate >= '1970-01-01' ? goal.startDate : today;
  const deadline = goal.deadline && goal.deadline >= startDate ? goal.deadline : null;
  const target = decimal(goal.targetValue);
  const rate = habit || (target && deadline) ? null : decimal(goal.ratePerDay);
  const endless = goal.kind === 'NUMERIC' && !target && !rate?.abs().gt(0);
  return {
    title: goal.title,
    description: goal.description ?? null,
    // A number without a target is what CUSTOM is for.
    kind: endless ? 'CUSTOM' : goal.kind,
    lifeAreaId,
    direction: goal.direction,
    cumulative: goal.cumulative,
    aggregation: goal.aggregation,
    frequency: goal.frequency ?? null,
    startValue: decimal(goal.startValue),
    targetValue: habit && goal.direction === 'AT_LEAST' && target?.lte(0) ? null : target,
    rate: rate?.abs().gt(0) ? { amount: rate, period: 'DAY' } : null,
    unit: goal.unit?.slice(0, 50) ?? null,
    startDate,
    deadline,
  };
}

function toItem(goal: Goal, entry: ImportedEntry): LogItem {
  return {
    goalId: goal.id,
    value: entry.skipped ? null : new Decimal(entry.value),
    skip: entry.skipped ?? false,
    localDate: entry.localDate,
    note: entry.note ?? null,
    source: 'IMPORT',
    externalId: entry.externalId,
  };
}

function addProblem(report: ImportReport, path: (string | number)[], message: string): void {
  if (report.problems.length < IMPORT_LIMITS.problems) report.problems.push({ path, message });
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
