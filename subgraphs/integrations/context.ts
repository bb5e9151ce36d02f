import DataLoader from 'dataloader';
import type { Connection, Notification, Reminder, Webhook } from '../../prisma/generated/client.ts';
import type { Context as BaseContext, UserContext as BaseUserContext } from '../shared/context.ts';
import type { RuleRow } from './rules/rule.ts';
import { readTimeZone } from './timeZone.ts';

/** An entity of another domain, of which this one knows the id. */
export interface Reference {
  id: string;
}

/** A reminder, with what another domain adds when its next occurrence is asked for. */
export type ReminderRow = Reminder & { goal?: { deadline?: string | null } | null };

export interface Loaders {
  connection: DataLoader<string, Connection | null>;
  notification: DataLoader<string, Notification | null>;
  reminder: DataLoader<string, Reminder | null>;
  remindersOfGoal: DataLoader<string, Reminder[]>;
  rule: DataLoader<string, RuleRow | null>;
  webhook: DataLoader<string, Webhook | null>;
  /** The viewer's time zone, under the viewer's id. */
  timeZone: DataLoader<string, string>;
}

export type Context = BaseContext<Loaders>;
export type UserContext = BaseUserContext<Loaders>;

/** One request's loaders. Every query has the viewer's id in it: a foreign id finds nothing. */
export function createLoaders(ctx: BaseContext<Loaders>): Loaders {
  const userId = ctx.viewer?.userId ?? '';
  type Find<Row> = (args: { where: { userId: string; id: { in: string[] } } }) => Promise<Row[]>;
  const byId = <Row extends { id: string }>(find: () => Find<Row>) =>
    new DataLoader<string, Row | null>(async (ids) => {
      const rows = await find()({ where: { userId, id: { in: [...ids] } } });
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    });
  return {
    connection: byId<Connection>(() => (args) => ctx.db.connection.findMany(args)),
    notification: byId<Notification>(() => (args) => ctx.db.notification.findMany(args)),
    reminder: byId<Reminder>(() => (args) => ctx.db.reminder.findMany(args)),
    rule: byId<RuleRow>(() => (args) => ctx.db.automationRule.findMany(args) as unknown as Promise<RuleRow[]>),
    webhook: byId<Webhook>(() => (args) => ctx.db.webhook.findMany(args)),
    remindersOfGoal: new DataLoader(async (goalIds) => {
      const rows = await ctx.db.reminder.findMany({
        where: { userId, goalId: { in: [...goalIds] } },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return goalIds.map((id) => rows.filter((row) => row.goalId === id));
    }),
    timeZone: new DataLoader((ids) => Promise.all(ids.map((id) => readTimeZone(ctx.db, id)))),
  };
}
