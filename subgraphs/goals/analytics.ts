import { Decimal } from 'decimal.js';
import { type Goal, Prisma } from '../../prisma/generated/client.ts';
import { badInput } from '../shared/errors.ts';
import { todayOf } from '../shared/personalClock.ts';
import { addDays, daysBetween, type LocalDate } from './calendar.ts';
import type { GoalsUserContext } from './context.ts';
import { correlations, describeCorrelation, effectSize } from './correlation.ts';
import { dateText } from './dates.ts';
import { readHistories } from './days.ts';
import { textDate } from './entryPlan.ts';
import { trendOf } from './forecast.ts';
import type { DateRangeInput, TimeBucket } from './generated.ts';
import { groupBy } from './rows.ts';
import { decimalOf } from './shape.ts';

/** The analytics of whom we know only the id. */
export interface AnalyticsRef {
  userId: string;
}

interface Range {
  from: LocalDate;
  to: LocalDate;
}

const longestRange = 3_660;
const mostGoals = 50;
/** Pairs grow with the square: 20 goals make 190 pairs at 15 lags each. */
const mostCorrelated = 20;

interface BucketRow {
  goal_id: string;
  start: Date;
  end: Date;
  sum: Decimal;
  mean: Decimal | null;
  min: Decimal;
  max: Decimal;
  last: Decimal;
  days: number;
  skipped_days: number;
  entries: number;
}

/**
 * What goals came to, bucket by bucket; PostgreSQL makes the buckets.
 * @throws GraphQLError BAD_USER_INPUT for a range that is reversed or too long, or too many goals.
 */
export async function progress(
  ctx: GoalsUserContext,
  args: { range?: DateRangeInput | null; bucket?: TimeBucket | null; goalIds?: readonly string[] | null },
) {
  const range = await readRange(ctx, args.range, 30);
  const goals = await chooseGoals(ctx, args.goalIds, mostGoals);
  const { weekStart } = await ctx.loaders.clock();
  const start = bucketStart(args.bucket ?? 'DAY', weekStart);
  const rows = await ctx.db.$queryRaw<BucketRow[]>`
    WITH day AS (
      SELECT g.id AS goal_id, d.local_date, d.skipped, d.count,
             goal_day_value(g.aggregation, d.skipped, d.count, d.sum, d.min, d.max, d.last) AS value,
             ${start.of} AS start
      FROM goals g JOIN goal_days d ON d.user_id = g.user_id AND d.goal_id = g.id
      WHERE g.user_id = ${ctx.userId} AND g.id = ANY(${goals.map(({ id }) => id)}::text[])
        AND d.local_date BETWEEN ${range.from}::date AND ${range.to}::date
    )
    SELECT goal_id, start, (start + ${start.length})::date - 1 AS "end",
           coalesce(sum(value) FILTER (WHERE NOT skipped), 0) AS sum,
           coalesce(round(avg(value) FILTER (WHERE NOT skipped), 12), 0) AS mean,
           coalesce(min(value) FILTER (WHERE NOT skipped), 0) AS min,
           coalesce(max(value) FILTER (WHERE NOT skipped), 0) AS max,
           coalesce((array_agg(value ORDER BY local_date DESC) FILTER (WHERE NOT skipped))[1], 0) AS last,
           (count(*) FILTER (WHERE NOT skipped))::int AS days,
           (count(*) FILTER (WHERE skipped))::int AS skipped_days,
           coalesce(sum(count), 0)::int AS entries
    FROM day GROUP BY goal_id, start ORDER BY goal_id, start`;
  const byGoal = groupBy(rows, (row) => row.goal_id);
  return goals.map((goal) => ({
    goal,
    buckets: (byGoal.get(goal.id) ?? []).map(({ goal_id: _, skipped_days, start, end, ...row }) => ({
      ...row,
      mean: row.mean ?? new Decimal(0),
      start: dateText(start),
      end: dateText(end),
      skippedDays: skipped_days,
    })),
  }));
}

/** First day of the bucket of a day, and the bucket's length, in SQL. */
function bucketStart(bucket: TimeBucket, weekStart: number): { of: Prisma.Sql; length: Prisma.Sql } {
  switch (bucket) {
    case 'DAY':
      return { of: Prisma.sql`d.local_date`, length: Prisma.sql`interval '1 day'` };
    case 'WEEK': {
      // ISO weeks begin on Monday: shift to the person's own first day and back.
      const shift = weekStart - 1;
      return {
        of: Prisma.sql`(date_trunc('week', d.local_date::timestamp - make_interval(days => ${shift}::int)) + make_interval(days => ${shift}::int))::date`,
        length: Prisma.sql`interval '7 days'`,
      };
    }
    case 'MONTH':
      return {
        of: Prisma.sql`date_trunc('month', d.local_date::timestamp)::date`,
        length: Prisma.sql`interval '1 month'`,
      };
    case 'QUARTER':
      return {
        of: Prisma.sql`date_trunc('quarter', d.local_date::timestamp)::date`,
        length: Prisma.sql`interval '3 months'`,
      };
    case 'YEAR':
      return {
        of: Prisma.sql`date_trunc('year', d.local_date::timestamp)::date`,
        length: Prisma.sql`interval '1 year'`,
      };
  }
}

interface SumRow {
  goal_id: string;
  sum: Decimal | null;
  mean: Decimal | null;
  days: number;
  previous_sum: Decimal | null;
  previous_mean: Decimal | null;
}

/**
 * Where goals are heading: the trend of the days' values, and how the range compares with as many days before it.
 * @throws GraphQLError BAD_USER_INPUT as `progress`.
 */
export async function trends(
  ctx: GoalsUserContext,
  args: { range?: DateRangeInput | null; goalIds?: readonly string[] | null },
) {
  const range = await readRange(ctx, args.range, 30);
  const goals = await chooseGoals(ctx, args.goalIds, mostGoals);
  const before = addDays(range.from, -(daysBetween(range.from, range.to) + 1));
  const [sums, histories] = await Promise.all([
    ctx.db.$queryRaw<SumRow[]>`
      SELECT goal_id, sum(value) FILTER (WHERE current) AS sum, round(avg(value) FILTER (WHERE current), 12) AS mean,
             (count(*) FILTER (WHERE current))::int AS days,
             sum(value) FILTER (WHERE NOT current) AS previous_sum, round(avg(value) FILTER (WHERE NOT current), 12) AS previous_mean
      FROM (
        SELECT g.id AS goal_id, d.local_date >= ${range.from}::date AS current,
               goal_day_value(g.aggregation, d.skipped, d.count, d.sum, d.min, d.max, d.last) AS value
        FROM goals g JOIN goal_days d ON d.user_id = g.user_id AND d.goal_id = g.id
        WHERE g.user_id = ${ctx.userId} AND g.id = ANY(${goals.map(({ id }) => id)}::text[]) AND NOT d.skipped
          AND d.local_date BETWEEN ${before}::date AND ${range.to}::date
      ) day GROUP BY goal_id`,
    readHistories(ctx.db, ctx.userId, goals, range),
  ]);
  const sumsOf = new Map(sums.map((row) => [row.goal_id, row]));
  return goals.map((goal, i) => {
    const row = sumsOf.get(goal.id);
    const trend = trendOf(histories[i]!.series);
    const zero = new Decimal(0);
    const amounts = goal.cumulative || goal.kind === 'HABIT';
    return {
      goal,
      direction: trend?.direction ?? null,
      ratePerDay: decimalOf(trend?.ratePerDay ?? null),
      low: decimalOf(trend?.low ?? null),
      high: decimalOf(trend?.high ?? null),
      days: row?.days ?? 0,
      sum: row?.sum ?? zero,
      mean: row?.mean ?? null,
      previousSum: row?.previous_sum ?? zero,
      previousMean: row?.previous_mean ?? null,
      changePercent: amounts ? change(row?.sum, row?.previous_sum) : change(row?.mean, row?.previous_mean),
    };
  });
}

function change(now: Decimal | null | undefined, before: Decimal | null | undefined): number | null {
  if (now == null || before == null || before.isZero()) return null;
  return new Decimal(now).minus(before).div(before.abs()).times(100).toDecimalPlaces(4).toNumber();
}

/**
 * Which goals' daily values go together, every pair at every lag, corrected for both.
 * @throws GraphQLError BAD_USER_INPUT as `progress`, or for a lag outside 0 to 7.
 */
export async function correlated(
  ctx: GoalsUserContext,
  args: { range?: DateRangeInput | null; goalIds?: readonly string[] | null; maximumLag?: number | null },
) {
  const maximumLag = args.maximumLag ?? 7;
  if (maximumLag < 0 || maximumLag > 7) throw badInput('"maximumLag" must be between 0 and 7.');
  const range = await readRange(ctx, args.range, 90);
  const chosen = await chooseGoals(ctx, args.goalIds, args.goalIds ? mostCorrelated : mostGoals);
  const histories = await readHistories(ctx.db, ctx.userId, chosen, range);
  const series = chosen.map((goal, i) => ({ key: goal, series: histories[i]!.series }));
  if (series.length > mostCorrelated) {
    series.sort((a, b) => b.series.length - a.series.length || (a.key.id < b.key.id ? -1 : 1));
    series.length = mostCorrelated;
  }
  return correlations<Goal>(series, maximumLag).map((found) => ({
    ...found,
    p: found.correctedP,
    effect: effectSize(found.r),
    summary: describeCorrelation(found.a.title, found.b.title, found),
  }));
}

async function readRange(
  ctx: GoalsUserContext,
  given: DateRangeInput | null | undefined,
  days: number,
): Promise<Range> {
  if (!given) {
    const to = todayOf(await ctx.loaders.clock(), ctx.now());
    return { from: addDays(to, 1 - days), to };
  }
  const range = { from: textDate(given.from)!, to: textDate(given.to)! };
  if (range.from > range.to) throw badInput('"range.from" must not come after "range.to".');
  if (daysBetween(range.from, range.to) >= longestRange)
    throw badInput(`"range" may span at most ${longestRange} days.`);
  return range;
}

async function chooseGoals(
  ctx: GoalsUserContext,
  ids: readonly string[] | null | undefined,
  most: number,
): Promise<Goal[]> {
  if (ids && ids.length > most) throw badInput(`"goalIds" may hold at most ${most} ids.`);
  if (ids) {
    const found = await ctx.loaders.goal.loadMany([...new Set(ids)]);
    return found.filter((goal): goal is Goal => goal !== null && !(goal instanceof Error) && goal.kind !== 'MILESTONE');
  }
  return ctx.db.goal.findMany({
    where: { userId: ctx.userId, status: 'ACTIVE', kind: { not: 'MILESTONE' } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: most,
  });
}
