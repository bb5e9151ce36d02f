import { describe, expect, test } from '@jest/globals';
import type { Source } from '../../../gateway/sources/source.ts';
import { federate } from './federation.ts';

const fail = (message: string, extensions = {}) => {
  throw Object.assign(new Error(message), { extensions });
};

const library = () =>
  federate({
    books: {
      sdl: `
        type Query { book(id: ID!): Book  books: [Book]  shelves: [[Book!]!]!  strict: Book! }
        type Book @key(fields: "id") { id: ID!  title: String }`,
      resolvers: {
        Query: {
          book: (_: unknown, { id }: { id: string }) => ({ id, title: `Title ${id}` }),
          books: () => [{ id: '1' }, null, { id: '2' }, { id: '1' }],
          shelves: () => [[{ id: '1' }, { id: '2' }], [], [{ id: '1' }]],
          strict: () => ({ id: '9' }),
        },
        Book: { title: (book: { id: string; title?: string }) => book.title ?? `Title ${book.id}` },
      },
    },
    prices: {
      sdl: `type Book @key(fields: "id") { id: ID!  price: Int  exact: Int!  lists: [[Int!]]  sale: Sale }
        type Sale { price: Int!  label: String }`,
      resolvers: {
        Book: {
          __resolveReference: (book: { id: string }) => (book.id === '9' ? null : book),
          price: ({ id }: { id: string }) => (id === '2' ? fail('No price', { code: 'NOT_FOUND', hint: 1 }) : 5),
          exact: ({ id }: { id: string }) => (id === '2' ? fail('Not exact') : 5),
          lists: () => [[1, 2], null, [3]],
          sale: () => ({ price: null, label: 'x' }),
        },
      },
    },
  });

const dead: Source = { execute: () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:4002')) };
const hung: Source = { execute: () => new Promise(() => {}) };

describe("a subgraph's error", () => {
  test('is told at its place in the response, with what the source lets through, at each place', async () => {
    const { run } = library();
    expect(await run('{ all: books { id cost: price } shelves { price } }')).toEqual({
      data: {
        all: [{ id: '1', cost: 5 }, null, { id: '2', cost: null }, { id: '1', cost: 5 }],
        shelves: [[{ price: 5 }, { price: null }], [], [{ price: 5 }]],
      },
      errors: expect.arrayContaining([
        { message: 'No price', path: ['all', 2, 'cost'], extensions: { code: 'NOT_FOUND', hint: 1 } },
        { message: 'No price', path: ['shelves', 0, 1, 'price'], extensions: { code: 'NOT_FOUND', hint: 1 } },
      ]),
    });
  });

  test('takes away the nearest nullable parent and is told once', async () => {
    const { run } = library();
    const result = await run('{ books { title exact } }');
    expect(result.data).toEqual({
      books: [{ title: 'Title 1', exact: 5 }, null, null, { title: 'Title 1', exact: 5 }],
    });
    expect(result.errors).toEqual([expect.objectContaining({ message: 'Not exact', path: ['books', 2, 'exact'] })]);
  });

  test('carried up to the root leaves no data', async () => {
    const { run } = library();
    const result = await run('{ shelves { exact } }');
    expect(result.data).toBeNull();
    expect(result.errors).toHaveLength(1);
  });

  test('in an object that is not an entity keeps its siblings', async () => {
    const { run } = library();
    const result = await run('{ book(id: "1") { title price sale { price } } }');
    expect(result.data).toEqual({ book: { title: 'Title 1', price: 5, sale: null } });
    expect(result.errors).toEqual([expect.objectContaining({ path: ['book', 'sale', 'price'] })]);
  });
});

test('lists of lists of entities and of leaves are merged item by item', async () => {
  const { run } = library();
  expect(await run('{ shelves { title lists } }')).toMatchObject({
    data: { shelves: [[{ title: 'Title 1', lists: [[1, 2], null, [3]] }, { title: 'Title 2' }], [], [{}]] },
  });
});

test('an entity that a subgraph does not know, in a field that must not be null, is an error of the field', async () => {
  const { run } = library();
  const result = await run('{ strict { title exact } }');
  expect(result.data).toBeNull();
  expect(result.errors).toEqual([
    expect.objectContaining({ path: ['strict', 'exact'], extensions: { code: 'UPSTREAM_FAILED' } }),
  ]);
});

describe('a subgraph that cannot be reached', () => {
  test('costs its own fields and one error, which tells neither address nor cause', async () => {
    const { run, replace } = library();
    replace('prices', dead);
    const causes: unknown[] = [];
    const result = await run('{ book(id: "1") { title price } books { id price } }', undefined, {
      onFailure: ({ subgraph, cause }) => causes.push([subgraph, String(cause)]),
    });
    expect(result).toEqual({
      data: {
        book: { title: 'Title 1', price: null },
        books: [{ id: '1', price: null }, null, { id: '2', price: null }, { id: '1', price: null }],
      },
      errors: expect.arrayContaining(
        ['book', 'books'].map((field) => ({
          message: 'The subgraph "prices" did not answer.',
          path: [field],
          extensions: { code: 'UPSTREAM_FAILED', subgraph: 'prices' },
        })),
      ),
    });
    expect(causes).toContainEqual(['prices', 'Error: connect ECONNREFUSED 127.0.0.1:4002']);
  });

  test('at the root leaves no path to tell', async () => {
    const { run, replace } = library();
    replace('books', dead);
    const result = await run('{ book(id: "1") { title } }');
    expect(result.data).toEqual({ book: null });
    expect(result.errors).toEqual([expect.objectContaining({ message: 'The subgraph "books" did not answer.' })]);
  });

  test.each([
    ['nothing', {}],
    ['null without a reason', { data: null }],
    ['too few entities', { data: { _entities: [] } }],
    ['no entities', { data: { other: 1 } }],
    ['a list', { data: [] as never }],
  ])('or answers %s is the same', async (_, response) => {
    const { run, replace } = library();
    replace('prices', { execute: async () => response });
    const result = await run('{ book(id: "1") { title price } }');
    expect(result).toEqual({
      data: { book: { title: 'Title 1', price: null } },
      errors: [
        expect.objectContaining({ path: ['book'], extensions: { code: 'UPSTREAM_FAILED', subgraph: 'prices' } }),
      ],
    });
  });

  test('or throws instead of rejecting is the same', async () => {
    const { run, replace } = library();
    replace('prices', {
      execute() {
        throw new Error('at once');
      },
    });
    expect((await run('{ book(id: "1") { title price } }')).data).toEqual({ book: { title: 'Title 1', price: null } });
  });
});

describe.each(['interpreted', 'compiled'] as const)('the deadline of the %s executor', (executor) => {
  test('gives the answer with what is there, and tells the subgraph to stop', async () => {
    const { run, replace } = library();
    let told = false;
    replace('prices', {
      execute(request) {
        request.signal.addEventListener('abort', () => {
          told = true;
        });
        return hung.execute(request);
      },
    });
    const result = await run('{ book(id: "1") { title price } }', undefined, { executor, deadline: Date.now() + 50 });
    expect(result).toEqual({
      data: { book: { title: 'Title 1', price: null } },
      errors: [
        {
          message: 'The subgraph "prices" did not answer in time.',
          path: ['book'],
          extensions: { code: 'UPSTREAM_FAILED', subgraph: 'prices' },
        },
      ],
    });
    expect(told).toBe(true);
  });

  test('once passed lets no further subgraph be asked', async () => {
    const { run, replace, calls } = library();
    replace('books', hung);
    const result = await run('{ strict { title exact } }', undefined, { executor, deadline: 1_000, now: () => 990 });
    expect(result.data).toBeNull();
    expect(calls).toEqual([]);
  });

  test('a client that leaves ends the operation', async () => {
    const { run, replace } = library();
    const client = new AbortController();
    replace('prices', {
      execute(request) {
        client.abort();
        return hung.execute(request);
      },
    });
    const result = await run('{ book(id: "1") { price } }', undefined, { executor, signal: client.signal });
    expect(result.data).toEqual({ book: { price: null } });
  });
});

test('an object in the place of a number is null, however it was made', async () => {
  const { run, replace } = library();
  const price: unknown = Object.create(null);
  replace('prices', { execute: async () => ({ data: { _entities: [{ price }] } }) });
  const { data, errors } = await run('{ book(id: 1) { title price } }');
  expect(data).toEqual({ book: { title: 'Title 1', price: null } });
  expect(errors).toEqual([expect.objectContaining({ path: ['book', 'price'] })]);
});

test('a value that does not fit its type is null, and what it was is not told', async () => {
  const { run, replace } = library();
  replace('prices', { execute: async () => ({ data: { _entities: [{ price: 'postgres://secret' }] } }) });
  const result = await run('{ book(id: "1") { price } }');
  expect(result.data).toEqual({ book: { price: null } });
  expect(JSON.stringify(result.errors)).not.toContain('secret');
  expect(result.errors).toHaveLength(1);
});
