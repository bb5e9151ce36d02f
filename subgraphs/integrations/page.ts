import { keyset, type Page, type PageArgs, readSlice, type SortKey, toPage } from '../shared/pagination.ts';

/** Oldest first. */
export const byCreation: readonly SortKey[] = [
  { name: 'createdAt', kind: 'date' },
  { name: 'id', kind: 'text' },
];

/** Latest first by a column of instants. */
export const newestFirst = (column: string): readonly SortKey[] => [
  { name: column, kind: 'date', descending: true },
  { name: 'id', kind: 'text', descending: true },
];

interface FindManyArgs {
  where: object;
  orderBy: object[];
  take: number;
}

/**
 * One page of a table in the order of `keys`.
 * @param where must hold the owner's id.
 * @throws GraphQLError BAD_USER_INPUT for wrong page arguments.
 */
export async function readPage<Row extends object>(
  find: (args: FindManyArgs) => PromiseLike<Row[]>,
  where: { userId: string; [column: string]: unknown },
  keys: readonly SortKey[],
  args: PageArgs,
): Promise<Page<Row>> {
  const slice = readSlice(args, keys.length);
  const { where: after, ...rest } = keyset(keys, slice);
  const rows = await find({ where: { AND: [where, after] }, ...rest });
  return toPage(rows, slice, (row) => keys.map((key) => row[key.name as keyof Row]));
}
