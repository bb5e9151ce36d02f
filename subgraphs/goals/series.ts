/**
 * The shape of a goal as the mathematics sees it, and its history as a series of local days.
 *
 * Values here are JavaScript numbers: the results are statistics and ratios. What a person measured stays a Decimal in
 * the database and in the graph; the caller converts at this border.
 */
import { Decimal } from 'decimal.js';
import { type DateRange, dayNumber, type Frequency, type LocalDate, type Weekday } from './calendar.ts';

export type GoalKind = 'NUMERIC' | 'HABIT' | 'MILESTONE' | 'CUSTOM';
export type GoalDirection = 'AT_LEAST' | 'AT_MOST';
export type Aggregation = 'SUM' | 'LAST' | 'MIN' | 'MAX' | 'MEAN';
export type GoalStatus = 'ACTIVE' | 'COMPLETED' | 'PAUSED' | 'CANCELLED';

/**
 * What the mathematics needs to know of a goal. The four kinds are presets over the other fields.
 *
 * - NUMERIC and CUSTOM: a value moves from `startValue` to `targetValue` along a line.
 * - HABIT: `frequency` says how often per period; see `habitRequirement`.
 * - MILESTONE: counts its steps. Either pass the milestones themselves where asked, or a cumulative series with 1 on the
 *   day each was done (`milestoneSeries`) and `targetValue` = how many there are.
 */
export interface GoalShape {
  kind: GoalKind;
  direction: GoalDirection;
  /** Whether values add up over time toward the target; otherwise the latest value counts. */
  cumulative: boolean;
  /** How several entries of one local day become that day's value. */
  aggregation: Aggregation;
  /** Required for a HABIT, ignored otherwise. */
  frequency?: Frequency | null;
  /** Where the line begins; 0 when absent. A cumulative total begins here too. */
  startValue?: number | null;
  targetValue?: number | null;
  /** Change per day, for a line given by rate: any two of deadline, target and rate give the third. */
  ratePerDay?: number | null;
  startDate: LocalDate;
  deadline?: LocalDate | null;
  status: GoalStatus;
  /** First day of the user's week; Monday when absent. */
  weekStart?: Weekday;
  /** Stretches in which the goal asks nothing. `end: null` is a pause that still lasts. */
  pauses?: readonly { start: LocalDate; end: LocalDate | null }[];
  /**
   * What a day without any entry means for an AT_MOST habit or one fed by a device. 'ZERO' (default): nothing logged is
   * nothing done. 'NO_DATA': we were not told (HealthKit hides a refused permission as absence), so a period without a
   * single entry is neither met nor missed.
   */
  missingMeans?: 'ZERO' | 'NO_DATA';
}

/** The value of one local day. `skipped` days carry no value that counts. */
export interface DayValue {
  localDate: LocalDate;
  value: number;
  skipped?: boolean;
}

/** A goal's history: at most one item per local day, oldest first. Absent days have no data, which is not zero. */
export type Series = readonly DayValue[];

/** One logged entry, in the order it was logged. */
export interface SeriesEntry {
  localDate: LocalDate;
  value: number;
  skipped?: boolean;
}

export interface Milestone {
  /** Null while it is open. */
  completedOn: LocalDate | null;
}

/**
 * One value per local day, oldest first. The database does this in SQL; this is the same rule for tests and imports.
 * A day is skipped only when all its entries are skips: who skipped in the morning and did it in the evening, did it.
 * LAST is the entry latest in the input. Sums and means are exact decimals, so 0.1 + 0.2 is 0.3.
 */
export function dayValues(entries: readonly SeriesEntry[], aggregation: Aggregation): DayValue[] {
  const byDay = new Map<LocalDate, number[]>();
  for (const entry of entries) {
    const values = byDay.get(entry.localDate) ?? [];
    byDay.set(entry.localDate, values);
    if (!entry.skipped) values.push(entry.value);
  }
  return [...byDay]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([localDate, values]) =>
      values.length === 0
        ? { localDate, value: 0, skipped: true }
        : { localDate, value: aggregate(values, aggregation) },
    );
}

/** Combines the values of one day. @throws RangeError for an empty list */
export function aggregate(values: readonly number[], aggregation: Aggregation): number {
  if (values.length === 0) throw new RangeError('no values to aggregate');
  switch (aggregation) {
    case 'SUM':
      return sum(values).toNumber();
    case 'MEAN':
      return sum(values).div(values.length).toNumber();
    case 'LAST':
      return values[values.length - 1]!;
    case 'MIN':
      return values.reduce((a, b) => Math.min(a, b));
    case 'MAX':
      return values.reduce((a, b) => Math.max(a, b));
  }
}

/** The goal's value at the end of `asOf`: the running total, or the latest day's value, or where it started. */
export function currentValue(goal: GoalShape, series: Series, asOf: LocalDate): number {
  const total = new RunningTotal(goal.startValue ?? 0);
  let latest = goal.startValue ?? 0;
  for (const day of series) {
    if (day.localDate > asOf) break;
    if (day.skipped) continue;
    latest = day.value;
    if (goal.cumulative) total.add(day.value);
  }
  return goal.cumulative ? total.value : latest;
}

/**
 * The goal's value per day as a line to draw or fit: running totals for a cumulative goal, the days' values otherwise.
 * Skipped days are left out.
 */
export function valueSeries(goal: Pick<GoalShape, 'cumulative' | 'startValue'>, series: Series): DayValue[] {
  const counted = series.filter((day) => !day.skipped);
  if (!goal.cumulative) return counted.map(({ localDate, value }) => ({ localDate, value }));
  const total = new RunningTotal(goal.startValue ?? 0);
  return counted.map(({ localDate, value }) => {
    total.add(value);
    return { localDate, value: total.value };
  });
}

/** A series with 1 for each milestone done, on the day it was done. */
export function milestoneSeries(milestones: readonly Milestone[]): DayValue[] {
  const done = milestones.flatMap((m) => (m.completedOn ? [{ localDate: m.completedOn, value: 1 }] : []));
  return dayValues(done, 'SUM');
}

/** Day numbers on which the goal asked nothing: skipped days, and days inside pauses. An open pause reaches to `until`. */
export function excusedDays(goal: GoalShape, series: Series, until: LocalDate): Set<number> {
  const excused = new Set<number>();
  for (const day of series) if (day.skipped) excused.add(dayNumber(day.localDate));
  // Nothing before the start or after `until` is ever asked about, so a careless pause cannot make this loop long.
  const first = dayNumber(goal.startDate);
  const last = dayNumber(until);
  for (const pause of goal.pauses ?? []) {
    const end = pause.end === null ? last : Math.min(last, dayNumber(pause.end));
    for (let day = Math.max(first, dayNumber(pause.start)); day <= end; day++) excused.add(day);
  }
  return excused;
}

/** What one period asks of a habit. */
export interface HabitRequirement {
  /**
   * DAYS: on how many days the day's value passed `dayThreshold`. AMOUNT: the sum of the days' values.
   */
  counts: 'DAYS' | 'AMOUNT';
  /** What is needed (AT_LEAST) or allowed (AT_MOST) in one whole period. */
  required: number;
  /**
   * For DAYS: a day counts when its value is at least this (AT_LEAST) or more than this (AT_MOST, where each such day
   * is a lapse). Null: any value above 0 counts.
   */
  dayThreshold: number | null;
}

/**
 * Reads a habit's frequency, target and `cumulative` together:
 *
 * | goal                                   | times | period | target | cumulative | asks for                     |
 * |----------------------------------------|-------|--------|--------|------------|------------------------------|
 * | meditate every day                     | 1     | DAY    | -      | no         | 1 day                        |
 * | gym three times a week                 | 3     | WEEK   | -      | no         | 3 days                       |
 * | 10 minutes of yoga, five days a week   | 5     | WEEK   | 10     | no         | 5 days with 10 or more       |
 * | 20 km a week                           | 1     | WEEK   | 20     | yes        | 20 in sum                    |
 * | 8 glasses a day                        | 8     | DAY    | -      | either     | 8 in sum                     |
 * | at most 2 coffees a day                | 1     | DAY    | 2      | either     | at most 2 in sum             |
 * | at most one day a week above 2000 kcal | 1     | WEEK   | 2000   | no         | at most 1 day above 2000     |
 *
 * A day holds only one day, so "n times a day" and a daily limit are always amounts.
 * @throws RangeError when the goal has no frequency
 */
export function habitRequirement(goal: GoalShape): HabitRequirement {
  const frequency = goal.frequency;
  if (!frequency) throw new RangeError('a habit needs a frequency');
  const target = goal.targetValue ?? null;
  const oneDay = frequency.period === 'DAY' && (frequency.interval ?? 1) === 1;
  const amount = goal.cumulative || (oneDay && (frequency.times !== 1 || goal.direction === 'AT_MOST'));
  if (amount) return { counts: 'AMOUNT', required: tidy((target ?? 1) * frequency.times), dayThreshold: null };
  return { counts: 'DAYS', required: frequency.times, dayThreshold: target };
}

/** How much one day adds to a period of the habit. */
export function habitContribution(goal: GoalShape, requirement: HabitRequirement, day: DayValue): number {
  if (day.skipped) return 0;
  if (requirement.counts === 'AMOUNT') return day.value;
  const { dayThreshold } = requirement;
  if (goal.direction === 'AT_MOST') return day.value > (dayThreshold ?? 0) ? 1 : 0;
  return (dayThreshold === null ? day.value > 0 : day.value >= dayThreshold) ? 1 : 0;
}

/** Whether the kind of goal moves along a line (all but habits). */
export function followsLine(goal: GoalShape): boolean {
  return goal.kind !== 'HABIT';
}

/** Takes binary noise off a result: 12 significant digits, so that 0.30000000000000004 reads 0.3. */
export function tidy(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(12)) : value;
}

/** `a >= b` up to rounding noise relative to the numbers' size. */
export function reaches(a: number, b: number): boolean {
  return a >= b - 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

/** The dates a series spans, or null when it is empty. */
export function spanOf(series: Series): DateRange | null {
  if (series.length === 0) return null;
  return { start: series[0]!.localDate, end: series[series.length - 1]!.localDate };
}

function sum(values: readonly number[]): Decimal {
  return values.reduce((total, value) => total.plus(value), new Decimal(0));
}

/**
 * Adds thousands of days without the rounding errors piling up (Neumaier's compensated sum), some fifty times faster than
 * decimals. Fifteen digits are what a double can show exactly.
 */
class RunningTotal {
  #sum: number;
  #lost = 0;

  constructor(start: number) {
    this.#sum = start;
  }

  add(value: number): void {
    const next = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum;
    this.#sum = next;
  }

  get value(): number {
    return Number((this.#sum + this.#lost).toPrecision(15));
  }
}
