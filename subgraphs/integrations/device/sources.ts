import type { Publisher } from '../../shared/events.ts';
import { markDays } from '../mapping/days.ts';

type Ctx = Pick<Publisher, 'db' | 'userId' | 'now'>;

/**
 * The first source that writes a type owns it, until the person chooses another: the device's own statistics before all others.
 * @returns whether one was chosen now
 */
export async function chooseSource({ db, userId, now }: Ctx, type: string): Promise<boolean> {
  if (await db.metricSource.findUnique({ where: { userId_type: { userId, type } } })) return false;
  const count = await db.$executeRaw`
    INSERT INTO metric_sources (user_id, type, connection_id, source, updated_at)
    SELECT ${userId}, ${type}, connection_id, source, ${now()}::timestamptz FROM health_samples
    WHERE user_id = ${userId} AND type = ${type} AND NOT deleted
    GROUP BY connection_id, source ORDER BY source = '' DESC, count(*) DESC, connection_id, source LIMIT 1
    ON CONFLICT (user_id, type) DO NOTHING`;
  return count > 0;
}

/** After a connection has ended: what it owned goes to another that measures the same, whose days are reckoned. */
export async function passOnSources(ctx: Publisher): Promise<void> {
  const { db, userId } = ctx;
  const rows = await db.$queryRaw<{ type: string }[]>`
    SELECT DISTINCT type FROM health_samples WHERE user_id = ${userId} AND NOT deleted
      AND type NOT IN (SELECT type FROM metric_sources WHERE user_id = ${userId}) ORDER BY type`;
  for (const { type } of rows) if (await chooseSource(ctx, type)) await markMeasured(ctx, type);
}

/** Every day on which a type was measured is to be reckoned anew. */
export async function markMeasured(ctx: Publisher, type: string): Promise<void> {
  const days = await ctx.db.$queryRaw<{ day: string }[]>`
    SELECT DISTINCT local_date::text AS day FROM health_samples WHERE user_id = ${ctx.userId} AND type = ${type}`;
  const source = { source: 'HEALTH', metric: type } as const;
  await markDays(
    ctx,
    source,
    days.map(({ day }) => day),
  );
}
