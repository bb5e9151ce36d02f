import { Decimal } from 'decimal.js';
import type { Goal, Milestone } from '../../prisma/generated/client.ts';
import type { Frequency, LocalDate, PeriodUnit, Weekday } from './calendar.ts';
import { dateText } from './dates.ts';
import { type LineTerms, lineTerms } from './line.ts';
import {
  type Aggregation,
  type DayValue,
  followsLine,
  type GoalDirection,
  type GoalKind,
  type GoalShape,
  type GoalStatus,
  milestoneSeries,
} from './series.ts';

/** A stretch in which a goal asks nothing, as it is stored. */
export interface Pause {
  start: LocalDate;
  end: LocalDate | null;
}

/** Mean lengths of the calendar's units, in days: what "per month" comes to per day. */
const unitDays: Record<PeriodUnit, number> = { DAY: 1, WEEK: 7, MONTH: 365.25 / 12, YEAR: 365.25 };

/** The mathematics' view of a row. Numbers here are binary: for statistics, never to be stored. */
export function shapeOf(goal: Goal, weekStart: Weekday = 1): GoalShape {
  const shape: GoalShape = {
    kind: goal.kind as GoalKind,
    direction: goal.direction as GoalDirection,
    cumulative: goal.cumulative,
    aggregation: goal.aggregation as Aggregation,
    frequency: frequencyOf(goal),
    startValue: goal.startValue?.toNumber() ?? null,
    targetValue: goal.targetValue?.toNumber() ?? null,
    ratePerDay: goal.rateAmount === null ? null : goal.rateAmount.toNumber() / unitDays[goal.ratePeriod as PeriodUnit],
    startDate: dateText(goal.startDate),
    deadline: goal.deadline && dateText(goal.deadline),
    status: goal.status as GoalStatus,
    weekStart,
    pauses: pausesOf(goal),
    missingMeans: goal.missingMeans as 'ZERO' | 'NO_DATA',
  };
  // A target that follows from rate and deadline is a target like any other: it can be reached, and measured against.
  if (shape.targetValue === null && shape.ratePerDay !== null && shape.deadline) {
    shape.targetValue = lineTerms(shape)?.targetValue ?? null;
  }
  return shape;
}

export function frequencyOf(goal: Goal): (Frequency & { interval: number }) | null {
  if (goal.frequencyTimes === null) return null;
  return {
    times: goal.frequencyTimes,
    period: goal.frequencyPeriod as PeriodUnit,
    interval: goal.frequencyInterval ?? 1,
  };
}

export const pausesOf = (goal: Goal): Pause[] => goal.pauses as unknown as Pause[];

/** A milestone goal counts its steps: its shape and its history come from them. */
export function milestoneShape(
  goal: Goal,
  milestones: readonly Milestone[],
  weekStart: Weekday = 1,
): { shape: GoalShape; series: DayValue[] } {
  const shape = {
    ...shapeOf(goal, weekStart),
    cumulative: true,
    startValue: 0,
    targetValue: milestones.length || null,
    ratePerDay: null,
  };
  return { shape, series: milestoneSeries(milestones.map(stepOf)) };
}

export const stepOf = (milestone: Milestone) => ({ completedOn: milestone.reachedOn && dateText(milestone.reachedOn) });

/** The goal's line with what follows from two of deadline, target and rate; null for habits and when too little is known. */
export function lineOf(goal: Goal): LineTerms | null {
  const shape = shapeOf(goal);
  return followsLine(shape) && shape.kind !== 'MILESTONE' ? lineTerms(shape) : null;
}

/** Cuts a number of the mathematics to what the scalar Decimal holds. */
export function decimalOf(value: number | null): Decimal | null {
  return value === null || !Number.isFinite(value) ? null : new Decimal(value).toDecimalPlaces(12);
}
