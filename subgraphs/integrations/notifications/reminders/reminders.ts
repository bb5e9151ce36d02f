import type { Reminder } from '../../../../prisma/generated/client.ts';
import type { UserContext } from '../../../shared/context.ts';
import { invalid, limit, notFound } from '../../../shared/errors.ts';
import { type Publisher, publish } from '../../../shared/events.ts';
import { newId } from '../../../shared/ids.ts';
import { Checks } from '../../../shared/input.ts';
import type { Page, PageArgs } from '../../../shared/pagination.ts';
import { readClock } from '../../../shared/personalClock.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../../../shared/stored.ts';
import type { UserContext as LoadingContext } from '../../context.ts';
import type { CreateReminderInput, ReminderFilter, UpdateReminderInput } from '../../generated.ts';
import { byCreation, readPage } from '../../page.ts';
import { checkReferences } from '../../references.ts';
import { dateText, storedDateAt } from '../../timeZone.ts';
import { nextOnce } from './occurrences.ts';
import {
  checkPurpose,
  checkSchedule,
  newDays,
  nextOccurrence,
  notPast,
  onEveryDay,
  past,
  whenDue,
} from './schedule.ts';

const mostPerGoal = 20;
const mostReminders = 500;

/**
 * Adds a reminder.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND (goal), CONFLICT (id), LIMIT.
 */
export async function createReminder(ctx: UserContext, input: CreateReminderInput): Promise<Reminder> {
  const { userId } = ctx;
  const hash = inputHash(input);
  const now = ctx.now();
  const id = input.id ?? newId('reminder', now);
  const row: Reminder = {
    userId,
    id,
    goalId: input.goalId ?? null,
    kind: input.kind,
    message: input.message ?? null,
    timeOfDay: input.timeOfDay,
    ...onEveryDay(),
    ...newDays(input),
    followPace: input.followPace,
    active: input.active,
    occursAt: null,
    dueAt: null,
    toldOn: null,
    inputHash: hash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const checks = new Checks();
  checks.newId(['id'], 'reminder', input.id);
  checks.text(['message'], input.message, 500);
  checkSchedule(checks, input);
  checkPurpose(checks, row);
  await checkGoal(checks, ctx, row.goalId);
  checks.done();

  const { timeZone } = await readClock(ctx.db, userId);
  Object.assign(row, whenDue(row, timeZone, now));
  const { count } = await ctx.db.reminder.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) {
    return sameCreation(await ctx.db.reminder.findUniqueOrThrow({ where: { userId_id: { userId, id } } }), hash);
  }
  // Only now: what was made in time may be sent again when its time is over.
  expectAhead(ctx, row, timeZone, ['date']);
  await expectRoom(ctx, row, timeZone);
  await publish(ctx, { type: 'reminder.created', subjectId: id, data: {} });
  return row;
}

/**
 * Changes a reminder.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND, CONFLICT with the current reminder, LIMIT.
 */
export async function updateReminder(ctx: UserContext, input: UpdateReminderInput): Promise<Reminder> {
  await lockRow(ctx, 'reminder', input.id, 'reminder');
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const current = await ctx.db.reminder.findUniqueOrThrow({ where });
  expectVersion(current.version, input.expectedVersion, { reminder: current });
  const changes = changesOf(current, {
    goalId: input.goalId,
    kind: input.kind ?? undefined,
    message: input.message,
    timeOfDay: input.timeOfDay ?? undefined,
    followPace: input.followPace ?? undefined,
    active: input.active ?? undefined,
    ...newDays(input),
  });
  const checks = new Checks();
  checks.text(['message'], input.message, 500);
  checkSchedule(checks, input);
  checkPurpose(checks, { ...current, ...changes });
  await checkGoal(checks, ctx, changes.goalId);
  checks.done();

  if (Object.keys(changes).length === 0) return current;
  const now = ctx.now();
  const { timeZone } = await readClock(ctx.db, ctx.userId);
  const data = {
    ...changes,
    ...whenDue({ ...current, ...changes }, timeZone, now),
    // Another time on the same day is another occurrence.
    ...(changes.timeOfDay !== undefined && { toldOn: null }),
    version: current.version + 1,
    updatedAt: now,
  };
  const changed = await ctx.db.reminder.update({ where, data });
  if (changes.date || changes.timeOfDay) {
    expectAhead(ctx, changed, timeZone, [input.date == null ? 'timeOfDay' : 'date']);
  }
  if (changes.goalId || changes.date !== undefined) await expectRoom(ctx, changed, timeZone);
  await publish(ctx, { type: 'reminder.updated', subjectId: input.id, data: {} });
  return changed;
}

async function checkGoal(checks: Checks, { db, userId }: UserContext, goalId: string | null | undefined) {
  if (goalId != null) await checkReferences(checks, db, userId, [{ id: goalId, path: ['goalId'] }], 'goal');
}

/** @throws UserErrors INVALID when the only time that a reminder falls is over. */
function expectAhead(ctx: UserContext, { date, timeOfDay }: Reminder, timeZone: string, path: string[]): void {
  if (date !== null && nextOnce(ctx.now(), timeZone, timeOfDay, date) === null) {
    throw invalid(path, `${timeOfDay} on ${dateText(date)} is over already: choose a later time.`);
  }
}

/** @throws UserErrors LIMIT when with this reminder there are too many; past ones do not count. */
async function expectRoom({ db, userId, now }: UserContext, { goalId }: Reminder, timeZone: string): Promise<void> {
  const where = { userId, ...notPast(storedDateAt(now(), timeZone)) };
  if (goalId !== null && (await db.reminder.count({ where: { ...where, goalId } })) > mostPerGoal) {
    throw limit(['goalId'], `A goal may have at most ${mostPerGoal} reminders.`);
  }
  if ((await db.reminder.count({ where })) > mostReminders) {
    throw limit([], `One may have at most ${mostReminders} reminders.`);
  }
}

/** @throws UserErrors NOT_FOUND. */
export async function deleteReminder(ctx: UserContext, id: string): Promise<void> {
  const { count } = await ctx.db.reminder.deleteMany({ where: { userId: ctx.userId, id } });
  if (count === 0) throw notFound(['id'], 'reminder');
  await publish(ctx, { type: 'reminder.deleted', subjectId: id, data: {} });
}

/** Deletes the reminders of a goal that is no more. */
export async function deleteRemindersOf(ctx: Publisher, goalId: string): Promise<void> {
  const rows = await ctx.db.$queryRaw<{ id: string }[]>`
    DELETE FROM reminders WHERE user_id = ${ctx.userId} AND goal_id = ${goalId} RETURNING id`;
  await publish(ctx, ...rows.map(({ id }) => ({ type: 'reminder.deleted' as const, subjectId: id, data: {} })));
}

/** A page of the person's reminders, oldest first. */
export async function listReminders(
  ctx: LoadingContext,
  filter: ReminderFilter | null | undefined,
  args: PageArgs,
): Promise<Page<Reminder>> {
  const today = async () => storedDateAt(ctx.now(), await ctx.loaders.timeZone.load(ctx.userId));
  const where = {
    userId: ctx.userId,
    ...(filter?.goalId != null && { goalId: filter.goalId }),
    ...(filter?.active != null && { active: filter.active }),
    ...(filter?.past != null && (filter.past ? past : notPast)(await today())),
  };
  return readPage((page) => ctx.db.reminder.findMany(page), where, byCreation, args);
}

/** The active reminders that come next by day of the week or date, soonest first. */
export async function upcomingReminders(ctx: LoadingContext, first: number): Promise<Reminder[]> {
  const timeZone = await ctx.loaders.timeZone.load(ctx.userId);
  const now = ctx.now();
  const rows = await ctx.db.reminder.findMany({
    where: { userId: ctx.userId, active: true, daysBeforeDeadline: null, ...notPast(storedDateAt(now, timeZone)) },
    take: mostReminders,
  });
  const coming = rows.flatMap((row) => {
    const at = nextOccurrence(row, timeZone, now);
    return at ? [{ row, at: at.getTime() }] : [];
  });
  coming.sort((a, b) => a.at - b.at || (a.row.id < b.row.id ? -1 : 1));
  return coming.slice(0, first).map(({ row }) => row);
}
