/** How far a goal has come, as a fraction: 0 is the start, 1 the target. */
import type { LocalDate } from './calendar.ts';
import { currentValue, type GoalShape, type Milestone, reaches, type Series, tidy } from './series.ts';
import { habitPeriods } from './streaks.ts';

/**
 * Progress of any goal as a fraction, never below 0, not cut off above 1 (120 % of a target is worth seeing; cut it
 * with `shownFraction` for a bar).
 *
 * - A value moving toward a target, up or down: the share of the way from start to target.
 * - A budget (AT_MOST, cumulative): the share of the allowance that is used up; above 1 is over budget.
 * - A value to keep on the right side of a bound it is already beyond (AT_MOST with start below the target, AT_LEAST with
 *   start above it): 1 while it is kept, and falling to 0 as the value strays by as much as the bound itself.
 * - Habits: periods met out of periods decided, from the start until now. Skipped periods are left out, the running one
 *   counts only once it is decided. 0 while nothing is decided.
 * - Milestones: done out of all, when they are given; otherwise like a value.
 *
 * Null when the goal has no target to measure against.
 */
export function progressFraction(
  goal: GoalShape,
  series: Series,
  today: LocalDate,
  milestones?: readonly Milestone[],
): number | null {
  if (goal.kind === 'HABIT') return habitFraction(goal, series, today);
  if (goal.kind === 'MILESTONE' && milestones) return milestoneFraction(milestones, today);
  const target = goal.targetValue;
  if (target === null || target === undefined) return null;
  return valueFraction(goal, currentValue(goal, series, today), target);
}

/** The fraction for a progress bar: between 0 and 1. */
export function shownFraction(fraction: number | null): number | null {
  return fraction === null ? null : Math.min(1, Math.max(0, fraction));
}

/** Whether a value fulfils the goal. A bound to keep (see `progressFraction`) is never "reached" before the deadline. */
export function targetReached(goal: GoalShape, value: number): boolean {
  const target = goal.targetValue;
  if (target === null || target === undefined || isBound(goal, target)) return false;
  return goal.direction === 'AT_LEAST' ? reaches(value, target) : reaches(target, value);
}

/** Whether the target is a limit to stay within rather than a place to arrive at. */
export function isBound(goal: GoalShape, target: number): boolean {
  const start = goal.startValue ?? 0;
  return goal.direction === 'AT_LEAST' ? target <= start : target >= start;
}

function valueFraction(goal: GoalShape, value: number, target: number): number {
  const start = goal.startValue ?? 0;
  if (!isBound(goal, target)) return Math.max(0, tidy((value - start) / (target - start)));
  if (goal.cumulative && target !== start) return Math.max(0, tidy((value - start) / (target - start)));
  const strayed = goal.direction === 'AT_MOST' ? value - target : target - value;
  if (strayed <= 0) return 1;
  return target === 0 ? 0 : Math.max(0, tidy(1 - strayed / Math.abs(target)));
}

function milestoneFraction(milestones: readonly Milestone[], today: LocalDate): number {
  if (milestones.length === 0) return 0;
  const done = milestones.filter((m) => m.completedOn !== null && m.completedOn <= today).length;
  return done / milestones.length;
}

function habitFraction(goal: GoalShape, series: Series, today: LocalDate): number {
  let met = 0;
  let missed = 0;
  for (const period of habitPeriods(goal, series, today)) {
    if (period.state === 'MET') met += 1;
    else if (period.state === 'MISSED') missed += 1;
  }
  return met + missed === 0 ? 0 : met / (met + missed);
}
