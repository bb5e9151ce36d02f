import { randomBytes } from 'node:crypto';
import type { Db, Tx } from '../shared/db.ts';
import { publish } from '../shared/events.ts';
import { LeaseLost } from '../shared/leased.ts';
import type { Platform } from '../shared/platform.ts';
import { revokeTaskTokens } from '../shared/taskTokens.ts';
import type { MessageStatus, ReplyEnd } from './generated.ts';
import type { GenerationRow } from './rows.ts';

/**
 * Who writes a reply, and how it ends. Whoever holds a generation's lease may append deltas; every append renews the lease and fails once
 * somebody else has taken it, so that two workers never write the same reply. What is appended stays.
 */

/** Whoever wrote nothing for so long has lost the lease, in milliseconds. */
export const leaseMs = 10_000;
/** A reply whose worker died this many times is not begun again. */
const mostAttempts = 5;

/** The right to write one reply. */
export interface Lease {
  readonly generation: GenerationRow;
  readonly token: string;
}

/**
 * Takes up a reply that is queued, or whose worker has died. Null when it is not to be taken.
 * A reply that was cut off in the middle of a round cannot be continued: it is ended, and keeps what was said.
 */
export async function takeUp({ db, now, bus }: Platform, messageId: string): Promise<Lease | null> {
  const at = now();
  const token = randomBytes(12).toString('hex');
  const until = new Date(at.getTime() + leaseMs);
  const taken = await db.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ user_id: string; was_running: boolean; attempts: number; status: string }[]>`
      SELECT g.user_id, g.state = 'RUNNING' AS was_running, g.attempts, m.status
      FROM generations g JOIN messages m ON m.user_id = g.user_id AND m.id = g.message_id
      WHERE g.message_id = ${messageId}
        AND (g.state = 'QUEUED' OR (g.state = 'RUNNING' AND g.lease_until < ${at}::timestamptz))
      FOR UPDATE OF g SKIP LOCKED`;
    if (!row) return null;
    const where = { userId_messageId: { userId: row.user_id, messageId } };
    const generation = (await tx.generation.update({
      where,
      data: {
        state: 'RUNNING',
        lease: token,
        leaseUntil: until,
        attempts: { increment: 1 },
        startedAt: at,
      },
    })) as GenerationRow;
    if (row.attempts >= mostAttempts || (row.was_running && (await isMidway(tx, generation)))) {
      await endReply({ db: tx, now }, generation, 'FAILED', 'INTERRUPTED');
      return { generation, isOver: true };
    }
    if (row.status !== 'STREAMING') await setStatus({ db: tx, now }, generation, 'STREAMING');
    return { generation, isOver: false };
  });
  if (!taken) return null;
  bus.publish('events', taken.generation.userId);
  if (taken.isOver) {
    bus.publish('deltas', messageId);
    return null;
  }
  return { generation: taken.generation, token };
}

/** Whether the round under way had already told something: its question cannot be asked once more without saying it twice. */
export async function isMidway(tx: Tx, { userId, messageId }: GenerationRow): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ midway: boolean }[]>`
    SELECT coalesce(max(sequence) FILTER (WHERE kind = 'TEXT'), 0)
           > coalesce(max(sequence) FILTER (WHERE kind = 'TOOL_CALL'), 0) AS midway
    FROM message_deltas WHERE user_id = ${userId} AND message_id = ${messageId}`;
  return row?.midway ?? false;
}

/** What a change of a reply is made with: a transaction, and the clock. */
type Change = { db: Tx; now: () => Date };

const assistant = (messageId: string) => ({ kind: 'assistant', id: messageId }) as const;

/** The run of a rule that asked for a reply: what the reply tells of follows from it. */
export const causeOf = ({ behalfKind, behalfId }: GenerationRow): string | null =>
  behalfKind === 'automation' ? behalfId : null;

/** Sets a reply's status and says so in the event log. Publish last: see `publish`. */
export async function setStatus(change: Change, generation: GenerationRow, status: MessageStatus): Promise<void> {
  const { userId, messageId } = generation;
  await change.db.message.update({
    where: { userId_id: { userId, id: messageId } },
    data: { status, version: { increment: 1 }, updatedAt: change.now() },
  });
  await announce(change, generation);
}

const announce = ({ db, now }: Change, generation: GenerationRow) => {
  const { userId, messageId, conversationId } = generation;
  return publish(
    { db, userId, now, actor: assistant(messageId), causationId: causeOf(generation) },
    { type: 'message.updated', subjectId: messageId, data: { conversationId } },
  );
};

/**
 * Ends a reply, whoever had the lease: its text is what was told. Proposals that nobody has answered are void, tokens end.
 * @throws LeaseLost when `token` is given and somebody else has the lease.
 */
export async function endReply(
  change: Change,
  generation: GenerationRow,
  status: 'COMPLETE' | 'STOPPED' | 'FAILED',
  because: ReplyEnd,
  token?: string,
): Promise<void> {
  const { db, now } = change;
  const { userId, messageId } = generation;
  const at = now();
  const ended = await db.$executeRaw`
    WITH ended AS (
      UPDATE generations SET state = 'ENDED', lease = NULL, lease_until = NULL, ended_because = ${because},
        ended_at = ${at}::timestamptz, last_sequence = last_sequence + 1
      WHERE user_id = ${userId} AND message_id = ${messageId} AND state <> 'ENDED'
        AND (${token ?? null}::text IS NULL OR lease = ${token ?? null})
      RETURNING last_sequence
    )
    INSERT INTO message_deltas (user_id, message_id, sequence, kind, state, at)
    SELECT ${userId}, ${messageId}, last_sequence, 'END', ${status}, ${at}::timestamptz FROM ended`;
  if (ended === 0) throw new LeaseLost('The reply has ended already, or is no longer ours to write.');
  await db.$executeRaw`
    UPDATE tool_calls SET
      state = CASE WHEN kind = 'WRITE' AND state = 'RUNNING' THEN 'FAILED' ELSE 'SUPERSEDED' END,
      result = CASE WHEN kind = 'WRITE' AND state = 'RUNNING' THEN ${cutOff} ELSE result END,
      version = version + 1, updated_at = ${at}::timestamptz
    WHERE user_id = ${userId} AND message_id = ${messageId} AND state IN ('PROPOSED', 'APPROVED', 'RUNNING')`;
  await revokeTaskTokens(db, userId, messageId);
  await db.$executeRaw`
    UPDATE messages m SET status = ${status}, model = g.model, version = m.version + 1, updated_at = ${at}::timestamptz,
      content = coalesce((
        SELECT string_agg(text, '' ORDER BY sequence) FROM message_deltas
        WHERE user_id = g.user_id AND message_id = g.message_id AND kind = 'TEXT'), '')
    FROM generations g
    WHERE g.user_id = ${userId} AND g.message_id = ${messageId} AND m.user_id = g.user_id AND m.id = g.message_id`;
  await announce(change, generation);
}

/** Of a write that was under way when its reply ended: nobody waited for its answer. */
const cutOff = JSON.stringify({
  errors: [{ message: 'The reply ended before an answer came. It may have been done all the same.' }],
});

/** The text of a reply so far. */
export async function toldText(db: Tx, userId: string, messageId: string): Promise<string> {
  const texts = await toldTexts(db, userId, [messageId]);
  return texts.get(messageId) ?? '';
}

/** The texts of replies that are being written, by id. */
export async function toldTexts(db: Tx, userId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.$queryRaw<{ message_id: string; text: string }[]>`
    SELECT message_id, string_agg(text, '' ORDER BY sequence) AS text FROM message_deltas
    WHERE user_id = ${userId} AND message_id = ANY(${[...ids]}) AND kind = 'TEXT' GROUP BY message_id`;
  return new Map(rows.map((row) => [row.message_id, row.text]));
}

/**
 * Lays a reply down until the person has answered what it proposes.
 * @returns whether it waits: not when they have answered already, faster than we could lay it down. Then it is on the queue again.
 * @throws LeaseLost
 */
export async function waitForApproval(db: Db, now: () => Date, { generation, token }: Lease): Promise<boolean> {
  const { userId, messageId } = generation;
  return db.$transaction(async (tx) => {
    // Locks the generation, as answers do: what is proposed stays so until this is done.
    await release(tx, generation, token, 'WAITING');
    const open = await tx.toolCall.count({ where: { userId, messageId, state: 'PROPOSED' } });
    if (open > 0) await setStatus({ db: tx, now }, generation, 'WAITING');
    else await tx.generation.updateMany({ where: { userId, messageId }, data: { state: 'QUEUED' } });
    return open > 0;
  });
}

/** Gives a reply back to the queue, for another worker. @throws LeaseLost */
export async function handBack(db: Tx, { generation, token }: Lease): Promise<void> {
  await release(db, generation, token, 'QUEUED');
}

async function release(db: Tx, { userId, messageId }: GenerationRow, token: string, state: 'WAITING' | 'QUEUED') {
  const { count } = await db.generation.updateMany({
    where: { userId, messageId, lease: token },
    // Attempts count workers that died, and this one did not.
    data: { state, lease: null, leaseUntil: null, attempts: 0 },
  });
  if (count === 0) throw new LeaseLost('The reply is no longer ours to write.');
}
