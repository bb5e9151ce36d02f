import { Decimal } from 'decimal.js';
import { type Secrets, sha256 } from './crypto.ts';
import type { Tx } from './db.ts';
import { conflict } from './errors.ts';

/** Kept this long, in hours; a job deletes older ones. */
export const idempotencyHours = 24;

/** A key that a user gave to one call of a mutation. */
export interface ClaimedKey {
  userId: string;
  key: string;
  /** Name of the mutation field. */
  operation: string;
  input: unknown;
}

/**
 * Claims an idempotency key, usually inside the mutation's transaction. The row is inserted before the effect, so that of many
 * parallel calls one does the work and the others wait for its commit on the unique index and then read its result.
 * Effect and record commit together: a crash leaves both or neither.
 * @returns the stored payload of an earlier call, or null when this call is the first.
 * @throws UserErrors CONFLICT when the key was used with another operation or input, or has no answer yet.
 */
export async function claimKey(
  tx: Tx,
  secrets: Secrets,
  { userId, key, operation, input }: ClaimedKey,
  now: Date,
): Promise<Record<string, unknown> | null> {
  const fingerprint = sha256(`${operation}\n${canonical(input)}`);
  const inserted = await tx.$executeRaw`
    INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
    VALUES (${userId}, ${key}, ${fingerprint}, ${now}::timestamptz) ON CONFLICT DO NOTHING`;
  if (inserted === 1) return null;
  const [stored] = await tx.$queryRaw<{ fingerprint: string; result: string | null }[]>`
    SELECT fingerprint, result FROM idempotency_keys WHERE user_id = ${userId} AND key = ${key}`;
  if (stored?.fingerprint !== fingerprint) {
    throw conflict([], 'This idempotency key was already used with other input.');
  }
  // Only where claim and answer are not of one transaction.
  if (stored.result === null) {
    throw conflict([], 'The call with this idempotency key is under way, or its outcome was lost.');
  }
  return revive(secrets.open(stored.result, place(userId, key))) as Record<string, unknown>;
}

/**
 * Stores what the mutation answered, user errors included, under its claimed key. It is sealed: answers may hold what is
 * shown only once and otherwise stored only as a hash, such as a new API key.
 */
export async function storeResult(
  tx: Tx,
  secrets: Secrets,
  { userId, key }: ClaimedKey,
  payload: unknown,
): Promise<void> {
  const sealed = secrets.seal(preserve(payload), place(userId, key));
  await tx.$executeRaw`UPDATE idempotency_keys SET result = ${sealed} WHERE user_id = ${userId} AND key = ${key}`;
}

/** Gives up a claim whose call came to nothing, so that it can be tried again. */
export async function releaseKey(tx: Tx, { userId, key }: ClaimedKey): Promise<void> {
  await tx.$executeRaw`DELETE FROM idempotency_keys WHERE user_id = ${userId} AND key = ${key} AND result IS NULL`;
}

const place = (userId: string, key: string) => `idempotency_keys|${key}|${userId}`;

/** JSON with keys in order, so that the same input has the same text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint') return String(part);
    if (!part || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Begins a text that stands for something else. Texts that begin so themselves are marked as well. */
const mark = '\u0001';

/** JSON that keeps dates, decimals and big integers apart from text. */
export function preserve(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, name, part) {
    const original = this[name];
    if (original instanceof Date) return `${mark}date ${original.toISOString()}`;
    if (Decimal.isDecimal(original)) return `${mark}decimal ${original.toString()}`;
    if (typeof original === 'bigint') return `${mark}bigint ${original}`;
    if (typeof original === 'string' && original.startsWith(mark)) return `${mark}text ${original}`;
    return part;
  });
}

export function revive(text: string): unknown {
  return JSON.parse(text, (_, part) => {
    if (typeof part !== 'string' || !part.startsWith(mark)) return part;
    const space = part.indexOf(' ');
    const content = part.slice(space + 1);
    const kind = part.slice(1, space);
    if (kind === 'date') return new Date(content);
    if (kind === 'decimal') return new Decimal(content);
    return kind === 'bigint' ? BigInt(content) : content;
  });
}
