import type { Scope } from '../../shared/context.ts';
import { signedIn } from '../../shared/context.ts';
import { createApiKey, listApiKeys, revokeApiKey } from '../apiKeys.ts';
import { signInWithApple } from '../apple.ts';
import type { Context, Reference } from '../context.ts';
import { signInForDevelopment } from '../development.ts';
import { listDevices, registerDevice, removeDevice } from '../devices.ts';
import type { DevicePlatform, PushEnvironment, Resolvers } from '../generated.ts';
import { listSessions, refreshSession, revokeOtherSessions, revokeSession, signOut } from '../sessions.ts';

const managing = (ctx: Context) => signedIn(ctx, 'account:manage' satisfies Scope);

/** Lists of a user are answered to that user alone. */
const own = <Row>(ref: Reference, ctx: Context, list: (ctx: ReturnType<typeof managing>) => Promise<Row[]>) => {
  const user = managing(ctx);
  return user.userId === ref.id ? list(user) : null;
};

/** Signing in, sessions, devices and API keys. */
export const access = {
  Mutation: {
    signInWithApple: (_, { input }, ctx) => signInWithApple(ctx, input) as never,
    signInForDevelopment: (_, { input }, ctx) => signInForDevelopment(ctx, input) as never,
    refreshSession: (_, { input }, ctx) => refreshSession(ctx, input) as never,
    signOut: async (_, _args, ctx) => {
      await signOut(managing(ctx));
      return {} as never;
    },
    revokeSession: (_, { input }, ctx) => revokeSession(managing(ctx), input) as never,
    revokeOtherSessions: (_, _args, ctx) => revokeOtherSessions(managing(ctx)) as never,
    registerDevice: (_, { input }, ctx) => registerDevice(managing(ctx), input) as never,
    removeDevice: (_, { input }, ctx) => removeDevice(managing(ctx), input) as never,
    createApiKey: (_, { input }, ctx) => createApiKey(managing(ctx), input) as never,
    revokeApiKey: (_, { input }, ctx) => revokeApiKey(managing(ctx), input) as never,
  },
  User: {
    sessions: (ref, _args, ctx) => own(ref, ctx, listSessions),
    devices: (ref, _args, ctx) => own(ref, ctx, listDevices),
    apiKeys: (ref, _args, ctx) => own(ref, ctx, listApiKeys),
  },
  Session: {
    __resolveReference: ({ id }, ctx) => managing(ctx).loaders.session.load(id) as never,
    device: ({ deviceId }, _args, ctx) => (deviceId ? ctx.loaders.device.load(deviceId) : null),
    current: ({ id }, _args, ctx) => ctx.viewer?.credentialId === id,
  },
  Device: {
    __resolveReference: ({ id }, ctx) => managing(ctx).loaders.device.load(id) as never,
    platform: ({ platform }) => platform as DevicePlatform,
    pushEnabled: ({ pushToken }) => pushToken !== null,
    pushEnvironment: ({ pushEnvironment }) => pushEnvironment as PushEnvironment | null,
  },
  ApiKey: {
    __resolveReference: ({ id }, ctx) => managing(ctx).loaders.apiKey.load(id) as never,
  },
} satisfies Resolvers;
