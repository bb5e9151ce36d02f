import { Prisma } from '../shared/db.ts';
import { type Page, type PageArgs, toPage } from '../shared/pagination.ts';
import { type ExcerptPart, excerptOf, readSearch, toParts } from '../shared/search.ts';
import type { GoalsUserContext } from './context.ts';

/** Something found in an entry, a goal, a life area or a note on one: its id says which. */
export interface FoundNote {
  id: string;
  at: Date;
  excerpt: ExcerptPart[];
}

/** Where notes stand: table, when that was, and the text that its column `search` is made of. */
const places = [
  ['progress_entries', 'occurred_at', 'note'],
  ['life_area_notes', 'created_at', 'text'],
  ['goals', 'created_at', `concat_ws(E'\\n', title, description)`],
  ['life_areas', 'created_at', `concat_ws(E'\\n', name, description)`],
] as const;

/**
 * Full-text search over what the user wrote about goals and life, newest first.
 * @throws GraphQLError BAD_USER_INPUT for an empty or overlong query.
 */
export async function searchNotes(ctx: GoalsUserContext, query: string, args: PageArgs): Promise<Page<FoundNote>> {
  const search = readSearch(query, args);
  const found = places.map(([table, at, text]) => {
    const columns = Prisma.raw(`id, ${at} AS at, ${text} AS text FROM ${table}`);
    return Prisma.sql`(SELECT ${columns} WHERE user_id = ${ctx.userId} AND search @@ (SELECT query FROM sought)
      ${search.after(at, 'id')} ${search.ordered(at, 'id')})`;
  });
  const rows = await ctx.db.$queryRaw<{ id: string; at: Date; excerpt: string }[]>`
    WITH sought AS MATERIALIZED (SELECT ${search.query} AS query),
    found AS (SELECT * FROM (${Prisma.join(found, ' UNION ALL ')}) f ${search.ordered('f.at', 'f.id')})
    SELECT f.id, f.at, ${excerptOf('f.text', 'sought.query')} AS excerpt
    FROM found f, sought ${search.ordered('f.at', 'f.id')}`;
  const notes = rows.map(({ excerpt, ...note }) => ({ ...note, excerpt: toParts(excerpt) }));
  return toPage(notes, search.slice, ({ at, id }) => [at, id]);
}
