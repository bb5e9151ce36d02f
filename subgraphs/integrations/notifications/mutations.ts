import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { PayloadResolvers } from '../payload.ts';
import { deleteNotification, markRead, snooze } from './notifications.ts';
import { updateSettings } from './preferences.ts';
import { sendTest } from './push/trial.ts';
import { createReminder, deleteReminder, updateReminder } from './reminders/reminders.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

export const notificationMutations: PayloadResolvers<
  | 'markNotificationsRead'
  | 'snoozeNotification'
  | 'deleteNotification'
  | 'sendTestNotification'
  | 'updateNotificationSettings'
  | 'createReminder'
  | 'updateReminder'
  | 'deleteReminder'
> = {
  markNotificationsRead: (_, { input }, ctx) => markRead(writing(ctx), input),
  snoozeNotification: async (_, { input }, ctx) => ({ notification: await snooze(writing(ctx), input) }),
  deleteNotification: async (_, { input }, ctx) => {
    await deleteNotification(writing(ctx), input.id);
    return { notificationId: input.id };
  },
  sendTestNotification: (_, _args, ctx) => sendTest(writing(ctx)),
  updateNotificationSettings: async (_, { input }, ctx) => ({
    notificationSettings: await updateSettings(writing(ctx), input),
  }),
  createReminder: async (_, { input }, ctx) => ({ reminder: await createReminder(writing(ctx), input) }),
  updateReminder: async (_, { input }, ctx) => ({ reminder: await updateReminder(writing(ctx), input) }),
  deleteReminder: async (_, { input }, ctx) => {
    await deleteReminder(writing(ctx), input.id);
    return { reminderId: input.id };
  },
};
