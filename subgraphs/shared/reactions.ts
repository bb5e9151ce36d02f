import { type Db, Prisma, type Tx } from './db.ts';
import { type EventType, events, type LoggedEvent, latestSeq, type Publisher, readEvents } from './events.ts';
import type { Platform } from './platform.ts';

/** What a reaction may use: the transaction that also moves its cursor, so that its effect happens exactly once. */
export interface ReactionContext extends Publisher {
  db: Tx;
  /** Runs after the transaction has committed; it may be lost with the process. */
  afterCommit(effect: () => void | Promise<void>): void;
}

/** A subgraph's answers to events, its own or others'. */
export type Reactions = { [T in EventType]?: (event: LoggedEvent<T>, ctx: ReactionContext) => Promise<void> };

/**
 * A reader of whatever event a person's own settings name. `types` is SQL that yields the types that concern a person: what does not is gone
 * past without a transaction.
 */
export interface Watch {
  types(userId: string): Prisma.Sql;
  react(event: LoggedEvent, ctx: ReactionContext): Promise<void>;
}

/** The same answer to every event. */
export const onEveryEvent = (react: Watch['react']): Reactions =>
  Object.fromEntries(Object.keys(events).map((type) => [type, react]));

const sweepEvery = 15_000;
const attemptsBeforeParking = 6;
/** Before the second attempt, in milliseconds; doubles after each. */
const firstPause = 250;

/** What one look at a user's log came to. `busy`: another process is at it. */
type Outcome = 'reacted' | 'nothing' | 'busy';

/**
 * Runs one consumer's reactions over every user's log. For each user a cursor row says how far it has got; effects and
 * the cursor move in one transaction, under the lock of that row, so any number of processes may run this and each event
 * takes effect once. An event that fails again and again is parked in `reaction_failures` and does not hold up the rest.
 *
 * Who erases a user deletes the rows of `event_counters` first and of `reaction_cursors` next: that waits for reactions
 * under way and lets no new one begin.
 */
export function runReactions(
  consumer: string,
  reactions: Reactions,
  platform: Platform,
  /** Of the types that there are reactions to, those that concern a person. Default: all. */
  typesFor?: Watch['types'],
): { stop(): Promise<void>; settle(): Promise<void> } {
  const { db, bus, log } = platform;
  const types = Object.keys(reactions) as EventType[];
  if (types.length === 0) return { stop: async () => {}, settle: async () => {} };
  const waiting = new Set<string>();
  /** Users whose next event failed lately: they wait for their timer, whatever the bus says. */
  const resting = new Map<string, NodeJS.Timeout>();
  const failures = new Map<string, number>();
  /** The event at which a user's log has just failed: for the line that says so. */
  const failing = new Map<string, LoggedEvent>();
  let running: Promise<void> | null = null;
  let stopped = false;

  const look = (userId: string) => {
    if (stopped || resting.has(userId)) return;
    waiting.add(userId);
    wake();
  };
  const wake = () => {
    running ??= drain().finally(() => {
      running = null;
      if (waiting.size > 0) wake(); // Came between the last turn and this one.
    });
  };
  const lookLater = (userId: string, pause: number) => {
    clearTimeout(resting.get(userId));
    resting.set(userId, setTimeout(() => hurry(userId), pause).unref());
  };
  const hurry = (userId: string) => {
    clearTimeout(resting.get(userId));
    resting.delete(userId);
    look(userId);
  };

  async function drain(): Promise<void> {
    for (const userId of waiting) {
      waiting.delete(userId);
      if (resting.has(userId)) continue;
      try {
        let outcome: Outcome = 'reacted';
        while (outcome === 'reacted' && !stopped)
          outcome = (await isBehind(userId)) ? await advance(userId) : 'nothing';
        if (outcome === 'busy') lookLater(userId, firstPause);
      } catch (error) {
        const { id: eventId, causationId } = failing.get(userId) ?? {};
        failing.delete(userId);
        log.error({ error, consumer, userId, eventId, causationId }, 'a reaction failed and will be tried again');
        if (!resting.has(userId)) lookLater(userId, 5 * firstPause);
      }
    }
  }

  // In the statement that reads the log, so that both are of one moment: nothing is gone past that somebody waits for by then.
  const concerning = (userId: string) => (typesFor ? Prisma.sql`AND type IN (${typesFor(userId)})` : Prisma.empty);

  /** Whether an event waits for this consumer. Moves the cursor past what it has no reaction to, without a transaction. */
  async function isBehind(userId: string): Promise<boolean> {
    const [row] = await db.$queryRaw<{ next: bigint | null }[]>`
      WITH log AS (
        SELECT counter.user_id, counter.last_seq, coalesce(cursor.seq, -1) AS seq,
          (SELECT min(seq) FROM events WHERE user_id = ${userId} AND seq > coalesce(cursor.seq, 0)
             AND type = ANY(${types}) ${concerning(userId)}) AS next
        FROM event_counters counter
        LEFT JOIN reaction_cursors cursor ON cursor.user_id = counter.user_id AND cursor.consumer = ${consumer}
        WHERE counter.user_id = ${userId}
      ), moved AS (
        INSERT INTO reaction_cursors (consumer, user_id, seq)
        SELECT ${consumer}, user_id, coalesce(next - 1, log.last_seq) FROM log JOIN event_counters USING (user_id)
        WHERE coalesce(next - 1, log.last_seq) > seq FOR KEY SHARE OF event_counters
        ON CONFLICT (consumer, user_id) DO UPDATE SET seq = EXCLUDED.seq WHERE reaction_cursors.seq < EXCLUDED.seq
      )
      SELECT next FROM log`;
    return row?.next != null;
  }

  /** Handles the next event of one user that has a reaction. */
  async function advance(userId: string): Promise<Outcome> {
    let current: LoggedEvent | undefined;
    let grown = false;
    const effects: (() => void | Promise<void>)[] = [];
    try {
      const outcome = await db.$transaction(async (tx): Promise<Outcome> => {
        const [cursor] = await tx.$queryRaw<{ seq: bigint }[]>`
          SELECT seq FROM reaction_cursors WHERE consumer = ${consumer} AND user_id = ${userId} FOR UPDATE SKIP LOCKED`;
        if (!cursor) return 'busy';
        [current] = await readEvents(tx, userId, cursor.seq, { types, limit: 1 });
        if (!current) return 'nothing';
        const react = reactions[current.type] as (event: LoggedEvent, ctx: ReactionContext) => Promise<void>;
        const actor = { kind: 'system', id: consumer } as const;
        const before = await latestSeq(tx, userId);
        const afterCommit = (effect: () => void | Promise<void>) => void effects.push(effect);
        await react(current, { db: tx, userId, actor, now: platform.now, causationId: current.id, afterCommit });
        grown = (await latestSeq(tx, userId)) > before;
        await tx.$executeRaw`
          UPDATE reaction_cursors SET seq = ${current.seq} WHERE consumer = ${consumer} AND user_id = ${userId}`;
        return 'reacted';
      });
      if (current) failures.delete(current.id);
      if (grown) bus.publish('events', userId);
      for (const effect of effects) {
        await Promise.resolve()
          .then(effect)
          .catch((error) => log.warn({ error, consumer, eventId: current?.id }, 'an effect after a reaction failed'));
      }
      return outcome;
    } catch (error) {
      if (current) {
        failing.set(userId, current);
        await countFailure(current, error as Error);
      }
      throw error;
    }
  }

  /** After several failures the event is set aside, with its error, and the cursor goes past it. */
  async function countFailure(event: LoggedEvent, error: Error): Promise<void> {
    const { id, userId, seq } = event;
    const count = (failures.get(id) ?? 0) + 1;
    failures.set(id, count);
    if (count < attemptsBeforeParking) return lookLater(userId, firstPause * 2 ** (count - 1));
    const text = error.message.replaceAll('\0', '').slice(0, 2000);
    await db.$transaction(async (tx) => {
      const passed = await tx.$executeRaw`
        UPDATE reaction_cursors SET seq = ${seq} WHERE consumer = ${consumer} AND user_id = ${userId} AND seq < ${seq}`;
      if (passed === 0) return; // Another process made it work meanwhile.
      await tx.$executeRaw`
        INSERT INTO reaction_failures (consumer, user_id, event_id, error, at)
        VALUES (${consumer}, ${userId}, ${id}, ${text}, ${platform.now()}::timestamptz) ON CONFLICT DO NOTHING`;
      log.error(
        { consumer, eventId: id, causationId: event.causationId, error: text },
        'a reaction was given up and parked',
      );
    });
    failures.delete(id);
    lookLater(userId, 0);
  }

  /** Whoever is behind, whatever we were told: this is what makes a lost hint harmless. */
  const sweep = async () => {
    for (const userId of await usersBehind(db, consumer)) look(userId);
  };
  const sweepNow = () => {
    sweep().catch((error) => log.warn({ error, consumer }, 'the sweep for events failed'));
  };
  const stopListening = bus.listen('events', (userId) => (userId === '*' ? sweepNow() : look(userId)));
  const timer = setInterval(sweepNow, sweepEvery).unref();
  sweepNow();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const pause of resting.values()) clearTimeout(pause);
      stopListening();
      await running;
    },
    /** Until nothing waits: events that fail are tried at once, up to being parked. */
    async settle() {
      for (let round = 0; !stopped; round++) {
        await running;
        // Somebody else is at it: leave them the time.
        if (round > 1) await new Promise((done) => setTimeout(done, 10));
        const behind = await usersBehind(db, consumer);
        if (behind.length === 0) return;
        for (const userId of behind) hurry(userId);
      }
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
