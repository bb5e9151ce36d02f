import type { Db, Tx } from './db.ts';
import { type EventType, type LoggedEvent, latestSeq, type Publisher, readEvents } from './events.ts';
import type { Platform } from './platform.ts';

/** What a reaction may use: the transaction that also moves its cursor, so that its effect happens exactly once. */
export interface ReactionContext extends Publisher {
  db: Tx;
}

/** A subgraph's answers to events, its own or others'. */
export type Reactions = { [T in EventType]?: (event: LoggedEvent<T>, ctx: ReactionContext) => Promise<void> };

const sweepEvery = 15_000;
const attemptsBeforeParking = 5;

/**
 * Runs one consumer's reactions over every user's log. For each user a cursor row says how far it has got; effects and
 * the cursor move in one transaction, under the lock of that row, so any number of processes may run this and each event
 * takes effect once. An event that fails again and again is parked in `reaction_failures` and does not hold up the rest.
 */
export function runReactions(
  consumer: string,
  reactions: Reactions,
  platform: Platform,
): { stop(): Promise<void>; settle(): Promise<void> } {
  const { db, bus, log } = platform;
  const types = Object.keys(reactions) as EventType[];
  const waiting = new Set<string>();
  const failures = new Map<string, number>();
  let running: Promise<void> | null = null;
  let stopped = false;

  const drain = async () => {
    while (waiting.size > 0 && !stopped) {
      const userId = waiting.values().next().value!;
      waiting.delete(userId);
      try {
        while (!stopped && (await advance(userId)));
      } catch (error) {
        log.error({ error, consumer, userId }, 'a reaction failed and will be tried again');
      }
    }
  };
  const wake = () => {
    if (stopped || running) return;
    running = drain().finally(() => {
      running = null;
      if (waiting.size > 0) wake();
    });
  };

  /** Handles the next event of one user that has a reaction; false when there is none left. */
  async function advance(userId: string): Promise<boolean> {
    let current: LoggedEvent | undefined;
    let reacted = false;
    try {
      await db.$transaction(async (tx) => {
        await tx.$executeRaw`
          INSERT INTO reaction_cursors (consumer, user_id, seq) VALUES (${consumer}, ${userId}, 0) ON CONFLICT DO NOTHING`;
        const [cursor] = await tx.$queryRaw<{ seq: bigint }[]>`
          SELECT seq FROM reaction_cursors WHERE consumer = ${consumer} AND user_id = ${userId} FOR UPDATE`;
        if (!cursor) return; // The user was erased meanwhile.
        const end = await latestSeq(tx, userId);
        [current] = await readEvents(tx, userId, cursor.seq, { types, limit: 1 });
        if (current) {
          const react = reactions[current.type] as (event: LoggedEvent, ctx: ReactionContext) => Promise<void>;
          const actor = { kind: 'system', id: consumer } as const;
          await react(current, { db: tx, userId, actor, now: platform.now, causationId: current.id });
          reacted = true;
        }
        const seq = current?.seq ?? end;
        await tx.$executeRaw`
          UPDATE reaction_cursors SET seq = ${seq} WHERE consumer = ${consumer} AND user_id = ${userId} AND seq < ${seq}`;
      });
    } catch (error) {
      if (current) await countFailure(current, error as Error);
      throw error;
    }
    if (reacted) bus.publish('events', userId);
    return reacted;
  }

  /** After several failures the event is set aside, with its error, and the cursor goes past it. */
  async function countFailure(event: LoggedEvent, error: Error): Promise<void> {
    const count = (failures.get(event.id) ?? 0) + 1;
    failures.set(event.id, count);
    if (count < attemptsBeforeParking) {
      setTimeout(() => look(event.userId), 100 * 2 ** count).unref();
      return;
    }
    failures.delete(event.id);
    await db.$transaction(async (tx) => {
      await tx.$executeRaw`
        INSERT INTO reaction_failures (consumer, user_id, event_id, error, at)
        VALUES (${consumer}, ${event.userId}, ${event.id}, ${error.message.slice(0, 2000)}, ${platform.now()}::timestamptz) ON CONFLICT DO NOTHING`;
      await tx.$executeRaw`UPDATE reaction_cursors SET seq = ${event.seq} WHERE consumer = ${consumer} AND user_id = ${event.userId} AND seq < ${event.seq}`;
    });
    log.error({ consumer, eventId: event.id, error: error.message }, 'a reaction was given up and parked');
    look(event.userId);
  }

  const look = (userId: string) => {
    waiting.add(userId);
    wake();
  };
  /** Whoever is behind, whatever we were told: this is what makes a lost hint harmless. */
  const sweep = async () => {
    for (const userId of await usersBehind(db, consumer)) look(userId);
  };
  if (types.length === 0) return { stop: async () => {}, settle: async () => {} };
  const stopListening = bus.listen('events', (userId) => {
    if (userId === '*') sweep().catch((error) => log.warn({ error: error.message }, 'the sweep for events failed'));
    else look(userId);
  });
  const timer = setInterval(() => {
    sweep().catch((error) => log.warn({ error: error.message }, 'the sweep for events failed'));
  }, sweepEvery);
  timer.unref();
  sweep().catch((error) => log.warn({ error: error.message }, 'the sweep for events failed'));
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      stopListening();
      await running;
    },
    async settle() {
      await sweep();
      while (running) await running;
    },
  };
}

/** Users whose log is ahead of this consumer's cursor. */
async function usersBehind(db: Db, consumer: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ user_id: string }[]>`
    SELECT counter.user_id FROM event_counters counter
    LEFT JOIN reaction_cursors cursor ON cursor.user_id = counter.user_id AND cursor.consumer = ${consumer}
    WHERE counter.last_seq > coalesce(cursor.seq, 0)`;
  return rows.map((row) => row.user_id);
}
