import { signedIn } from '../../shared/context.ts';
import type { SortKey } from '../../shared/pagination.ts';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated.ts';
import { byCreation, newestFirst, readPage } from '../page.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');

const byDay: readonly SortKey[] = [
  { name: 'localDate', kind: 'date' },
  { name: 'id', kind: 'text' },
];

/** Days as PostgreSQL's `date` has them: midnight UTC. */
const dayRange = (from: string | Date | null | undefined, to: string | Date | null | undefined) =>
  from == null && to == null
    ? {}
    : { localDate: { ...(from != null && { gte: new Date(from) }), ...(to != null && { lte: new Date(to) }) } };

const connection = (row: { connectionId: string }, _: unknown, ctx: Context) =>
  ctx.loaders.connection.load(row.connectionId) as never;

/** Lists of what came in. */
export const itemResolvers = {
  User: {
    calendarEvents: (_, { from, to, ...args }, ctx) =>
      readPage(
        (page) => ctx.db.calendarEvent.findMany(page),
        { userId: reading(ctx).userId, ...dayRange(from, to) },
        byDay,
        args,
      ),
    mailMessages: (_, { unread, ...args }, ctx) =>
      readPage(
        (page) => ctx.db.mailMessage.findMany(page),
        { userId: reading(ctx).userId, ...(unread != null && { unread }) },
        newestFirst('receivedAt'),
        args,
      ),
    bankTransactions: (_, { filter, ...args }, ctx) => {
      const where = {
        userId: reading(ctx).userId,
        ...dayRange(filter?.from, filter?.to),
        ...(filter?.accountId != null && { accountId: filter.accountId }),
        ...(filter?.category != null && { category: filter.category }),
        ...(filter?.merchant != null && { merchant: filter.merchant }),
      };
      return readPage((page) => ctx.db.bankTransaction.findMany(page), where, newestFirst('localDate'), args);
    },
    externalTasks: (_, { completed, ...args }, ctx) => {
      const where = {
        userId: reading(ctx).userId,
        ...(completed != null && { completedAt: completed ? { not: null } : null }),
      };
      return readPage((page) => ctx.db.externalTask.findMany(page), where, byCreation, args);
    },
    receivedEvents: (_, { name, ...args }, ctx) =>
      readPage(
        (page) => ctx.db.receivedEvent.findMany(page),
        { userId: reading(ctx).userId, ...(name != null && { name }) },
        newestFirst('at'),
        args,
      ),
  },
  CalendarEvent: { connection },
  MailMessage: { connection, from: ({ sender }) => sender },
  BankTransaction: { connection },
  ExternalTask: { connection },
  ReceivedEvent: { connection },
} satisfies Resolvers;
