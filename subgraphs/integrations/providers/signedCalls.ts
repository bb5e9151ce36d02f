import { createHmac, timingSafeEqual } from 'node:crypto';

/** What calls of providers have in common that are signed with a secret both sides know. */

/** How far a call's time may be from ours, in seconds: older ones are replays. */
const tolerance = 300;

/** Whether a call was signed now, more or less. */
export function isRecent(timestamp: string | undefined, now: Date): boolean {
  return /^\d{1,12}$/.test(timestamp ?? '') && Math.abs(now.getTime() / 1_000 - Number(timestamp)) <= tolerance;
}

/** Whether one of the signatures is that of the parts, one after the other, with one of the secrets: the same work whichever it is. */
export function isSigned(parts: readonly (string | Buffer)[], keys: readonly Buffer[], signatures: readonly Buffer[]) {
  let isGood = false;
  for (const key of keys) {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    const expected = hmac.digest();
    for (const signature of signatures) {
      isGood = (signature.length === expected.length && timingSafeEqual(signature, expected)) || isGood;
    }
  }
  return isGood;
}

/** Signatures that are looked at: senders have two or three while they replace a secret. */
export const mostSignatures = 10;
