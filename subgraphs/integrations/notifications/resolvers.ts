import { isObjectType } from 'graphql';
import { signedIn } from '../../shared/context.ts';
import { badInput } from '../../shared/errors.ts';
import { kindOf, kinds } from '../../shared/ids.ts';
import type { Context, ReminderRow } from '../context.ts';
import type { Resolvers } from '../generated.ts';
import { weekdayNames } from '../weekdays.ts';
import { countUnread, listNotifications } from './notifications.ts';
import { readSettings } from './preferences.ts';
import { listReminders, upcomingReminders } from './reminders/reminders.ts';
import { nextOccurrence } from './reminders/schedule.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');

/** The few first of a list on the Dashboard. */
function fewFirst(first: number): number {
  if (first < 0 || first > 20) throw badInput('"first" must be between 0 and 20.');
  return first;
}

/** This room's part of the graph: the domain's resolvers spread it into its types. */
export const notificationResolvers = {
  User: {
    notifications: (_, { filter, ...args }, ctx) => listNotifications(reading(ctx), filter, args),
    unreadNotificationCount: (_, _args, ctx) => countUnread(reading(ctx)),
    notificationSettings: (_, _args, ctx) => readSettings(ctx.db, reading(ctx).userId),
    reminders: (_, { filter, ...args }, ctx) => listReminders(reading(ctx), filter, args),
  },
  Dashboard: {
    unreadNotificationCount: (_, _args, ctx) => countUnread(reading(ctx)),
    notifications: async (_, { first }, ctx) =>
      (await listNotifications(reading(ctx), null, { first: fewFirst(first) })).nodes,
    upcomingReminders: (_, { first }, ctx) => upcomingReminders(reading(ctx), fewFirst(first)),
  },
  Goal: {
    reminders: (row, _args, ctx) => {
      reading(ctx);
      return ctx.loaders.remindersOfGoal.load(row.id);
    },
  },
  Notification: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.notification.load(ref.id),
    subject: ({ subjectId }, _args, _ctx, { schema }) => {
      const kind = subjectId === null ? null : kindOf(subjectId);
      const type = kind && schema.getType(kinds[kind].type);
      // Whoever makes a notification may name an object of a kind that has no place here.
      const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
      return isNode ? ({ __typename: type.name, id: subjectId } as never) : null;
    },
    pushes: ({ id }, _args, ctx) => reading(ctx).loaders.pushesOfNotification.load(id),
  },
  PushDelivery: { device: ({ deviceId }) => ({ id: deviceId }) },
  Reminder: {
    __resolveReference: async (ref, ctx) => {
      const row = await reading(ctx).loaders.reminder.load(ref.id);
      // `goal` holds what `nextOccurrenceAt` requires of the goal.
      return row && { ...row, goal: (ref as unknown as ReminderRow).goal };
    },
    goal: ({ goalId }) => (goalId === null ? null : { id: goalId }),
    weekdays: (row) => weekdayNames(row.weekdays),
    nextOccurrenceAt: async (row, _args, ctx) =>
      nextOccurrence(row, await ctx.loaders.timeZone.load(row.userId), ctx.now()),
  },
} satisfies Resolvers;
