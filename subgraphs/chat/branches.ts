import { Prisma, type Tx } from '../shared/db.ts';
import { badInput } from '../shared/errors.ts';
import { type Page, type PageArgs, readSlice, type Slice, toPage } from '../shared/pagination.ts';
import type { MessageRow } from './rows.ts';

/** Reading the tree of messages: whole branches in one statement, for any number of conversations at once. */

export interface PageKey {
  conversationId: string;
  args: PageArgs;
}

/** The columns of `messages m` under the names that Prisma gives them. */
export const messageColumns = Prisma.raw(
  `m.user_id AS "userId", m.id, m.conversation_id AS "conversationId", m.parent_id AS "parentId", m.ordinal, m.depth,
   m.role, m.content, m.status, m.origin, m.model, m.input_hash AS "inputHash", m.version, m.created_at AS "createdAt",
   m.updated_at AS "updatedAt"`,
);

/** At most so many messages in one place of a tree are shown. */
export const siblingsShown = 100;

/** Pages of the branches that end in the conversations' current messages; a cursor holds the depth. */
export const readPaths = (db: Tx, userId: string, keys: readonly PageKey[]): Promise<Page<MessageRow>[]> =>
  readPages(keys, 'depth', async (ids, { backwards, limit }, position) => {
    // Depths that the page spans: counted from its start, or from its end, which is known once the branch is.
    const [low, high] = backwards
      ? [
          Prisma.sql`least(m.depth, ${position ?? maximum}::int - 1) - ${limit}::int + 1`,
          Prisma.sql`least(m.depth, ${position ?? maximum}::int - 1)`,
        ]
      : [Prisma.sql`${position ?? -1}::int + 1`, Prisma.sql`${position ?? -1}::int + ${limit}::int`];
    return db.$queryRaw<MessageRow[]>`
      WITH RECURSIVE branch AS (
        SELECT m.id, m.parent_id, m.conversation_id, m.depth, ${low} AS low, ${high} AS high
        FROM conversations c JOIN messages m ON m.user_id = c.user_id AND m.conversation_id = c.id AND m.id = c.current_message_id
        WHERE c.user_id = ${userId} AND c.id = ANY(${ids})
        UNION ALL
        SELECT m.id, m.parent_id, m.conversation_id, m.depth, branch.low, branch.high
        FROM branch JOIN messages m ON m.user_id = ${userId} AND m.id = branch.parent_id
        WHERE branch.depth > branch.low
      )
      SELECT ${messageColumns} FROM branch JOIN messages m ON m.user_id = ${userId} AND m.id = branch.id
      WHERE branch.depth BETWEEN branch.low AND branch.high
      ORDER BY m.depth ${Prisma.raw(backwards ? 'DESC' : 'ASC')}`;
  });

/** Pages of all messages of the conversations; a cursor holds the ordinal. */
export const readAllMessages = (db: Tx, userId: string, keys: readonly PageKey[]): Promise<Page<MessageRow>[]> =>
  readPages(keys, 'ordinal', (ids, { backwards, limit }, position) => {
    const place = position ?? (backwards ? maximum : 0);
    const [compare, order] = backwards ? ['<', 'DESC'] : ['>', 'ASC'];
    return db.$queryRaw<MessageRow[]>`
      SELECT m.* FROM unnest(${ids}::text[]) AS c (id) CROSS JOIN LATERAL (
        SELECT ${messageColumns} FROM messages m
        WHERE m.user_id = ${userId} AND m.conversation_id = c.id AND m.ordinal ${Prisma.raw(compare)} ${place}::int
        ORDER BY m.ordinal ${Prisma.raw(order)} LIMIT ${limit}::int
      ) m`;
  });

const maximum = 2_147_483_647;

/** One statement for all conversations that are asked for the same page. */
async function readPages(
  keys: readonly PageKey[],
  sortedBy: 'depth' | 'ordinal',
  read: (ids: string[], slice: Slice, position: number | null) => Promise<MessageRow[]>,
): Promise<Page<MessageRow>[]> {
  const groups = new Map<string, Promise<{ slice: Slice; rows: MessageRow[] }>>();
  const groupOf = ({ args }: PageKey) => JSON.stringify([args.first, args.after, args.last, args.before]);
  for (const key of keys) {
    if (groups.has(groupOf(key))) continue;
    const ids = keys.filter((other) => groupOf(other) === groupOf(key)).map((other) => other.conversationId);
    const slice = readSlice(key.args, 1);
    groups.set(
      groupOf(key),
      read(ids, slice, positionOf(slice)).then((rows) => ({ slice, rows })),
    );
  }
  return Promise.all(
    keys.map(async (key) => {
      const { slice, rows } = await groups.get(groupOf(key))!;
      const own = rows.filter((row) => row.conversationId === key.conversationId);
      return toPage(own, slice, (row) => [row[sortedBy]]);
    }),
  );
}

function positionOf({ position }: Slice): number | null {
  if (!position) return null;
  const [value] = position;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < maximum) return value as number;
  throw badInput('The cursor is not one that this connection gave out.');
}

/** The messages that follow each of these, oldest first. */
export async function readChildren(db: Tx, userId: string, ids: readonly string[]): Promise<MessageRow[][]> {
  const rows = await db.$queryRaw<MessageRow[]>`
    SELECT m.* FROM messages p CROSS JOIN LATERAL (
      SELECT ${messageColumns} FROM messages m
      WHERE m.user_id = ${userId} AND m.conversation_id = p.conversation_id AND m.parent_id = p.id
      ORDER BY m.ordinal LIMIT ${siblingsShown}::int
    ) m WHERE p.user_id = ${userId} AND p.id = ANY(${[...ids]})`;
  return ids.map((id) => rows.filter((row) => row.parentId === id));
}

/** The messages of each of these conversations that follow no other, oldest first. */
export async function readFirstMessages(db: Tx, userId: string, ids: readonly string[]): Promise<MessageRow[][]> {
  const rows = await db.$queryRaw<MessageRow[]>`
    SELECT m.* FROM unnest(${[...ids]}::text[]) AS c (id) CROSS JOIN LATERAL (
      SELECT ${messageColumns} FROM messages m
      WHERE m.user_id = ${userId} AND m.conversation_id = c.id AND m.parent_id IS NULL
      ORDER BY m.ordinal LIMIT ${siblingsShown}::int
    ) m`;
  return ids.map((id) => rows.filter((row) => row.conversationId === id));
}

/** The newest message below a message, or itself. Messages come after what they follow, so it has the largest ordinal. */
export async function newestBelow(db: Tx, userId: string, messageId: string): Promise<string> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE below AS (
      SELECT id, conversation_id, ordinal FROM messages WHERE user_id = ${userId} AND id = ${messageId}
      UNION ALL
      SELECT m.id, m.conversation_id, m.ordinal FROM below
      JOIN messages m ON m.user_id = ${userId} AND m.conversation_id = below.conversation_id AND m.parent_id = below.id
    )
    SELECT id FROM below ORDER BY ordinal DESC LIMIT 1`;
  return rows[0]?.id ?? messageId;
}
