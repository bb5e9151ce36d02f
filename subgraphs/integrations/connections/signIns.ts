import { createHash, randomBytes } from 'node:crypto';
import type { Connection, ConnectionSignIn } from '../../../prisma/generated/client.ts';
import type { Config } from '../../shared/config.ts';
import { type UserContext, within } from '../../shared/context.ts';
import { sha256 } from '../../shared/crypto.ts';
import type { Tx } from '../../shared/db.ts';
import { expired, invalid, limit, notFound, refused, UserErrors } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { shorten } from '../../shared/storable.ts';
import { inputHash } from '../../shared/stored.ts';
import { transaction } from '../../shared/subgraph.ts';
import type { BeginConnectionInput, CompleteConnectionInput } from '../generated.ts';
import type { Account, Connect, Connected, Credentials, Provider } from '../providers/provider.ts';
import { ProviderFault } from '../providers/provider.ts';
import { nameOf, providers, unavailableReason } from '../providers/providers.ts';
import { checkSettings, mostConnections } from './connections.ts';
import { readCredentials, writeCredentials } from './credentials.ts';
import { writeLog } from './log.ts';
import { counted } from './metrics.ts';
import { createOutside } from './outside.ts';
import { handOver, syncSoon } from './queue.ts';
import { putAside } from './revocations.ts';

/**
 * Signing in at a provider: the person leaves with a state of ours, and comes back with it and a code. The state counts once, for ten minutes, and
 * only in the session (or for the API key) that began: whoever is handed somebody else's address gets nowhere with it (RFC 9700, section 4.7).
 */

const lifeMinutes = 10;
/** Sign-ins of one person that may be under way. */
const mostAtOnce = 20;
const callbackPath = '/connections/callback';
export const redirectUri = ({ publicUrl }: Config) => `${publicUrl}${callbackPath}`;
/** The apps' own scheme. */
const appScheme = 'jarvis:';

const placeOf = (userId: string, id: string) => `connection_sign_ins|${id}|${userId}`;

interface Kept {
  verifier: string;
  kept: { [name: string]: string };
  /** The connection that is to be connected again. */
  connectionId: string | null;
}

/**
 * Begins to connect a provider at which people sign in.
 * @throws UserErrors INVALID, FORBIDDEN (for tasks of Jarvis's own), LIMIT.
 */
export async function beginConnection(
  ctx: UserContext,
  input: BeginConnectionInput,
): Promise<{ authorizationUrl: string; state: string; expiresAt: Date }> {
  const { userId, secrets, config } = ctx;
  const behalf = behalfOf(ctx);
  const provider = providers.get(input.provider)!;
  const checks = new Checks();
  checks.text(['label'], input.label, 100);
  checks.that(
    input.returnTo == null || isOwnAddress(config, input.returnTo),
    ['returnTo'],
    `"returnTo" must begin with ${appScheme}// or with an origin of Jarvis's.`,
  );
  const connect = connectOf(checks, provider, config);
  const settings = input.settings == null ? null : checkSettings(checks, provider, input.settings);
  checks.done();
  const connectionId = input.connectionId ?? null;
  const again = connectionId === null ? null : await findConnected(ctx, provider, connectionId);

  const state = randomBytes(32).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const begun = await speak(['provider'], () =>
    connect!.begin({
      outside: counted(createOutside(ctx), provider.id),
      state,
      codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
      redirectUri: redirectUri(config),
      settings: settings ?? {},
      again,
    }),
  );
  const now = ctx.now();
  const expiresAt = new Date(now.getTime() + lifeMinutes * 60_000);
  const id = sha256(state);
  const kept: Kept = { verifier, kept: begun.kept, connectionId };
  await transaction(ctx.root, async (tx) => {
    await lockSignIns(tx, userId);
    await tx.connectionSignIn.deleteMany({ where: { userId, expiresAt: { lte: now } } });
    if ((await tx.connectionSignIn.count({ where: { userId } })) >= mostAtOnce) {
      throw limit([], `At most ${mostAtOnce} sign-ins may be under way: they end after ${lifeMinutes} minutes.`);
    }
    await tx.connectionSignIn.create({
      data: {
        userId,
        id,
        provider: provider.id,
        label: input.label ?? null,
        ...(settings && { settings }),
        returnTo: input.returnTo ?? null,
        behalfKind: behalf.kind,
        behalfId: behalf.id,
        sealed: secrets.seal(JSON.stringify(kept), placeOf(userId, id)),
        createdAt: now,
        expiresAt,
      },
    });
  });
  return { authorizationUrl: begun.url, state, expiresAt };
}

/**
 * Ends a sign-in: what came of it is a connection, new or, for an account that was connected already, the same one as before.
 * @throws UserErrors NOT_FOUND (no such sign-in here, or it was completed), EXPIRED, INVALID (the provider does not accept it), LIMIT.
 */
export async function completeConnection(ctx: UserContext, input: CompleteConnectionInput): Promise<Connection> {
  const { userId, secrets, root } = ctx;
  const parameters = readParameters(input.parameters);
  const signIn = await claim(ctx, input.state);
  const provider = providers.get(signIn.provider)!;
  if ((await root.connection.count({ where: { userId } })) > mostConnections) throw tooMany();
  const { verifier, kept, connectionId } = JSON.parse(secrets.open(signIn.sealed, placeOf(userId, signIn.id))) as Kept;
  const again = connectionId === null ? null : await findConnected(ctx, provider, connectionId);
  const outside = counted(createOutside(ctx), provider.id);
  const { credentials, account } = await speak(['parameters'], () =>
    provider.connect!.complete({
      outside,
      parameters,
      codeVerifier: verifier,
      redirectUri: redirectUri(ctx.config),
      kept,
      again,
    }),
  );
  try {
    const connection = await transaction(root, (tx) => store(within(ctx, tx), provider, signIn, credentials, account));
    ctx.afterCommit(() => handOver(ctx, connection.id));
    return connection;
  } catch (error) {
    // What was given for nothing is given back.
    if (error instanceof UserErrors && !again) await putAside(root, ctx, userId, provider.id, credentials);
    throw error;
  }
}

/** What is to be connected again. @throws UserErrors NOT_FOUND, INVALID for a connection of another provider */
async function findConnected(ctx: UserContext, provider: Provider, connectionId: string): Promise<Connected> {
  const { root, userId, secrets } = ctx;
  const connection = await root.connection.findUnique({ where: { userId_id: { userId, id: connectionId } } });
  const held = connection && (await readCredentials(root, secrets, { userId, connectionId }));
  if (!held) throw notFound(['connectionId'], 'connection');
  if (connection.provider !== provider.id) throw invalid(['connectionId'], `It is no connection to ${provider.name}.`);
  const { account: id, accountLabel } = connection;
  return { credentials: held.credentials, account: { id, label: accountLabel ?? '' } };
}

/** Takes the sign-in out of the table, so that it cannot be completed twice; one of another session stays where it is. */
async function claim(ctx: UserContext, state: string): Promise<ConnectionSignIn> {
  const { root, userId } = ctx;
  const behalf = behalfOf(ctx);
  const where = { userId, id: sha256(state), behalfKind: behalf.kind, behalfId: behalf.id };
  const signIn = await root.connectionSignIn.findFirst({ where });
  const { count } = signIn ? await root.connectionSignIn.deleteMany({ where }) : { count: 0 };
  if (!signIn || count === 0) throw notFound(['state'], 'sign-in under way here');
  if (signIn.expiresAt <= ctx.now()) throw expired(['state'], 'The sign-in took too long. Begin again.');
  return signIn;
}

async function store(
  ctx: UserContext,
  provider: Provider,
  signIn: ConnectionSignIn,
  credentials: Credentials,
  account: Account,
): Promise<Connection> {
  const { db, userId, secrets } = ctx;
  const now = ctx.now();
  await lockSignIns(db, userId);
  const same = { userId_provider_account: { userId, provider: provider.id, account: account.id } };
  const before = await db.connection.findUnique({ where: same });
  if (before)
    await db.$executeRaw`SELECT 1 FROM connections WHERE user_id = ${userId} AND id = ${before.id} FOR UPDATE`;
  else if ((await db.connection.count({ where: { userId } })) >= mostConnections) throw tooMany();
  const settings = (signIn.settings ?? undefined) as object | undefined;
  const id = before?.id ?? newId('connection', now);
  const common = { status: 'ACTIVE', statusReason: null, accountLabel: account.label, updatedAt: now };
  const connection = before
    ? await db.connection.update({
        where: same,
        data: {
          ...common,
          ...(signIn.label !== null && { label: signIn.label }),
          ...(settings && { settings }),
          version: { increment: 1 },
        },
      })
    : await db.connection.create({
        data: {
          ...common,
          userId,
          id,
          provider: provider.id,
          account: account.id,
          label:
            signIn.label ??
            shorten(`${nameOf(provider, ctx.config)}${account.label ? ` (${account.label})` : ''}`, 100),
          settings: settings ?? {},
          inputHash: inputHash(signIn.id),
          version: 1,
          createdAt: now,
        },
      });
  await writeCredentials(db, secrets, { userId, connectionId: id }, credentials, now);
  if (provider.pull) await syncSoon(ctx, id, { fresh: true });
  await writeLog(ctx, id, 'CONNECTED');
  await publish(ctx, { type: before ? 'connection.updated' : 'connection.created', subjectId: id, data: {} });
  return connection;
}

const tooMany = () => limit([], `One may have at most ${mostConnections} connections.`);

/** Sign-ins of one person follow each other where they are counted and stored. */
const lockSignIns = async (tx: Tx, userId: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`connections ${userId}`}, 0))`;
};

/** @throws UserErrors FORBIDDEN: what Jarvis does by itself connects nothing. */
function behalfOf({ viewer }: UserContext): { kind: string; id: string } {
  if (viewer.kind !== 'session' && viewer.kind !== 'apiKey') throw refused([], 'Only a person connects a service.');
  return { kind: viewer.kind, id: viewer.credentialId };
}

function connectOf(checks: Checks, provider: Provider, config: Config): Connect | undefined {
  const reason =
    provider.kind === 'OAUTH'
      ? unavailableReason(provider, config)
      : `Nobody signs in at ${provider.name}: it is connected otherwise.`;
  checks.that(reason === null, ['provider'], reason ?? '');
  return provider.connect;
}

/** What a provider does not accept is for the person to see. @throws UserErrors */
async function speak<T>(path: string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderFault) throw invalid(path, error.message);
    throw error;
  }
}

const mostParameters = 20;
const longestParameter = 4_000;

/** @throws UserErrors INVALID when it is not a short list of texts by name. */
function readParameters(value: unknown): { [name: string]: string } {
  const entries = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : null;
  const isGood = (part: unknown) => typeof part === 'string' && part.length <= longestParameter;
  if (!entries || entries.length > mostParameters || !entries.every(([, part]) => isGood(part))) {
    throw invalid(['parameters'], 'Give the parameters of the callback, each a text under its name.');
  }
  return Object.fromEntries(entries);
}

/** Whether an address is one of the apps' or of a page of ours. */
function isOwnAddress(config: Config, address: string): boolean {
  if (address.length > 2_000) return false;
  try {
    const url = new URL(address);
    if (url.protocol === appScheme) return true;
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
    return url.username === '' && [new URL(config.publicUrl).origin, ...config.ALLOWED_ORIGINS].includes(url.origin);
  } catch {
    return false;
  }
}

/** Where whoever comes back with this state is handed to: null when nobody is waiting for it, or no address was named. */
export async function findReturn(
  { db, now }: { db: Tx; now: () => Date },
  state: string,
): Promise<{ returnTo: string | null } | null> {
  const row = await db.connectionSignIn.findUnique({ where: { id: sha256(state) } });
  return row && row.expiresAt > now() ? { returnTo: row.returnTo } : null;
}
