import { randomBytes } from 'node:crypto';
import type { ApiKey } from '../../prisma/generated/client.ts';
import { type Scope, scopes } from '../shared/context.ts';
import { randomToken, sha256 } from '../shared/crypto.ts';
import { conflict, limit, notFound, refused } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { canonical } from '../shared/idempotency.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import type { Platform } from '../shared/platform.ts';
import { transaction } from '../shared/subgraph.ts';
import { audit } from './audit.ts';
import type { UserContext } from './context.ts';
import type { CreateApiKeyInput } from './generated.ts';

const mostKeys = 50;
/** `lastUsedAt` of a key is exact to within this. */
const touchMs = 60_000;

/**
 * Makes an API key: `jrv_`, 8 characters to tell it apart, `_`, and 256 random bits. Only its hash is stored. The same id
 * with the same input again returns what is kept of it, without the key: that was shown once.
 * @throws UserErrors INVALID, LIMIT, FORBIDDEN, CONFLICT.
 */
export async function createApiKey(
  ctx: UserContext,
  input: CreateApiKeyInput,
): Promise<{ apiKey: ApiKey; key: string | null }> {
  const { db, userId, viewer } = ctx;
  const now = ctx.now();
  if (viewer.kind !== 'session') throw refused([], 'An API key cannot make others.');
  const wanted = checkInput(input, viewer.scopes, now);
  const inputHash = sha256(canonical({ name: input.name, scopes: wanted, expiresAt: input.expiresAt ?? null }));
  const id = input.id ?? newId('apikey', now);
  const key = randomToken(`jrv_${randomBytes(4).toString('hex')}_`);
  const [apiKey] = await db.apiKey.createManyAndReturn({
    data: [
      {
        userId,
        id,
        name: input.name,
        prefix: key.slice(0, 12),
        hash: sha256(key),
        scopes: wanted,
        expiresAt: input.expiresAt ?? null,
        inputHash,
        createdAt: now,
      },
    ],
    skipDuplicates: true,
  });
  if (!apiKey) {
    const existing = await db.apiKey.findUniqueOrThrow({ where: { userId_id: { userId, id } } });
    if (existing.inputHash === inputHash) return { apiKey: existing, key: null };
    throw conflict(['id'], 'Another API key has this id.', { apiKey: existing });
  }
  if ((await db.apiKey.count({ where: { userId, revokedAt: null } })) > mostKeys) {
    throw limit([], `There are ${mostKeys} API keys already; revoke one first.`);
  }
  await audit(ctx, 'apiKey.created', id, { scopes: wanted.join(' ') });
  await publish(ctx, { type: 'apiKey.created', subjectId: id, data: {} });
  return { apiKey, key };
}

function checkInput(input: CreateApiKeyInput, own: readonly Scope[], now: Date): Scope[] {
  const checks = new Checks();
  checks.newId(['id'], 'apikey', input.id);
  checks.text(['name'], input.name, 100);
  const few = checks.list(['scopes'], input.scopes, scopes.length, 1);
  for (const [index, scope] of few ? input.scopes.entries() : []) {
    const path = ['scopes', index];
    if (!(scopes as readonly string[]).includes(scope)) {
      checks.add('INVALID', path, `There is no such scope; there are ${scopes.join(', ')}.`);
    } else if (scope === 'account:manage') {
      checks.add('FORBIDDEN', path, 'An API key never manages the account.');
    } else if (!own.includes(scope as Scope)) {
      checks.add('FORBIDDEN', path, 'An API key may do only what you may do yourself.');
    }
  }
  if (input.expiresAt) {
    const latest = new Date(now);
    latest.setUTCFullYear(latest.getUTCFullYear() + 5);
    const fits = input.expiresAt > now && input.expiresAt <= latest;
    checks.that(fits, ['expiresAt'], '"expiresAt" must lie in the future and within five years.');
  }
  checks.done();
  return scopes.filter((scope) => input.scopes.includes(scope));
}

/**
 * Ends an API key. Ending one again changes nothing.
 * @throws UserErrors NOT_FOUND.
 */
export async function revokeApiKey(ctx: UserContext, { id }: { id: string }): Promise<{ apiKey: ApiKey }> {
  const { db, userId } = ctx;
  const { count } = await db.apiKey.updateMany({
    where: { userId, id, revokedAt: null },
    data: { revokedAt: ctx.now() },
  });
  const apiKey = await db.apiKey.findUnique({ where: { userId_id: { userId, id } } });
  if (!apiKey) throw notFound(['id'], 'API key');
  if (count === 1) {
    await audit(ctx, 'apiKey.revoked', id);
    await publish(ctx, { type: 'apiKey.revoked', subjectId: id, data: {} });
  }
  ctx.afterCommit(() => ctx.bus.publish('identity', id));
  return { apiKey };
}

/** The user's API keys, newest first, at most 200. */
export function listApiKeys(ctx: UserContext): Promise<ApiKey[]> {
  const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
  return ctx.db.apiKey.findMany({ where: { userId: ctx.userId }, orderBy, take: 200 });
}

/**
 * The key behind this text when it holds now and its owner is neither suspended nor leaving; notes its use, and the first
 * one of a day (UTC) in the audit log.
 */
export async function findApiKey(
  { db, now: clock, log }: Pick<Platform, 'db' | 'now' | 'log'>,
  key: string,
): Promise<Pick<ApiKey, 'userId' | 'id' | 'scopes' | 'expiresAt'> | null> {
  if (key.length > 200) return null;
  const now = clock();
  const found = await db.apiKey.findUnique({ where: { hash: sha256(key) } });
  if (!found || found.revokedAt || (found.expiresAt && found.expiresAt <= now)) return null;
  const owner = await db.user.findUnique({
    where: { id: found.userId },
    select: { suspendedAt: true, deletionScheduledAt: true },
  });
  if (!owner || owner.suspendedAt || owner.deletionScheduledAt) return null;
  const { userId, id, lastUsedAt } = found;
  // Of many at once, the one that saw what still stands there writes.
  const touch = { where: { userId, id, lastUsedAt }, data: { lastUsedAt: now } };
  const warn = (error: unknown) => log.warn({ error }, 'the use of an API key was not written');
  if (dayOf(lastUsedAt) !== dayOf(now)) {
    await transaction(db, async (tx) => {
      const { count } = await tx.apiKey.updateMany(touch);
      if (count === 0) return;
      await audit({ db: tx, userId, actor: { kind: 'apiKey', id }, now: clock }, 'apiKey.used', id);
    }).catch(warn);
  } else if (now.getTime() - lastUsedAt!.getTime() >= touchMs) {
    db.apiKey.updateMany(touch).catch(warn);
  }
  return found;
}

const dayOf = (time: Date | null) => time?.toISOString().slice(0, 10);
