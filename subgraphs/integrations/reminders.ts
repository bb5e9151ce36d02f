import type { Reminder } from '../../prisma/generated/client.ts';
import type { UserContext } from '../shared/context.ts';
import { limit, notFound } from '../shared/errors.ts';
import { type Publisher, publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../shared/stored.ts';
import type { UserContext as LoadingContext, ReminderRow } from './context.ts';
import type { CreateReminderInput, UpdateReminderInput, Weekday } from './generated.ts';
import { nextBeforeDeadline, nextOnWeekdays } from './occurrences.ts';
import { checkReferences } from './references.ts';
import { isTimeOfDay } from './timeZone.ts';
import { everyDay, weekdayNumbers } from './weekdays.ts';

const mostPerGoal = 20;
const mostReminders = 500;

interface Schedule {
  timeOfDay?: string | null;
  weekdays?: readonly Weekday[] | null;
  daysBeforeDeadline?: number | null;
}

function checkSchedule(checks: Checks, { timeOfDay, weekdays, daysBeforeDeadline }: Schedule): void {
  checks.that(
    timeOfDay == null || isTimeOfDay(timeOfDay),
    ['timeOfDay'],
    'A local time is HH:MM, from 00:00 to 23:59.',
  );
  checks.list(['weekdays'], weekdays, 7, 1);
  checks.number(['daysBeforeDeadline'], daysBeforeDeadline, 0, 365);
  checks.that(
    weekdays == null || daysBeforeDeadline == null,
    ['daysBeforeDeadline'],
    'Give days of the week or days before the deadline, not both.',
  );
}

/**
 * Adds a reminder to a goal.
 * @throws UserErrors INVALID, NOT_FOUND (goal), CONFLICT (id), LIMIT.
 */
export async function createReminder(ctx: UserContext, input: CreateReminderInput): Promise<Reminder> {
  const { userId } = ctx;
  const checks = new Checks();
  checks.newId(['id'], 'reminder', input.id);
  checks.text(['message'], input.message, 500);
  checkSchedule(checks, input);
  await checkReferences(checks, ctx.db, userId, [{ id: input.goalId, path: ['goalId'] }], 'goal');
  checks.done();

  const hash = inputHash(input);
  const now = ctx.now();
  const id = input.id ?? newId('reminder', now);
  const row: Reminder = {
    userId,
    id,
    goalId: input.goalId,
    kind: input.kind,
    message: input.message ?? null,
    timeOfDay: input.timeOfDay,
    weekdays: input.daysBeforeDeadline != null ? [] : input.weekdays ? weekdayNumbers(input.weekdays) : [...everyDay],
    daysBeforeDeadline: input.daysBeforeDeadline ?? null,
    active: input.active,
    inputHash: hash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const { count } = await ctx.db.reminder.createMany({ data: [row], skipDuplicates: true });
  if (count === 0) {
    return sameCreation(await ctx.db.reminder.findUniqueOrThrow({ where: { userId_id: { userId, id } } }), hash);
  }
  const [ofGoal, all] = [
    await ctx.db.reminder.count({ where: { userId, goalId: input.goalId } }),
    await ctx.db.reminder.count({ where: { userId } }),
  ];
  if (ofGoal > mostPerGoal) throw limit(['goalId'], `A goal may have at most ${mostPerGoal} reminders.`);
  if (all > mostReminders) throw limit([], `One may have at most ${mostReminders} reminders.`);
  await publish(ctx, { type: 'reminder.created', subjectId: id, data: {} });
  return row;
}

/**
 * Changes a reminder.
 * @throws UserErrors INVALID, NOT_FOUND, CONFLICT with the current reminder.
 */
export async function updateReminder(ctx: UserContext, input: UpdateReminderInput): Promise<Reminder> {
  await lockRow(ctx, 'reminder', input.id, 'reminder');
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const current = await ctx.db.reminder.findUniqueOrThrow({ where });
  expectVersion(current.version, input.expectedVersion, { reminder: current });
  const checks = new Checks();
  checks.text(['message'], input.message, 500);
  checkSchedule(checks, input);
  checks.done();

  const changes = changesOf(current, {
    kind: input.kind ?? undefined,
    message: input.message,
    timeOfDay: input.timeOfDay ?? undefined,
    active: input.active ?? undefined,
    ...newDays(input),
  });
  if (Object.keys(changes).length === 0) return current;
  const data = { ...changes, version: current.version + 1, updatedAt: ctx.now() };
  const changed = await ctx.db.reminder.update({ where, data });
  await publish(ctx, { type: 'reminder.updated', subjectId: input.id, data: {} });
  return changed;
}

/** One way of choosing days ends the other; a null for either means every day. */
function newDays({ weekdays, daysBeforeDeadline }: Schedule): {
  weekdays?: number[];
  daysBeforeDeadline?: number | null;
} {
  if (daysBeforeDeadline != null) return { weekdays: [], daysBeforeDeadline };
  if (weekdays) return { weekdays: weekdayNumbers(weekdays), daysBeforeDeadline: null };
  if (weekdays === null || daysBeforeDeadline === null) return { weekdays: [...everyDay], daysBeforeDeadline: null };
  return {};
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

/** When a reminder falls next, in the person's zone; null for never. One before a deadline needs its goal's deadline. */
export function nextOccurrence(row: ReminderRow, timeZone: string, now: Date): Date | null {
  if (!row.active) return null;
  return row.daysBeforeDeadline === null
    ? nextOnWeekdays(now, timeZone, row.timeOfDay, row.weekdays)
    : nextBeforeDeadline(now, timeZone, row.timeOfDay, row.daysBeforeDeadline, row.goal?.deadline);
}

/** The active reminders by day of the week that come next, soonest first. */
export async function upcomingReminders(ctx: LoadingContext, first: number): Promise<Reminder[]> {
  const rows = await ctx.db.reminder.findMany({
    where: { userId: ctx.userId, active: true, daysBeforeDeadline: null },
    take: mostReminders,
  });
  if (rows.length === 0) return [];
  const timeZone = await ctx.loaders.timeZone.load(ctx.userId);
  const now = ctx.now();
  const at = new Map(rows.map((row) => [row, nextOccurrence(row, timeZone, now)!.getTime()]));
  return rows.sort((a, b) => at.get(a)! - at.get(b)! || (a.id < b.id ? -1 : 1)).slice(0, first);
}
