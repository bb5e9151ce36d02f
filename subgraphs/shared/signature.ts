import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from './crypto.ts';

/**
 * Calls from the gateway to remote subgraphs are signed with HMAC-SHA-256 over method, path, time, nonce and the hash of
 * the body. A subgraph refuses what is unsigned, older than a minute, seen before, or changed on the way.
 */
export const signatureHeaders = { time: 'x-jarvis-time', nonce: 'x-jarvis-nonce', signature: 'x-jarvis-signature' };

/** Accepted distance between the two clocks, in milliseconds. */
const tolerance = 60_000;

export function sign(
  secret: Buffer,
  parts: { method: string; path: string; time: string; nonce: string; body: string | Buffer },
): string {
  const text = [parts.method, parts.path, parts.time, parts.nonce, sha256(parts.body)].join('\n');
  return createHmac('sha256', secret).update(text).digest('hex');
}

/**
 * Checks signatures and remembers nonces for as long as their time would be accepted.
 * @param secrets any of these may have signed: the current one and, during a rotation, those of gateways not yet restarted
 */
export function createVerifier(secrets: readonly Buffer[], now: () => number = Date.now) {
  const nonces = new Map<string, number>();
  return function verify(
    method: string,
    path: string,
    headers: Record<string, unknown>,
    body: string | Buffer,
  ): boolean {
    const time = String(headers[signatureHeaders.time] ?? '');
    const nonce = String(headers[signatureHeaders.nonce] ?? '');
    const given = Buffer.from(String(headers[signatureHeaders.signature] ?? ''), 'hex');
    const isSigned = secrets.some((secret) => {
      const expected = Buffer.from(sign(secret, { method, path, time, nonce, body }), 'hex');
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    if (!isSigned) return false;
    const at = now();
    if (!/^\d{1,15}$/.test(time) || Math.abs(at - Number(time)) > tolerance || nonces.has(nonce)) return false;
    nonces.set(nonce, at);
    for (const [old, seen] of nonces) {
      if (at - seen <= 2 * tolerance) break;
      nonces.delete(old);
    }
    return true;
  };
}
