import type { JobDefinition } from '../shared/jobs.ts';
import type { Platform } from '../shared/platform.ts';
import { rotateSigningKeys } from './signingKeys.ts';

const hour = 60 * 60_000;
const day = 24 * hour;
/** Ended sessions are kept so long: until then a refresh token that turns up again is known as one. */
const keptMs = 30 * day;

/** Rotates signing keys, and deletes what has ended: sessions with their tokens, used nonces, counters of attempts. */
export function accessJobs(platform: Platform): JobDefinition[] {
  return [
    { name: 'users.rotateSigningKeys', every: hour, run: () => rotateSigningKeys(platform) },
    { name: 'users.sweepAccess', every: hour, run: () => sweep(platform) },
  ];
}

async function sweep({ db, now }: Platform): Promise<void> {
  const ago = (ms: number) => new Date(now().getTime() - ms);
  await db.usedNonce.deleteMany({ where: { expiresAt: { lt: now() } } });
  await db.rateLimit.deleteMany({ where: { windowStart: { lt: ago(hour) } } });
  await db.taskToken.deleteMany({ where: { expiresAt: { lt: now() } } });
  await db.session.deleteMany({ where: { expiresAt: { lt: ago(keptMs) } } });
}
