import { Prisma, type Tx } from '../../shared/db.ts';
import { badInput } from '../../shared/errors.ts';
import { type Page, type PageArgs, readSlice, type Slice, toPage } from '../../shared/pagination.ts';
import type { ResearchRunState } from '../generated.ts';
import type { RunRow } from './rows.ts';

/** A page of the runs of a category. */
export interface RunPageKey {
  categoryId: string;
  states: readonly ResearchRunState[] | null | undefined;
  args: PageArgs;
}

/** Those due last first; one statement for all categories that are asked for the same page. */
export async function readRunsOfCategories(
  db: Tx,
  userId: string,
  keys: readonly RunPageKey[],
): Promise<Page<RunRow>[]> {
  const pages = new Map<string, Promise<Map<string, Page<RunRow>>>>();
  for (const key of keys) {
    if (pages.has(pageOf(key))) continue;
    const ids = keys.filter((other) => pageOf(other) === pageOf(key)).map(({ categoryId }) => categoryId);
    pages.set(pageOf(key), readPage(db, userId, ids, key));
  }
  return Promise.all(keys.map(async (key) => (await pages.get(pageOf(key))!).get(key.categoryId)!));
}

const pageOf = ({ states, args }: RunPageKey) =>
  JSON.stringify([states, args.first, args.after, args.last, args.before]);

async function readPage(db: Tx, userId: string, categoryIds: string[], { states, args }: RunPageKey) {
  const slice = readSlice(args, 2);
  const some = states ? Prisma.sql`AND state = ANY(${[...states]}::text[])` : Prisma.empty;
  const ids = await db.$queryRaw<{ id: string }[]>`
    SELECT r.id FROM unnest(${categoryIds}::text[]) AS c (id) CROSS JOIN LATERAL (
      SELECT id FROM research_runs WHERE user_id = ${userId} AND category_id = c.id ${some} ${place(slice)}
    ) r`;
  const rows = (await db.researchRun.findMany({
    where: { userId, id: { in: ids.map(({ id }) => id) } },
    orderBy: slice.backwards ? [{ dueAt: 'asc' }, { id: 'asc' }] : [{ dueAt: 'desc' }, { id: 'desc' }],
  })) as RunRow[];
  return new Map(
    categoryIds.map((categoryId) => {
      const own = rows.filter((row) => row.categoryId === categoryId);
      return [categoryId, toPage(own, slice, (row) => [row.dueAt, row.id])];
    }),
  );
}

/** Where the page begins, its order and its length. */
function place({ position, backwards, limit }: Slice): Prisma.Sql {
  const [compare, order] = backwards ? ['>', 'ASC'] : ['<', 'DESC'];
  const [due, id] = position ?? [];
  if (position && (typeof due !== 'string' || Number.isNaN(Date.parse(due)) || typeof id !== 'string')) {
    throw badInput('The cursor is not one that this connection gave out.');
  }
  const after = position
    ? Prisma.sql`AND (due_at, id) ${Prisma.raw(compare)} (${new Date(due as string)}::timestamptz, ${id})`
    : Prisma.empty;
  return Prisma.sql`${after} ORDER BY due_at ${Prisma.raw(order)}, id ${Prisma.raw(order)} LIMIT ${limit}::int`;
}
