/**
 * Forecasts: the direction a series is going, and when a goal will reach its target if it goes on like that.
 *
 * Two models, because the two kinds of goals fail differently:
 *
 * - A level (weight, resting pulse) scatters around a trend. Its slope is the Theil-Sen estimator, the median of the
 *   slopes between all pairs of days, which a quarter of wild values does not move; its confidence interval is Sen's
 *   (P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968) 1379).
 * - A running total (pages read) is a random walk with drift: each day adds something of its own, and errors pile up. A
 *   line fitted to totals would be far too sure of itself. Its forecast is the drift method with the prediction interval
 *   sigma * sqrt(h * (1 + h / n)) (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 5.2, 5.5).
 */
import { addDays, dayNumber, daysBetween, type LocalDate } from './calendar.ts';
import { normalQuantile, studentQuantile } from './distributions.ts';
import { isBound, targetReached } from './percent.ts';
import { currentValue, excusedDays, type GoalShape, type Series, tidy } from './series.ts';

export interface ForecastOptions {
  /** How many days back the trend is read from. Default 90: what someone does now, not what they did last year. */
  windowDays?: number;
  /** Share of outcomes the interval should hold, 0 to 1. Default 0.8. */
  confidence?: number;
}

export type Forecast =
  | { kind: 'REACHED' }
  /** No target to arrive at: none set, or a bound to keep. */
  | { kind: 'NO_TARGET' }
  /** Not enough to say anything; `days` and `span` are what there is, the others what it takes. */
  | { kind: 'INSUFFICIENT_DATA'; days: number; span: number; neededDays: number; neededSpan: number }
  /** The trend does not lead to the target within `HORIZON_DAYS`. */
  | { kind: 'NOT_ON_TREND'; ratePerDay: number; days: number }
  | {
      kind: 'ON_TREND';
      /** The day the target is reached on the present trend. */
      date: LocalDate;
      earliest: LocalDate;
      /** Null: within the interval lie futures that do not reach it. */
      latest: LocalDate | null;
      ratePerDay: number;
      confidence: number;
      /** Days with data that the trend rests on. */
      days: number;
      method: 'THEIL_SEN' | 'DRIFT';
    };

export interface Trend {
  /** Change per day, with its confidence interval. */
  ratePerDay: number;
  low: number;
  high: number;
  confidence: number;
  /** RISING or FALLING only when the whole interval lies on that side of 0. */
  direction: 'RISING' | 'FALLING' | 'STEADY';
  /** Value of the fitted line on the last day. */
  level: number;
  days: number;
}

/** Dates beyond fifty years say only "never". */
export const HORIZON_DAYS = 18_263;

/** The least a trend is read from: this many days with data, over a span of this many days. */
export const MINIMUM = { days: 5, span: 7 } as const;

/** More days than this are thinned evenly before pairs are formed: 400 days make 79,800 pairs. */
const MOST_DAYS = 400;

/**
 * When the goal reaches its target on the present trend.
 *
 * For a running total every day of the window counts, days without an entry as 0 (a total does not grow by itself), but
 * for excused days, which are left out of the trend and not expected in the future. For a level only days with data count.
 */
export function forecastOf(goal: GoalShape, series: Series, today: LocalDate, options: ForecastOptions = {}): Forecast {
  const target = goal.targetValue;
  if (goal.kind === 'HABIT' || target === null || target === undefined) return { kind: 'NO_TARGET' };
  const actual = currentValue(goal, series, today);
  if (targetReached(goal, actual)) return { kind: 'REACHED' };
  if (isBound(goal, target)) return { kind: 'NO_TARGET' };
  return goal.cumulative
    ? driftForecast(goal, series, today, target - actual, options)
    : levelForecast(series, today, target, options);
}

/**
 * The trend of a series of levels; of a rate (kilometres a day), pass the days' values. Null when there is too little.
 * Skipped days are left out.
 */
export function trendOf(series: Series, options: { confidence?: number } = {}): Trend | null {
  const confidence = options.confidence ?? 0.95;
  const points = thin(series.filter((d) => !d.skipped).map((d) => ({ x: dayNumber(d.localDate), y: d.value })));
  const span = points.length === 0 ? 0 : points[points.length - 1]!.x - points[0]!.x + 1;
  if (points.length < MINIMUM.days || span < MINIMUM.span) return null;
  const { slope, low, high } = theilSen(points, confidence);
  const last = points[points.length - 1]!.x;
  const level = median(points.map((p) => p.y + slope * (last - p.x)));
  const direction = low > 0 ? 'RISING' : high < 0 ? 'FALLING' : 'STEADY';
  return { ratePerDay: slope, low, high, confidence, direction, level, days: points.length };
}

function levelForecast(series: Series, today: LocalDate, target: number, options: ForecastOptions): Forecast {
  const confidence = options.confidence ?? 0.8;
  const from = addDays(today, 1 - (options.windowDays ?? 90));
  const seen = series.filter((d) => !d.skipped && d.localDate >= from && d.localDate <= today);
  const trend = trendOf(seen, { confidence });
  if (!trend)
    return insufficient(seen.length, seen.length ? daysBetween(seen[0]!.localDate, seen.at(-1)!.localDate) + 1 : 0);
  // From the fitted line, not from the last value: one odd morning must not move the date by weeks.
  const sinceLast = daysBetween(seen.at(-1)!.localDate, today);
  const away = (rate: number) => {
    const gap = target - (trend.level + trend.ratePerDay * sinceLast);
    return gap === 0 ? 0 : gap / rate;
  };
  const days = away(trend.ratePerDay);
  if (!(days >= 0 && days <= HORIZON_DAYS))
    return { kind: 'NOT_ON_TREND', ratePerDay: trend.ratePerDay, days: trend.days };
  const sign = Math.sign(trend.ratePerDay);
  const [slow, fast] = sign > 0 ? [trend.low, trend.high] : [trend.high, trend.low];
  const late = away(slow);
  return {
    kind: 'ON_TREND',
    date: ahead(today, days),
    earliest: ahead(today, Math.min(days, away(fast))),
    latest: slow * sign > 0 && late <= HORIZON_DAYS ? ahead(today, Math.max(days, late)) : null,
    ratePerDay: tidy(trend.ratePerDay),
    confidence,
    days: trend.days,
    method: 'THEIL_SEN',
  };
}

function driftForecast(
  goal: GoalShape,
  series: Series,
  today: LocalDate,
  rest: number,
  options: ForecastOptions,
): Forecast {
  const confidence = options.confidence ?? 0.8;
  const window = options.windowDays ?? 90;
  const first = series.find((d) => !d.skipped)?.localDate;
  const last = dayNumber(today);
  const begin = Math.min(dayNumber(goal.startDate), first ? dayNumber(first) : last + 1);
  const from = Math.max(begin, last - window + 1);
  const excused = excusedDays(goal, series, today);
  const byDay = new Map(series.map((d) => [dayNumber(d.localDate), d]));
  const steps: number[] = [];
  let withData = 0;
  for (let day = from; day <= last; day++) {
    const entry = byDay.get(day);
    if (entry && !entry.skipped) withData += 1;
    // Today is not over: while empty it says nothing.
    if (excused.has(day) || (day === last && !entry)) continue;
    steps.push(entry && !entry.skipped ? entry.value : 0);
  }
  if (withData < MINIMUM.days || steps.length < MINIMUM.span) return insufficient(withData, steps.length);
  const n = steps.length;
  const mean = steps.reduce((a, b) => a + b, 0) / n;
  const variance = steps.reduce((sum, step) => sum + (step - mean) ** 2, 0) / (n - 1);
  const days = rest / mean;
  if (!(days >= 0 && days <= HORIZON_DAYS)) return { kind: 'NOT_ON_TREND', ratePerDay: tidy(mean), days: withData };
  const spread = studentQuantile(confidence, n - 1) ** 2 * variance;
  const [early, late] = crossing(Math.abs(rest), Math.abs(mean), spread, n);
  return {
    kind: 'ON_TREND',
    date: ahead(today, days),
    earliest: ahead(today, Math.min(days, early)),
    latest: late !== null && late <= HORIZON_DAYS ? ahead(today, Math.max(days, late)) : null,
    ratePerDay: tidy(mean),
    confidence,
    days: withData,
    method: 'DRIFT',
  };
}

/**
 * The horizons h at which the upper and the lower edge of the prediction interval reach the rest R:
 * h * m ± sqrt(s * h * (1 + h / n)) = R, squared (m² - s / n) h² - (2 R m + s) h + R² = 0. The lower edge may never
 * arrive (null): when the drift is not surely above 0.
 */
function crossing(rest: number, mean: number, spread: number, n: number): [number, number | null] {
  if (spread === 0) return [rest / mean, rest / mean];
  const a = mean * mean - spread / n;
  const b = 2 * rest * mean + spread;
  const root = Math.sqrt(Math.max(0, b * b - 4 * a * rest * rest));
  // Written so that no two close numbers are subtracted.
  const early = (2 * rest * rest) / (b + root);
  return [early, a > 0 ? (b + root) / (2 * a) : null];
}

interface Point {
  x: number;
  y: number;
}

/** Median of the pairwise slopes, and Sen's interval from the variance of Kendall's S with ties among values. */
function theilSen(points: readonly Point[], confidence: number): { slope: number; low: number; high: number } {
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      slopes.push((points[j]!.y - points[i]!.y) / (points[j]!.x - points[i]!.x));
    }
  }
  slopes.sort((a, b) => a - b);
  const n = points.length;
  const ties = new Map<number, number>();
  for (const { y } of points) ties.set(y, (ties.get(y) ?? 0) + 1);
  let variance = n * (n - 1) * (2 * n + 5);
  for (const t of ties.values()) variance -= t * (t - 1) * (2 * t + 5);
  const c = normalQuantile(confidence) * Math.sqrt(variance / 18);
  // scipy.stats.theilslopes takes the same ranks.
  const upper = Math.min(slopes.length - 1, Math.round((slopes.length + c) / 2));
  const lower = Math.max(0, Math.round((slopes.length - c) / 2) - 1);
  return { slope: medianOfSorted(slopes), low: slopes[lower]!, high: slopes[upper]! };
}

function thin(points: Point[]): Point[] {
  if (points.length <= MOST_DAYS) return points;
  const step = (points.length - 1) / (MOST_DAYS - 1);
  return Array.from({ length: MOST_DAYS }, (_, i) => points[Math.round(i * step)]!);
}

function median(values: readonly number[]): number {
  return medianOfSorted([...values].sort((a, b) => a - b));
}

function medianOfSorted(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function ahead(today: LocalDate, days: number): LocalDate {
  return addDays(today, Math.ceil(Math.max(0, tidy(days))));
}

function insufficient(days: number, span: number): Forecast {
  return { kind: 'INSUFFICIENT_DATA', days, span, neededDays: MINIMUM.days, neededSpan: MINIMUM.span };
}
