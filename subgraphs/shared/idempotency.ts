import { Decimal } from 'decimal.js';
import { sha256 } from './crypto.ts';
import type { Tx } from './db.ts';
import { conflict } from './errors.ts';

/** Kept this long, in hours; a job deletes older ones. */
export const idempotencyHours = 24;

/**
 * Claims an idempotency key inside the mutation's transaction. The row is inserted before the effect, so that of many
 * parallel calls one does the work and the others wait for its commit on the unique index and then read its result.
 * Effect and record commit together: a crash leaves both or neither.
 * @returns the stored payload of an earlier call, or null when this call is the first.
 * @throws UserErrors CONFLICT when the key was used with another operation or input.
 */
export async function claimKey(
  tx: Tx,
  userId: string,
  key: string,
  operation: string,
  input: unknown,
  now: Date,
): Promise<Record<string, unknown> | null> {
  const fingerprint = sha256(`${operation}\n${canonical(input)}`);
  const inserted = await tx.$executeRaw`
    INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at)
    VALUES (${userId}, ${key}, ${fingerprint}, ${now}::timestamptz) ON CONFLICT DO NOTHING`;
  if (inserted === 1) return null;
  const [stored] = await tx.$queryRaw<{ fingerprint: string; result: string | null }[]>`
    SELECT fingerprint, result FROM idempotency_keys WHERE user_id = ${userId} AND key = ${key}`;
  if (stored?.fingerprint !== fingerprint || stored.result === null) {
    throw conflict([], 'This idempotency key was already used with other input.');
  }
  return revive(stored.result) as Record<string, unknown>;
}

/** Stores what the mutation answered, user errors included, under its claimed key. */
export async function storeResult(tx: Tx, userId: string, key: string, payload: unknown): Promise<void> {
  await tx.$executeRaw`UPDATE idempotency_keys SET result = ${preserve(payload)} WHERE user_id = ${userId} AND key = ${key}`;
}

/** JSON with keys in order, so that the same input has the same text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === 'object' && !Array.isArray(part) && !(part instanceof Decimal)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** JSON that keeps dates, decimals and big integers apart from text. */
function preserve(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, name, part) {
    const original = this[name];
    if (original instanceof Date) return { $date: original.toISOString() };
    if (Decimal.isDecimal(original)) return { $decimal: original.toString() };
    if (typeof original === 'bigint') return { $bigint: original.toString() };
    return part;
  });
}

function revive(text: string): unknown {
  return JSON.parse(text, (_, part) => {
    if (part && typeof part === 'object') {
      if (typeof part.$date === 'string') return new Date(part.$date);
      if (typeof part.$decimal === 'string') return new Decimal(part.$decimal);
      if (typeof part.$bigint === 'string') return BigInt(part.$bigint);
    }
    return part;
  });
}
