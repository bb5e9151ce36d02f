import { Decimal } from 'decimal.js';
import type { Goal } from '../../prisma/generated/client.ts';
import { todayOf } from '../shared/personalClock.ts';
import type { GoalsContext } from './context.ts';
import { type Forecast, forecastOf } from './forecast.ts';
import { type Pace, paceOf } from './pace.ts';
import { progressFraction } from './percent.ts';
import { milestoneShape, shapeOf, stepOf } from './shape.ts';
import { habitPeriods, type Streak, streaksOf } from './streaks.ts';
import { strengthOf } from './strength.ts';

/** The pace of a goal now. */
export async function pace(ctx: GoalsContext, goal: Goal): Promise<Pace> {
  if (goal.kind === 'MILESTONE') {
    const { clock, milestones } = await milestonesNow(ctx, goal);
    const { shape, series } = milestoneShape(goal, milestones, clock.weekStart);
    return paceOf(shape, series, todayOf(clock, ctx.now()));
  }
  const { shape, series, today } = await ctx.loaders.standing.load(goal);
  return paceOf(shape, series, today);
}

/** The value of a goal now; null for a habit in which nothing runs. */
export async function currentValue(ctx: GoalsContext, goal: Goal): Promise<Decimal | null> {
  if (goal.kind === 'MILESTONE') {
    const { milestones } = await milestonesNow(ctx, goal);
    return new Decimal(milestones.filter((milestone) => milestone.reachedOn !== null).length);
  }
  if (goal.kind === 'HABIT') {
    const { actual } = await pace(ctx, goal);
    return actual === null ? null : new Decimal(actual);
  }
  return (await ctx.loaders.standing.load(goal)).value;
}

/** How far a goal has come, in percent; null when there is nothing to measure against. */
export async function percent(ctx: GoalsContext, goal: Goal): Promise<number | null> {
  const fraction = await fractionNow(ctx, goal);
  return fraction === null ? null : Number((fraction * 100).toFixed(4));
}

async function fractionNow(ctx: GoalsContext, goal: Goal): Promise<number | null> {
  if (goal.kind === 'HABIT') return (await pastOf(ctx, goal)).fraction;
  if (goal.kind === 'MILESTONE') {
    const { clock, milestones } = await milestonesNow(ctx, goal);
    return progressFraction(shapeOf(goal), [], todayOf(clock, ctx.now()), milestones.map(stepOf));
  }
  const { shape, series, today } = await ctx.loaders.standing.load(goal);
  return progressFraction(shape, series, today);
}

/** Streaks of a habit, null for other kinds. */
export async function streaks(ctx: GoalsContext, goal: Goal): Promise<Streaks | null> {
  return goal.kind === 'HABIT' ? (await pastOf(ctx, goal)).streaks : null;
}

/** Strength of a habit, 0 to 1; null for other kinds. */
export async function strength(ctx: GoalsContext, goal: Goal): Promise<number | null> {
  return goal.kind === 'HABIT' ? (await pastOf(ctx, goal)).strength : null;
}

export async function forecast(ctx: GoalsContext, goal: Goal): Promise<Forecast> {
  if (goal.kind === 'HABIT') return { kind: 'NO_TARGET' };
  if (goal.kind === 'MILESTONE') {
    const { clock, milestones } = await milestonesNow(ctx, goal);
    const { shape, series } = milestoneShape(goal, milestones, clock.weekStart);
    return forecastOf(shape, series, todayOf(clock, ctx.now()));
  }
  return (await pastOf(ctx, goal)).forecast;
}

/** The living streak and the longest ever. */
export interface Streaks {
  current: Streak | null;
  best: Streak | null;
}

/** Figures that need a goal's whole history. */
interface Past {
  fraction: number | null;
  streaks: Streaks | null;
  strength: number | null;
  forecast: Forecast;
}

/**
 * Remembered by this process under everything they depend on, so that a dashboard opened again does not read years of days
 * again. A goal's `progressVersion` grows with every change of its entries, so a figure is never stale; the oldest are
 * dropped. Nothing is remembered inside a transaction, whose version numbers may be rolled back and used again.
 */
const remembered = new Map<string, Past>();
const mostRemembered = 20_000;

async function pastOf(ctx: GoalsContext, goal: Goal): Promise<Past> {
  const clock = await ctx.loaders.clock();
  const today = todayOf(clock, ctx.now());
  const key = [
    goal.userId,
    goal.id,
    goal.createdAt.getTime(),
    goal.version,
    goal.progressVersion,
    clock.weekStart,
    today,
  ].join(' ');
  const known = remembered.get(key);
  if (known) return known;
  const { series } = await ctx.loaders.history.load(goal);
  const shape = shapeOf(goal, clock.weekStart);
  let past: Past;
  if (goal.kind === 'HABIT') {
    const periods = habitPeriods(shape, series, today);
    const decided = periods.filter(({ state }) => state === 'MET' || state === 'MISSED');
    const met = decided.filter(({ state }) => state === 'MET').length;
    const { current, best } = streaksOf(periods);
    past = {
      fraction: decided.length === 0 ? 0 : met / decided.length,
      streaks: { current, best },
      strength: strengthOf(shape, series, today),
      forecast: { kind: 'NO_TARGET' },
    };
  } else {
    past = { fraction: null, streaks: null, strength: null, forecast: forecastOf(shape, series, today) };
  }
  if (ctx.db === ctx.root) {
    if (remembered.size >= mostRemembered) remembered.delete(remembered.keys().next().value!);
    remembered.set(key, past);
  }
  return past;
}

async function milestonesNow(ctx: GoalsContext, goal: Goal) {
  const [clock, milestones] = await Promise.all([ctx.loaders.clock(), ctx.loaders.milestonesOfGoal.load(goal.id)]);
  return { clock, milestones };
}

/** Drops what is remembered of a person whose data is erased. */
export function forgetFigures(userId: string): void {
  for (const key of remembered.keys()) if (key.startsWith(`${userId} `)) remembered.delete(key);
}
