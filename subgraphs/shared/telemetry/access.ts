import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sha256 } from '../crypto.ts';

const loopback = /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/;
/** What proxies add: behind one, everybody seems to come from this machine. */
const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** Whether somebody may read the metrics: with the token where one is set, else from this machine and not through a proxy. */
export function mayReadMetrics({ headers, socket }: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined)
    return loopback.test(socket.remoteAddress ?? '') && !forwarding.some((name) => headers[name] !== undefined);
  const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  // Hashes, because only texts of equal length can be compared in constant time.
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(token)));
}
