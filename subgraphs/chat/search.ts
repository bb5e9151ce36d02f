import { type Page, type PageArgs, toPage } from '../shared/pagination.ts';
import { type ExcerptPart, excerptOf, readSearch, toParts } from '../shared/search.ts';
import { messageColumns } from './branches.ts';
import type { ChatUserContext } from './context.ts';
import type { MessageRow } from './rows.ts';

export interface FoundMessage {
  message: MessageRow;
  excerpt: ExcerptPart[];
}

/**
 * Full-text search over the user's messages, newest first.
 * @throws GraphQLError BAD_USER_INPUT for an empty or overlong query.
 */
export async function searchMessages(ctx: ChatUserContext, query: string, args: PageArgs): Promise<Page<FoundMessage>> {
  const search = readSearch(query, args);
  const rows = await ctx.db.$queryRaw<(MessageRow & { excerpt: string })[]>`
    WITH sought AS MATERIALIZED (SELECT ${search.query} AS query),
    found AS (
      SELECT m.* FROM messages m WHERE m.user_id = ${ctx.userId} AND m.search @@ (SELECT query FROM sought)
      ${search.after('m.created_at', 'm.id')} ${search.ordered('m.created_at', 'm.id')}
    )
    SELECT ${messageColumns}, ${excerptOf('m.content', 'sought.query')} AS excerpt
    FROM found m, sought ${search.ordered('m.created_at', 'm.id')}`;
  const withheld = await ctx.loaders.isWithheld.loadMany(rows.map(({ id }) => id));
  const found = rows.map(({ excerpt, ...message }, i) => ({
    message,
    excerpt: withheld[i] === false ? toParts(excerpt) : [],
  }));
  return toPage(found, search.slice, ({ message }) => [message.createdAt, message.id]);
}
