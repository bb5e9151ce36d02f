import type { Goal, ProgressEntry } from '../../prisma/generated/client.ts';
import { type UserError, UserErrors } from '../shared/errors.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { Checks } from '../shared/input.ts';
import { type PersonalClock, todayOf } from '../shared/personalClock.ts';
import { candidates, earn } from './achievements.ts';
import type { LocalDate } from './calendar.ts';
import { markCompleted, reachesTarget } from './completion.ts';
import type { GoalsUserContext } from './context.ts';
import { dateText, dateValue } from './dates.ts';
import {
  checkDay,
  checkItem,
  createDayBook,
  type LogItem,
  type Plan,
  planEntry,
  sameContent,
  textDate,
  toContent,
} from './entryPlan.ts';
import { changeEntries, type GoalChange, insertEntries, insertedRow, lockGoals, recountDays } from './entryRows.ts';
import type { LogProgressInput, SkipDayInput } from './generated.ts';

const largestBatch = 500;

/** What became of one item. */
export interface Logged {
  entry: ProgressEntry | null;
  outcome: 'CREATED' | 'UPDATED' | 'UNCHANGED' | 'FAILED';
  errors: UserError[];
}

export interface LogOptions {
  /** Where an item stands in the input: the beginning of its errors' paths. */
  path(index: number): (string | number)[];
  /** History from elsewhere: gaps in it are no comebacks. */
  backfill?: boolean;
}

/**
 * Logs one value.
 * @throws UserErrors for what is wrong with it.
 */
export async function logProgress(ctx: GoalsUserContext, input: LogProgressInput) {
  const { results, goals } = await record(ctx, [input as LogItem], { path: () => [] });
  const [{ entry, errors }] = results as [Logged];
  if (errors.length > 0) throw new UserErrors(errors);
  return { entry, goal: goals.get(input.goalId)! };
}

/**
 * Logs many values. What is wrong with an item is in its result and costs only itself.
 * @throws UserErrors when there are too many, or none.
 */
export async function logProgressBatch(ctx: GoalsUserContext, input: { entries: readonly LogProgressInput[] }) {
  const checks = new Checks();
  checks.list(['entries'], input.entries, largestBatch, 1);
  checks.done();
  const { results, goals } = await record(ctx, input.entries as LogItem[], { path: (i) => ['entries', i] });
  return { results, goals: [...goals.values()] };
}

/**
 * Says that a day does not count. A day that is skipped already keeps the skip it has.
 * @throws UserErrors
 */
export async function skipDay(ctx: GoalsUserContext, input: SkipDayInput) {
  const { goals, clock } = await lockGoals(ctx.db, ctx.userId, [input.goalId]);
  const localDate = textDate(input.localDate) ?? todayOf(clock, ctx.now());
  if (goals.size > 0 && input.id == null) {
    const known = await ctx.db.progressEntry.findFirst({
      where: { userId: ctx.userId, goalId: input.goalId, localDate: dateValue(localDate), skip: true },
    });
    if (known) return { entry: known, goal: goals.get(input.goalId)! };
  }
  return logProgress(ctx, { ...input, skip: true } as unknown as LogProgressInput);
}

/**
 * Logs items of any number of goals: one statement that locks the goals, one that inserts all new entries with their days
 * and counters, and only when they are needed: one that looks for entries with the same ids, one a changed entry, one for
 * what was earned. Events come last.
 */
export async function record(
  ctx: GoalsUserContext,
  items: readonly LogItem[],
  options: LogOptions,
): Promise<{ results: Logged[]; goals: Map<string, Goal> }> {
  const now = ctx.now();
  const results: Logged[] = items.map((item, i) => ({
    entry: null,
    outcome: 'FAILED',
    errors: [...checkItem(item, options.path(i)).errors],
  }));
  const wellFormed = items.flatMap((item, index) => (results[index]!.errors.length === 0 ? [{ item, index }] : []));
  const { goals, clock } = await lockGoals(
    ctx.db,
    ctx.userId,
    wellFormed.map(({ item }) => item.goalId),
  );
  const today = todayOf(clock, now);
  const known = await findKnown(
    ctx,
    wellFormed.map(({ item }) => item),
  );

  const book = createDayBook(clock, now);
  const inserts = new Map<string, Plan>();
  const byExternalId = new Map<string, Plan>();
  const updates = new Map<string, { plan: Plan; old: ProgressEntry; indexes: number[] }>();
  const repeats: { index: number; of: string }[] = [];
  const fail = (index: number, code: UserError['code'], path: string[], message: string) => {
    results[index]!.errors.push({ code, message, path: [...options.path(index).map(String), ...path] });
  };
  for (const { item, index } of wellFormed) {
    const goal = goals.get(item.goalId);
    if (!goal) {
      fail(index, 'NOT_FOUND', ['goalId'], 'There is no such goal.');
      continue;
    }
    if (goal.kind === 'MILESTONE') {
      fail(index, 'INVALID', ['goalId'], 'A milestone goal counts its milestones: mark them as reached instead.');
      continue;
    }
    if (goal.kind !== 'HABIT' && !item.skip && item.value == null && item.increment == null) {
      fail(index, 'REQUIRED', ['value'], 'A value or an increment is needed.');
      continue;
    }
    const entry = await planEntry(ctx, goal, item, clock, book, inserts);
    const late = checkDay(item, entry, today, now);
    if (late) {
      fail(index, 'INVALID', late.path, late.message);
      continue;
    }
    const plan = { index, item, entry };
    const stored = item.id == null ? undefined : known.byId.get(item.id);
    const earlier = item.id == null ? undefined : inserts.get(item.id);
    if (stored || earlier) {
      if ((stored?.inputHash ?? earlier!.entry.inputHash) !== entry.inputHash) {
        fail(index, 'CONFLICT', ['id'], 'This id was already used with other input.');
      } else if (stored) results[index] = { entry: stored, outcome: 'UNCHANGED', errors: [] };
      else repeats.push({ index, of: entry.id });
      continue;
    }
    if (entry.externalId !== null) {
      const key = `${entry.goalId} ${entry.externalId}`;
      const same = known.byExternalId.get(key);
      const pending = byExternalId.get(key);
      if (same) {
        if (sameContent(entry, updates.get(same.id)?.plan.entry ?? toContent(same))) {
          results[index] = { entry: same, outcome: 'UNCHANGED', errors: [] };
          updates.get(same.id)?.indexes.push(index);
        } else {
          updates.set(same.id, { plan, old: same, indexes: [...(updates.get(same.id)?.indexes ?? []), index] });
        }
        continue;
      }
      if (pending) {
        // Twice in one batch: the later one is what holds, under the first one's id.
        Object.assign(pending.entry, { ...entry, id: pending.entry.id });
        repeats.push({ index, of: pending.entry.id });
        continue;
      }
      byExternalId.set(key, plan);
    }
    inserts.set(entry.id, plan);
  }

  const events: NewEvent[] = [];
  const changes = new Map<string, GoalChange>();
  const firsts: GoalChange[] = await insertEntries(
    ctx.db,
    ctx.userId,
    [...inserts.values()].map(({ entry }) => entry),
    now,
    today,
  );
  for (const change of firsts) changes.set(change.goalId, change);
  const inserted = new Set(firsts.flatMap((change) => change.inserted));
  for (const { index, entry } of inserts.values()) {
    if (!inserted.has(entry.id)) {
      fail(index, 'CONFLICT', ['id'], 'This id was already used with other input.');
      continue;
    }
    results[index] = { entry: insertedRow(ctx.userId, entry, now), outcome: 'CREATED', errors: [] };
    events.push({
      type: 'progress.logged',
      subjectId: entry.id,
      data: { goalId: entry.goalId, localDate: entry.localDate },
    });
  }
  for (const { index, of } of repeats) results[index] = { ...results[inserts.get(of)!.index]!, outcome: 'UNCHANGED' };

  const changed = await changeEntries(
    ctx.db,
    ctx.userId,
    [...updates.values()].map(({ plan, old }) => ({ ...plan.entry, id: old.id })),
    now,
  );
  for (const { plan, old, indexes } of updates.values()) {
    for (const index of indexes) results[index] = { entry: changed.get(old.id)!, outcome: 'UPDATED', errors: [] };
    events.push({
      type: 'progress.updated',
      subjectId: old.id,
      data: { goalId: old.goalId, localDate: plan.entry.localDate },
    });
  }
  if (updates.size > 0) {
    const days = [...updates.values()].flatMap(({ plan, old }) => [
      { goalId: old.goalId, localDate: dateText(old.localDate) },
      { goalId: old.goalId, localDate: plan.entry.localDate },
    ]);
    for (const change of await recountDays(ctx.db, ctx.userId, days, today)) changes.set(change.goalId, change);
  }
  await settle(ctx, { goals, changes, firsts, today, events, clock, backfill: options.backfill ?? false });
  await publish(ctx, ...events);
  return { results, goals };
}

/** Brings goals up to date after their entries changed: counters, completion, what was earned; adds the events of that. */
export async function settle(
  ctx: GoalsUserContext,
  state: {
    goals: Map<string, Goal>;
    changes: Map<string, GoalChange>;
    firsts: readonly GoalChange[];
    today: LocalDate;
    clock: PersonalClock;
    events: NewEvent[];
    backfill: boolean;
  },
): Promise<void> {
  const { goals, changes, firsts, today, events } = state;
  const completed = new Set<string>();
  const firstOf = new Map(firsts.map((change) => [change.goalId, change]));
  const earned: Parameters<typeof earn>[1][number][] = [];
  for (const [goalId, change] of changes) {
    const old = goals.get(goalId)!;
    let goal: Goal = {
      ...old,
      total: change.total,
      entryCount: change.entryCount,
      progressVersion: change.progressVersion,
    };
    if (reachesTarget(goal, change)) {
      const done = await markCompleted(ctx, goal, today);
      goal = done.goal;
      events.push(done.event);
      completed.add(goalId);
    }
    goals.set(goalId, goal);
    const first = firstOf.get(goalId);
    if (first) {
      const names = await candidates(ctx, old, first, today, {
        backfill: state.backfill,
        completed: completed.has(goalId),
        weekStart: state.clock.weekStart,
      });
      earned.push(...names.map((name) => ({ goalId, name })));
    } else if (completed.has(goalId)) earned.push({ goalId, name: 'GOAL_COMPLETED' });
  }
  events.push(...(await earn(ctx, earned, today)));
}

async function findKnown(ctx: GoalsUserContext, items: readonly LogItem[]) {
  const ids = items.flatMap((item) => item.id ?? []);
  const external = items.filter((item) => item.externalId != null);
  const rows =
    ids.length === 0 && external.length === 0
      ? []
      : await ctx.db.progressEntry.findMany({
          where: {
            userId: ctx.userId,
            OR: [
              { id: { in: ids } },
              {
                goalId: { in: [...new Set(external.map((item) => item.goalId))] },
                externalId: { in: external.map((item) => item.externalId!) },
              },
            ],
          },
        });
  return {
    byId: new Map(rows.map((row) => [row.id, row])),
    byExternalId: new Map(rows.map((row) => [`${row.goalId} ${row.externalId}`, row])),
  };
}
