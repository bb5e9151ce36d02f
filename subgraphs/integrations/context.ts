import DataLoader from 'dataloader';
import type {
  Connection,
  Notification,
  ProgressMapping,
  PushDelivery,
  Reminder,
  Webhook,
} from '../../prisma/generated/client.ts';
import type { Context as BaseContext, UserContext as BaseUserContext } from '../shared/context.ts';
import { isId } from '../shared/ids.ts';
import { readClock } from '../shared/personalClock.ts';
import { loadById } from '../shared/stored.ts';
import { type ConnectionState, loadStates } from './connections/states.ts';
import { notPast } from './notifications/reminders/schedule.ts';
import { missingIds } from './references.ts';
import { type RuleLoaders, ruleLoaders } from './rules/loaders.ts';
import type { RuleRow } from './rules/rule.ts';
import { storedDateAt } from './timeZone.ts';
import { type WebhookLoaders, webhookLoaders } from './webhooks/loaders.ts';

/** An entity of another domain, of which this one knows the id. */
export interface Reference {
  id: string;
}

/** A reminder, with what another domain adds when its next occurrence is asked for. */
export type ReminderRow = Reminder & { goal?: { deadline?: string | null } | null };

export interface Loaders extends RuleLoaders, WebhookLoaders {
  connection: DataLoader<string, Connection | null>;
  /** How far the syncs of a connection are, under its id. */
  connectionSync: DataLoader<string, ConnectionState | null>;
  notification: DataLoader<string, Notification | null>;
  pushesOfNotification: DataLoader<string, PushDelivery[]>;
  reminder: DataLoader<string, Reminder | null>;
  remindersOfGoal: DataLoader<string, Reminder[]>;
  rule: DataLoader<string, RuleRow | null>;
  webhook: DataLoader<string, Webhook | null>;
  mapping: DataLoader<string, ProgressMapping | null>;
  /** A goal of the viewer's, of which this domain knows the id alone. */
  goal: DataLoader<string, Reference | null>;
  mappingsOfGoal: DataLoader<string, ProgressMapping[]>;
  /** The viewer's time zone, under the viewer's id. */
  timeZone: DataLoader<string, string>;
}

export type Context = BaseContext<Loaders>;
export type UserContext = BaseUserContext<Loaders>;

/** One request's loaders. Every query has the viewer's id in it: a foreign id finds nothing. */
export function createLoaders(ctx: BaseContext<Loaders>): Loaders {
  const userId = ctx.viewer?.userId ?? '';
  const timeZone = new DataLoader((ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => (await readClock(ctx.db, id)).timeZone)),
  );
  return {
    connection: loadById(userId, (args) => ctx.db.connection.findMany(args)),
    connectionSync: new DataLoader((ids) => loadStates(ctx.db, userId, ids)),
    notification: loadById(userId, (args) => ctx.db.notification.findMany(args)),
    reminder: loadById(userId, (args) => ctx.db.reminder.findMany(args)),
    rule: loadById(userId, (args) => ctx.db.automationRule.findMany(args)),
    webhook: loadById(userId, (args) => ctx.db.webhook.findMany(args)),
    pushesOfNotification: new DataLoader(async (ids) => {
      const rows = await ctx.db.pushDelivery.findMany({
        where: { userId, notificationId: { in: [...ids] } },
        orderBy: [{ round: 'asc' }, { deviceId: 'asc' }],
      });
      return ids.map((id) => rows.filter(({ notificationId }) => notificationId === id));
    }),
    mapping: loadById(userId, (args) => ctx.db.progressMapping.findMany(args)),
    goal: new DataLoader(async (ids) => {
      const missing = await missingIds(ctx.db, userId, ids);
      return ids.map((id) => (isId('goal', id) && !missing.has(id) ? { id } : null));
    }),
    mappingsOfGoal: new DataLoader(async (goalIds) => {
      const where = { userId, goalId: { in: [...goalIds] } };
      const rows = await ctx.db.progressMapping.findMany({ where, orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] });
      return goalIds.map((id) => rows.filter((row) => row.goalId === id));
    }),
    remindersOfGoal: new DataLoader(async (goalIds) => {
      const rows = await ctx.db.reminder.findMany({
        where: {
          userId,
          goalId: { in: [...goalIds] },
          ...notPast(storedDateAt(ctx.now(), await timeZone.load(userId))),
        },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return goalIds.map((id) => rows.filter((row) => row.goalId === id));
    }),
    timeZone,
    ...ruleLoaders(ctx.db, userId),
    ...webhookLoaders(ctx.db, userId),
  };
}
