import { signedIn } from '../shared/context.ts';
import { badInput } from '../shared/errors.ts';
import { kindOf, kinds } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import type { Context, Reference, ReminderRow } from './context.ts';
import { readSubscriptionField } from './documents.ts';
import { automationEventTypes, type EventFilter } from './eventTypes.ts';
import type { Resolvers } from './generated.ts';
import { mutations } from './mutations.ts';
import { countUnread, listNotifications } from './notifications.ts';
import { byCreation, newestFirst, readPage } from './page.ts';
import { readSettings } from './preferences.ts';
import { isAvailable, providers } from './providers.ts';
import { nextOccurrence, upcomingReminders } from './reminders.ts';
import type { Action, Condition, RuleRow, Trigger } from './rules/rule.ts';
import { weekdayNames } from './weekdays.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');
const goal = ({ goalId }: { goalId: string }): Reference => ({ id: goalId });

/** The few first of a list on the Dashboard. */
function fewFirst(first: number): number {
  if (first < 0 || first > 20) throw badInput('"first" must be between 0 and 20.');
  return first;
}

/** Only the viewer's own user or dashboard is known here. */
const ownOnly = (prefix: string) => (ref: Reference, ctx: Context) =>
  ctx.viewer && ref.id === ctx.viewer.userId.replace(/^user/, prefix) ? { id: ref.id } : null;

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

export const resolvers = {
  Query: {
    integrationProviders: (_, _args, ctx) => {
      signedIn(ctx);
      return [...providers.values()];
    },
    automationEventTypes: (_, _args, ctx) => {
      signedIn(ctx);
      return [...automationEventTypes];
    },
  },
  User: {
    __resolveReference: ownOnly('user'),
    connections: (_, args, ctx) => {
      const { userId } = reading(ctx);
      return readPage((page) => ctx.db.connection.findMany(page), { userId }, byCreation, args);
    },
    notifications: (_, { filter, ...args }, ctx) => listNotifications(reading(ctx), filter, args),
    unreadNotificationCount: (_, _args, ctx) => countUnread(reading(ctx)),
    notificationSettings: (_, _args, ctx) => readSettings(ctx.db, reading(ctx).userId),
    reminders: (_, { filter, ...args }, ctx) => {
      const { userId } = reading(ctx);
      const where = {
        userId,
        ...(filter?.goalId != null && { goalId: filter.goalId }),
        ...(filter?.active != null && { active: filter.active }),
      };
      return readPage((page) => ctx.db.reminder.findMany(page), where, byCreation, args);
    },
    automationRules: (_, { active, ...args }, ctx) => {
      const where = { userId: reading(ctx).userId, ...(active != null && { active }) };
      const find = (page: object) => ctx.db.automationRule.findMany(page) as unknown as Promise<RuleRow[]>;
      return readPage(find, where, byCreation, args);
    },
    webhooks: (_, args, ctx) => {
      const { userId } = reading(ctx);
      return readPage((page) => ctx.db.webhook.findMany(page), { userId }, byCreation, args);
    },
  },
  Dashboard: {
    __resolveReference: ownOnly('dashboard'),
    unreadNotificationCount: (_, _args, ctx) => countUnread(reading(ctx)),
    notifications: async (_, { first }, ctx) =>
      (await listNotifications(reading(ctx), null, { first: fewFirst(first) })).nodes,
    connectionsNeedingAttention: (_, _args, ctx) => {
      const { userId } = reading(ctx);
      const where = { userId, status: { in: ['NEEDS_REAUTH', 'ERROR'] } };
      return ctx.db.connection.findMany({ where, orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }], take: 20 });
    },
    upcomingReminders: (_, { first }, ctx) => upcomingReminders(reading(ctx), fewFirst(first)),
  },
  Goal: {
    __resolveReference: (ref) => ({ id: ref.id }),
    reminders: (row, _args, ctx) => {
      reading(ctx);
      return ctx.loaders.remindersOfGoal.load(row.id);
    },
  },
  IntegrationProvider: {
    available: isAvailable,
    unavailableReason: (provider) =>
      isAvailable(provider) ? null : `This installation is not set up to connect to ${provider.name}.`,
    settings: ({ settingsSchema }) =>
      Object.entries(settingsSchema.shape).map(([name, member]) => ({ name, description: member.description ?? name })),
  },
  Connection: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.connection.load(ref.id),
    provider: (row) => providers.get(row.provider)!,
    device: (row) => (kindOf(row.account) === 'device' ? { id: row.account } : null),
    log: (row, args, ctx) => {
      const where = { userId: row.userId, connectionId: row.id };
      return readPage((page) => ctx.db.connectionLogEntry.findMany(page), where, newestFirst('at'), args);
    },
  },
  Notification: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.notification.load(ref.id),
    subject: ({ subjectId }) => {
      const kind = subjectId === null ? null : kindOf(subjectId);
      return kind && ({ __typename: kinds[kind].type, id: subjectId } as never);
    },
  },
  Reminder: {
    __resolveReference: async (ref, ctx) => {
      const row = await reading(ctx).loaders.reminder.load(ref.id);
      // `goal` holds what `nextOccurrenceAt` requires of the goal.
      return row && { ...row, goal: (ref as unknown as ReminderRow).goal };
    },
    goal,
    weekdays: (row) => weekdayNames(row.weekdays),
    nextOccurrenceAt: async (row, _args, ctx) =>
      nextOccurrence(row, await ctx.loaders.timeZone.load(row.userId), ctx.now()),
  },
  AutomationRule: { __resolveReference: async (ref, ctx) => reading(ctx).loaders.rule.load(ref.id) },
  AutomationTrigger: ofUnion<Trigger['type']>(),
  AutomationCondition: ofUnion<Condition['type']>(),
  AutomationAction: ofUnion<Action['type']>(),
  ConditionTrigger: { goal },
  GoalCondition: { goal },
  TimeCondition: { weekdays: (condition) => weekdayNames(condition.weekdays) },
  Webhook: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.webhook.load(ref.id),
    subscriptionField: (row) => readSubscriptionField(new Checks(), [], row.document)!,
    filters: (row) => row.filters as unknown as EventFilter[],
    secretRotatedAt: (row) => row.rotatedAt,
    previousSecretUntil: ({ previousUntil }, _args, ctx) =>
      previousUntil && previousUntil > ctx.now() ? previousUntil : null,
  },
  Mutation: mutations as never,
} satisfies Resolvers;
