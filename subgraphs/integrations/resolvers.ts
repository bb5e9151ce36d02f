import { signedIn } from '../shared/context.ts';
import { connectionResolvers } from './connections/resolvers.ts';
import type { Context, Reference } from './context.ts';
import { deviceResolvers } from './device/resolvers.ts';
import { automationEventTypes } from './eventTypes.ts';
import type { Resolvers } from './generated.ts';
import { itemResolvers } from './items/resolvers.ts';
import { mappingResolvers } from './mapping/resolvers.ts';
import { mutations } from './mutations.ts';
import { notificationResolvers } from './notifications/resolvers.ts';
import { byCreation, readPage } from './page.ts';
import { providers } from './providers/providers.ts';
import { ruleQueries, ruleResolvers } from './rules/resolvers.ts';
import type { RuleRow } from './rules/rule.ts';
import { webhookResolvers } from './webhooks/resolvers.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');

/** Only the viewer's own user or dashboard is known here. */
const ownOnly = (prefix: string) => (ref: Reference, ctx: Context) =>
  ctx.viewer && ref.id === ctx.viewer.userId.replace(/^user/, prefix) ? { id: ref.id } : null;

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
    ...ruleQueries,
  },
  User: {
    __resolveReference: ownOnly('user'),
    connections: (_, args, ctx) => {
      const { userId } = reading(ctx);
      return readPage((page) => ctx.db.connection.findMany(page), { userId }, byCreation, args);
    },
    ...notificationResolvers.User,
    automationRules: (_, { active, ...args }, ctx) => {
      const where = { userId: reading(ctx).userId, ...(active != null && { active }) };
      const find = (page: object) => ctx.db.automationRule.findMany(page) as unknown as Promise<RuleRow[]>;
      return readPage(find, where, byCreation, args);
    },
    webhooks: (_, args, ctx) => {
      const { userId } = reading(ctx);
      return readPage((page) => ctx.db.webhook.findMany(page), { userId }, byCreation, args);
    },
    ...itemResolvers.User,
    ...deviceResolvers.User,
    ...mappingResolvers.User,
  },
  Dashboard: {
    __resolveReference: ownOnly('dashboard'),
    ...notificationResolvers.Dashboard,
    connectionsNeedingAttention: (_, _args, ctx) => {
      const { userId } = reading(ctx);
      const where = { userId, status: { in: ['NEEDS_REAUTH', 'ERROR'] } };
      return ctx.db.connection.findMany({ where, orderBy: [{ updatedAt: 'desc' }, { id: 'desc' }], take: 20 });
    },
  },
  Goal: {
    __resolveReference: (ref, ctx) => reading(ctx).loaders.goal.load(ref.id),
    ...notificationResolvers.Goal,
    ...mappingResolvers.Goal,
  },
  ...connectionResolvers,
  Notification: notificationResolvers.Notification,
  PushDelivery: notificationResolvers.PushDelivery,
  Reminder: notificationResolvers.Reminder,
  ...ruleResolvers,
  ...webhookResolvers,
  CalendarEvent: itemResolvers.CalendarEvent,
  MailMessage: itemResolvers.MailMessage,
  BankTransaction: itemResolvers.BankTransaction,
  ExternalTask: itemResolvers.ExternalTask,
  ReceivedEvent: itemResolvers.ReceivedEvent,
  HealthMetric: deviceResolvers.HealthMetric,
  HealthMetricSource: deviceResolvers.HealthMetricSource,
  ProgressMapping: mappingResolvers.ProgressMapping,
  Mutation: mutations as never,
} satisfies Resolvers;
