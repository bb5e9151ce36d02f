import { Decimal } from 'decimal.js';
import { type Goal, Prisma } from '../../prisma/generated/client.ts';
import type { Tx } from '../shared/db.ts';
import { type PersonalClock, todayOf } from '../shared/personalClock.ts';
import { type LocalDate, periodOf } from './calendar.ts';
import { dateText } from './dates.ts';
import type { DayValue, GoalShape } from './series.ts';
import { shapeOf } from './shape.ts';
import { habitPeriodOptions } from './streaks.ts';

/**
 * What pace, percent of the way and urgency of a goal need, read in constant time however long its history is. `series`
 * is short but gives the same figures as the whole history would:
 *
 * - on a line only the value now and the excused days count: one day that stands for all (the goal's running total, or
 *   its latest day), and the skipped days;
 * - of a habit only the current period counts, so `shape` begins with that. The exception is a habit that began in this
 *   very period or whose deadline has passed: its series is whole.
 */
export interface Standing {
  today: LocalDate;
  shape: GoalShape;
  series: DayValue[];
  /** Exact value of a goal on a line; null for habits. */
  value: Decimal | null;
  /** Entries of today, without skips. */
  entriesToday: number;
}

export interface History {
  series: DayValue[];
}

interface StandingRow {
  goal_id: string;
  latest_date: string | null;
  latest_value: Decimal | null;
  future: Decimal | null;
  skipped: string[] | null;
  dates: string[] | null;
  values: number[] | null;
  marks: boolean[] | null;
  entries_today: number | null;
}

const dayValue = (aggregation: Prisma.Sql) =>
  Prisma.sql`goal_day_value(${aggregation}, day.skipped, day.count, day.sum, day.min, day.max, day.last)`;

/** One statement for all goals asked for. */
export async function readStandings(
  db: Tx,
  userId: string,
  goals: readonly Goal[],
  clock: PersonalClock,
  now: Date,
): Promise<Standing[]> {
  const today = todayOf(clock, now);
  const plans = goals.map((goal) => planOf(goal, clock, today));
  const value = dayValue(Prisma.sql`asked.aggregation`);
  const rows = await db.$queryRaw<StandingRow[]>`
    SELECT asked.goal_id, latest.local_date::text AS latest_date, latest.value AS latest_value, future.value AS future,
           skips.dates AS skipped, span.dates, span.values, span.marks, today.count AS entries_today
    FROM unnest(${goals.map((goal) => goal.id)}::text[], ${goals.map((goal) => goal.aggregation)}::text[],
                ${plans.map((plan) => plan.from)}::date[]) AS asked(goal_id, aggregation, span_start)
    LEFT JOIN LATERAL (
      SELECT day.local_date, ${value} AS value FROM goal_days day
      WHERE day.user_id = ${userId} AND day.goal_id = asked.goal_id AND NOT day.skipped AND day.local_date <= ${today}::date
        AND asked.span_start IS NULL
      ORDER BY day.local_date DESC LIMIT 1
    ) latest ON true
    LEFT JOIN LATERAL (
      SELECT sum(${value}) AS value FROM goal_days day
      WHERE day.user_id = ${userId} AND day.goal_id = asked.goal_id AND NOT day.skipped AND day.local_date > ${today}::date
        AND asked.span_start IS NULL
    ) future ON true
    LEFT JOIN LATERAL (
      SELECT array_agg(day.local_date::text ORDER BY day.local_date) AS dates FROM goal_days day
      WHERE day.user_id = ${userId} AND day.goal_id = asked.goal_id AND day.skipped AND asked.span_start IS NULL
    ) skips ON true
    LEFT JOIN LATERAL (
      SELECT array_agg(day.local_date::text ORDER BY day.local_date) AS dates,
             array_agg(${value}::float8 ORDER BY day.local_date) AS values,
             array_agg(day.skipped ORDER BY day.local_date) AS marks
      FROM goal_days day
      WHERE day.user_id = ${userId} AND day.goal_id = asked.goal_id AND day.local_date >= asked.span_start
    ) span ON true
    LEFT JOIN goal_days today ON today.user_id = ${userId} AND today.goal_id = asked.goal_id AND today.local_date = ${today}::date`;
  const found = new Map(rows.map((row) => [row.goal_id, row]));
  return goals.map((goal, i) => {
    const row = found.get(goal.id)!;
    const base = { today, shape: plans[i]!.shape, entriesToday: row.entries_today ?? 0 };
    if (plans[i]!.from !== null) return { ...base, value: null, series: toSeries(row) };
    return { ...base, ...lineStanding(goal, row) };
  });
}

/** From which day on a habit's days are needed; null for goals on a line. */
function planOf(goal: Goal, clock: PersonalClock, today: LocalDate): { shape: GoalShape; from: LocalDate | null } {
  const shape = shapeOf(goal, clock.weekStart);
  if (shape.kind !== 'HABIT') return { shape, from: null };
  const { start } = periodOf(today, shape.frequency!, habitPeriodOptions(shape));
  const whole = shape.startDate > start || (shape.deadline != null && shape.deadline < today);
  return whole ? { shape, from: '0001-01-01' } : { shape: { ...shape, startDate: start }, from: start };
}

function lineStanding(goal: Goal, row: StandingRow): Pick<Standing, 'series' | 'value'> {
  const start = new Decimal(goal.startValue ?? 0);
  const skips = (row.skipped ?? []).map((localDate) => ({ localDate, value: 0, skipped: true }));
  if (row.latest_date === null) return { value: start, series: skips };
  const sum = new Decimal(goal.total).minus(row.future ?? 0);
  const latest = { localDate: row.latest_date, value: goal.cumulative ? sum.toNumber() : row.latest_value!.toNumber() };
  const series = [...skips, latest].sort((a, b) => (a.localDate < b.localDate ? -1 : 1));
  return { value: goal.cumulative ? start.plus(sum) : new Decimal(row.latest_value!), series };
}

interface HistoryRow {
  goal_id: string;
  dates: string[] | null;
  values: number[] | null;
  marks: boolean[] | null;
}

/** Whole histories, one row a goal: at most one day in each array for every day somebody logged on. */
export async function readHistories(
  db: Tx,
  userId: string,
  goals: readonly Goal[],
  range?: { from: LocalDate; to: LocalDate },
): Promise<History[]> {
  const within = range
    ? Prisma.sql`AND day.local_date BETWEEN ${range.from}::date AND ${range.to}::date`
    : Prisma.empty;
  const rows = await db.$queryRaw<HistoryRow[]>`
    SELECT day.goal_id,
           array_agg(day.local_date::text ORDER BY day.local_date) AS dates,
           array_agg(${dayValue(Prisma.sql`asked.aggregation`)}::float8 ORDER BY day.local_date) AS values,
           array_agg(day.skipped ORDER BY day.local_date) AS marks
    FROM unnest(${goals.map((goal) => goal.id)}::text[], ${goals.map((goal) => goal.aggregation)}::text[]) AS asked(goal_id, aggregation)
    JOIN goal_days day ON day.user_id = ${userId} AND day.goal_id = asked.goal_id ${within}
    GROUP BY day.goal_id`;
  const found = new Map(rows.map((row) => [row.goal_id, row]));
  return goals.map((goal) => ({ series: toSeries(found.get(goal.id)) }));
}

function toSeries(row: Pick<HistoryRow, 'dates' | 'values' | 'marks'> | undefined): DayValue[] {
  return (row?.dates ?? []).map((localDate, i) =>
    row!.marks![i] ? { localDate, value: 0, skipped: true } : { localDate, value: row!.values![i]! },
  );
}

export interface SeriesKey {
  goal: Goal;
  from: LocalDate;
  to: LocalDate;
}

/** A day as the graph shows it, with its exact value. */
export interface SeriesRow {
  localDate: LocalDate;
  value: Decimal;
  skipped: boolean;
  entryCount: number;
}

/** The days of `Goal.series`, one statement for all goals and stretches asked for. */
export async function readSeries(db: Tx, userId: string, keys: readonly SeriesKey[]): Promise<SeriesRow[][]> {
  const rows = await db.$queryRaw<{ nth: bigint; local_date: Date; value: Decimal; skipped: boolean; count: number }[]>`
    SELECT asked.nth, day.local_date, ${dayValue(Prisma.sql`asked.aggregation`)} AS value, day.skipped, day.count
    FROM unnest(${keys.map(({ goal }) => goal.id)}::text[], ${keys.map(({ goal }) => goal.aggregation)}::text[],
                ${keys.map(({ from }) => from)}::date[], ${keys.map(({ to }) => to)}::date[])
         WITH ORDINALITY AS asked(goal_id, aggregation, first, last, nth)
    JOIN goal_days day ON day.user_id = ${userId} AND day.goal_id = asked.goal_id
                      AND day.local_date BETWEEN asked.first AND asked.last
    ORDER BY asked.nth, day.local_date`;
  const series: SeriesRow[][] = keys.map(() => []);
  for (const { nth, local_date, value, skipped, count } of rows) {
    series[Number(nth) - 1]!.push({
      localDate: dateText(local_date),
      value: new Decimal(value).toDecimalPlaces(12),
      skipped,
      entryCount: count,
    });
  }
  return series;
}
