import type { Goal, ProgressEntry } from '../../prisma/generated/client.ts';
import { Prisma } from '../../prisma/generated/client.ts';
import { conflict, notFound } from '../shared/errors.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { Checks } from '../shared/input.ts';
import { type PersonalClock, todayOf } from '../shared/personalClock.ts';
import { addDays } from './calendar.ts';
import type { GoalsUserContext } from './context.ts';
import { dateText } from './dates.ts';
import { earliestDay, largestValue, textDate } from './entryPlan.ts';
import { changeEntries, lockGoals, recountDays } from './entryRows.ts';
import type { DeleteProgressEntryInput, UpdateProgressEntryInput } from './generated.ts';
import { settle } from './logging.ts';

/**
 * Changes an entry. Its local day moves only when another is given.
 * @throws UserErrors; after a version conflict with the entry as it is.
 */
export async function updateProgressEntry(ctx: GoalsUserContext, input: UpdateProgressEntryInput) {
  const { entry: old, goal, clock } = await lockEntry(ctx, input);
  const now = ctx.now();
  const today = todayOf(clock, now);
  const localDate = textDate(input.localDate) ?? dateText(old.localDate);
  const checks = new Checks();
  checks.text(['note'], input.note, 10_000, 0);
  checks.number(['value'], input.value, -largestValue, largestValue);
  if (old.skip && input.value != null) checks.add('INVALID', ['value'], 'A skip has no value: delete it and log one.');
  for (const name of ['value', 'localDate', 'occurredAt'] as const) {
    if (input[name] === null) checks.add('REQUIRED', [name], `"${name}" cannot be taken away.`);
  }
  if (input.localDate != null) {
    checks.that(
      localDate <= addDays(today, old.skip ? 366 : 1),
      ['localDate'],
      'Progress cannot be logged for a day after tomorrow.',
    );
    checks.that(localDate >= earliestDay, ['localDate'], `Progress cannot be logged for a day before ${earliestDay}.`);
  }
  if (input.occurredAt != null && !old.skip) {
    checks.that(
      input.occurredAt.getTime() <= now.getTime() + 86_400_000,
      ['occurredAt'],
      'Progress cannot have happened more than a day from now.',
    );
  }
  checks.done();
  const changed = await changeEntries(
    ctx.db,
    ctx.userId,
    [
      {
        id: old.id,
        value: input.value == null ? old.value : new Prisma.Decimal(input.value.toFixed()),
        skip: old.skip,
        localDate,
        occurredAt: input.occurredAt ?? old.occurredAt,
        timeZone: old.timeZone,
        note: input.note === undefined ? old.note : input.note || null,
      },
    ],
    now,
  );
  const events: NewEvent[] = [{ type: 'progress.updated', subjectId: old.id, data: { goalId: goal.id, localDate } }];
  const days = [dateText(old.localDate), localDate].map((date) => ({ goalId: goal.id, localDate: date }));
  return { entry: changed.get(old.id)!, goal: await recount(ctx, goal, days, clock, events) };
}

/**
 * Deletes an entry.
 * @throws UserErrors; after a version conflict with the entry as it is.
 */
export async function deleteProgressEntry(ctx: GoalsUserContext, input: DeleteProgressEntryInput) {
  const { entry: old, goal, clock } = await lockEntry(ctx, input);
  await ctx.db.progressEntry.delete({ where: { userId_id: { userId: ctx.userId, id: old.id } } });
  const day = { goalId: goal.id, localDate: dateText(old.localDate) };
  const events: NewEvent[] = [{ type: 'progress.deleted', subjectId: old.id, data: day }];
  return { deletedId: old.id, goal: await recount(ctx, goal, [day], clock, events) };
}

async function recount(
  ctx: GoalsUserContext,
  goal: Goal,
  days: Parameters<typeof recountDays>[2],
  clock: PersonalClock,
  events: NewEvent[],
): Promise<Goal> {
  const today = todayOf(clock, ctx.now());
  const changes = await recountDays(ctx.db, ctx.userId, days, today);
  const goals = new Map([[goal.id, goal]]);
  await settle(ctx, {
    goals,
    changes: new Map(changes.map((change) => [change.goalId, change])),
    firsts: [],
    today,
    clock,
    events,
    backfill: false,
  });
  await publish(ctx, ...events);
  return goals.get(goal.id)!;
}

/** Finds an entry, locks its goal, and reads the entry as it is under that lock. */
async function lockEntry(ctx: GoalsUserContext, input: { id: string; expectedVersion?: number | null }) {
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const seen = await ctx.db.progressEntry.findUnique({ where, select: { goalId: true } });
  if (!seen) throw notFound(['id'], 'entry');
  const { goals, clock } = await lockGoals(ctx.db, ctx.userId, [seen.goalId]);
  const entry: ProgressEntry | null = await ctx.db.progressEntry.findUnique({ where });
  const goal = goals.get(seen.goalId);
  if (!entry || !goal) throw notFound(['id'], 'entry');
  if (input.expectedVersion != null && input.expectedVersion !== entry.version) {
    throw conflict(['expectedVersion'], 'The entry was changed meanwhile.', { entry, goal });
  }
  return { entry, goal, clock };
}
