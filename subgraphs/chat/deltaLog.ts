import type { Db } from '../shared/db.ts';
import type { DeltaKind } from '../shared/deltas.ts';
import { LeaseLost } from '../shared/leased.ts';
import type { Platform } from '../shared/platform.ts';
import type { MessageStatus, ToolCallState } from './generated.ts';
import { type Lease, leaseMs } from './generations.ts';

export interface NewDelta {
  kind: DeltaKind;
  text?: string;
  toolCallId?: string;
  /** Of USAGE, the id of the call to the model. */
  state?: ToolCallState | MessageStatus | string;
}

/** A reply that is being written here. */
export interface DeltaSource {
  readonly lease: Lease;
  /** Hands over what is to be appended; nothing only renews the lease. Not called again before `settled`. */
  take(): NewDelta[];
  /** They are stored, or cannot be. */
  settled(error: Error | null): void;
  /** Whether somebody waits for just this: its first word, or its end. */
  readonly isUrgent: boolean;
}

/** Between two statements, in milliseconds: at least, for each reply that was appended to, and at most. The more is going on, the more goes together. */
const pauses = { least: 4, each: 0.4, most: 80 };
/** Replies of one statement. */
const mostAtOnce = 500;
/** A statement that fails is tried again so often, and so many milliseconds later. */
const retries = { most: 25, after: 200 };

interface Taken {
  source: DeltaSource;
  deltas: NewDelta[];
  /** Number of the reply's last delta before these. */
  after: number;
}

type Verdict = 'STORED' | 'BUSY' | 'LOST';

/**
 * Appends to all replies that this process writes, one statement at a time for all of them: what a model says while one is under way goes
 * together in the next. Each append renews its reply's lease, and is refused once the lease is lost. It names the number that it goes on from,
 * so that one whose answer was lost can be sent again.
 */
function createDeltaLog({ db, now, bus, log }: Pick<Platform, 'db' | 'now' | 'bus' | 'log'>) {
  const waiting = new Set<DeltaSource>();
  const positions = new WeakMap<DeltaSource, number>();
  /** What somebody else's lock kept out of the last statement. */
  let held: Taken[] = [];
  let isRunning = false;
  let hurry = () => {};

  async function run(): Promise<void> {
    isRunning = true;
    // What is told in this turn goes together.
    await null;
    while (waiting.size > 0 || held.length > 0) {
      const batch = nextBatch();
      const verdicts = await store(batch).catch((error: Error) => error);
      for (const [i, taken] of batch.entries()) settle(taken, verdicts instanceof Error ? verdicts : verdicts[i]!);
      await pause(batch.length);
    }
    isRunning = false;
  }

  function nextBatch(): Taken[] {
    const batch = held;
    held = [];
    const blocked = new Set(batch.map(({ source }) => source));
    for (const source of waiting) {
      if (batch.length === mostAtOnce) break;
      if (blocked.has(source)) continue;
      waiting.delete(source);
      const after = positions.get(source) ?? source.lease.generation.lastSequence;
      batch.push({ source, deltas: source.take(), after });
    }
    return batch;
  }

  function settle(taken: Taken, verdict: Verdict | Error): void {
    const { source, deltas, after } = taken;
    if (verdict === 'BUSY') return void held.push(taken);
    if (verdict === 'STORED') {
      positions.set(source, after + deltas.length);
      source.settled(null);
      if (deltas.length > 0) bus.publish('deltas', source.lease.generation.messageId);
    } else source.settled(verdict === 'LOST' ? new LeaseLost('The reply is no longer ours to write.') : verdict);
  }

  async function store(batch: readonly Taken[]): Promise<Verdict[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await append(db, batch, now());
      } catch (error) {
        if (attempt === retries.most) throw error;
        log.warn({ error: (error as Error).message }, 'what replies say could not be stored and will be tried again');
        await new Promise((done) => setTimeout(done, retries.after));
      }
    }
  }

  function pause(replies: number): Promise<void> {
    const length = Math.min(pauses.most, pauses.least + replies * pauses.each);
    return new Promise((done) => {
      const timer = setTimeout(done, [...waiting].some(({ isUrgent }) => isUrgent) ? pauses.least : length);
      hurry = () => {
        clearTimeout(timer);
        setTimeout(done, pauses.least);
        hurry = () => {};
      };
    });
  }

  return {
    /** There is something to take. */
    wake(source: DeltaSource): void {
      waiting.add(source);
      if (source.isUrgent) hurry();
      if (!isRunning) void run();
    },
  };
}

const made = new WeakMap<Db, ReturnType<typeof createDeltaLog>>();

/** The one of this process. */
export function deltaLogOf(platform: Platform): ReturnType<typeof createDeltaLog> {
  const known = made.get(platform.db);
  if (known) return known;
  const fresh = createDeltaLog(platform);
  made.set(platform.db, fresh);
  return fresh;
}

/** In one statement. Rows that others have locked are left out (BUSY): waiting for several locks at once could end in a deadlock. */
async function append(db: Db, batch: readonly Taken[], at: Date): Promise<Verdict[]> {
  const news = batch.map(({ source: { lease }, deltas, after }) => ({
    user_id: lease.generation.userId,
    message_id: lease.generation.messageId,
    lease: lease.token,
    after,
    count: deltas.length,
    length: deltas.reduce((sum, { text }) => sum + (text?.length ?? 0), 0),
    deltas: deltas.map(({ kind, text = null, toolCallId = null, state = null }) => [kind, text, toolCallId, state]),
  }));
  const rows = await db.$queryRaw<{ message_id: string; verdict: Verdict }[]>`
    WITH news AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(news)}::jsonb)
        AS (user_id text, message_id text, lease text, after int, count int, length int, deltas jsonb)
    ), open AS (
      SELECT g.user_id, g.message_id, news.count, news.length, news.deltas
      FROM news JOIN generations g ON g.user_id = news.user_id AND g.message_id = news.message_id
        AND g.lease = news.lease AND g.last_sequence = news.after
      FOR UPDATE OF g SKIP LOCKED
    ), changed AS (
      UPDATE generations g SET last_sequence = g.last_sequence + open.count, text_length = g.text_length + open.length,
        lease_until = ${new Date(at.getTime() + leaseMs)}::timestamptz
      FROM open WHERE g.user_id = open.user_id AND g.message_id = open.message_id
      RETURNING g.user_id, g.message_id, g.last_sequence - open.count AS after, open.deltas
    ), appended AS (
      INSERT INTO message_deltas (user_id, message_id, sequence, kind, text, tool_call_id, state, at)
      SELECT changed.user_id, changed.message_id, changed.after + delta.ordinality, delta.value->>0, delta.value->>1,
             delta.value->>2, delta.value->>3, ${at}::timestamptz
      FROM changed, jsonb_array_elements(changed.deltas) WITH ORDINALITY AS delta
    )
    SELECT news.message_id, CASE
      WHEN changed.message_id IS NOT NULL THEN 'STORED'
      -- The answer to an earlier attempt was lost.
      WHEN news.count > 0 AND g.last_sequence = news.after + news.count THEN 'STORED'
      WHEN g.message_id IS NOT NULL THEN 'BUSY'
      ELSE 'LOST' END AS verdict
    FROM news
    LEFT JOIN changed ON changed.message_id = news.message_id AND changed.user_id = news.user_id
    LEFT JOIN generations g ON g.user_id = news.user_id AND g.message_id = news.message_id AND g.lease = news.lease`;
  const verdicts = new Map(rows.map((row) => [row.message_id, row.verdict]));
  return batch.map(({ source }) => verdicts.get(source.lease.generation.messageId) ?? 'LOST');
}
