import type { ConversationSummary } from '../../../prisma/generated/client.ts';
import type { Tx } from '../../shared/db.ts';
import type { AiDataClass } from '../../shared/models/dataClasses.ts';
import type { PersonFacts } from '../../shared/models/facts.ts';
import type { GenerationRow, MemoryRow, MessageRow, ToolCallRow } from '../rows.ts';

/** The conversation up to a reply. It stays as it is while the reply is written. */
export interface Thread {
  /** From the first message, or from the one after the summary, to the one that is answered. */
  path: PathMessage[];
  summary: PathSummary | null;
  contextIds: readonly string[];
}

/** What there is to put before a model for one reply, from our own tables; what others know is asked for over the graph. */
export interface Material extends Thread {
  memories: readonly MemoryRow[];
  /** What this reply has done so far, and the text that it has said. */
  calls: ToolCallRow[];
  text: string;
}

/** What stands for everything up to a message. */
export interface PathSummary extends Pick<ConversationSummary, 'messageId' | 'text' | 'tokens' | 'tainted'> {
  dataClasses: AiDataClass[];
}

export interface PathMessage extends Pick<MessageRow, 'id' | 'role' | 'content' | 'origin'> {
  /** Of a reply: classes of data that its text may tell of. */
  dataClasses: readonly AiDataClass[];
  /** Whether others than the person and a model that had read nothing of theirs may speak in it. */
  isTainted: boolean;
  calls: ToolCallRow[];
}

/** Messages of a branch that are looked at, at most: older ones are in the summary, or left out. */
const longestPath = 200;
/** Messages at the end of the branch whose tool calls are told in full. */
const inFull = 6;
const mostMemories = 100;

/** What the person lets the assistant remember: nothing once they have switched that off. */
export async function readMemories(db: Tx, userId: string, { memory }: PersonFacts): Promise<MemoryRow[]> {
  if (!memory) return [];
  return db.memory.findMany({
    where: { userId, enabled: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: mostMemories,
  }) as Promise<MemoryRow[]>;
}

/** Reads it, in a handful of statements. */
export async function readThread(db: Tx, { userId, messageId, conversationId }: GenerationRow): Promise<Thread> {
  const rows = await db.$queryRaw<
    (Omit<PathMessage, 'calls' | 'dataClasses' | 'isTainted'> & {
      dataClasses: AiDataClass[] | null;
      tainted: boolean | null;
      isSummarised: boolean;
    })[]
  >`
    WITH RECURSIVE path AS (
      SELECT parent_id, 0 AS distance FROM messages WHERE user_id = ${userId} AND id = ${messageId}
      UNION ALL
      SELECT m.parent_id, path.distance + 1 FROM path
      JOIN messages m ON m.user_id = ${userId} AND m.id = path.parent_id
      WHERE path.distance < ${longestPath}
    )
    SELECT m.id, m.role, m.content, m.origin, g.data_classes AS "dataClasses", g.tainted,
      EXISTS (SELECT 1 FROM conversation_summaries s WHERE s.user_id = m.user_id AND s.message_id = m.id) AS "isSummarised"
    FROM path JOIN messages m ON m.user_id = ${userId} AND m.id = path.parent_id
    LEFT JOIN generations g ON g.user_id = m.user_id AND g.message_id = m.id
    ORDER BY m.depth`;
  const summarised = rows.findLastIndex(({ isSummarised }) => isSummarised);
  const said = rows.slice(summarised + 1);
  const replies = said.slice(-inFull).filter(({ role }) => role === 'ASSISTANT');
  const calls =
    replies.length === 0
      ? []
      : ((await db.toolCall.findMany({
          where: { userId, messageId: { in: replies.map(({ id }) => id) } },
          orderBy: [{ round: 'asc' }, { ordinal: 'asc' }],
        })) as unknown as ToolCallRow[]);
  const conversation = await db.conversation.findUnique({
    where: { userId_id: { userId, id: conversationId } },
    select: { contextIds: true },
  });
  const upTo = rows[summarised];
  return {
    path: said.map(({ isSummarised: _, dataClasses, tainted, ...message }) => ({
      ...message,
      dataClasses: dataClasses ?? [],
      isTainted: message.origin === 'IMPORTED' || tainted === true,
      calls: calls.filter((call) => call.messageId === message.id),
    })),
    summary:
      upTo === undefined
        ? null
        : ((await db.conversationSummary.findUnique({
            where: { userId_messageId: { userId, messageId: upTo.id } },
          })) as PathSummary | null),
    contextIds: conversation?.contextIds ?? [],
  };
}
