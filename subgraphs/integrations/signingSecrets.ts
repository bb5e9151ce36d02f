import { randomBytes } from 'node:crypto';

/** Secrets that calls are signed with, ours to others and others' to us, in the form of Standard Webhooks; replaced with an overlap. */

/** Longest that an old secret may count beside the new one, in hours. */
export const longestKeep = 168;

/** A new key of 32 bytes. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The key in a secret. */
export const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/** How a row holds its secrets, sealed. */
export interface SealedSecrets<Current extends string | null = string | null> {
  sealedSecret: Current;
  previousSecret: string | null;
  previousUntil: Date | null;
}

/** Those that count at an instant, the present one first. */
export function countingSecrets({ sealedSecret, previousSecret, previousUntil }: SealedSecrets, now: Date): string[] {
  const previous = previousUntil && previousUntil > now ? previousSecret : null;
  return [sealedSecret, previous].filter((one) => one !== null);
}

/** The columns of a row whose secret is replaced; the one before counts for so many hours more. */
export function replaceSecret(row: SealedSecrets, sealed: string, keepHours: number, now: Date) {
  const keeps = keepHours > 0 && row.sealedSecret !== null;
  return {
    sealedSecret: sealed,
    previousSecret: keeps ? row.sealedSecret : null,
    previousUntil: keeps ? new Date(now.getTime() + keepHours * 3_600_000) : null,
    rotatedAt: now,
  };
}
