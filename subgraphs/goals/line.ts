/**
 * The line a goal should follow: from its start value on its start date to its target on its deadline, flat on excused
 * days. Beeminder calls it the bright red line.
 */
import { addDays, dayNumber, daysBetween, type LocalDate } from './calendar.ts';
import { isBound } from './percent.ts';
import { type GoalShape, tidy } from './series.ts';

export interface LineTerms {
  startDate: LocalDate;
  startValue: number;
  deadline: LocalDate | null;
  targetValue: number | null;
  ratePerDay: number;
  /** Whether the line ends at a fixed date, so that excused days make the rest steeper rather than later. */
  fixedEnd: boolean;
}

/** A line is followed for at most a century. */
export const FARTHEST_DAYS = 36_525;

/**
 * Completes a line from two of deadline, target and rate (Beeminder's `mathishard`); given all three, deadline and
 * target win. A rate alone makes a line without an end.
 *
 * A bound to keep (`isBound`: "stay below 70") is a flat line at the bound, with or without a deadline. Only a budget that
 * is used up over time (cumulative, with a deadline) and a bound with a rate of its own have a slope.
 * @returns null when nothing can be derived, or when the rate leads away from the target
 */
export function lineTerms(goal: GoalShape): LineTerms | null {
  const startValue = goal.startValue ?? 0;
  const deadline = goal.deadline ?? null;
  const targetValue = goal.targetValue ?? null;
  const rate = goal.ratePerDay ?? null;
  const base = { startDate: goal.startDate, startValue };
  if (deadline !== null && deadline < goal.startDate) return null;
  if (targetValue !== null && rate === null && isBound(goal, targetValue) && !(goal.cumulative && deadline !== null)) {
    return { ...base, startValue: targetValue, deadline, targetValue, ratePerDay: 0, fixedEnd: deadline !== null };
  }
  if (deadline !== null && targetValue !== null) {
    const length = Math.max(1, daysBetween(goal.startDate, deadline));
    return { ...base, deadline, targetValue, ratePerDay: (targetValue - startValue) / length, fixedEnd: true };
  }
  if (rate === null) return null;
  if (deadline !== null) {
    const value = tidy(startValue + rate * daysBetween(goal.startDate, deadline));
    return { ...base, deadline, targetValue: value, ratePerDay: rate, fixedEnd: true };
  }
  if (targetValue === null) return { ...base, deadline, targetValue, ratePerDay: rate, fixedEnd: false };
  if (targetValue !== startValue && (rate === 0 || targetValue > startValue !== rate > 0)) return null;
  const length = targetValue === startValue ? 0 : Math.ceil(tidy((targetValue - startValue) / rate));
  if (length > FARTHEST_DAYS) return null;
  return { ...base, deadline: addDays(goal.startDate, length), targetValue, ratePerDay: rate, fixedEnd: false };
}

/**
 * The line's value at the end of a day.
 *
 * On an excused day (skip, pause) the line stays flat. What that day would have asked for is spread over the days that
 * remain until a fixed deadline; a line given by its rate keeps its slope and arrives later instead. So a skip never puts
 * anyone behind, and never changes the line of the days before it. From a fixed deadline on, the line is the target.
 */
export function lineAt(terms: LineTerms, excused: ReadonlySet<number>): (day: number) => number {
  const start = dayNumber(terms.startDate);
  const end = terms.deadline === null ? null : dayNumber(terms.deadline);
  const flat = [...excused].filter((day) => day > start && !(terms.fixedEnd && end !== null && day > end));
  flat.sort((a, b) => a - b);
  const pieces = [{ day: start, value: terms.startValue, slope: terms.ratePerDay }];
  for (const day of flat) {
    const last = pieces[pieces.length - 1]!;
    const value = last.value + last.slope * (day - 1 - last.day);
    const slope =
      terms.fixedEnd && end !== null ? (day < end ? (terms.targetValue! - value) / (end - day) : 0) : last.slope;
    pieces.push({ day, value, slope });
  }
  return (day) => {
    if (terms.fixedEnd && end !== null && day >= end) return terms.targetValue!;
    if (day <= start) return terms.startValue;
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pieces[middle]!.day <= day) low = middle;
      else high = middle - 1;
    }
    const piece = pieces[low]!;
    const value = tidy(piece.value + piece.slope * (day - piece.day));
    if (terms.targetValue === null) return value;
    return terms.ratePerDay >= 0 ? Math.min(value, terms.targetValue) : Math.max(value, terms.targetValue);
  };
}

/** The first day from `from` to `to` for which a condition holds that, once true, stays true. */
export function firstDay(from: number, to: number, holds: (day: number) => boolean): number | null {
  if (to < from || !holds(to)) return null;
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
