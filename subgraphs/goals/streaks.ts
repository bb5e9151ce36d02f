/**
 * Streaks of habits, counted in periods ("twice a week" makes weeks), never in days.
 *
 * Skips do not punish life: an excused period neither breaks a streak nor lengthens it, a period excused in part asks
 * for its share, and the period that still runs breaks nothing before it is over.
 */
import {
  type DateRange,
  dayNumber,
  type Frequency,
  type LocalDate,
  type Period,
  type PeriodOptions,
  periodOf,
  periodsIn,
} from './calendar.ts';
import {
  excusedDays,
  type GoalShape,
  type HabitRequirement,
  habitContribution,
  habitRequirement,
  reaches,
  type Series,
  tidy,
} from './series.ts';

/**
 * MET and MISSED are decided. RUNNING is undecided. SKIPPED was excused in full. NO_DATA: nothing is known of it
 * (`missingMeans: 'NO_DATA'`).
 */
export type PeriodState = 'MET' | 'MISSED' | 'RUNNING' | 'SKIPPED' | 'NO_DATA';

export interface HabitPeriod extends Period {
  state: PeriodState;
  /** What was done: days or amount, as the requirement counts. */
  done: number;
  /** What this period asks for (AT_LEAST) or allows (AT_MOST), after excused days. */
  required: number;
  /** Days of the period that are not excused and lie within the goal's life. */
  activeDays: number;
  /** Whether today lies in this period. */
  current: boolean;
}

export interface Streak extends DateRange {
  /** Periods met. */
  length: number;
}

export interface Streaks {
  /** The streak that still lives, or null. */
  current: Streak | null;
  /** The longest ever; the most recent of equals. */
  best: Streak | null;
  /** All streaks, oldest first. */
  all: Streak[];
}

/**
 * The habit's periods from its start (or its first entry, when history was imported from before) until today, oldest
 * first, each with its state.
 *
 * A period with `a` of its `L` days active asks AT_LEAST habits for ceil(times * a / L) days, or a / L of an amount: one
 * skipped day of a week leaves "3 times" at 3, five leave 1. Days before the start, after the deadline, skipped and
 * paused days are not active. A limit (AT_MOST) is never lowered by skips.
 */
export function habitPeriods(goal: GoalShape, series: Series, today: LocalDate): HabitPeriod[] {
  const frequency = requireFrequency(goal);
  const requirement = habitRequirement(goal);
  const first = firstDate(goal, series);
  const last = goal.deadline && goal.deadline < today ? goal.deadline : today;
  const options = habitPeriodOptions(goal);
  if (first > last) return [];
  const excused = excusedDays(goal, series, periodOf(last, frequency, options).end);
  const life = { first: dayNumber(first), last: goal.deadline ? dayNumber(goal.deadline) : Number.MAX_SAFE_INTEGER };
  const now = dayNumber(today);
  const days = series.map((day) => dayNumber(day.localDate));
  const periods: HabitPeriod[] = [];
  let at = 0;
  for (const { key, start, end, days: length } of periodsIn({ start: first, end: last }, frequency, options)) {
    const startDay = dayNumber(start);
    const endDay = startDay + length - 1;
    let done = 0;
    let entries = 0;
    for (; at < days.length && days[at]! <= endDay; at++) {
      if (days[at]! < life.first || days[at]! > life.last || days[at]! > now) continue;
      done += habitContribution(goal, requirement, series[at]!);
      if (!series[at]!.skipped) entries += 1;
    }
    if (entries > 1) done = tidy(done);
    let activeDays = 0;
    for (let day = Math.max(startDay, life.first); day <= Math.min(endDay, life.last); day++) {
      if (!excused.has(day)) activeDays += 1;
    }
    const required = requiredIn(goal, requirement, activeDays / length);
    const over = endDay < now || life.last < now;
    const unknown = entries === 0 && goal.missingMeans === 'NO_DATA';
    const state = stateOf(goal, { done, required, activeDays, over, unknown });
    periods.push({ key, start, end, days: length, state, done, required, activeDays, current: !over });
  }
  return periods;
}

function stateOf(
  goal: GoalShape,
  p: { done: number; required: number; activeDays: number; over: boolean; unknown: boolean },
): PeriodState {
  if (p.activeDays === 0) return 'SKIPPED';
  if (goal.direction === 'AT_MOST') {
    if (!reaches(p.required, p.done)) return 'MISSED';
    if (!p.over) return 'RUNNING';
    return p.unknown ? 'NO_DATA' : 'MET';
  }
  if (reaches(p.done, p.required)) return 'MET';
  if (!p.over) return 'RUNNING';
  return p.unknown ? 'NO_DATA' : 'MISSED';
}

/**
 * Current and best streak of a habit. A streak begins with the first day of its first met period and ends with the last
 * day of its last met one, so skips at its ends do not lengthen it.
 */
export function streaks(goal: GoalShape, series: Series, today: LocalDate): Streaks {
  return streaksOf(habitPeriods(goal, series, today));
}

/** The streaks in a list of periods, oldest first. */
export function streaksOf(periods: readonly HabitPeriod[]): Streaks {
  const all: Streak[] = [];
  let open: Streak | null = null;
  for (const period of periods) {
    if (period.state === 'MISSED') {
      open = null;
    } else if (period.state === 'MET') {
      if (open) {
        open.length += 1;
        open.end = period.end;
      } else {
        open = { start: period.start, end: period.end, length: 1 };
        all.push(open);
      }
    }
  }
  const best = all.reduce<Streak | null>((a, b) => (a === null || b.length >= a.length ? b : a), null);
  return { current: open, best, all };
}

/** How the habit's periods are cut: the user's week start, and multi-unit periods counted from the goal's start. */
export function habitPeriodOptions(goal: GoalShape): PeriodOptions {
  return { weekStart: goal.weekStart ?? 1, anchor: goal.startDate };
}

function requireFrequency(goal: GoalShape): Frequency {
  if (!goal.frequency) throw new RangeError('a habit needs a frequency');
  return goal.frequency;
}

function firstDate(goal: GoalShape, series: Series): LocalDate {
  const earliest = series.find((day) => !day.skipped)?.localDate;
  return earliest && earliest < goal.startDate ? earliest : goal.startDate;
}

/** Day numbers of the period on which the habit asks for something: within its life and not excused. */
export function activeDaysIn(goal: GoalShape, period: DateRange, excused: ReadonlySet<number>): number[] {
  const from = Math.max(dayNumber(period.start), dayNumber(goal.startDate));
  const to = Math.min(dayNumber(period.end), goal.deadline ? dayNumber(goal.deadline) : Number.MAX_SAFE_INTEGER);
  const active: number[] = [];
  for (let day = from; day <= to; day++) if (!excused.has(day)) active.push(day);
  return active;
}

/** What a period asks for when only a share of its days is active; see `habitPeriods`. */
export function requiredIn(goal: GoalShape, requirement: HabitRequirement, share: number): number {
  if (goal.direction === 'AT_MOST') return requirement.required;
  // The small step back keeps 7 * (6 / 7), which computes as 6.000000000000001, from asking for 7.
  return requirement.counts === 'DAYS'
    ? Math.ceil(requirement.required * share - 1e-9)
    : tidy(requirement.required * share);
}
