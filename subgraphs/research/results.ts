import { Prisma, type Tx } from '../shared/db.ts';
import { badInput } from '../shared/errors.ts';
import { type Page, type PageArgs, readSlice, type Slice, toPage } from '../shared/pagination.ts';
import type { ResearchUserContext } from './context.ts';
import type { ResearchResultFilter } from './generated.ts';
import type { ResultRow } from './rows.ts';

/** Lists of results: the newest first. */

export const resultColumns = Prisma.raw(
  `r.user_id AS "userId", r.id, r.category_id AS "categoryId", r.title, r.summary, r.content, r.sources, r.claims, r.status,
   r.research_date AS "researchDate", r.created_ids AS "createdIds", r.run_id AS "runId", r.version, r.created_at AS "createdAt",
   r.updated_at AS "updatedAt"`,
);

/** The user's results that a filter lets through. */
export async function listResults(
  ctx: ResearchUserContext,
  filter: ResearchResultFilter,
  args: PageArgs,
): Promise<Page<ResultRow>> {
  const slice = readSlice(args, 2);
  const rows = await ctx.db.$queryRaw<ResultRow[]>`SELECT ${resultColumns} FROM research_results r
    WHERE r.user_id = ${ctx.userId} ${conditions(filter)} ${place(slice)}`;
  return page(rows, slice);
}

/** The same without pages, for reports: at most `limit`, of these categories only when they are given. */
export function readResults(
  ctx: ResearchUserContext,
  filter: ResearchResultFilter,
  categoryIds: readonly string[] | null,
  limit: number,
): Promise<ResultRow[]> {
  const chosen = categoryIds ? Prisma.sql`AND r.category_id = ANY(${[...categoryIds]}::text[])` : Prisma.empty;
  return ctx.db.$queryRaw<ResultRow[]>`SELECT ${resultColumns} FROM research_results r
    WHERE r.user_id = ${ctx.userId} ${conditions(filter)} ${chosen}
    ORDER BY r.research_date DESC, r.id DESC LIMIT ${limit}::int`;
}

export interface CategoryPageKey {
  categoryId: string;
  filter: ResearchResultFilter;
  args: PageArgs;
}

/** The same for many categories: one statement for all that are asked for the same page. */
export async function readResultsOfCategories(
  db: Tx,
  userId: string,
  keys: readonly CategoryPageKey[],
): Promise<Page<ResultRow>[]> {
  const groups = new Map<string, Promise<{ slice: Slice; rows: ResultRow[] }>>();
  for (const key of keys) {
    const group = pageOf(key);
    if (groups.has(group)) continue;
    const ids = keys.filter((other) => pageOf(other) === group).map((other) => other.categoryId);
    const slice = readSlice(key.args, 2);
    const rows = db.$queryRaw<ResultRow[]>`
      SELECT r.* FROM unnest(${ids}::text[]) AS c (id) CROSS JOIN LATERAL (
        SELECT ${resultColumns} FROM research_results r
        WHERE r.user_id = ${userId} AND r.category_id = c.id ${conditions(key.filter)} ${place(slice)}
      ) r`;
    groups.set(
      group,
      rows.then((found) => ({ slice, rows: found })),
    );
  }
  return Promise.all(
    keys.map(async (key) => {
      const { slice, rows } = await groups.get(pageOf(key))!;
      return page(
        rows.filter((row) => row.categoryId === key.categoryId),
        slice,
      );
    }),
  );
}

const pageOf = ({ filter, args }: CategoryPageKey) =>
  JSON.stringify([filter, args.first, args.after, args.last, args.before]);

function conditions({ statuses, categoryId, from, to }: ResearchResultFilter): Prisma.Sql {
  const parts = [
    statuses && Prisma.sql`AND r.status = ANY(${[...statuses]}::text[])`,
    categoryId != null && Prisma.sql`AND r.category_id = ${categoryId}`,
    from != null && Prisma.sql`AND r.research_date >= ${from}::date`,
    to != null && Prisma.sql`AND r.research_date <= ${to}::date`,
  ].filter((part) => part instanceof Prisma.Sql);
  return parts.length === 0 ? Prisma.empty : Prisma.join(parts, ' ');
}

/** Where the page begins, its order and its length. */
function place({ position, backwards, limit }: Slice): Prisma.Sql {
  const [compare, order] = backwards ? ['>', 'ASC'] : ['<', 'DESC'];
  const [date, id] = position ?? [];
  if (position && (typeof date !== 'string' || Number.isNaN(Date.parse(date)) || typeof id !== 'string')) {
    throw badInput('The cursor is not one that this connection gave out.');
  }
  const after = position
    ? Prisma.sql`AND (r.research_date, r.id) ${Prisma.raw(compare)} (${new Date(date as string).toISOString().slice(0, 10)}::date, ${id})`
    : Prisma.empty;
  return Prisma.sql`${after} ORDER BY r.research_date ${Prisma.raw(order)}, r.id ${Prisma.raw(order)} LIMIT ${limit}::int`;
}

const page = (rows: ResultRow[], slice: Slice) => toPage(rows, slice, (row) => [row.researchDate, row.id]);

/** How many results nobody has looked at yet, and the newest of them. */
export async function pendingResults(ctx: ResearchUserContext, first: number) {
  const [count, { nodes }] = await Promise.all([
    ctx.db.researchResult.count({ where: { userId: ctx.userId, status: 'PENDING' } }),
    listResults(ctx, { statuses: ['PENDING'] }, { first }),
  ]);
  return { count, nodes };
}
