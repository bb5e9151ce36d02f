import { dateText } from './timeZone.ts';

const pageSize = 500;
/** What is ours alone: the owner's id, hashes, secrets, and where our machinery stands. */
const ours = new Set([
  'userId',
  'inputHash',
  'sealedSecret',
  'previousSecret',
  'lease',
  'leaseUntil',
  'leaseToken',
  'checkToken',
  'withdrawAt',
]);
/** Columns that hold a day. */
const days = new Set(['date', 'since', 'toldOn', 'localDate', 'startDate', 'endDate', 'dueDate']);

/** A row as it stands in an archive: days without a time, numbers of versions as text. */
export function shown(row: object): Record<string, unknown> {
  const members = Object.entries(row).filter(([name]) => !ours.has(name));
  return Object.fromEntries(
    members.map(([name, value]) => {
      if (typeof value === 'bigint') return [name, value.toString()];
      return [name, value instanceof Date && days.has(name) ? dateText(value) : value];
    }),
  );
}

interface Page {
  where: { userId: string };
  // biome-ignore lint/suspicious/noExplicitAny: of whichever table.
  orderBy: any;
  take: number;
  skip?: number;
  // biome-ignore lint/suspicious/noExplicitAny: of whichever table.
  cursor?: any;
}

/**
 * A person's rows of a table, page by page: each begins after the last row of the one before.
 * @param key the columns that, after the owner's id, make the primary key
 */
export async function* allRows(
  find: (page: Page) => Promise<object[]>,
  userId: string,
  key: readonly string[] = ['id'],
): AsyncIterable<Record<string, unknown>> {
  const primaryKey = ['userId', ...key];
  const orderBy = key.map((column) => ({ [column]: 'asc' }));
  for (let last: Record<string, unknown> | undefined; ; ) {
    const cursor = last && {
      [primaryKey.join('_')]: Object.fromEntries(primaryKey.map((name) => [name, last![name]])),
    };
    const rows = await find({ where: { userId }, orderBy, take: pageSize, ...(cursor && { skip: 1, cursor }) });
    for (const row of rows) yield shown(row);
    if (rows.length < pageSize) return;
    last = rows.at(-1) as Record<string, unknown>;
  }
}
