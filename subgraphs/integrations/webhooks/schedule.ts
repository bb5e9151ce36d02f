/**
 * When a delivery is sent again: after about 8 s, 24 s, 72 s, 4 min, 11 min, 32 min, 97 min, 5 h and 15 h, each up to a fifth sooner, so that
 * those of one outage do not come back together. After ten attempts, or 24 hours, it is given up.
 */
export const mostAttempts = 10;
export const longestMs = 24 * 3_600_000;
const firstWait = 8_000;
const factor = 3;

/**
 * An address that fails is tried with one delivery at a time, until one gets through. A first failure may be a mishap; from the second in a row
 * on it rests before: 5 s, then twice as long each time, at most 5 min.
 */
const firstRest = 5_000;
const longestRest = 300_000;
/** An address that has failed for so long is given up. */
export const longestFailing = 3 * 24 * 3_600_000;

const jittered = (milliseconds: number, random: () => number) => milliseconds * (0.8 + 0.2 * random());

interface Tried {
  /** Attempts that the address has answered or missed, this one included. */
  attempts: number;
  createdAt: Date;
  now: Date;
  /** From when on the address wants to be asked again, where it says so. */
  retryAfter: Date | null;
}

/** When to try next after a failure; null when there is no more trying. The last attempt is at the end of the 24 hours at the latest. */
export function nextAttempt({ attempts, createdAt, now, retryAfter }: Tried, random: () => number): Date | null {
  const end = createdAt.getTime() + longestMs;
  if (attempts >= mostAttempts || now.getTime() >= end) return null;
  const wait = now.getTime() + jittered(firstWait * factor ** (attempts - 1), random);
  return new Date(Math.min(Math.max(wait, retryAfter?.getTime() ?? 0), end));
}

/**
 * When to try again what did not come to an attempt, because the graph that makes its body was away: after a quarter of the time that it has
 * waited so far, between 8 s and 5 min; null after 24 hours.
 */
export function afterAbsence({ createdAt, now }: Pick<Tried, 'createdAt' | 'now'>, random: () => number): Date | null {
  const age = now.getTime() - createdAt.getTime();
  if (age >= longestMs) return null;
  const wait = Math.min(Math.max(age / 4, firstWait), longestRest);
  return new Date(now.getTime() + jittered(wait, random));
}

/** Until when an address rests after so many failures in a row. */
export function restUntil(failures: number, now: Date, retryAfter: Date | null, random: () => number): Date {
  const rest = failures < 2 ? 0 : jittered(Math.min(longestRest, firstRest * 2 ** (failures - 2)), random);
  const asked = Math.min(retryAfter?.getTime() ?? 0, now.getTime() + 3_600_000);
  return new Date(Math.max(now.getTime() + rest, asked));
}
