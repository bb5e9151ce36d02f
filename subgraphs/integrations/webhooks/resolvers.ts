import { signedIn } from '../../shared/context.ts';
import { Checks } from '../../shared/input.ts';
import type { Context } from '../context.ts';
import { readSubscriptionField } from '../documents.ts';
import type { EventFilter } from '../eventTypes.ts';
import type { Resolvers, WebhookDeliveryState } from '../generated.ts';
import { newestFirst, readPage } from '../page.ts';
import { mayRead } from './rights.ts';

const reading = (ctx: Context) => signedIn(ctx, 'integrations:read');

export const webhookResolvers = {
  Webhook: {
    __resolveReference: async (ref, ctx) => reading(ctx).loaders.webhook.load(ref.id),
    subscriptionField: (row) => readSubscriptionField(new Checks(), [], row.document)!,
    filters: (row) => row.filters as unknown as EventFilter[],
    secretRotatedAt: (row) => row.rotatedAt,
    previousSecretUntil: ({ previousUntil }, _args, ctx) =>
      previousUntil && previousUntil > ctx.now() ? previousUntil : null,
    deliveryCounts: (row, _args, ctx) => reading(ctx).loaders.deliveryCounts.load(row.id),
    deliveries: (row, { states, ...args }, ctx) => {
      const where = {
        userId: reading(ctx).userId,
        webhookId: row.id,
        ...(states && { state: { in: [...states] } }),
      };
      return readPage((page) => ctx.db.webhookDelivery.findMany(page), where, newestFirst('createdAt'), args);
    },
  },
  WebhookDelivery: {
    state: (row) => row.state as WebhookDeliveryState,
    nextAttemptAt: ({ state, dueAt }) => (state === 'PENDING' ? dueAt : null),
    payload: ({ payload, scopes }, _args, ctx) => (mayRead(ctx.viewer, scopes) ? payload : null),
    attemptLog: async ({ id, scopes }, _args, ctx) => {
      const log = await reading(ctx).loaders.attempts.load(id);
      return mayRead(ctx.viewer, scopes) ? log : log.map((attempt) => ({ ...attempt, response: null }));
    },
  },
} satisfies Resolvers;
