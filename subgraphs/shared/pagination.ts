import { badInput } from './errors.ts';

/** Arguments of every connection (Relay Cursor Connections Specification). */
export interface PageArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

export interface Page<Node> {
  edges: { node: Node; cursor: string }[];
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** What to fetch: `limit` rows (one more than the page) from `position`, in reverse when paging backwards. */
export interface Slice {
  limit: number;
  backwards: boolean;
  /** The sort values of the row to start after (or before), as its cursor holds them; null at the start. */
  position: unknown[] | null;
}

export const defaultPageSize = 20;
export const largestPageSize = 100;

/**
 * Checks the arguments of a connection.
 * @throws GraphQLError BAD_USER_INPUT with a sentence.
 */
export function readSlice(args: PageArgs, keys: number): Slice {
  const { first, last, after, before } = args;
  if (first != null && last != null) throw badInput('Give either "first" or "last", not both.');
  const backwards = last != null || (first == null && before != null);
  if (backwards ? after != null : before != null) {
    throw badInput('Use "after" with "first", and "before" with "last".');
  }
  const size = (backwards ? last : first) ?? defaultPageSize;
  if (size < 0 || size > largestPageSize) {
    throw badInput(`"${backwards ? 'last' : 'first'}" must be between 0 and ${largestPageSize}.`);
  }
  const cursor = backwards ? before : after;
  return { limit: size + 1, backwards, position: cursor == null ? null : decodeCursor(cursor, keys) };
}

/** Opaque to clients: the sort values of a row, the id last as the tie-break. */
export function encodeCursor(values: unknown[]): string {
  return Buffer.from(
    JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  ).toString('base64url');
}

function decodeCursor(cursor: string, keys: number): unknown[] {
  try {
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(values) &&
      values.length === keys &&
      values.every((v) => v === null || ['string', 'number', 'boolean'].includes(typeof v)) &&
      !values.some((v) => typeof v === 'string' && v.includes('\0'))
    ) {
      return values;
    }
  } catch {
    // Falls through to the one answer for every malformed cursor.
  }
  throw badInput('The cursor is not one that this connection gave out.');
}

/** Turns the rows found for a slice into the page. `sortValues` gives the cursor of a row. */
export function toPage<Node>(rows: Node[], slice: Slice, sortValues: (node: Node) => unknown[]): Page<Node> {
  const more = rows.length >= slice.limit;
  const nodes = rows.slice(0, slice.limit - 1);
  if (slice.backwards) nodes.reverse();
  const edges = nodes.map((node) => ({ node, cursor: encodeCursor(sortValues(node)) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: slice.backwards ? slice.position !== null : more,
      hasPreviousPage: slice.backwards ? more : slice.position !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** A column that a connection is sorted by. Not null, and the last one unique within the user: the id. */
export interface SortKey {
  name: string;
  /** `number` for int and bigint columns, `decimal` for numeric ones. */
  kind: 'text' | 'number' | 'decimal' | 'date';
  descending?: boolean;
}

/**
 * The Prisma arguments of a keyset page: everything after the cursor in the given order, and in reverse order when paging
 * backwards (`toPage` turns it round again).
 */
export function keyset(keys: readonly SortKey[], slice: Slice) {
  const values = slice.position?.map((value, i) => readKey(keys[i]!, value));
  const forward = (key: SortKey) => !!key.descending === slice.backwards;
  return {
    take: slice.limit,
    orderBy: keys.map((key) => ({ [key.name]: forward(key) ? ('asc' as const) : ('desc' as const) })),
    where: values
      ? {
          OR: keys.map((key, i) => ({
            ...Object.fromEntries(keys.slice(0, i).map((earlier, j) => [earlier.name, values[j]])),
            [key.name]: forward(key) ? { gt: values[i] } : { lt: values[i] },
          })),
        }
      : {},
  };
}

/** A cursor comes from outside: whatever a column of that kind could not be compared with is refused. */
function readKey(key: SortKey, value: unknown): string | number | bigint | Date {
  const text = String(value);
  if (key.kind === 'number' && /^-?\d{1,18}$/.test(text)) {
    // An int column takes numbers only, and a number beyond its range would be our own error.
    if (typeof value === 'string') return BigInt(value);
    if (Math.abs(Number(value)) < 2 ** 31) return Number(value);
  }
  if (key.kind === 'decimal' && /^-?\d{1,18}(\.\d{1,12})?$/.test(text)) return text;
  if (key.kind === 'text' && typeof value === 'string') return value;
  if (key.kind === 'date' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text))) {
    return new Date(text);
  }
  throw badInput('The cursor is not one that this connection gave out.');
}
