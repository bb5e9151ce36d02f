import type { Goal } from '../../prisma/generated/client.ts';
import { badInput } from '../shared/errors.ts';
import { todayOf } from '../shared/personalClock.ts';
import type { GoalsContext, GoalsUserContext } from './context.ts';
import { pace } from './figures.ts';
import { type Pace, urgencyLoad } from './pace.ts';

/** A dashboard of whom we know only the id; there is one a person. */
export interface DashboardRef {
  id: string;
}

/** An active goal with its pace. */
export interface AgendaItem {
  goal: Goal;
  pace: Pace;
}

const longestList = 50;

/** The viewer's active goals, the most urgent first: what all of the dashboard's lists and figures are cut from. */
export async function readAgenda(ctx: GoalsContext): Promise<AgendaItem[]> {
  const goals = await ctx.db.goal.findMany({ where: { userId: ctx.viewer!.userId, status: 'ACTIVE' } });
  const agenda = await Promise.all(goals.map(async (goal) => ({ goal, pace: await pace(ctx, goal) })));
  const key = ({ goal, pace: { urgencyKey } }: AgendaItem) => `${urgencyKey} ${goal.id}`;
  return agenda.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const goalsOf = (items: readonly AgendaItem[]) => items.slice(0, longestList).map(({ goal }) => goal);
const isDueToday = ({ pace: { safeDays, due } }: AgendaItem) => safeDays === 0 && due !== null;

export async function dueToday(ctx: GoalsUserContext): Promise<Goal[]> {
  return goalsOf((await ctx.loaders.agenda()).filter(isDueToday));
}

export async function behind(ctx: GoalsUserContext): Promise<Goal[]> {
  return goalsOf((await ctx.loaders.agenda()).filter((item) => item.pace.status === 'BEHIND'));
}

export async function mostUrgent(ctx: GoalsUserContext, first: number): Promise<Goal[]> {
  return goalsOf((await ctx.loaders.agenda()).slice(0, checkFirst(first)));
}

export async function load(ctx: GoalsUserContext): Promise<number> {
  return urgencyLoad((await ctx.loaders.agenda()).map((item) => item.pace));
}

/** What today asks for: goals still due, and goals that got an entry today. */
export async function todayProgress(ctx: GoalsUserContext) {
  const agenda = await ctx.loaders.agenda();
  const today = await Promise.all(
    agenda.map(async (item) => ({
      due: isDueToday(item),
      entries: item.goal.kind === 'MILESTONE' ? 0 : (await ctx.loaders.standing.load(item.goal)).entriesToday,
    })),
  );
  const asked = today.filter(({ due, entries }) => due || entries > 0);
  const doneCount = asked.filter(({ due }) => !due).length;
  return {
    localDate: todayOf(await ctx.loaders.clock(), ctx.now()),
    dueCount: asked.length,
    doneCount,
    fraction: asked.length === 0 ? null : doneCount / asked.length,
    entryCount: today.reduce((sum, { entries }) => sum + entries, 0),
  };
}

export async function recentAchievements(ctx: GoalsUserContext, first: number) {
  return ctx.db.achievement.findMany({
    where: { userId: ctx.userId },
    orderBy: [{ earnedAt: 'desc' }, { id: 'desc' }],
    take: checkFirst(first),
  });
}

function checkFirst(first: number): number {
  if (first < 1 || first > longestList) throw badInput(`"first" must be between 1 and ${longestList}.`);
  return first;
}
