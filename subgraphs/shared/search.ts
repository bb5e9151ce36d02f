import { Prisma } from './db.ts';
import { badInput } from './errors.ts';
import { type PageArgs, readSlice, type Slice } from './pagination.ts';

/**
 * Full-text search over a person's own rows, newest first, with PostgreSQL: what the searches of all domains share. Rows have a
 * generated column `search` (configuration `simple`: languages are not known), an instant and an id.
 */
export interface Search {
  readonly slice: Slice;
  /** What is looked for, as a tsquery. */
  readonly query: Prisma.Sql;
  /** The condition that goes on after the cursor, and the order with its limit, for the columns of the instant and the id. */
  after(at: string, id: string): Prisma.Sql;
  ordered(at: string, id: string): Prisma.Sql;
}

export interface ExcerptPart {
  text: string;
  found: boolean;
}

/** @throws GraphQLError BAD_USER_INPUT for an empty or overlong query, or for a cursor that is none. */
export function readSearch(query: string, args: PageArgs): Search {
  if (query.trim() === '' || query.length > 200) throw badInput('"query" must have 1 to 200 characters.');
  const slice = readSlice(args, 2);
  const [instant, id] = slice.position ?? [];
  if (slice.position && (typeof instant !== 'string' || Number.isNaN(Date.parse(instant)) || typeof id !== 'string')) {
    throw badInput('The cursor is not one that this connection gave out.');
  }
  const [compare, order] = slice.backwards ? ['>', 'ASC'] : ['<', 'DESC'];
  return {
    slice,
    query: toQuery(query),
    after: (at, idColumn) =>
      slice.position
        ? Prisma.sql`AND (${Prisma.raw(at)}, ${Prisma.raw(idColumn)}) ${Prisma.raw(compare)} (${new Date(instant as string)}::timestamptz, ${id})`
        : Prisma.empty,
    ordered: (at, idColumn) =>
      Prisma.sql`ORDER BY ${Prisma.raw(`${at} ${order}, ${idColumn} ${order}`)} LIMIT ${slice.limit}::int`,
  };
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

/** Private-use characters around what was found; any in the text itself are taken out before. */
const [open, close] = ['\u{e000}', '\u{e001}'];
const headline = `StartSel=${open}, StopSel=${close}, MaxWords=35, MinWords=15, ShortWord=0, MaxFragments=1`;

/** SQL of an excerpt of a text, for `toParts`. */
export const excerptOf = (text: string, query: string): Prisma.Sql =>
  Prisma.sql`ts_headline('simple', translate(${Prisma.raw(text)}, ${open + close}, ''), ${Prisma.raw(query)}, ${headline})`;

/** An excerpt as parts, never as markup. */
export function toParts(excerpt: string): ExcerptPart[] {
  const parts = excerpt.split(new RegExp(`${open}([^${close}]*)${close}`, 'u'));
  return parts.map((text, i) => ({ text, found: i % 2 === 1 })).filter(({ text }) => text !== '');
}
