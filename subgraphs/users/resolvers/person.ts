import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { User } from '../../../prisma/generated/client.ts';
import { allowsDevelopmentSignIn } from '../../shared/config.ts';
import { signedIn } from '../../shared/context.ts';
import { forbidden } from '../../shared/errors.ts';
import { kindOf, kinds } from '../../shared/ids.ts';
import { auditPage } from '../audit.ts';
import { readChanges } from '../changes.ts';
import { consentHistory, grantAiConsent, listConsents, withdrawAiConsent } from '../consents.ts';
import type { Context, Reference, UserContext } from '../context.ts';
import { cancelDeletion, confirmDeletion, deletionOf, requestDeletion } from '../deletion.ts';
import { describeExport, listExports, requestDataExport } from '../exports.ts';
import type { AiDataClass, Resolvers, Role } from '../generated.ts';
import { beginArchiveImport, describeImport, listImports } from '../imports.ts';
import { findNodes } from '../nodes.ts';
import { settingsOf, updateProfile, updateSettings } from '../profile.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  version: string;
};

const managing = (ctx: Context) => signedIn(ctx, 'account:manage');
const writing = (ctx: Context) => signedIn(ctx, 'profile:write');

/** Lists of a user are answered to that user alone. */
const own = <Answer>(ref: Reference, user: UserContext, list: (user: UserContext) => Answer) =>
  user.userId === ref.id ? list(user) : null;

/**
 * The gateway checks scopes before it asks; this holds also for whoever got past it. While somebody signs in there is no
 * viewer yet, and the person is the one who just proved to be that.
 */
const readable =
  <Value>(read: (user: User) => Value) =>
  (user: User, _args: unknown, { viewer }: Context): Value => {
    if (viewer && !viewer.scopes.includes('profile:read')) throw forbidden('This needs the scope profile:read.');
    return read(user);
  };

const dashboardId = (userId: string) => userId.replace(/^user_/, 'dashboard_');

/** The person: profile, settings, consents, audit log, exports, deletion; and any object by its id. */
export const person = {
  Query: {
    viewer: (_, _args, ctx) => (ctx.viewer ? ctx.loaders.user.load(ctx.viewer.userId) : null),
    rateLimit: (_, _args, { request }) =>
      request.rateLimit ? { ...request.rateLimit, resetAt: new Date(request.rateLimit.resetAt) } : null,
    serverInfo: (_, _args, { config }) => ({
      version,
      developmentSignIn: allowsDevelopmentSignIn(config),
      appleSignIn: config.APPLE_CLIENT_IDS.length > 0,
    }),
    node: async (_, { id }, ctx) => (await findNodes(signedIn(ctx), [id]))[0] as never,
    nodes: (_, { ids }, ctx) => findNodes(signedIn(ctx), ids) as never,
    changes: (_, args, ctx) => readChanges(signedIn(ctx), args) as never,
  },
  Mutation: {
    updateProfile: async (_, { input }, ctx) => ({ user: await updateProfile(writing(ctx), input) }) as never,
    updateSettings: async (_, { input }, ctx) => ({ user: await updateSettings(writing(ctx), input) }) as never,
    grantAiConsent: async (_, { input }, ctx) => ({ consents: await grantAiConsent(managing(ctx), input) }) as never,
    withdrawAiConsent: async (_, { input }, ctx) =>
      ({ consents: await withdrawAiConsent(managing(ctx), input) }) as never,
    requestDataExport: async (_, _args, ctx) => {
      const user = managing(ctx);
      return { dataExport: describeExport(user, await requestDataExport(user)) } as never;
    },
    beginArchiveImport: async (_, _args, ctx) => {
      const { row, uploadUrl } = await beginArchiveImport(managing(ctx));
      return { dataImport: describeImport(row), uploadUrl } as never;
    },
    requestAccountDeletion: async (_, _args, ctx) => ({ challenge: await requestDeletion(managing(ctx)) }) as never,
    confirmAccountDeletion: async (_, { input }, ctx) =>
      ({ deletion: deletionOf(await confirmDeletion(managing(ctx), input)) }) as never,
    cancelAccountDeletion: async (_, _args, ctx) => ({ user: await cancelDeletion(managing(ctx)) }) as never,
  },
  User: {
    __resolveReference: ({ id }, ctx) => ctx.loaders.user.load(id) as never,
    dashboard: ({ id }) => ({ id: dashboardId(id) }),
    name: readable(({ name }) => name),
    email: readable(({ email }) => email),
    emailVerified: readable(({ emailVerified }) => emailVerified),
    locale: readable(({ locale }) => locale),
    timeZone: readable(({ timeZone }) => timeZone),
    roles: readable(({ roles }) => roles as Role[]),
    settings: readable(settingsOf),
    aiConsents: (ref, { active }, ctx) => own(ref, signedIn(ctx, 'profile:read'), (user) => listConsents(user, active)),
    aiConsentHistory: (ref, args, ctx) => own(ref, signedIn(ctx, 'profile:read'), (user) => consentHistory(user, args)),
    auditLog: (ref, args, ctx) => own(ref, managing(ctx), ({ db, userId }) => auditPage(db, userId, args)),
    dataExports: (ref, _args, ctx) =>
      own(ref, managing(ctx), async (user) => (await listExports(user)).map((row) => describeExport(user, row))),
    dataImports: (ref, _args, ctx) =>
      own(ref, managing(ctx), async (user) => (await listImports(user)).map(describeImport)),
    deletion: (row, _args, ctx) => own(row, managing(ctx), () => deletionOf(row)),
  },
  Dashboard: {
    __resolveReference: ({ id }, ctx) => (ctx.viewer && id === dashboardId(ctx.viewer.userId) ? { id } : null) as never,
  },
  AiConsent: {
    __resolveReference: ({ id }, ctx) => signedIn(ctx, 'profile:read').loaders.consent.load(id) as never,
    dataClass: ({ dataClass }) => dataClass as AiDataClass,
  },
  DataExport: {
    __resolveReference: async ({ id }, ctx) => {
      const row = await managing(ctx).loaders.dataExport.load(id);
      return (row && describeExport(ctx, row)) as never;
    },
  },
  Node: {
    __resolveType: ({ id }: Reference) => kinds[kindOf(id)!].type,
  },
} satisfies Resolvers;
