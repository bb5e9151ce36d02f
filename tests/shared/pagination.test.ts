import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { newId } from '../../subgraphs/shared/ids.ts';
import {
  encodeCursor,
  keyset,
  type PageArgs,
  readSlice,
  type SortKey,
  toPage,
} from '../../subgraphs/shared/pagination.ts';
import { startTestPlatform } from '../support/platform.ts';

const badInput = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } });
const thrownBy = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
};

interface Row {
  id: string;
  type: string;
  seq: bigint;
  at: Date;
}

let house: Awaited<ReturnType<typeof startTestPlatform>>;
beforeAll(async () => {
  house = await startTestPlatform();
});
afterAll(() => house.stop());

/** Stores rows for a user of their own, in the event table: it has a text, a bigint and a date to sort by. */
async function store(rows: { type: string; at: Date }[]): Promise<{ userId: string; stored: Row[] }> {
  const userId = newId('user');
  const stored = rows.map((row, i) => ({ ...row, id: `event_${String(i * 7919).padStart(9, '0')}`, seq: BigInt(i) }));
  const rest = { userId, subjectId: '', data: {}, actorKind: 'user', actorId: '' };
  await house.db.event.createMany({ data: stored.map((row) => ({ ...row, ...rest })) });
  return { userId, stored };
}

async function page(userId: string, keys: SortKey[], args: PageArgs) {
  const slice = readSlice(args, keys.length);
  const { where, ...rest } = keyset(keys, slice);
  const rows = (await house.db.event.findMany({ where: { userId, ...where }, ...rest } as never)) as Row[];
  return toPage(rows, slice, (row) => keys.map((key) => row[key.name as keyof Row]));
}

/** The whole list in order, as plain JavaScript would sort it. */
function inOrder(rows: Row[], keys: SortKey[]): Row[] {
  return [...rows].sort((a, b) => {
    for (const { name, descending } of keys) {
      const [x, y] = [a[name as keyof Row], b[name as keyof Row]];
      if (x < y) return descending ? 1 : -1;
      if (x > y) return descending ? -1 : 1;
    }
    return 0;
  });
}

const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n, 0, 0, 0, n));
/** Few different values, so that ties are common. */
const someRows = fc.array(
  fc.record({ type: fc.constantFrom('a', 'b', 'B', 'ä', ''), at: fc.integer({ min: 0, max: 3 }).map(day) }),
  { maxLength: 15 },
);
const someKeys = fc
  .tuple(
    fc.subarray<SortKey>([
      { name: 'type', kind: 'text' },
      { name: 'at', kind: 'date' },
    ]),
    fc.constantFrom<SortKey>({ name: 'id', kind: 'text' }, { name: 'seq', kind: 'number' }),
    fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  )
  .map(([some, last, turned]) => [...some, last].map((key, i) => ({ ...key, descending: turned[i]! })));

describe('a connection', () => {
  test('pages forward and backward through exactly the sorted list, ties included', async () => {
    await fc.assert(
      fc.asyncProperty(someRows, someKeys, fc.integer({ min: 1, max: 6 }), async (rows, keys, size) => {
        const { userId, stored } = await store(rows);
        const whole = inOrder(stored, keys).map(({ id }) => id);

        const forward: string[] = [];
        let after: string | null = null;
        for (let turn = 0; ; turn++) {
          const { nodes, pageInfo, edges } = await page(userId, keys, { first: size, after });
          forward.push(...nodes.map(({ id }) => id));
          expect(nodes.length).toBeLessThanOrEqual(size);
          expect(pageInfo.hasNextPage).toBe(forward.length < whole.length);
          expect(pageInfo.hasPreviousPage).toBe(turn > 0);
          expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([
            edges[0]?.cursor ?? null,
            edges.at(-1)?.cursor ?? null,
          ]);
          if (!pageInfo.hasNextPage) break;
          after = pageInfo.endCursor;
        }
        expect(forward).toEqual(whole);

        const backward: string[] = [];
        let before: string | null = null;
        for (let turn = 0; ; turn++) {
          const { nodes, pageInfo } = await page(userId, keys, { last: size, before });
          backward.unshift(...nodes.map(({ id }) => id));
          expect(pageInfo.hasPreviousPage).toBe(backward.length < whole.length);
          expect(pageInfo.hasNextPage).toBe(turn > 0);
          if (!pageInfo.hasPreviousPage) break;
          before = pageInfo.startCursor;
        }
        expect(backward).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  test('goes on after a row that is gone', async () => {
    const keys: SortKey[] = [{ name: 'seq', kind: 'number' }];
    const { userId } = await store(Array.from({ length: 5 }, () => ({ type: 'a', at: day(0) })));
    const { pageInfo } = await page(userId, keys, { first: 2 });
    await house.db.event.deleteMany({ where: { userId, seq: 1n } });
    const { nodes } = await page(userId, keys, { first: 2, after: pageInfo.endCursor });
    expect(nodes.map(({ seq }) => seq)).toEqual([2n, 3n]);
  });

  test('gives 20 without being told how many, none for 0, and 100 at most', async () => {
    expect(readSlice({}, 1)).toEqual({ limit: 21, backwards: false, position: null });
    expect(readSlice({ before: encodeCursor(['x']) }, 1)).toEqual({ limit: 21, backwards: true, position: ['x'] });
    expect(readSlice({ first: 100 }, 1).limit).toBe(101);
    expect(toPage(['row'], readSlice({ first: 0 }, 1), (row) => [row])).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: true, startCursor: null },
    });
  });

  test.each<[string, PageArgs]>([
    ['a negative number', { first: -1 }],
    ['more than 100', { first: 101 }],
    ['more than 100 from the end', { last: 2 ** 31 - 1 }],
    ['first with last', { first: 1, last: 1 }],
    ['before with first', { first: 1, before: encodeCursor(['x']) }],
    ['after with last', { last: 1, after: encodeCursor(['x']) }],
    ['before with after', { after: encodeCursor(['x']), before: encodeCursor(['x']) }],
  ])('refuses %s', (_, args) => {
    expect(thrownBy(() => readSlice(args, 1))).toEqual(badInput);
  });
});

describe('a cursor', () => {
  const keys: SortKey[] = [
    { name: 'at', kind: 'date' },
    { name: 'seq', kind: 'number' },
    { name: 'id', kind: 'text' },
  ];
  const read = (cursor: string, of = keys) => keyset(of, readSlice({ first: 1, after: cursor }, of.length));

  test('never breaks the query, whatever it says: it works or is BAD_USER_INPUT', async () => {
    const { userId } = await store([{ type: 'a', at: day(0) }]);
    const part = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('\0', '\ud800', '-271821-04-20T00:00:00.000Z', '+275760-09-13T00:00:00.000Z', '2026-02-30', '1'),
      fc.bigInt().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom(1e300, -0, 1.5, 2 ** 31, 2 ** 53),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(part, { minLength: 3, maxLength: 3 }), fc.anything()), async (value) => {
        let text: string | undefined;
        try {
          text = JSON.stringify(value);
        } catch {
          // Not JSON, so nobody can send it.
        }
        fc.pre(text !== undefined);
        const cursor = Buffer.from(text!).toString('base64url');
        const problem = thrownBy(() => read(cursor));
        if (problem) expect(problem).toEqual(badInput);
        else await page(userId, keys, { first: 1, after: cursor });
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['empty', ''],
    ['of random letters', 'abc'],
    ['that is no base64', '🎉'],
    ['of another connection with fewer keys', encodeCursor(['x'])],
    ['of another connection with other kinds', encodeCursor(['x', 'y', 'z'])],
    ['with an object inside', Buffer.from('[{"gt":1},1,"x"]').toString('base64url')],
    ['nested without end', Buffer.from('['.repeat(99_999)).toString('base64url')],
  ])('%s is refused', (_, cursor) => {
    expect(thrownBy(() => read(cursor))).toEqual(badInput);
  });

  test('keeps each kind of value exactly', () => {
    const values = [new Date('2026-03-10T12:00:00.123Z'), 2n ** 59n, 'ä 漢 🎉'];
    expect(readSlice({ after: encodeCursor(values) }, 3).position).toEqual([
      '2026-03-10T12:00:00.123Z',
      String(2n ** 59n),
      'ä 漢 🎉',
    ]);
    const { where } = read(encodeCursor(values)) as { where: { OR: Record<string, unknown>[] } };
    expect(where.OR[2]).toEqual({ at: values[0], seq: values[1], id: { gt: values[2] } });
    const decimal = keyset(
      [{ name: 'x', kind: 'decimal' }],
      readSlice({ after: encodeCursor([new Decimal('-1.5')]) }, 1),
    );
    expect(decimal.where).toEqual({ OR: [{ x: { gt: '-1.5' } }] });
  });
});
