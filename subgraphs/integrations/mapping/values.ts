import { type Db, Prisma, type Tx } from '../../shared/db.ts';
import type { MappingAggregation } from '../generated.ts';

/** How rows become one value; each row has `value`, `at` and `id`. */
export const aggregated: Record<MappingAggregation, Prisma.Sql> = {
  SUM: Prisma.sql`sum(value)`,
  MIN: Prisma.sql`min(value)`,
  MAX: Prisma.sql`max(value)`,
  MEAN: Prisma.sql`round(avg(value), 12)`,
  COUNT: Prisma.sql`count(*)::numeric`,
  LAST: Prisma.sql`(array_agg(value ORDER BY at DESC, id DESC))[1]`,
};

/** The samples of a type that count: those of the source that owns it. */
export const countedSamples = (userId: string, type: string): Prisma.Sql => Prisma.sql`
  SELECT sample.id, sample.local_date, sample.value, sample.ended_at AS at
  FROM health_samples sample JOIN metric_sources owner USING (user_id, type, connection_id, source)
  WHERE sample.user_id = ${userId} AND sample.type = ${type} AND NOT sample.deleted`;

/** What a mapping says of its source. */
export interface MappedSource {
  userId: string;
  source: string;
  metric: string | null;
  matching: string | null;
  currency: string | null;
  aggregation: string;
}

const rowsOf = ({ userId, source, metric, matching, currency, aggregation }: MappedSource): Prisma.Sql => {
  const all = Prisma.sql`${matching}::text IS NULL`;
  switch (source) {
    case 'HEALTH':
      return countedSamples(userId, metric!);
    case 'CALENDAR':
      return Prisma.sql`
        SELECT id, local_date, coalesce(starts_at, start_date::timestamp AT TIME ZONE 'UTC') AS at,
          round(coalesce(extract(epoch FROM ends_at - starts_at) / 60, (end_date - start_date) * 1440, 0), 12) AS value
        FROM calendar_events
        WHERE user_id = ${userId} AND status <> 'CANCELLED'
          AND (${all} OR strpos(lower(title), lower(${matching}::text)) > 0)`;
    case 'TASKS':
      return Prisma.sql`
        SELECT id, local_date, completed_at AS at, 1::numeric AS value FROM external_tasks
        WHERE user_id = ${userId} AND completed_at IS NOT NULL AND (${all} OR list_id = ${matching})`;
    case 'TRANSACTIONS':
      return Prisma.sql`
        SELECT id, local_date, local_date::timestamptz AS at, amount AS value FROM bank_transactions
        WHERE user_id = ${userId} AND amount > 0 AND (${currency}::text IS NULL OR currency = ${currency})
          AND (${all} OR lower(category) = lower(${matching}::text) OR lower(merchant) = lower(${matching}::text))`;
    default:
      return Prisma.sql`
        SELECT id, local_date, at, coalesce(amount, 0) AS value FROM received_events
        WHERE user_id = ${userId} AND (${aggregation} = 'COUNT' OR currency IS NOT DISTINCT FROM ${currency}::text)
          AND (${all} OR name = ${matching})`;
  }
};

/** What a mapping's data comes to on each of these days; a day without data is not in the answer. */
export async function valuesOf(
  db: Db | Tx,
  mapping: MappedSource,
  days: readonly string[],
): Promise<Map<string, Prisma.Decimal>> {
  const rows = await db.$queryRaw<{ day: string; value: Prisma.Decimal }[]>`
    SELECT local_date::text AS day, ${aggregated[mapping.aggregation as MappingAggregation]} AS value
    FROM (${rowsOf(mapping)}) AS source_row
    WHERE local_date = ANY(${[...days]}::date[]) GROUP BY local_date`;
  return new Map(rows.map(({ day, value }) => [day, value]));
}
