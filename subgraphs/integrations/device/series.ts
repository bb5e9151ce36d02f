import type { UserContext } from '../../shared/context.ts';
import type { Prisma } from '../../shared/db.ts';
import { badInput, notFound } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import type { MappingAggregation, SetMetricSourceInput } from '../generated.ts';
import { aggregated, countedSamples } from '../mapping/values.ts';
import { metricKind } from './metrics.ts';
import { markMeasured } from './sources.ts';

/** Samples of one source. */
export interface MetricSourceCount {
  connectionId: string;
  source: string;
  count: number;
  latestAt: Date;
}

/** A type of measurements of a person. */
export interface Metric {
  type: string;
  unit: string;
  aggregation: MappingAggregation;
  /** Whose samples count; null when nobody's do. */
  owner: { connectionId: string; source: string } | null;
  sources: MetricSourceCount[];
}

interface SourceRow {
  type: string;
  unit: string;
  connection_id: string;
  source: string;
  count: number;
  latest_at: Date;
  is_owner: boolean;
}

/** Every type of measurements that a person's devices have sent. */
export async function listMetrics({ db, userId }: UserContext, type: string | null = null): Promise<Metric[]> {
  const rows = await db.$queryRaw<SourceRow[]>`
    SELECT sample.type, max(sample.unit) AS unit, sample.connection_id, sample.source, count(*)::integer AS count,
      max(sample.ended_at) AS latest_at, owner.user_id IS NOT NULL AS is_owner
    FROM health_samples sample LEFT JOIN metric_sources owner USING (user_id, type, connection_id, source)
    WHERE sample.user_id = ${userId} AND NOT sample.deleted AND (${type}::text IS NULL OR sample.type = ${type})
    GROUP BY sample.type, sample.connection_id, sample.source, owner.user_id
    ORDER BY sample.type COLLATE "C", count DESC, sample.source LIMIT 500`;
  const metrics = new Map<string, Metric>();
  for (const row of rows) {
    const { aggregation } = metricKind(row.type, row.unit);
    const known = metrics.get(row.type);
    const metric = known ?? { type: row.type, unit: row.unit, aggregation, owner: null, sources: [] };
    metrics.set(row.type, metric);
    const { connection_id: connectionId, source, count, latest_at: latestAt } = row;
    metric.sources.push({ connectionId, source, count, latestAt });
    if (row.is_owner) metric.owner = { connectionId, source };
  }
  return [...metrics.values()];
}

const longestSeries = 1_100;

/** What a type came to on each local day that has a sample. */
export async function readSeries(
  { db, userId }: UserContext,
  { type, from, to, aggregation }: { type: string; from: string; to: string; aggregation: MappingAggregation | null },
) {
  const length = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  if (length < 0 || length > longestSeries) throw badInput(`"to" must be 0 to ${longestSeries} days after "from".`);
  const how = aggregated[aggregation ?? metricKind(type, '').aggregation];
  const rows = await db.$queryRaw<{ day: string; value: Prisma.Decimal; count: number }[]>`
    SELECT local_date::text AS day, ${how} AS value, count(*)::integer AS count
    FROM (${countedSamples(userId, type)}) AS sample
    WHERE local_date BETWEEN ${from}::date AND ${to}::date GROUP BY local_date ORDER BY local_date`;
  return rows.map(({ day, value, count }) => ({ localDate: day, value, count }));
}

/**
 * Says whose samples of a type count; mappings reckon their days anew.
 * @throws UserErrors NOT_FOUND when that source has sent none.
 */
export async function setMetricSource(ctx: UserContext, input: SetMetricSourceInput): Promise<Metric> {
  const { db, userId } = ctx;
  const { type, connectionId, source } = input;
  const [metric] = await listMetrics(ctx, type);
  const isThere = metric?.sources.some((one) => one.connectionId === connectionId && one.source === source);
  if (!metric || !isThere) throw notFound(['source'], 'source of these measurements');
  if (metric.owner?.connectionId === connectionId && metric.owner.source === source) return metric;
  const choice = { connectionId, source, updatedAt: ctx.now() };
  await db.metricSource.upsert({
    where: { userId_type: { userId, type } },
    create: { userId, type, ...choice },
    update: choice,
  });
  await markMeasured(ctx, type);
  await publish(ctx, { type: 'connection.updated', subjectId: connectionId, data: {} });
  return { ...metric, owner: { connectionId, source } };
}
