import { randomBytes } from 'node:crypto';
import type { Connection, IncomingHook } from '../../../prisma/generated/client.ts';
import type { Config } from '../../shared/config.ts';
import type { UserContext } from '../../shared/context.ts';
import type { Secrets } from '../../shared/crypto.ts';
import { invalid, limit } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { inputHash, lockRow, sameCreation } from '../../shared/stored.ts';
import { checkSettings, mostConnections } from '../connections/connections.ts';
import { writeLog } from '../connections/log.ts';
import type { ConnectWebhookProviderInput, RotateIncomingSecretInput } from '../generated.ts';
import type { Provider } from '../providers/provider.ts';
import { providers } from '../providers/providers.ts';
import { countingSecrets, longestKeep, newSecret, replaceSecret } from '../signingSecrets.ts';

/** Addresses of ours that services call, and the secrets they sign with. */

/** A connection and, this once, the secret that was made for it; null where the service makes it. */
export interface WithSecret {
  connection: Connection;
  secret: string | null;
}

/** What a provider is called in addresses: `incoming-webhook`. */
export const nameInAddress = ({ id }: Pick<Provider, 'id'>) => id.toLowerCase().replaceAll('_', '-');

export const addressOf = ({ publicUrl }: Config, provider: Pick<Provider, 'id'>, address: string) =>
  `${publicUrl}/hooks/${nameInAddress(provider)}/${address}`;

const placeOf = (userId: string, connectionId: string) => `incoming_hooks|${connectionId}|${userId}`;

/** Secrets that count at an instant. */
export function openSecrets(secrets: Secrets, hook: IncomingHook, now: Date): string[] {
  const place = placeOf(hook.userId, hook.connectionId);
  return countingSecrets(hook, now).map((sealed) => secrets.open(sealed, place));
}

/** What is wrong with a secret that came from the person. */
function checkSecret(checks: Checks, provider: Provider, secret: string | null | undefined): void {
  if (secret == null) return;
  const { madeBy, pattern } = provider.receive?.secret ?? {};
  const path = ['secret'];
  if (!checks.that(madeBy === 'PROVIDER', path, `The secret for ${provider.name} is made by Jarvis.`)) return;
  checks.that(!pattern || pattern.test(secret), path, `This is not a signing secret of ${provider.name}.`);
}

/**
 * Connects a service that calls Jarvis: it has an address of its own from now on.
 * @throws UserErrors INVALID, CONFLICT (id), LIMIT.
 */
export async function connectWebhookProvider(
  ctx: UserContext,
  input: ConnectWebhookProviderInput,
): Promise<WithSecret> {
  const { userId, db } = ctx;
  const provider = providers.get(input.provider)!;
  const checks = new Checks();
  checks.newId(['id'], 'connection', input.id);
  checks.text(['label'], input.label, 100);
  const isOne = provider.kind === 'WEBHOOK' && provider.receive?.secret !== undefined;
  if (checks.that(isOne, ['provider'], `${provider.name} does not call Jarvis: it is connected otherwise.`)) {
    checkSecret(checks, provider, input.secret);
  }
  const settings = checkSettings(checks, provider, input.settings ?? {});
  checks.done();

  const hash = inputHash(input);
  const now = ctx.now();
  const id = input.id ?? newId('connection', now);
  const row = {
    userId,
    id,
    provider: provider.id,
    // One may have several, none of which has an account there that we know of.
    account: id,
    label: input.label ?? provider.name,
    status: 'ACTIVE',
    settings,
    inputHash: hash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const { count } = await db.connection.createMany({ data: [row], skipDuplicates: true });
  const connection = await db.connection.findUniqueOrThrow({ where: { userId_id: { userId, id } } });
  if (count === 0) return { connection: sameCreation(connection, hash), secret: null };
  const having = await db.connection.count({ where: { userId } });
  if (having > mostConnections) throw limit([], `One may have at most ${mostConnections} connections.`);
  const made = provider.receive?.secret?.madeBy === 'JARVIS' ? newSecret() : null;
  const secret = made ?? input.secret ?? null;
  await db.incomingHook.create({
    data: {
      userId,
      connectionId: id,
      address: randomBytes(24).toString('base64url'),
      sealedSecret: secret && ctx.secrets.seal(secret, placeOf(userId, id)),
      rotatedAt: secret && now,
    },
  });
  await writeLog(ctx, id, 'CONNECTED');
  await publish(ctx, { type: 'connection.created', subjectId: id, data: {} });
  return { connection, secret: made };
}

/**
 * Replaces the secret of an address, or sets it for the first time; the old one counts for `keepPreviousHours` more.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND.
 */
export async function rotateIncomingSecret(ctx: UserContext, input: RotateIncomingSecretInput): Promise<WithSecret> {
  const { userId, db } = ctx;
  const { id: connectionId, keepPreviousHours } = input;
  const checks = new Checks();
  checks.number(['keepPreviousHours'], keepPreviousHours, 0, longestKeep);
  checks.done();
  await lockRow(ctx, 'connection', connectionId, 'connection');
  const current = await db.connection.findUniqueOrThrow({ where: { userId_id: { userId, id: connectionId } } });
  const where = { userId_connectionId: { userId, connectionId } };
  const hook = await db.incomingHook.findUnique({ where });
  const provider = providers.get(current.provider)!;
  if (!hook) throw invalid(['id'], `${provider.name} does not call Jarvis with a secret.`);
  checkSecret(checks, provider, input.secret);
  const made = provider.receive?.secret?.madeBy === 'JARVIS' ? newSecret() : null;
  if (made === null) checks.required(['secret'], input.secret);
  checks.done();

  const now = ctx.now();
  const sealed = ctx.secrets.seal(made ?? input.secret!, placeOf(userId, connectionId));
  await db.incomingHook.update({ where, data: replaceSecret(hook, sealed, keepPreviousHours, now) });
  const connection = await db.connection.update({
    where: { userId_id: { userId, id: connectionId } },
    data: { version: { increment: 1 }, updatedAt: now },
  });
  await publish(ctx, { type: 'connection.updated', subjectId: connectionId, data: {} });
  return { connection, secret: made };
}
