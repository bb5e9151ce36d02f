import type { Reminder } from '../../../../prisma/generated/client.ts';
import type { Tx } from '../../../shared/db.ts';
import type { Publisher } from '../../../shared/events.ts';
import { readClock } from '../../../shared/personalClock.ts';
import type { Platform } from '../../../shared/platform.ts';
import { transaction } from '../../../shared/subgraph.ts';
import { dateText, localDateAt } from '../../timeZone.ts';
import { notify } from '../notifications.ts';
import { askGoals, type GoalState } from './goals.ts';
import { newsOf } from './news.ts';
import { type Falling, nextOccurrence, whenDue } from './schedule.ts';

/**
 * Reminders fall. When stands in `due_at`; each local occurrence is told once, whatever the number of processes: a reminder moves on in the
 * transaction that tells it, under a lock on its row, and the notification is unique by its cause besides.
 */

const hour = 3_600_000;
/** Of one person in one go; the next comes soon. */
const batch = 200;
const mostPeople = 1_000;

/** Tells every reminder that is due. A person whose reminders fail keeps nobody else waiting. */
export async function tellDueReminders(platform: Platform, closing: AbortSignal): Promise<void> {
  const { db, now, log } = platform;
  const people = await db.$queryRaw<{ user_id: string }[]>`
    SELECT reminder.user_id FROM reminders reminder JOIN users person ON person.id = reminder.user_id
    WHERE reminder.due_at <= ${now()}::timestamptz
      AND person.suspended_at IS NULL AND person.deletion_scheduled_at IS NULL
    GROUP BY reminder.user_id ORDER BY min(reminder.due_at) LIMIT ${mostPeople}::int`;
  for (const { user_id: userId } of people) {
    if (closing.aborted) return;
    try {
      await tellRemindersOf(platform, userId);
    } catch (error) {
      log.error({ error }, 'the reminders of a person could not be told and will be tried again');
    }
  }
}

async function tellRemindersOf(platform: Platform, userId: string): Promise<void> {
  const { db, now, bus } = platform;
  const where = { userId, dueAt: { lte: now() } };
  const seen = await db.reminder.findMany({ where, orderBy: [{ dueAt: 'asc' }, { id: 'asc' }], take: batch });
  if (seen.length === 0) return;
  const goalIds = [...new Set(seen.flatMap(({ goalId }) => goalId ?? []))];
  // Before the transaction: no lock waits for the graph.
  const goals = await askGoals(platform, userId, seen[0]!.id, goalIds);
  // Those of goals wait for the next round when the goals could not be asked.
  const ready = seen.filter(({ goalId }) => goalId === null || goals !== null);
  if (ready.length === 0) return;
  await transaction(db, async (tx) => {
    const ids = ready.map(({ id }) => id);
    await tx.$queryRaw`
      SELECT 1 FROM reminders WHERE user_id = ${userId} AND id = ANY(${ids}) ORDER BY id FOR UPDATE`;
    const versions = new Map(ready.map((row) => [row.id, row.dueAt!.getTime()]));
    const rows = await tx.reminder.findMany({ where: { userId, id: { in: ids } }, orderBy: { id: 'asc' } });
    const { timeZone } = await readClock(tx, userId);
    for (const row of rows) {
      // Another process has told it meanwhile, or it was changed.
      if (row.dueAt?.getTime() !== versions.get(row.id)) continue;
      const goal = row.goalId === null ? null : (goals?.get(row.goalId) ?? null);
      await fall({ db: tx, userId, now, actor: { kind: 'system', id: row.id } }, row, goal, timeZone);
    }
  });
  bus.publish('events', userId);
}

/** A reminder is looked at: what it has to say is told, and when it falls next is written down. */
async function fall(ctx: Publisher, row: Reminder, goal: GoalState | null, timeZone: string): Promise<void> {
  const now = ctx.now();
  const falling = { ...row, goal };
  const first = row.occursAt ?? nextOccurrence(falling, timeZone, row.dueAt!);
  const occurred = first !== null && first <= now ? latestOccurrence(falling, timeZone, first, now) : null;
  const next = occurred ? nextOccurrence(falling, timeZone, now) : first;
  const day = occurred && localDateAt(occurred, timeZone);
  const news = day && isInTime(occurred, now, timeZone) && !isTold(row, day.toString()) ? newsOf(row, goal) : null;
  await ctx.db.reminder.update({
    where: { userId_id: { userId: row.userId, id: row.id } },
    data: { occursAt: next, dueAt: next, ...(news && { toldOn: new Date(day!.toString()) }) },
  });
  if (news) await notify(ctx, { ...news, cause: `reminder:${row.id}:${day}T${row.timeOfDay}` });
}

/** Of the occurrences that were missed since `first`, the last one. */
function latestOccurrence(falling: Falling, timeZone: string, first: Date, now: Date): Date {
  // One that is older would not be told anyway: no need to go through years of them.
  const dayAgo = new Date(now.getTime() - 25 * hour);
  let latest = first;
  let next = nextOccurrence(falling, timeZone, first > dayAgo ? first : dayAgo);
  while (next && next <= now) {
    latest = next;
    next = nextOccurrence(falling, timeZone, next);
  }
  return latest;
}

const isTold = ({ toldOn }: Reminder, day: string) => toldOn !== null && dateText(toldOn) === day;

/** What was missed is told late on the same day, or within the hour; later it is of no use. */
const isInTime = (occursAt: Date, now: Date, timeZone: string) =>
  now.getTime() - occursAt.getTime() <= hour || localDateAt(occursAt, timeZone).equals(localDateAt(now, timeZone));

/** The person's clock may have changed: reminders go by the new one. Whatever is due already is told first. */
export async function moveReminders({ db, userId, now }: { db: Tx; userId: string; now: () => Date }): Promise<void> {
  const at = now();
  const { timeZone } = await readClock(db, userId);
  const rows = await db.reminder.findMany({
    where: { userId, active: true, dueAt: { gt: at } },
    orderBy: { id: 'asc' },
  });
  for (const row of rows) {
    const due = whenDue(row, timeZone, at);
    if (due.dueAt?.getTime() === row.dueAt?.getTime()) continue;
    await db.reminder.updateMany({ where: { userId, id: row.id, dueAt: row.dueAt }, data: due });
  }
}

/** A goal has changed: its deadline is asked for again. */
export async function recountFromDeadline(
  { db, userId, now }: { db: Tx; userId: string; now: () => Date },
  goalId: string,
) {
  const at = now();
  await db.reminder.updateMany({
    where: {
      userId,
      goalId,
      active: true,
      daysBeforeDeadline: { not: null },
      OR: [{ dueAt: null }, { dueAt: { gt: at } }],
    },
    data: { occursAt: null, dueAt: at },
  });
}
