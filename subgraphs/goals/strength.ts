/**
 * Habit strength, a score from 0 to 1 that a single lapse hardly moves: exponential smoothing of how far the habit was
 * kept each day, exactly as Loop Habit Tracker computes it (iSoron/uhabits, `Score.kt` and `ScoreList.kt`):
 *
 *     multiplier = 0.5 ^ (sqrt(frequency) / 13)
 *     score      = score * multiplier + completed * (1 - multiplier)
 *
 * A daily habit kept perfectly reaches one half after 13 days and 0.8 after 30.
 */
import { dateOfDay, dayNumber, type LocalDate } from './calendar.ts';
import { excusedDays, type GoalShape, habitContribution, habitRequirement, type Series } from './series.ts';

/** Loop's day counts of the longer periods. */
const PERIOD_DAYS = { DAY: 1, WEEK: 7, MONTH: 30, YEAR: 365 } as const;

/** A day without a value, but not to be judged. */
export type StrengthDay = number | 'SKIP';

export interface StrengthRule {
  /** Whether amounts are measured against a target; otherwise days done are counted. */
  numeric: boolean;
  atMost: boolean;
  /** "numerator times in denominator days"; of a numeric habit the target holds for `denominator` days. */
  numerator: number;
  denominator: number;
  target: number;
}

export interface StrengthPoint {
  localDate: LocalDate;
  strength: number;
}

/** One step of the smoothing; `Score.compute`. */
export function nextStrength(frequency: number, previous: number, completed: number): number {
  const multiplier = 0.5 ** (Math.sqrt(frequency) / 13);
  return previous * multiplier + completed * (1 - multiplier);
}

/**
 * The score after each day; `ScoreList.recompute`.
 *
 * - A numeric day counts min(1, sum of the last `denominator` days / target).
 * - AT_MOST begins at 1 and counts 1 - (sum - target) / target, kept between 0 and 1; with target 0 any amount is 0.
 * - A yes-or-no habit that is not daily doubles numerator and denominator, so that a weekly habit done on changing days
 *   does not waver.
 * - A skip leaves the score as it is. (Loop stores a skip as 3 and so adds 0.003 to a numeric sum; here it adds nothing.)
 *
 * @param days consecutive days, oldest first; a day without data is 0
 */
export function strengthPath(days: readonly StrengthDay[], rule: StrengthRule): number[] {
  const frequency = rule.numerator / rule.denominator;
  const stretch = !rule.numeric && frequency < 1 ? 2 : 1;
  const numerator = rule.numerator * stretch;
  const window = rule.denominator * stretch;
  const amount = (i: number) => {
    const day = days[i]!;
    return day === 'SKIP' ? 0 : rule.numeric ? Math.max(0, day) : day > 0 ? 1 : 0;
  };
  let sum = 0;
  let score = rule.numeric && rule.atMost ? 1 : 0;
  return days.map((day, i) => {
    sum += amount(i);
    if (i >= window) sum -= amount(i - window);
    if (day !== 'SKIP')
      score = nextStrength(frequency, score, rule.numeric ? kept(sum, rule) : Math.min(1, sum / numerator));
    return score;
  });
}

function kept(sum: number, { atMost, target }: StrengthRule): number {
  if (!atMost) return target > 0 ? Math.min(1, sum / target) : 1;
  if (target > 0) return Math.min(1, Math.max(0, 1 - (sum - target) / target));
  return sum > 1e-9 ? 0 : 1;
}

/**
 * How a goal's frequency reads in Loop's terms. What counts amounts, and every limit, is numeric; days done are not.
 * A limit on days ("above 2000 on at most one day a week") is numeric over those days.
 */
export function strengthRule(goal: GoalShape): StrengthRule {
  const requirement = habitRequirement(goal);
  const { times, period, interval = 1 } = goal.frequency!;
  const denominator = PERIOD_DAYS[period] * interval;
  const atMost = goal.direction === 'AT_MOST';
  const numeric = requirement.counts === 'AMOUNT' || atMost;
  return { numeric, atMost, numerator: numeric ? 1 : times, denominator, target: numeric ? requirement.required : 0 };
}

/**
 * The habit's strength at the end of each day from its start (or first entry) to today, oldest first. Skipped and paused
 * days leave it unchanged; days without data count as not done, for a limit as nothing done.
 */
export function strengthHistory(goal: GoalShape, series: Series, today: LocalDate): StrengthPoint[] {
  const requirement = habitRequirement(goal);
  const first = Math.min(dayNumber(series[0]?.localDate ?? goal.startDate), dayNumber(goal.startDate));
  const last = dayNumber(goal.deadline && goal.deadline < today ? goal.deadline : today);
  if (last < first) return [];
  const excused = excusedDays(goal, series, today);
  const days: StrengthDay[] = Array.from({ length: last - first + 1 }, (_, i) => (excused.has(first + i) ? 'SKIP' : 0));
  for (const day of series) {
    const i = dayNumber(day.localDate) - first;
    if (i < days.length && days[i] !== 'SKIP') days[i] = habitContribution(goal, requirement, day);
  }
  return strengthPath(days, strengthRule(goal)).map((strength, i) => ({ localDate: dateOfDay(first + i), strength }));
}

/** The habit's strength now, 0 to 1; null before its first day. */
export function strengthOf(goal: GoalShape, series: Series, today: LocalDate): number | null {
  return strengthHistory(goal, series, today).at(-1)?.strength ?? null;
}
