import { signedIn } from '../../shared/context.ts';
import type { Context } from '../context.ts';
import type { PayloadResolvers } from '../payload.ts';
import { connectWebhookProvider, rotateIncomingSecret } from './hooks.ts';

const writing = (ctx: Context) => signedIn(ctx, 'integrations:write');

export const incomingMutations: PayloadResolvers<'connectWebhookProvider' | 'rotateIncomingSecret'> = {
  connectWebhookProvider: (_, { input }, ctx) => connectWebhookProvider(writing(ctx), input),
  rotateIncomingSecret: (_, { input }, ctx) => rotateIncomingSecret(writing(ctx), input),
};
