import { Prisma } from '../shared/db.ts';
import { badInput } from '../shared/errors.ts';
import { type Page, type PageArgs, readSlice, toPage } from '../shared/pagination.ts';
import { messageColumns } from './branches.ts';
import type { ChatUserContext } from './context.ts';
import type { MessageRow } from './rows.ts';

export interface FoundMessage {
  message: MessageRow;
  excerpt: { text: string; found: boolean }[];
}

/** Private-use characters around what was found; any in the text itself are taken out before. */
const [open, close] = ['\u{e000}', '\u{e001}'];
const headline = `StartSel=${open}, StopSel=${close}, MaxWords=35, MinWords=15, ShortWord=0, MaxFragments=1`;

/**
 * Full-text search over the user's messages, newest first (PostgreSQL, configuration `simple`: languages are not known).
 * @throws GraphQLError BAD_USER_INPUT for an empty or overlong query.
 */
export async function searchMessages(ctx: ChatUserContext, query: string, args: PageArgs): Promise<Page<FoundMessage>> {
  if (query.trim() === '' || query.length > 200) throw badInput('"query" must have 1 to 200 characters.');
  const slice = readSlice(args, 2);
  const [at, id] = slice.position ?? [];
  if (slice.position && (typeof at !== 'string' || Number.isNaN(Date.parse(at)) || typeof id !== 'string')) {
    throw badInput('The cursor is not one that this connection gave out.');
  }
  const [compare, order] = slice.backwards ? ['>', 'ASC'] : ['<', 'DESC'];
  const sought = toQuery(query);
  const after = slice.position
    ? Prisma.sql`AND (m.created_at, m.id) ${Prisma.raw(compare)} (${new Date(at as string)}::timestamptz, ${id})`
    : Prisma.empty;
  const rows = await ctx.db.$queryRaw<(MessageRow & { excerpt: string })[]>`
    WITH sought AS MATERIALIZED (SELECT ${sought} AS query),
    found AS (
      SELECT m.* FROM messages m WHERE m.user_id = ${ctx.userId} AND m.search @@ (SELECT query FROM sought) ${after}
      ORDER BY m.created_at ${Prisma.raw(order)}, m.id ${Prisma.raw(order)} LIMIT ${slice.limit}::int
    )
    SELECT ${messageColumns},
      ts_headline('simple', translate(m.content, ${open + close}, ''), sought.query, ${headline}) AS excerpt
    FROM found m, sought ORDER BY m.created_at ${Prisma.raw(order)}, m.id ${Prisma.raw(order)}`;
  const found = rows.map(({ excerpt, ...message }) => ({ message, excerpt: toParts(excerpt) }));
  return toPage(found, slice, ({ message }) => [message.createdAt, message.id]);
}

/**
 * What a person types, as a tsquery. Web search signs are PostgreSQL's `websearch_to_tsquery`; without any, the beginnings of
 * words are enough: "run" finds "running", in whatever language.
 */
function toQuery(query: string): Prisma.Sql {
  const exact = Prisma.sql`websearch_to_tsquery('simple', ${query})`;
  const words = query.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  if (/"|(^|\s)-\S|\sor\s/i.test(query) || words.length === 0) return exact;
  return Prisma.sql`(${exact} || to_tsquery('simple', ${words.map((word) => `'${word}':*`).join(' & ')}))`;
}

function toParts(excerpt: string): FoundMessage['excerpt'] {
  const parts = excerpt.split(new RegExp(`${open}([^${close}]*)${close}`, 'u'));
  return parts.map((text, i) => ({ text, found: i % 2 === 1 })).filter(({ text }) => text !== '');
}
