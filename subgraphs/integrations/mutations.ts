import { signedIn } from '../shared/context.ts';
import { connectDeviceProvider, disconnect, updateConnection } from './connections.ts';
import type { Context } from './context.ts';
import type { MutationResolvers } from './generated.ts';
import { deleteNotification, markRead, snooze } from './notifications.ts';
import { updateSettings } from './preferences.ts';
import { createReminder, deleteReminder, updateReminder } from './reminders.ts';
import { createRule, deleteRule, updateRule } from './rules/rules.ts';
import { createWebhook, deleteWebhook, rotateSecret, updateWebhook } from './webhooks.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

/** A mutation's resolver: what it returns is the payload without `errors`, which the frame adds. */
type WithoutErrors<Resolver> = Resolver extends (parent: infer P, args: infer A, ctx: infer C, info: infer I) => infer R
  ? (parent: P, args: A, ctx: C, info: I) => Promise<Omit<Awaited<R>, 'errors'>>
  : never;

export const mutations: { [Name in keyof MutationResolvers]-?: WithoutErrors<NonNullable<MutationResolvers[Name]>> } = {
  connectDeviceProvider: async (_, { input }, ctx) => ({
    connection: await connectDeviceProvider(writing(ctx), input),
  }),
  updateConnection: async (_, { input }, ctx) => ({ connection: await updateConnection(writing(ctx), input) }),
  disconnect: async (_, { input }, ctx) => {
    await disconnect(writing(ctx), input.id);
    return { connectionId: input.id };
  },
  markNotificationsRead: (_, { input }, ctx) => markRead(writing(ctx), input),
  snoozeNotification: async (_, { input }, ctx) => ({ notification: await snooze(writing(ctx), input) }),
  deleteNotification: async (_, { input }, ctx) => {
    await deleteNotification(writing(ctx), input.id);
    return { notificationId: input.id };
  },
  updateNotificationSettings: async (_, { input }, ctx) => ({
    notificationSettings: await updateSettings(writing(ctx), input),
  }),
  createReminder: async (_, { input }, ctx) => ({ reminder: await createReminder(writing(ctx), input) }),
  updateReminder: async (_, { input }, ctx) => ({ reminder: await updateReminder(writing(ctx), input) }),
  deleteReminder: async (_, { input }, ctx) => {
    await deleteReminder(writing(ctx), input.id);
    return { reminderId: input.id };
  },
  createAutomationRule: async (_, { input }, ctx) => ({ automationRule: await createRule(writing(ctx), input) }),
  updateAutomationRule: async (_, { input }, ctx) => ({ automationRule: await updateRule(writing(ctx), input) }),
  deleteAutomationRule: async (_, { input }, ctx) => {
    await deleteRule(writing(ctx), input.id);
    return { automationRuleId: input.id };
  },
  createWebhook: (_, { input }, ctx) => createWebhook(writing(ctx), input),
  updateWebhook: async (_, { input }, ctx) => ({ webhook: await updateWebhook(writing(ctx), input) }),
  deleteWebhook: async (_, { input }, ctx) => {
    await deleteWebhook(writing(ctx), input.id);
    return { webhookId: input.id };
  },
  rotateWebhookSecret: (_, { input }, ctx) => rotateSecret(writing(ctx), input),
};
