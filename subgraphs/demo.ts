import { subgraphs } from './index.ts';
import type { Platform } from './shared/platform.ts';
import type { DemoAccount } from './shared/subgraph.ts';
import { ensureDevelopmentUser } from './users/development.ts';

export const demoEmail = 'demo@jarvis.example';

/**
 * Outside production, an empty database gets a demo account with a year of a plausible life: every domain generates its
 * part from one seeded source of chance, all in one transaction. Sign in as demo@jarvis.example to see it.
 * @returns whether it was made now.
 */
export async function ensureDemoData(platform: Platform, seed?: number): Promise<boolean> {
  const { config, db } = platform;
  if (config.NODE_ENV === 'production' || config.DEMO_DATA === 'off') return false;
  if ((await db.user.count()) > 0) return false;
  await fillDemoAccount(platform, await ensureDevelopmentUser(platform, demoEmail), seed);
  return true;
}

/** Gives an existing, empty account the demo life. */
export async function fillDemoAccount(platform: Platform, userId: string, seed = 20_261_101): Promise<void> {
  const { db, now, bus, secrets } = platform;
  await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
      const { timeZone } = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      const random = mulberry32(seed);
      const demo: DemoAccount = { db: tx, userId, timeZone, now: now(), secrets, random, ids: new Map() };
      for (const { demo: generate } of Object.values(subgraphs)) await generate?.(demo);
      // The past has had its reactions: nobody wants to be told now of what happened a year ago.
      const consumers = Object.entries(subgraphs).flatMap(([name, { watches }]) => [
        name,
        ...Object.keys(watches?.(platform) ?? {}).map((watch) => `${name}.${watch}`),
      ]);
      await tx.$executeRaw`
        INSERT INTO reaction_cursors (consumer, user_id, seq)
        SELECT consumer, user_id, last_seq FROM event_counters, unnest(${consumers}::text[]) AS consumer WHERE user_id = ${userId}
        ON CONFLICT (consumer, user_id) DO UPDATE SET seq = excluded.seq`;
    },
    { timeout: 60_000 },
  );
  bus.publish('events', userId);
}

/** Mulberry32 (Tommy Ettinger, public domain): small, fast, and the same everywhere for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
