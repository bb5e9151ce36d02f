import { Decimal } from 'decimal.js';
import type { Goal } from '../../prisma/generated/client.ts';
import { signedIn } from '../shared/context.ts';
import { badInput } from '../shared/errors.ts';
import { isId } from '../shared/ids.ts';
import { type PageArgs, readSlice } from '../shared/pagination.ts';
import { todayOf } from '../shared/personalClock.ts';
import { type AchievementName, achievementTitles } from './achievements.ts';
import { correlated, progress, trends } from './analytics.ts';
import { addDays, daysBetween, type PeriodUnit } from './calendar.ts';
import type { GoalsContext } from './context.ts';
import type { CustomFieldDefinition, CustomFieldValues } from './customFields.ts';
import * as dashboard from './dashboard.ts';
import { deleteProgressEntry, updateProgressEntry } from './entries.ts';
import { textDate } from './entryPlan.ts';
import { currentValue, forecast, pace, percent, streaks, strength } from './figures.ts';
import type { CustomFieldValue, Resolvers } from './generated.ts';
import { completeGoal, createGoal, deleteGoal, reopenGoal, updateGoal } from './goals.ts';
import { importProgress } from './imports.ts';
import { createLifeArea, deleteLifeArea, reorderLifeAreas, updateLifeArea } from './lifeAreas.ts';
import { listAchievements, listAreas, listGoals } from './lists.ts';
import { logProgress, logProgressBatch, skipDay } from './logging.ts';
import { createMilestone, deleteMilestone, updateMilestone } from './milestones.ts';
import { addLifeAreaNote, deleteLifeAreaNote, updateLifeAreaNote } from './notes.ts';
import { searchNotes } from './search.ts';
import { decimalOf, frequencyOf, lineOf, pausesOf } from './shape.ts';

const reader = (ctx: GoalsContext) => signedIn(ctx, 'goals:read');
const writer = (ctx: GoalsContext) => signedIn(ctx, 'goals:write');

/** Answers for the viewer's own entities only; null for everybody else's. */
const isViewer = (ctx: GoalsContext, userId: string) => ctx.viewer?.userId === userId;
const mayRead = (ctx: GoalsContext) => ctx.viewer?.scopes.includes('goals:read') ?? false;

const longestSeries = 3_660;

export const resolvers: Resolvers<GoalsContext> = {
  Query: {
    goal: (_, { id }, ctx) => reader(ctx).loaders.goal.load(id),
  },
  User: {
    __resolveReference: ({ id }, ctx) => (isViewer(ctx, id) ? { id } : null),
    lifeAreas: (_, args, ctx) => listAreas(reader(ctx), args as PageArgs & { active?: boolean }),
    goals: (_, args, ctx) => listGoals(reader(ctx), args),
    achievements: (_, args, ctx) => listAchievements(reader(ctx), args),
    searchNotes: (_, { query, ...page }, ctx) => searchNotes(reader(ctx), query, page),
    analytics: ({ id }, _, ctx) => {
      reader(ctx);
      return { userId: id };
    },
  },
  Dashboard: {
    __resolveReference: ({ id }, ctx) =>
      ctx.viewer && id === `dashboard_${ctx.viewer.userId.slice('user_'.length)}` ? { id } : null,
    dueToday: (_, __, ctx) => dashboard.dueToday(reader(ctx)),
    behind: (_, __, ctx) => dashboard.behind(reader(ctx)),
    goals: (_, { first }, ctx) => dashboard.mostUrgent(reader(ctx), first ?? 10),
    urgencyLoad: (_, __, ctx) => dashboard.load(reader(ctx)),
    todayProgress: (_, __, ctx) => dashboard.todayProgress(reader(ctx)),
    recentAchievements: (_, { first }, ctx) => dashboard.recentAchievements(reader(ctx), first ?? 5),
    activeGoalCount: async (_, __, ctx) => (await reader(ctx).loaders.agenda()).length,
    activeLifeAreaCount: (_, __, ctx) => ctx.db.lifeArea.count({ where: { userId: reader(ctx).userId, active: true } }),
  },
  Analytics: {
    progress: (_, args, ctx) => progress(reader(ctx), args),
    trends: (_, args, ctx) => trends(reader(ctx), args),
    correlations: (_, args, ctx) => correlated(reader(ctx), args),
  },

  LifeArea: {
    __resolveReference: ({ id }, ctx) => (mayRead(ctx) ? ctx.loaders.area.load(id) : null),
    customFields: (area) =>
      (area.customFields as unknown as CustomFieldDefinition[]).map((field) => ({
        ...field,
        options: field.options ?? [],
      })),
    goals: (area, { status, ...args }, ctx) =>
      ctx.loaders.goalsOfArea.load({ areaId: area.id, slice: readSlice(args, 2), status: status ?? null }),
    notes: (area, args, ctx) => ctx.loaders.notesOfArea.load({ areaId: area.id, slice: readSlice(args, 2) }),
    activeGoalCount: (area, _, ctx) => ctx.loaders.activeGoalsOfArea.load(area.id),
  },
  LifeAreaNote: {
    __resolveReference: ({ id }, ctx) => (mayRead(ctx) ? ctx.loaders.note.load(id) : null),
    lifeArea: (note, _, ctx) => ctx.loaders.area.load(note.lifeAreaId),
  },
  LifeAreaConnection: { totalCount: (page) => page.count() },
  GoalConnection: { totalCount: (page) => page.count() },

  Goal: {
    __resolveReference: ({ id }, ctx) => (mayRead(ctx) ? ctx.loaders.goal.load(id) : null),
    lifeArea: (goal, _, ctx) => (goal.lifeAreaId === null ? null : ctx.loaders.area.load(goal.lifeAreaId)),
    frequency: (goal) => frequencyOf(goal),
    rate: (goal) =>
      goal.rateAmount === null ? null : { amount: new Decimal(goal.rateAmount), period: goal.ratePeriod as PeriodUnit },
    line: (goal) => {
      const line = lineOf(goal);
      return (
        line && {
          ...line,
          startValue: new Decimal(line.startValue),
          targetValue: decimalOf(line.targetValue),
          ratePerDay: decimalOf(line.ratePerDay)!,
        }
      );
    },
    pauses: (goal) => pausesOf(goal),
    customFields: (goal, _, ctx) => customFieldsOf(goal, ctx),
    currentValue: (goal, _, ctx) => currentValue(ctx, goal),
    percent: (goal, _, ctx) => percent(ctx, goal),
    pace: async (goal, _, ctx) => {
      const { expected, delta, requiredPerDay, due, ...rest } = await pace(ctx, goal);
      return {
        ...rest,
        expected: decimalOf(expected),
        delta: decimalOf(delta),
        requiredPerDay: decimalOf(requiredPerDay),
        dueAmount: decimalOf(due?.amount ?? null),
        dueBy: due?.by ?? null,
        dueText: due?.text ?? null,
      };
    },
    streak: async (goal, _, ctx) => {
      const found = await streaks(ctx, goal);
      return (
        found && {
          period: goal.frequencyPeriod as PeriodUnit,
          current: found.current?.length ?? 0,
          currentStart: found.current?.start ?? null,
          best: found.best?.length ?? 0,
          bestStart: found.best?.start ?? null,
          bestEnd: found.best?.end ?? null,
        }
      );
    },
    strength: (goal, _, ctx) => strength(ctx, goal),
    forecast: async (goal, _, ctx) => {
      const found = await forecast(ctx, goal);
      return { ...found, ratePerDay: 'ratePerDay' in found ? decimalOf(found.ratePerDay) : null };
    },
    series: async (goal, args, ctx) => {
      const to = textDate(args.to) ?? todayOf(await ctx.loaders.clock(), ctx.now());
      const from = textDate(args.from) ?? addDays(to, -365);
      if (from > to) throw badInput('"from" must not come after "to".');
      if (daysBetween(from, to) >= longestSeries) throw badInput(`A series may span at most ${longestSeries} days.`);
      return ctx.loaders.series.load({ goal, from, to });
    },
    entries: (goal, { from, to, ...args }, ctx) =>
      ctx.loaders.entriesOfGoal.load({
        goalId: goal.id,
        slice: readSlice(args, 3),
        from: textDate(from),
        to: textDate(to),
      }),
    milestones: (goal, _, ctx) => ctx.loaders.milestonesOfGoal.load(goal.id),
    achievements: (goal, _, ctx) => ctx.loaders.achievementsOfGoal.load(goal.id),
  },

  NoteMatch: { subject: ({ id }, _, ctx) => noteSubject(id, ctx) },

  ProgressEntry: {
    __resolveReference: ({ id }, ctx) => (mayRead(ctx) ? ctx.loaders.entry.load(id) : null),
    goal: (entry, _, ctx) => ctx.loaders.goal.load(entry.goalId),
  },
  Milestone: {
    __resolveReference: ({ id }, ctx) => (mayRead(ctx) ? ctx.loaders.milestone.load(id) : null),
    goal: (milestone, _, ctx) => ctx.loaders.goal.load(milestone.goalId),
    reached: (milestone) => milestone.reachedOn !== null,
  },
  Achievement: {
    __resolveReference: ({ id }, ctx) => (mayRead(ctx) ? ctx.loaders.achievement.load(id) : null),
    title: (achievement) => achievementTitles[achievement.name as AchievementName],
    goal: (achievement, _, ctx) => ctx.loaders.goal.load(achievement.goalId),
  },
  ImportProblem: { path: (problem) => problem.path.map(String) },

  Mutation: {
    createLifeArea: async (_, { input }, ctx) => ({ lifeArea: await createLifeArea(writer(ctx), input), errors: [] }),
    updateLifeArea: async (_, { input }, ctx) => ({ lifeArea: await updateLifeArea(writer(ctx), input), errors: [] }),
    deleteLifeArea: async (_, { input }, ctx) => ({ ...(await deleteLifeArea(writer(ctx), input)), errors: [] }),
    reorderLifeAreas: async (_, { input }, ctx) => ({
      lifeAreas: await reorderLifeAreas(writer(ctx), input.ids),
      errors: [],
    }),
    addLifeAreaNote: async (_, { input }, ctx) => ({ note: await addLifeAreaNote(writer(ctx), input), errors: [] }),
    updateLifeAreaNote: async (_, { input }, ctx) => ({
      note: await updateLifeAreaNote(writer(ctx), input),
      errors: [],
    }),
    deleteLifeAreaNote: async (_, { input }, ctx) => ({
      ...(await deleteLifeAreaNote(writer(ctx), input)),
      errors: [],
    }),
    createGoal: async (_, { input }, ctx) => ({ goal: await createGoal(writer(ctx), input), errors: [] }),
    updateGoal: async (_, { input }, ctx) => ({ goal: await updateGoal(writer(ctx), input), errors: [] }),
    completeGoal: async (_, { input }, ctx) => ({ goal: await completeGoal(writer(ctx), input), errors: [] }),
    reopenGoal: async (_, { input }, ctx) => ({ goal: await reopenGoal(writer(ctx), input), errors: [] }),
    deleteGoal: async (_, { input }, ctx) => ({ ...(await deleteGoal(writer(ctx), input)), errors: [] }),
    logProgress: async (_, { input }, ctx) => ({ ...(await logProgress(writer(ctx), input)), errors: [] }),
    logProgressBatch: async (_, { input }, ctx) => ({ ...(await logProgressBatch(writer(ctx), input)), errors: [] }),
    updateProgressEntry: async (_, { input }, ctx) => ({
      ...(await updateProgressEntry(writer(ctx), input)),
      errors: [],
    }),
    deleteProgressEntry: async (_, { input }, ctx) => ({
      ...(await deleteProgressEntry(writer(ctx), input)),
      errors: [],
    }),
    skipDay: async (_, { input }, ctx) => ({ ...(await skipDay(writer(ctx), input)), errors: [] }),
    createMilestone: async (_, { input }, ctx) => ({ ...(await createMilestone(writer(ctx), input)), errors: [] }),
    updateMilestone: async (_, { input }, ctx) => ({ ...(await updateMilestone(writer(ctx), input)), errors: [] }),
    deleteMilestone: async (_, { input }, ctx) => ({ ...(await deleteMilestone(writer(ctx), input)), errors: [] }),
    importProgress: async (_, { input }, ctx) => ({ ...(await importProgress(writer(ctx), input)), errors: [] }),
  },
};

/** The object that an id of a search leads to. */
async function noteSubject(id: string, { loaders }: GoalsContext) {
  const named = <Name extends string, Row>(__typename: Name, row: Row | null) => row && { __typename, ...row };
  if (isId('entry', id)) return named('ProgressEntry', await loaders.entry.load(id));
  if (isId('goal', id)) return named('Goal', await loaders.goal.load(id));
  if (isId('note', id)) return named('LifeAreaNote', await loaders.note.load(id));
  return named('LifeArea', await loaders.area.load(id));
}

/** Values of fields that the goal's area has now; others stay stored, for the day the field comes back. */
async function customFieldsOf(goal: Goal, ctx: GoalsContext) {
  const values = goal.customFields as CustomFieldValues;
  const area =
    goal.lifeAreaId === null || Object.keys(values).length === 0 ? null : await ctx.loaders.area.load(goal.lifeAreaId);
  const definitions = (area?.customFields ?? []) as unknown as CustomFieldDefinition[];
  return definitions.flatMap<CustomFieldValue>(({ key, type }) => {
    const value = values[key];
    if (value === undefined) return [];
    if (type === 'BOOLEAN') return [{ key, boolean: value as boolean }];
    if (type === 'NUMBER') return [{ key, number: new Decimal(value as string) }];
    return [type === 'DATE' ? { key, date: value as string } : { key, text: value as string }];
  });
}
