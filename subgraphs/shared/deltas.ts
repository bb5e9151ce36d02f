import { Prisma, type Tx } from './db.ts';

/**
 * The deltas of replies as they are written: what `messageStream` tells. They are numbered per message, not in the event log: a reply has
 * hundreds of them, and nobody but its viewers cares.
 */
export type DeltaKind = 'TEXT' | 'TOOL_CALL' | 'USAGE' | 'END';

export interface MessageDelta {
  /** `<message id>.<sequence>`. */
  id: string;
  userId: string;
  messageId: string;
  /** 1, 2, 3 … per message, without gaps. */
  sequence: number;
  kind: DeltaKind;
  /** What is to be added to the reply's text; of TEXT. */
  text: string | null;
  /** Of TOOL_CALL. */
  toolCallId: string | null;
  /** What the tool call, or at the END the message, has come to. */
  state: string | null;
  at: Date;
}

interface DeltaRow {
  user_id: string;
  message_id: string;
  sequence: number;
  kind: string;
  text: string | null;
  tool_call_id: string | null;
  state: string | null;
  at: Date;
}

const columns = Prisma.raw(
  'delta.user_id, delta.message_id, delta.sequence, delta.kind, delta.text, delta.tool_call_id, delta.state, delta.at',
);

const fromRow = (row: DeltaRow): MessageDelta => ({
  id: `${row.message_id}.${row.sequence}`,
  userId: row.user_id,
  messageId: row.message_id,
  sequence: row.sequence,
  kind: row.kind as DeltaKind,
  text: row.text,
  toolCallId: row.tool_call_id,
  state: row.state,
  at: row.at,
});

/** A reply and how far it has been read. */
export interface DeltaPosition {
  userId: string;
  messageId: string;
  after: number;
}

/** What several replies have gained, by message and number, in one statement; of each at most `limit`. */
export async function readDeltas(db: Tx, positions: readonly DeltaPosition[], limit: number): Promise<MessageDelta[]> {
  const rows = await db.$queryRaw<DeltaRow[]>`
    SELECT ${columns}
    FROM unnest(${positions.map((at) => at.userId)}::text[], ${positions.map((at) => at.messageId)}::text[],
                ${positions.map((at) => at.after)}::int[]) AS reader (user_id, message_id, after)
    CROSS JOIN LATERAL (
      SELECT * FROM message_deltas
      WHERE user_id = reader.user_id AND message_id = reader.message_id AND sequence > reader.after
      ORDER BY sequence LIMIT ${limit}
    ) delta
    ORDER BY delta.message_id, delta.sequence`;
  return rows.map(fromRow);
}

/** Which of these replies will tell nothing any more after what was read: they are gone, or have ended. */
export async function findSilent(db: Tx, positions: readonly DeltaPosition[]): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ message_id: string }[]>`
    SELECT reader.message_id
    FROM unnest(${positions.map((at) => at.userId)}::text[], ${positions.map((at) => at.messageId)}::text[],
                ${positions.map((at) => at.after)}::int[]) AS reader (user_id, message_id, after)
    LEFT JOIN generations g ON g.user_id = reader.user_id AND g.message_id = reader.message_id
    WHERE g.message_id IS NULL OR (g.state = 'ENDED' AND g.last_sequence <= reader.after)`;
  return new Set(rows.map(({ message_id }) => message_id));
}

const deltaId = /^(message_[0-9a-f]{32})\.(\d{1,9})$/;

/** Whether an event's id is that of a delta. */
export const isDeltaId = (id: string): boolean => deltaId.test(id);

/** One delta of this user by its id, or null. */
export async function findDelta(db: Tx, userId: string, id: string): Promise<MessageDelta | null> {
  const [, messageId, sequence] = deltaId.exec(id) ?? [];
  if (messageId === undefined) return null;
  const [delta] = await readDeltas(db, [{ userId, messageId, after: Number(sequence) - 1 }], 1);
  return delta?.sequence === Number(sequence) ? delta : null;
}

/** What has become of a reply: how far it is numbered, and whether its deltas can still be read. Null when there is none. */
export interface ReplyState {
  lastSequence: number;
  hasEnded: boolean;
  /** The first number that is still kept; one more than the last where none is. */
  firstKept: number;
}

export async function findReply(db: Tx, userId: string, messageId: string): Promise<ReplyState | null> {
  const [row] = await db.$queryRaw<{ last_sequence: number; has_ended: boolean; first_kept: number }[]>`
    SELECT last_sequence, state = 'ENDED' AS has_ended,
      coalesce((SELECT min(sequence) FROM message_deltas delta
                WHERE delta.user_id = generation.user_id AND delta.message_id = generation.message_id), last_sequence + 1) AS first_kept
    FROM generations generation WHERE user_id = ${userId} AND message_id = ${messageId}`;
  return row ? { lastSequence: row.last_sequence, hasEnded: row.has_ended, firstKept: row.first_kept } : null;
}
