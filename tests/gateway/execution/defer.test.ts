import { describe, expect, test } from '@jest/globals';
import { printSchema } from 'graphql';
import type { LeaveSignal, Source } from '../../../gateway/sources/source.ts';
import { type ExecutorName, executors, federate } from './federation.ts';
import { readInParts } from './inParts.ts';

const people: Record<string, { id: string; name: string; friends: string[] }> = {
  1: { id: '1', name: 'Ada', friends: ['2', '3'] },
  2: { id: '2', name: 'Bob', friends: [] },
  3: { id: '3', name: 'Cyd', friends: ['1'] },
};

const graph = () =>
  federate({
    people: {
      sdl: `
        type Query { me: Person  all: [Person!]  any: [Any]  nobody: Person  must: Int! }
        type Mutation { rename(name: String): Person }
        type Person @key(fields: "id") { id: ID!  name: String  friends: [Person!]  home: Place }
        type Place { city: String  near: Place }
        type Robot @key(fields: "id") { id: ID!  model: String }
        union Any = Person | Robot`,
      resolvers: {
        Query: {
          me: () => people[1],
          all: () => Object.values(people),
          any: () => [{ kind: 'Person', ...people[2] }, { kind: 'Robot', id: 'r', model: 'T' }, null],
          nobody: () => null,
          must: () => null,
        },
        Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ ...people[1], name }) },
        Person: {
          __resolveReference: ({ id }: { id: string }) => people[id],
          friends: ({ friends }: { friends: string[] }) => friends.map((id) => people[id]),
          home: () => ({ city: 'Rome', near: { city: 'Ostia' } }),
        },
        Robot: { __resolveReference: ({ id }: { id: string }) => ({ id, model: 'T' }) },
        Any: { __resolveType: ({ kind }: { kind: string }) => kind },
      },
    },
    posts: {
      sdl: `
        type Query { first: Post }
        type Person @key(fields: "id") { id: ID!  posts: [Post!]  strict: Int!  age: Int }
        type Robot @key(fields: "id") { id: ID!  battery: Int }
        type Post @key(fields: "id") { id: ID!  text: String }`,
      resolvers: {
        Query: { first: () => ({ id: 'p0', text: 'First' }) },
        Person: {
          posts: ({ id }: { id: string }) => [{ id: `p${id}`, text: `Post ${id}` }],
          strict: ({ id }: { id: string }) => (id === '2' ? null : 7),
          age: ({ id }: { id: string }) => (id === '2' ? Promise.reject(new Error('No age')) : 40),
        },
        Robot: { battery: () => 5 },
      },
    },
    likes: {
      sdl: 'type Post @key(fields: "id") { id: ID!  likes: Int }',
      resolvers: { Post: { likes: ({ id }: { id: string }) => id.length } },
    },
  });

const down: Source = { execute: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1')) };

describe('a deferred fragment', () => {
  test('comes after the rest, with its label and path, and does not hold the first answer up', async () => {
    const { runInParts, calls } = graph();
    const { initial, messages } = await runInParts('{ me { name ... @defer(label: "more") { posts { text } } } }');
    expect(initial).toEqual({ data: { me: { name: 'Ada' } }, hasNext: true });
    expect(messages).toEqual([
      { incremental: [{ path: ['me'], label: 'more', data: { posts: [{ text: 'Post 1' }] } }], hasNext: false },
    ]);
    expect(calls.map(({ subgraph }) => subgraph)).toEqual(['people', 'posts']);
  });

  test('without a label has none', async () => {
    const { parts } = await graph().runInParts('{ me { ... @defer { age } } }');
    expect(parts).toEqual([{ path: ['me'], data: { age: 40 } }]);
  });

  test('in a list comes once for each item', async () => {
    const { initial, parts } = await graph().runInParts(
      '{ all { id ... @defer(label: "p") { posts { text likes } } } }',
    );
    expect(initial.data).toEqual({ all: [{ id: '1' }, { id: '2' }, { id: '3' }] });
    expect(parts).toEqual(
      ['1', '2', '3'].map((id, index) => ({
        path: ['all', index],
        label: 'p',
        data: { posts: [{ text: `Post ${id}`, likes: 2 }] },
      })),
    );
  });

  test('inside of another comes after it', async () => {
    const { initial, parts, whole } = await graph().runInParts(`{
      me { name ... @defer(label: "a") { friends { name ... @defer(label: "b") { posts { text ... @defer(label: "c") { likes } } } } } }
    }`);
    expect(initial.data).toEqual({ me: { name: 'Ada' } });
    expect(parts.map(({ label, path }) => [label, path.join('.')])).toEqual([
      ['a', 'me'],
      ['b', 'me.friends.0'],
      ['b', 'me.friends.1'],
      ['c', 'me.friends.0.posts.0'],
      ['c', 'me.friends.1.posts.0'],
    ]);
    expect(whole).toEqual({
      me: {
        name: 'Ada',
        friends: [
          { name: 'Bob', posts: [{ text: 'Post 2', likes: 2 }] },
          { name: 'Cyd', posts: [{ text: 'Post 3', likes: 2 }] },
        ],
      },
    });
  });

  test('may be a named one, spread in several places under its one label', async () => {
    const { parts } = await graph().runInParts(`
      { me { ...P } other: me { ...P } first { ...Q @defer(label: "q") } }
      fragment P on Person { name ... on Person @defer(label: "p") { age } }
      fragment Q on Post { likes }`);
    expect(parts).toHaveLength(3);
    expect(parts).toEqual(
      expect.arrayContaining([
        { path: ['me'], label: 'p', data: { age: 40 } },
        { path: ['other'], label: 'p', data: { age: 40 } },
        { path: ['first'], label: 'q', data: { likes: 2 } },
      ]),
    );
  });

  test('at the root, with introspection, is answered as any other', async () => {
    const { initial, parts } = await graph().runInParts(
      '{ me { name } ... @defer(label: "r") { first { text } __typename __type(name: "Post") { name } } }',
    );
    expect(initial.data).toEqual({ me: { name: 'Ada' } });
    expect(parts).toEqual([
      { path: [], label: 'r', data: { first: { text: 'First' }, __typename: 'Query', __type: { name: 'Post' } } },
    ]);
  });

  test('may hold only what needs no subgraph', async () => {
    const { initial, parts } = await graph().runInParts(
      '{ ... @defer { __schema { queryType { name ... @defer { kind } } } } me { name ... @defer { __typename } } }',
    );
    expect(initial.data).toEqual({ me: { name: 'Ada' } });
    expect(parts).toEqual(
      expect.arrayContaining([
        { path: [], data: { __schema: { queryType: { name: 'Query', kind: 'OBJECT' } } } },
        { path: ['me'], data: { __typename: 'Person' } },
      ]),
    );
  });

  test('of objects without a key comes later all the same', async () => {
    const { initial, parts } = await graph().runInParts('{ me { home { city ... @defer { near { city } } } } }');
    expect(initial).toEqual({ data: { me: { home: { city: 'Rome' } } }, hasNext: true });
    expect(parts).toEqual([{ path: ['me', 'home'], data: { near: { city: 'Ostia' } } }]);
  });

  test('comes for objects of its type only', async () => {
    const { initial, parts } = await graph().runInParts(`{ any {
      __typename ... on Person @defer(label: "p") { name age } ... on Robot @defer(label: "r") { battery model }
      ... @defer(label: "all") { ... on Person { posts { text } } ... on Robot { id } }
    } }`);
    expect(initial.data).toEqual({ any: [{ __typename: 'Person' }, { __typename: 'Robot' }, null] });
    expect(parts).toHaveLength(4);
    expect(parts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: ['any', 0], label: 'p', data: { name: 'Bob', age: null } }),
        { path: ['any', 1], label: 'r', data: { battery: 5, model: 'T' } },
        { path: ['any', 0], label: 'all', data: { posts: [{ text: 'Post 2' }] } },
        { path: ['any', 1], label: 'all', data: { id: 'r' } },
      ]),
    );
  });

  test('may ask for what comes at once, too', async () => {
    const { initial, parts, whole } = await graph().runInParts('{ all { name age ... @defer { name posts { id } } } }');
    expect(initial.data).toMatchObject({ all: [{ name: 'Ada', age: 40 }, { name: 'Bob' }, { name: 'Cyd' }] });
    expect(parts[0]).toEqual({ path: ['all', 0], data: { name: 'Ada', posts: [{ id: 'p1' }] } });
    expect(whole).toMatchObject({ all: [{ name: 'Ada', age: 40, posts: [{ id: 'p1' }] }, {}, {}] });
  });

  test('reaches into what comes at once', async () => {
    const { whole } = await graph().runInParts(
      '{ all { friends { name } } ... @defer { all { friends { posts { text } } } } }',
    );
    expect(whole).toEqual((await graph().run('{ all { friends { name posts { text } } } }')).data);
  });

  test('is one of a mutation’s result; at the mutation’s root all runs in series', async () => {
    const { runInParts } = graph();
    const { initial, parts } = await runInParts(
      'mutation { ... @defer { rename(name: "X") { name ... @defer(label: "later") { age } } } }',
    );
    expect(initial).toEqual({ data: { rename: { name: 'X' } }, hasNext: true });
    expect(parts).toEqual([{ path: ['rename'], label: 'later', data: { age: 40 } }]);
  });
});

describe('conditions', () => {
  const query = `query($later: Boolean! = true, $with: Boolean = true) {
    me { name ... @defer(if: $later, label: "a") { age @include(if: $with) ... @defer(if: false) { id } } }
  }`;

  test.each([
    [{}, { me: { name: 'Ada' } }, [{ path: ['me'], label: 'a', data: { age: 40, id: '1' } }]],
    [{ with: false }, { me: { name: 'Ada' } }, [{ path: ['me'], label: 'a', data: { id: '1' } }]],
    [{ later: false }, { me: { name: 'Ada', age: 40, id: '1' } }, []],
  ])('are decided before planning: %j', async (variables, data, parts) => {
    const answer = await graph().runInParts(query, variables);
    expect(answer.initial.data).toEqual(data);
    expect(answer.parts).toEqual(parts);
    expect(answer.initial.hasNext).toBe(parts.length ? true : undefined);
  });

  test('a client that does not take parts gets the whole at once', async () => {
    const { run } = graph();
    expect(await run(query)).toEqual({ data: { me: { name: 'Ada', age: 40, id: '1' } } });
  });

  test.each([
    ['a label that is a variable', 'query($l: String) { me { ... @defer(label: $l) { id } } }'],
    ['one label at two places', '{ me { ... @defer(label: "x") { id } ... @defer(label: "x") { name } } }'],
    [
      'more than 100 parts',
      `{ ${Array.from({ length: 101 }, (_, n) => `f${n}: me { ...F }`).join(' ')} }
      fragment F on Person { ... @defer { id } }`,
    ],
  ])('%s is refused, unless nothing is deferred anyway', async (_, query) => {
    const { prepare } = graph();
    await expect(prepare(query, {}, undefined, { incremental: true })).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(await prepare(query)).toMatchObject({ kind: 'query' });
  });

  test('the schema has the directive', () => {
    expect(printSchema(graph().planner.apiSchema)).toContain(
      'directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT',
    );
  });

  test('one document has a plan for clients that take parts and one for those that do not', async () => {
    const { prepare } = graph();
    const whole = await prepare(query);
    const inParts = await prepare(query, {}, undefined, { incremental: true });
    expect(inParts.key).not.toBe(whole.key);
    expect(await prepare(query, {}, undefined, { incremental: true })).toBe(inParts);
    expect(await prepare('{ me { id } }', {}, undefined, { incremental: true })).toBe(await prepare('{ me { id } }'));
  });
});

describe('failures', () => {
  test('a subgraph that does not answer costs the part that needs it', async () => {
    const { runInParts, replace } = graph();
    replace('posts', down);
    const { initial, parts } = await runInParts(
      '{ all { name ... @defer(label: "p") { age } ... @defer(label: "n") { id } } }',
    );
    expect(initial).toEqual({ data: { all: [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Cyd' }] }, hasNext: true });
    const ofLabel = (label: string) => parts.filter((part) => part.label === label);
    expect(ofLabel('p').map(({ data }) => data)).toEqual([{ age: null }, { age: null }, { age: null }]);
    expect(ofLabel('p').flatMap(({ errors = [] }) => errors)).toEqual([
      {
        message: 'The subgraph "posts" did not answer.',
        path: ['all'],
        extensions: { code: 'UPSTREAM_FAILED', subgraph: 'posts' },
      },
    ]);
    expect(ofLabel('n')).toEqual(
      [0, 1, 2].map((index) => ({ path: ['all', index], label: 'n', data: { id: String(index + 1) } })),
    );
  });

  test('a null is carried up to the part and no further', async () => {
    const { initial, parts } = await graph().runInParts('{ all { name ... @defer { strict } } }');
    expect(initial.data).toEqual({ all: [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Cyd' }] });
    expect(parts.map(({ path, data }) => [path[1], data])).toEqual([
      [0, { strict: 7 }],
      [1, null],
      [2, { strict: 7 }],
    ]);
    expect(parts.flatMap(({ errors = [] }) => errors.map(({ path }) => path))).toEqual([['all', 1, 'strict']]);
  });

  test('errors are told with the part in which they are', async () => {
    const { initial, parts } = await graph().runInParts(
      '{ all { age ... @defer(label: "a") { n: age posts { id } } } }',
    );
    expect(initial.errors).toEqual([expect.objectContaining({ message: 'No age', path: ['all', 1, 'age'] })]);
    expect(parts.map(({ errors }) => errors?.map(({ path }) => path))).toEqual([
      undefined,
      [['all', 1, 'n']],
      undefined,
    ]);
  });

  test('what belongs to an object that is not there does not come', async () => {
    const { initial, parts } = await graph().runInParts('{ nobody { name ... @defer { age } } me { id } }');
    expect(initial).toEqual({ data: { nobody: null, me: { id: '1' } } });
    expect(parts).toEqual([]);
  });

  test('nor what belongs to one that a null takes away', async () => {
    const { initial, parts } = await graph().runInParts('{ must me { ... @defer { age } } }');
    expect(initial).toEqual({ data: null, errors: [expect.objectContaining({ path: ['must'] })] });
    expect(parts).toEqual([]);
    const lists = await graph().runInParts(
      '{ all { friends { strict ... @defer { age } } } me { ... @defer { id } } }',
    );
    expect(lists.initial.data).toEqual({
      all: [{ friends: null }, { friends: [] }, { friends: [{ strict: 7 }] }],
      me: {},
    });
    expect(lists.parts.map(({ path }) => path.join('.')).sort()).toEqual(['all.2.friends.0', 'me']);
  });

  test('wrong variables are refused before anything runs', async () => {
    const { runInParts, calls } = graph();
    const { initial } = await runInParts('mutation($n: String) { rename(name: $n) { ... @defer { age } } }', {
      n: { a: 1 },
    });
    expect(initial).toEqual({ errors: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })] });
    expect(calls).toEqual([]);
  });
});

describe.each(Object.keys(executors) as ExecutorName[])('while it runs %s, an answer in parts', (name) => {
  const start = async (more: { signal?: AbortSignal; deadline?: number } = {}) => {
    const { prepare, sources, replace } = graph();
    const posts = sources.get('posts') as Source;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let signal: LeaveSignal | undefined;
    replace('posts', {
      async execute(request) {
        signal = request.signal;
        await gate;
        return posts.execute(request);
      },
    });
    const query = '{ me { name ... @defer(label: "slow") { age } ... @defer(label: "quick") { id } } }';
    const plan = await prepare(query, {}, undefined, { incremental: true });
    const result = await executors[name].executeIncrementally(plan, {
      sources,
      deadline: Date.now() + 10_000,
      ...more,
    });
    if (!('initial' in result)) throw new Error('The answer came at once.');
    return { result, open, signalOf: () => signal };
  };
  const quick = { path: ['me'], label: 'quick', data: '{"id":"1"}' };

  test('gives each part when it is ready', async () => {
    const { result, open } = await start();
    expect(result.initial).toEqual({ data: '{"me":{"name":"Ada"}}' });
    expect((await result.subsequent.next()).value).toEqual({ incremental: [quick], hasNext: true });
    open();
    expect((await result.subsequent.next()).value).toEqual({
      incremental: [{ path: ['me'], label: 'slow', data: '{"age":40}' }],
      hasNext: false,
    });
    expect((await result.subsequent.next()).done).toBe(true);
  });

  test('ends at the deadline with what is there', async () => {
    const { result } = await start({ deadline: Date.now() });
    const { parts } = await readInParts(result);
    expect(parts.find(({ label }) => label === 'slow')).toEqual({
      path: ['me'],
      label: 'slow',
      data: { age: null },
      errors: [expect.objectContaining({ message: 'The subgraph "posts" did not answer in time.' })],
    });
  });

  test('ends when the client leaves, and tells subgraphs so', async () => {
    const client = new AbortController();
    const { result, signalOf } = await start({ signal: client.signal });
    await result.subsequent.next();
    const next = result.subsequent.next();
    client.abort();
    expect((await next).value).toMatchObject({ hasNext: false });
    expect(signalOf()?.aborted).toBe(true);
  });

  test('ends when nobody reads on', async () => {
    const { result, signalOf } = await start();
    await result.subsequent.next();
    await result.subsequent.return();
    expect(signalOf()?.aborted).toBe(true);
    expect((await result.subsequent.next()).done).toBe(true);
  });
});
