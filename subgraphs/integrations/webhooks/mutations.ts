import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { PayloadResolvers } from '../payload.ts';
import { dryRun } from './dryRun.ts';
import { ping, redeliver } from './replay.ts';
import { createWebhook, deleteWebhook, rotateSecret, updateWebhook } from './webhooks.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

export const webhookMutations: PayloadResolvers<
  | 'createWebhook'
  | 'updateWebhook'
  | 'deleteWebhook'
  | 'rotateWebhookSecret'
  | 'pingWebhook'
  | 'redeliverWebhook'
  | 'webhookDryRun'
> = {
  createWebhook: (_, { input }, ctx) => createWebhook(writing(ctx), input),
  updateWebhook: async (_, { input }, ctx) => ({
    webhook: await updateWebhook(writing(ctx), input),
  }),
  deleteWebhook: async (_, { input }, ctx) => {
    await deleteWebhook(writing(ctx), input.id);
    return { webhookId: input.id };
  },
  rotateWebhookSecret: (_, { input }, ctx) => rotateSecret(writing(ctx), input),
  pingWebhook: async (_, { input }, ctx) => ({
    delivery: await ping(writing(ctx), input.id),
  }),
  redeliverWebhook: (_, { input }, ctx) => redeliver(writing(ctx), input),
  webhookDryRun: async (_, { input }, ctx) => ({
    payloads: await dryRun(writing(ctx), input),
  }),
};

/** They ask the graph first, which must not be done inside a transaction. */
export const webhooksWithoutTransaction = ['createWebhook', 'updateWebhook', 'webhookDryRun'] as const;
