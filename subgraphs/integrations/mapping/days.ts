import { Prisma } from '../../shared/db.ts';
import type { Publisher } from '../../shared/events.ts';
import { readClock, todayOf } from '../../shared/personalClock.ts';
import type { IntegrationData, MappingSource } from '../generated.ts';

/**
 * Which days of which mappings are to be reckoned. A day is marked in the transaction that changes its data, so that none is forgotten whatever
 * dies when; a day that lies ahead waits until it comes.
 */

/** A day is due when it has come where the person is. */
async function dueAt({ db, userId, now }: Publisher, day: Prisma.Sql): Promise<Prisma.Sql> {
  const clock = await readClock(db, userId);
  return Prisma.sql`CASE WHEN ${day} <= ${todayOf(clock, now())}::date THEN ${now()}::timestamptz
    ELSE ${day}::timestamp AT TIME ZONE ${clock.timeZone} END`;
}

/** Marks local days on which a source's data is different now. */
export async function markDays(
  ctx: Publisher,
  { source, metric = null }: { source: MappingSource | null; metric?: string | null },
  days: readonly string[],
): Promise<void> {
  if (source === null || days.length === 0) return;
  const { db, userId } = ctx;
  const due = await dueAt(ctx, Prisma.sql`changed`);
  await db.$executeRaw`
    INSERT INTO progress_mapping_days AS day (user_id, mapping_id, local_date, due_at, change_count)
    SELECT user_id, id, changed, ${due}, 1
    FROM progress_mappings, unnest(${[...days].sort()}::date[]) AS changed
    WHERE user_id = ${userId} AND source = ${source} AND metric IS NOT DISTINCT FROM ${metric}::text AND changed >= since
    ORDER BY id, changed
    ON CONFLICT (user_id, mapping_id, local_date)
    DO UPDATE SET due_at = EXCLUDED.due_at, change_count = day.change_count + 1`;
}

/** The days on which the source of the row `mapping` has data. */
const daysWithData = Prisma.sql`
  SELECT local_date FROM health_samples
    WHERE mapping.source = 'HEALTH' AND user_id = mapping.user_id AND type = mapping.metric
  UNION SELECT local_date FROM calendar_events WHERE mapping.source = 'CALENDAR' AND user_id = mapping.user_id
  UNION SELECT local_date FROM external_tasks WHERE mapping.source = 'TASKS' AND user_id = mapping.user_id
  UNION SELECT local_date FROM bank_transactions WHERE mapping.source = 'TRANSACTIONS' AND user_id = mapping.user_id
  UNION SELECT local_date FROM received_events WHERE mapping.source = 'RECEIVED' AND user_id = mapping.user_id`;

/** Marks every day of a mapping that has data, or had some. */
export async function markAllDays(ctx: Publisher, mappingId: string): Promise<void> {
  const { db, userId } = ctx;
  const due = await dueAt(ctx, Prisma.sql`found.local_date`);
  await db.$executeRaw`
    INSERT INTO progress_mapping_days AS day (user_id, mapping_id, local_date, due_at, change_count)
    SELECT mapping.user_id, mapping.id, found.local_date, ${due}, 1
    FROM progress_mappings mapping
    CROSS JOIN LATERAL (
      ${daysWithData}
      UNION SELECT local_date FROM progress_mapping_days WHERE user_id = mapping.user_id AND mapping_id = mapping.id
    ) found
    WHERE mapping.user_id = ${userId} AND mapping.id = ${mappingId} AND found.local_date >= mapping.since
    ON CONFLICT (user_id, mapping_id, local_date)
    DO UPDATE SET due_at = EXCLUDED.due_at, change_count = day.change_count + 1`;
}

const mappedFrom: Readonly<Record<IntegrationData, MappingSource | null>> = {
  HEALTH: 'HEALTH',
  CALENDAR_EVENTS: 'CALENDAR',
  REMINDERS: 'TASKS',
  TRANSACTIONS: 'TRANSACTIONS',
  PAYMENTS: 'RECEIVED',
  SOCIAL: 'RECEIVED',
  ANYTHING: 'RECEIVED',
  MAIL: null,
};

/**
 * After a connection has ended with all that came by it: what was logged from it stays, as the person's own from now on. Its days are forgotten, so
 * that nothing takes those entries away for want of data.
 */
export async function keepLogged(
  { db, userId }: Pick<Publisher, 'db' | 'userId'>,
  data: readonly IntegrationData[],
): Promise<void> {
  const sources = data.flatMap((kind) => mappedFrom[kind] ?? []);
  await db.$executeRaw`
    DELETE FROM progress_mapping_days day USING progress_mappings mapping
    WHERE day.user_id = ${userId} AND mapping.user_id = day.user_id AND mapping.id = day.mapping_id
      AND mapping.source = ANY(${sources}) AND day.local_date NOT IN (SELECT local_date FROM (${daysWithData}) AS found WHERE local_date IS NOT NULL)`;
}
