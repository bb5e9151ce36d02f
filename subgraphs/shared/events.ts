import { z } from 'zod';
import { Prisma, type Tx } from './db.ts';
import { type Kind, newId } from './ids.ts';

/** Who caused a change: shown in the audit log and used by loop guards. */
export interface Actor {
  kind: 'user' | 'apiKey' | 'assistant' | 'automation' | 'research' | 'system';
  id: string;
}

/**
 * Every event there is. `subject` is the kind of object it is about, `change` what became of that object (this is what
 * `changes(since)` reports), `data` its ids and scalars: never copies of entities.
 */
const event = <Data extends z.ZodRawShape>(subject: Kind, change: 'created' | 'updated' | 'deleted', data: Data) => ({
  subject,
  change,
  data: z.strictObject(data),
});
const id = z.string();
/** What a sync has brought so far. */
const counts = { received: z.int(), changed: z.int(), deleted: z.int() };
/** Why a sync came to nothing. Same words as `enum SyncFailure` in the schema. */
const syncFailures = ['REAUTH', 'LIMITED', 'UNAVAILABLE', 'REFUSED', 'INTERNAL'] as const;

export const events = {
  'user.created': event('user', 'created', {}),
  'user.updated': event('user', 'updated', {}),
  'user.deletionScheduled': event('user', 'updated', {}),
  'user.deletionCancelled': event('user', 'updated', {}),
  'session.created': event('session', 'created', {}),
  'session.revoked': event('session', 'deleted', { reason: z.string() }),
  'device.registered': event('device', 'created', {}),
  'device.updated': event('device', 'updated', {}),
  'device.removed': event('device', 'deleted', {}),
  'apiKey.created': event('apikey', 'created', {}),
  'apiKey.revoked': event('apikey', 'updated', {}),
  'consent.granted': event('consent', 'created', {}),
  'consent.withdrawn': event('consent', 'updated', {}),
  'export.requested': event('export', 'created', {}),
  'export.finished': event('export', 'updated', {}),

  'lifeArea.created': event('area', 'created', {}),
  'lifeArea.updated': event('area', 'updated', {}),
  'lifeArea.deleted': event('area', 'deleted', {}),
  'lifeAreaNote.created': event('note', 'created', { lifeAreaId: id }),
  'lifeAreaNote.updated': event('note', 'updated', { lifeAreaId: id }),
  'lifeAreaNote.deleted': event('note', 'deleted', { lifeAreaId: id }),
  'goal.created': event('goal', 'created', {}),
  'goal.updated': event('goal', 'updated', {}),
  'goal.completed': event('goal', 'updated', {}),
  'goal.reopened': event('goal', 'updated', {}),
  'goal.deleted': event('goal', 'deleted', {}),
  'progress.logged': event('entry', 'created', { goalId: id, localDate: z.string() }),
  'progress.updated': event('entry', 'updated', { goalId: id, localDate: z.string() }),
  'progress.deleted': event('entry', 'deleted', { goalId: id, localDate: z.string() }),
  'milestone.created': event('milestone', 'created', { goalId: id }),
  'milestone.updated': event('milestone', 'updated', { goalId: id }),
  'milestone.reached': event('milestone', 'updated', { goalId: id }),
  'milestone.deleted': event('milestone', 'deleted', { goalId: id }),
  'achievement.earned': event('achievement', 'created', { goalId: id.nullable(), name: z.string() }),

  'conversation.created': event('conversation', 'created', {}),
  'conversation.updated': event('conversation', 'updated', {}),
  'conversation.deleted': event('conversation', 'deleted', {}),
  'message.created': event('message', 'created', { conversationId: id }),
  'message.updated': event('message', 'updated', { conversationId: id }),
  'message.deleted': event('message', 'deleted', { conversationId: id }),
  'toolCall.created': event('toolcall', 'created', { messageId: id }),
  'toolCall.updated': event('toolcall', 'updated', { messageId: id }),
  'toolCall.deleted': event('toolcall', 'deleted', { messageId: id }),
  'memory.created': event('memory', 'created', {}),
  'memory.updated': event('memory', 'updated', {}),
  'memory.deleted': event('memory', 'deleted', {}),
  'insight.created': event('insight', 'created', {}),
  'insight.updated': event('insight', 'updated', {}),

  'researchCategory.created': event('category', 'created', {}),
  'researchCategory.updated': event('category', 'updated', {}),
  'researchCategory.deleted': event('category', 'deleted', {}),
  'researchResult.created': event('result', 'created', { categoryId: id }),
  'researchResult.updated': event('result', 'updated', { categoryId: id }),
  'researchResult.deleted': event('result', 'deleted', { categoryId: id }),
  'researchRun.created': event('run', 'created', { categoryId: id }),
  'researchRun.progressed': event('run', 'updated', { categoryId: id }),
  'researchRun.completed': event('run', 'updated', { categoryId: id, state: z.enum(['DONE', 'FAILED', 'CANCELLED']) }),
  'researchRun.deleted': event('run', 'deleted', { categoryId: id }),

  'connection.created': event('connection', 'created', {}),
  'connection.updated': event('connection', 'updated', {}),
  'connection.deleted': event('connection', 'deleted', {}),
  'sync.started': event('connection', 'updated', {}),
  'sync.progressed': event('connection', 'updated', counts),
  'sync.finished': event('connection', 'updated', counts),
  'sync.failed': event('connection', 'updated', { failure: z.enum(syncFailures) }),
  'items.changed': event('connection', 'updated', {
    itemType: z.string(),
    changed: z.int(),
    deleted: z.int(),
    /** The earliest local day that is concerned; null where no item has a day. */
    firstDay: z.string().nullable(),
  }),
  'received.created': event('connection', 'updated', { itemId: id, name: z.string() }),
  'progressMapping.created': event('mapping', 'created', { goalId: id }),
  'progressMapping.updated': event('mapping', 'updated', { goalId: id }),
  'progressMapping.deleted': event('mapping', 'deleted', { goalId: id }),
  'notification.created': event('notification', 'created', {}),
  'notification.updated': event('notification', 'updated', {}),
  'notification.deleted': event('notification', 'deleted', {}),
  'notificationSettings.updated': event('user', 'updated', {}),
  // APNs does not know the push token of a device any more, or never did. `token` is its SHA-256, `since` an instant.
  'push.rejected': event('device', 'updated', { token: z.string(), reason: z.string(), since: z.string() }),
  'reminder.created': event('reminder', 'created', {}),
  'reminder.updated': event('reminder', 'updated', {}),
  'reminder.deleted': event('reminder', 'deleted', {}),
  'automationRule.created': event('rule', 'created', {}),
  'automationRule.updated': event('rule', 'updated', {}),
  'automationRule.deleted': event('rule', 'deleted', {}),
  'automationRun.created': event('rulerun', 'created', { ruleId: id, state: z.enum(['QUEUED', 'SKIPPED']) }),
  'automationRun.updated': event('rulerun', 'updated', { ruleId: id }),
  'automationRun.completed': event('rulerun', 'updated', {
    ruleId: id,
    state: z.enum(['DONE', 'FAILED', 'CANCELLED']),
  }),
  'automationRun.deleted': event('rulerun', 'deleted', { ruleId: id }),
  'webhook.created': event('webhook', 'created', {}),
  'webhook.updated': event('webhook', 'updated', {}),
  'webhook.deleted': event('webhook', 'deleted', {}),
} as const;

export type EventType = keyof typeof events;
export type EventData<T extends EventType> = z.infer<(typeof events)[T]['data']>;

/** The subscription fields of the graph and the events that feed each. */
export const subscriptionEvents: Record<string, readonly EventType[]> = {
  progressUpdated: ['progress.logged', 'progress.updated', 'progress.deleted'],
  goalCompleted: ['goal.completed'],
  chatMessage: ['message.created', 'message.updated'],
  researchProgress: ['researchRun.created', 'researchRun.progressed', 'researchRun.completed'],
  researchCompleted: ['researchRun.completed'],
  notificationCreated: ['notification.created'],
  syncStatus: ['sync.started', 'sync.progressed', 'sync.finished', 'sync.failed'],
  notificationUpdated: ['notification.updated', 'notification.deleted'],
};

/** Arguments by which a subscription field is narrowed to the events of one object: the id of their subject. */
export const subscriptionSubjects: Readonly<Record<string, string>> = {
  researchProgress: 'runId',
  syncStatus: 'connectionId',
};

/** An event as it stands in the log. */
export interface LoggedEvent<T extends EventType = EventType> {
  id: string;
  userId: string;
  /** Position in this user's log: 1, 2, 3 … in commit order, without gaps. */
  seq: bigint;
  type: T;
  subjectId: string;
  data: EventData<T>;
  actor: Actor;
  /** The event, or the run of a rule, that led to this one, if any; a chain of these is the "why". */
  causationId: string | null;
  at: Date;
}

export interface NewEvent<T extends EventType = EventType> {
  type: T;
  subjectId: string;
  data: EventData<T>;
}

/** What `publish` needs to know of where it is: satisfied by the request context and by the context of a reaction. */
export interface Publisher {
  db: Tx;
  userId: string;
  actor: Actor;
  now: () => Date;
  causationId?: string | null;
}

/**
 * Writes events in the transaction of the change they tell of, numbered without gaps in commit order: the number comes
 * from the user's counter row, whose lock is held until the transaction ends. So publish LAST in a transaction: it keeps
 * the lock short, and always in the same order after the rows that changed.
 */
export async function publish<T extends EventType>(ctx: Publisher, ...news: NewEvent<T>[]): Promise<void> {
  if (news.length === 0) return;
  const at = ctx.now();
  const rows = news.map(({ type, subjectId, data }) => ({
    id: newId('event', at),
    type,
    subject_id: subjectId,
    data: events[type].data.parse(data),
  }));
  await ctx.db.$executeRaw`
    WITH counter AS (
      INSERT INTO event_counters (user_id, last_seq) VALUES (${ctx.userId}, ${rows.length}::bigint)
      ON CONFLICT (user_id) DO UPDATE SET last_seq = event_counters.last_seq + ${rows.length}::bigint
      RETURNING last_seq
    )
    INSERT INTO events (user_id, seq, id, type, subject_id, data, actor_kind, actor_id, causation_id, at)
    SELECT ${ctx.userId}, counter.last_seq - ${rows.length}::bigint + row.ordinality, row.value->>'id', row.value->>'type',
           row.value->>'subject_id', row.value->'data', ${ctx.actor.kind}, ${ctx.actor.id}, ${ctx.causationId ?? null},
           ${at}::timestamptz
    FROM counter, jsonb_array_elements(${JSON.stringify(rows)}::jsonb) WITH ORDINALITY AS row`;
}

interface EventRow {
  id: string;
  user_id: string;
  seq: bigint;
  type: string;
  subject_id: string;
  data: unknown;
  actor_kind: string;
  actor_id: string;
  causation_id: string | null;
  at: Date;
}

const fromRow = (row: EventRow): LoggedEvent => ({
  id: row.id,
  userId: row.user_id,
  seq: row.seq,
  type: row.type as EventType,
  subjectId: row.subject_id,
  data: row.data as EventData<EventType>,
  actor: { kind: row.actor_kind as Actor['kind'], id: row.actor_id },
  causationId: row.causation_id,
  at: row.at,
});

/** A user's events after a number, in order, `types` only when given; at most `limit` (default 500). */
export async function readEvents(
  db: Tx,
  userId: string,
  after: bigint,
  options: { types?: readonly string[]; limit?: number } = {},
): Promise<LoggedEvent[]> {
  const rows = await db.$queryRaw<EventRow[]>`
    SELECT id, user_id, seq, type, subject_id, data, actor_kind, actor_id, causation_id, at FROM events
    WHERE user_id = ${userId} AND seq > ${after}
      AND (${options.types === undefined} OR type = ANY(${[...(options.types ?? [])]}))
    ORDER BY seq LIMIT ${options.limit ?? 500}`;
  return rows.map(fromRow);
}

/** A user's log and how far it has been read; `after` is null for a reader who only asks where the log ends. */
export interface LogPosition {
  userId: string;
  after: bigint | null;
}

/** What came after a position. */
export interface News {
  userId: string;
  /** The number of the latest event as these were read. */
  end: bigint;
  events: LoggedEvent[];
}

/**
 * What several users' logs have gained, in one statement: nobody is in the answer whose log has not grown. Events and `end` are of one
 * moment, so that all events up to `end` are there, or the `limit` of a user is reached.
 */
export async function readNews(
  db: Tx,
  positions: readonly LogPosition[],
  options: { types: readonly string[]; limit: number },
): Promise<News[]> {
  const userIds = positions.map(({ userId }) => userId);
  const numbers = positions.map(({ after }) => after?.toString() ?? null);
  const rows = await db.$queryRaw<(Omit<EventRow, 'id'> & { id: string | null; last_seq: bigint })[]>`
    SELECT reader.user_id, counter.last_seq, event.id, event.seq, event.type, event.subject_id, event.data,
           event.actor_kind, event.actor_id, event.causation_id, event.at
    FROM unnest(${userIds}::text[], ${numbers}::bigint[]) AS reader (user_id, after)
    JOIN event_counters counter ON counter.user_id = reader.user_id
      AND (reader.after IS NULL OR counter.last_seq > reader.after)
    LEFT JOIN LATERAL (
      SELECT * FROM events
      WHERE user_id = reader.user_id AND seq > reader.after AND type = ANY(${[...options.types]})
      ORDER BY seq LIMIT ${options.limit}
    ) event ON true
    ORDER BY reader.user_id, event.seq`;
  const news: News[] = [];
  for (const row of rows) {
    let of = news.at(-1);
    if (of?.userId !== row.user_id) {
      of = { userId: row.user_id, end: row.last_seq, events: [] };
      news.push(of);
    }
    if (row.id !== null) of.events.push(fromRow(row as EventRow));
  }
  return news;
}

/** A user's events of some types in a span of time, both ends included, in order. */
export async function readSpan(
  db: Tx,
  userId: string,
  span: { from: Date; to: Date; types: readonly string[]; limit: number; newestFirst?: boolean },
): Promise<LoggedEvent[]> {
  const order = Prisma.raw(span.newestFirst ? 'DESC' : 'ASC');
  const rows = await db.$queryRaw<EventRow[]>`
    SELECT id, user_id, seq, type, subject_id, data, actor_kind, actor_id, causation_id, at FROM events
    WHERE user_id = ${userId} AND at BETWEEN ${span.from}::timestamptz AND ${span.to}::timestamptz
      AND type = ANY(${[...span.types]})
    ORDER BY seq ${order} LIMIT ${span.limit}`;
  return rows.map(fromRow);
}

/** One event of this user by its id, or null. */
export async function findEvent(db: Tx, userId: string, eventId: string): Promise<LoggedEvent | null> {
  const rows = await db.$queryRaw<EventRow[]>`
    SELECT id, user_id, seq, type, subject_id, data, actor_kind, actor_id, causation_id, at FROM events
    WHERE user_id = ${userId} AND id = ${eventId}`;
  return rows[0] ? fromRow(rows[0]) : null;
}

/** The number of this user's latest event; 0 when there is none. */
export async function latestSeq(db: Tx, userId: string): Promise<bigint> {
  const rows = await db.$queryRaw<
    { last_seq: bigint }[]
  >`SELECT last_seq FROM event_counters WHERE user_id = ${userId}`;
  return rows[0]?.last_seq ?? 0n;
}
