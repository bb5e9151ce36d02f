import { Decimal } from 'decimal.js';
import { signedIn } from '../../shared/context.ts';
import type { Context, Reference } from '../context.ts';
import type { Resolvers } from '../generated.ts';
import { newestFirst, readPage } from '../page.ts';
import { weekdayNames } from '../weekdays.ts';
import type { Action, Condition, Trigger } from './rule.ts';
import type { RunRow, RunStepRow } from './run.ts';
import { dryRun, simulate } from './simulation.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');
const goal = ({ goalId }: { goalId: string }): Reference => ({ id: goalId });

const unionTypes = {
  schedule: 'ScheduleTrigger',
  event: 'EventTrigger',
  condition: 'ConditionTrigger',
  goal: 'GoalCondition',
  time: 'TimeCondition',
  notification: 'NotificationAction',
  dataUpdate: 'DataUpdateAction',
  apiCall: 'ApiCallAction',
  aiTask: 'AiTaskAction',
} as const;
const ofUnion = <Type extends keyof typeof unionTypes>() => ({
  __resolveType: ({ type }: { type: Type }) => unionTypes[type],
});

export const ruleQueries = {
  simulateAutomationRule: (_, { input }, ctx) => simulate(reading(ctx), input),
  dryRunAutomationRule: (_, { input }, ctx) => dryRun(reading(ctx), input),
} satisfies Resolvers['Query'];

/** What the room of rules resolves. */
export const ruleResolvers = {
  AutomationRule: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.rule.load(ref.id),
    nextRunAt: (row, _args, ctx) => ctx.loaders.nextRunOfRule.load(row.id),
    lastRun: (row, _args, ctx) => ctx.loaders.lastRunOfRule.load(row.id),
    runs: (row, { states, ...args }, ctx) => {
      const where = { userId: row.userId, ruleId: row.id, ...(states && { state: { in: [...states] } }) };
      const find = (page: object) => ctx.db.ruleRun.findMany(page) as unknown as Promise<RunRow[]>;
      return readPage(find, where, newestFirst('createdAt'), args);
    },
  },
  AutomationRun: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.ruleRun.load(ref.id),
    rule: async ({ ruleId }, _args, ctx) => (await ctx.loaders.rule.load(ruleId))!,
    event: ({ moment }) => moment.event?.type ?? null,
    subjectId: ({ moment }) => moment.event?.subjectId ?? moment.goalId ?? null,
    value: ({ moment }) => (moment.value === undefined ? null : new Decimal(moment.value)),
    retryOf: ({ retryOf }, _args, ctx) => (retryOf === null ? null : ctx.loaders.ruleRun.load(retryOf)),
    retryAt: ({ state, startedAt, dueAt }) => (state === 'QUEUED' && startedAt !== null ? dueAt : null),
    steps: (row, _args, ctx) => ctx.loaders.stepsOfRun.load(row.id),
  },
  AutomationRunStep: { index: (row: RunStepRow) => row.ordinal },
  AutomationTrigger: ofUnion<Trigger['type']>(),
  AutomationCondition: ofUnion<Condition['type']>(),
  AutomationAction: ofUnion<Action['type']>(),
  ConditionTrigger: { goal },
  GoalCondition: { goal },
  TimeCondition: { weekdays: (condition) => weekdayNames(condition.weekdays) },
} satisfies Resolvers;
