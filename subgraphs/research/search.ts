import { type Page, type PageArgs, toPage } from '../shared/pagination.ts';
import { type ExcerptPart, excerptOf, readSearch, toParts } from '../shared/search.ts';
import type { ResearchUserContext } from './context.ts';
import { resultColumns } from './results.ts';
import type { ResultRow } from './rows.ts';

export interface FoundResult {
  result: ResultRow;
  excerpt: ExcerptPart[];
}

/**
 * Full-text search over the user's results, newest first.
 * @throws GraphQLError BAD_USER_INPUT for an empty or overlong query.
 */
export async function searchResearch(
  ctx: ResearchUserContext,
  query: string,
  args: PageArgs,
): Promise<Page<FoundResult>> {
  const search = readSearch(query, args);
  // The index knows no more of a content than its beginning: see the migration.
  const rows = await ctx.db.$queryRaw<(ResultRow & { excerpt: string })[]>`
    WITH sought AS MATERIALIZED (SELECT ${search.query} AS query),
    found AS (
      SELECT r.* FROM research_results r WHERE r.user_id = ${ctx.userId} AND r.search @@ (SELECT query FROM sought)
      ${search.after('r.created_at', 'r.id')} ${search.ordered('r.created_at', 'r.id')}
    )
    SELECT ${resultColumns},
      ${excerptOf(`left(concat_ws(E'\\n', r.title, r.summary, r.content), 200000)`, 'sought.query')} AS excerpt
    FROM found r, sought ${search.ordered('r.created_at', 'r.id')}`;
  const found = rows.map(({ excerpt, ...result }) => ({ result, excerpt: toParts(excerpt) }));
  return toPage(found, search.slice, ({ result }) => [result.createdAt, result.id]);
}
