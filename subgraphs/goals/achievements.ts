import type { Goal } from '../../prisma/generated/client.ts';
import type { NewEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { daysBetween, type LocalDate, periodOf, previousPeriod, type Weekday } from './calendar.ts';
import type { GoalsUserContext } from './context.ts';
import { dateValue } from './dates.ts';
import { readHistories } from './days.ts';
import type { GoalChange } from './entryRows.ts';
import { isBound, progressFraction } from './percent.ts';
import { shapeOf } from './shape.ts';
import { habitPeriodOptions, streaks } from './streaks.ts';

export const achievementNames = [
  'FIRST_ENTRY',
  'STREAK_7',
  'STREAK_30',
  'STREAK_100',
  'HALFWAY',
  'GOAL_COMPLETED',
  'COMEBACK',
] as const;
export type AchievementName = (typeof achievementNames)[number];

/** What each achievement says to people. */
export const achievementTitles: Record<AchievementName, string> = {
  FIRST_ENTRY: 'The first step is made',
  STREAK_7: '7 in a row',
  STREAK_30: '30 in a row',
  STREAK_100: '100 in a row',
  HALFWAY: 'Half of the way is done',
  GOAL_COMPLETED: 'Goal reached',
  COMEBACK: 'Back again',
};

/** An entry after this many days without any is a comeback. */
const comebackDays = 14;
const longestStreak = 100;

/** What one goal's new entries may have earned. `backfill`: history from elsewhere, in which gaps are no comebacks. */
export async function candidates(
  ctx: GoalsUserContext,
  goal: Goal,
  change: GoalChange,
  today: LocalDate,
  options: { backfill?: boolean; completed?: boolean; weekStart: Weekday },
): Promise<AchievementName[]> {
  const earned: AchievementName[] = [];
  const { before, after } = change;
  if (!before && after) earned.push('FIRST_ENTRY');
  if (before && after && !options.backfill && daysBetween(before.localDate, after.localDate) >= comebackDays)
    earned.push('COMEBACK');
  if (goal.kind === 'HABIT') earned.push(...(await streakNames(ctx, goal, today, options.weekStart)));
  else if (passedHalf(goal, change)) earned.push('HALFWAY');
  if (options.completed) earned.push('GOAL_COMPLETED');
  return earned;
}

/** Reads at most as many periods as the longest streak has. */
async function streakNames(
  ctx: GoalsUserContext,
  goal: Goal,
  today: LocalDate,
  weekStart: Weekday,
): Promise<AchievementName[]> {
  const shape = shapeOf(goal, weekStart);
  const options = habitPeriodOptions(shape);
  let period = periodOf(today, shape.frequency!, options);
  for (let i = 0; i < longestStreak; i++) period = previousPeriod(period, shape.frequency!, options);
  const from = period.start;
  const [history] = await readHistories(ctx.db, ctx.userId, [goal], { from, to: today });
  const recent = { ...shape, startDate: [shape.startDate, from].sort().at(-1)! };
  const longest = streaks(recent, history!.series, today).best?.length ?? 0;
  return ([7, 30, 100] as const).filter((length) => longest >= length).map((length) => `STREAK_${length}` as const);
}

function passedHalf(goal: Goal, change: GoalChange): boolean {
  const shape = shapeOf(goal);
  if (shape.targetValue == null || isBound(shape, shape.targetValue)) return false;
  const fraction = (value: number | undefined) =>
    value === undefined ? 0 : progressFraction(shape, [{ localDate: '2000-01-01', value }], '2000-01-01')!;
  const old = goal.cumulative ? goal.total : change.before?.value;
  const now = goal.cumulative ? change.total : change.after?.value;
  return fraction(old?.toNumber()) < 0.5 && fraction(now?.toNumber()) >= 0.5;
}

/** Stores what is earned for the first time and tells of it. */
export async function earn(
  ctx: GoalsUserContext,
  earned: readonly { goalId: string; name: AchievementName }[],
  today: LocalDate,
): Promise<NewEvent[]> {
  if (earned.length === 0) return [];
  const at = ctx.now();
  const rows = await ctx.db.achievement.createManyAndReturn({
    data: earned.map(({ goalId, name }) => ({
      userId: ctx.userId,
      id: newId('achievement', at),
      goalId,
      name,
      localDate: dateValue(today),
      earnedAt: at,
    })),
    skipDuplicates: true,
  });
  return rows.map(({ id, goalId, name }) => ({ type: 'achievement.earned', subjectId: id, data: { goalId, name } }));
}
