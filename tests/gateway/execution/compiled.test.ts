import { ApolloServer } from '@apollo/server';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, literal, read, write } from '../../../gateway/execution/compiled/code.ts';
import { compileCollector, placeOf } from '../../../gateway/execution/compiled/collector.ts';
import { executeText, responseText } from '../../../gateway/execution/compiled/executor.ts';
import { compileMerger, copyOf } from '../../../gateway/execution/compiled/merging.ts';
import { quote } from '../../../gateway/execution/compiled/quote.ts';
import { stringifyResult } from '../../../gateway/execution/executors.ts';
import { type ResponsePath, targetsAt } from '../../../gateway/execution/targets.ts';
import { createGateway } from '../../../gateway/gateway.ts';
import { plainData } from '../../../gateway/sources/source.ts';
import { federate } from './federation.ts';

describe('code from names', () => {
  test('holds whatever the name is, and sees only what is the object’s own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (name, value) => {
        const set = evaluate<(o: object, v: unknown) => void>({}, `function (o, v) { ${write('o', name, 'v')} }`);
        const get = evaluate<(o: object) => unknown>({}, `function (o) { return ${read('o', name)}; }`);
        const object = {};
        expect(get(object)).toBeUndefined();
        set(object, value);
        expect(get(object)).toBe(value);
        expect(Object.keys(object)).toEqual([name]);
        expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
        expect(evaluate({}, literal(name))).toBe(name);
      }),
    );
  });

  test('strings are quoted as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) =>
        expect(quote(text)).toBe(JSON.stringify(text)),
      ),
    );
    for (const text of ['\ud800', 'a\udc00b', '\u2028', '\u007f', 'x'.repeat(100), `${'x'.repeat(100)}\n`])
      expect(quote(text)).toBe(JSON.stringify(text));
  });
});

test('strings are looked through unless all data was said to be plain, and is what was said to be', async () => {
  const { prepare, sources, replace } = federate({
    a: { sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! a: String }' },
    b: { sdl: 'type T @key(fields: "id") { id: ID! b: String }' },
  });
  const entity = { __typename: 'T', id: '1', a: 'say "a"' };
  const textOf = async (query: string, isNamed: boolean) => {
    replace('a', {
      async execute() {
        const data = { t: { ...entity } };
        return { data, [plainData]: isNamed ? data : { ...data } };
      },
    });
    replace('b', { execute: async () => ({ data: { _entities: [{ b: 'a "quote"\n' }] } }) });
    return (await executeText(await prepare(query), { sources, deadline: Date.now() + 10_000 })).data;
  };
  // Taken at its word, which is wrong here.
  expect(await textOf('{ t { a } }', true)).toBe('{"t":{"a":"say "a""}}');
  expect(await textOf('{ t { a } }', false)).toBe('{"t":{"a":"say \\"a\\""}}');
  expect(await textOf('{ t { a b } }', true)).toBe('{"t":{"a":"say \\"a\\"","b":"a \\"quote\\"\\n"}}');
});

test('a compiled path finds what the interpreted one does', () => {
  const cat = { __typename: 'Cat', toy: { __typename: 'Ball' } };
  const dog = { __typename: 'Dog', toy: null };
  const data = { pets: [cat, null, dog, 'no pet', [dog]], best: cat, rooms: [[cat], [], [dog, cat]] };
  const paths: ResponsePath[] = [
    ...[[], ['best'], ['pets', '@'], ['pets', '@', 'toy'], ['rooms', '@', '@'], ['rooms', '@', '@', 'toy']],
    ...[
      ['pets', '@|[Dog,Bird]'],
      ['pets|[Dog]', '@'],
      ['', 'best|[Cat]', 'toy'],
      ['best|[Dog]', 'toy'],
      ['nothing', '@'],
    ],
    ...[['pets'], ['constructor'], ['best', '__proto__']],
  ];
  for (const path of paths) {
    const found: object[] = [];
    compileCollector(path)(data, found as never);
    expect(found).toEqual(targetsAt([{ data, path: [], ancestors: [] }], path).map((target) => target.data));
  }
  expect(placeOf(['a', '@', 'b|[T]', '@|[U]'])).toBe('/a/b');
});

describe('merging', () => {
  const { planner } = federate({ a: { sdl: 'type Query { a: Int }' } });
  const schema = planner.apiSchema;
  const shape = new Map([
    ['leaf', undefined],
    ['__proto__', undefined],
    ['list', undefined],
    ['object', new Map()],
  ] as const);
  const merge = compileMerger(schema, shape as never);

  test('takes what was asked for, keeps what is there from nulls, and joins objects and lists', () => {
    const target = JSON.parse('{ "leaf": 1, "list": [1, null], "object": { "a": 1 } }');
    merge(target, JSON.parse('{ "leaf": null, "__proto__": 2, "list": [null, 2], "object": { "b": 2 }, "other": 3 }'));
    expect(JSON.stringify(target)).toBe('{"leaf":1,"list":[1,2],"object":{"a":1,"b":2},"__proto__":2}');
    merge(target, { leaf: 3 });
    expect(target.leaf).toBe(3);
    expect(planner.subgraphs).toHaveLength(1);
  });

  test('copies are equal and share nothing', () => {
    const value = JSON.parse('{ "a": [{ "__proto__": { "b": null } }], "c": "text" }');
    const copy = copyOf(value);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
    expect(copy.a[0]).not.toBe(value.a[0]);
  });
});

describe('fetches that ask the same', () => {
  const people = () =>
    federate({
      users: {
        sdl: `type Query { me: User  you: User  all: [User] }
          type Mutation { touch: User }
          type User @key(fields: "id") { id: ID!  friend: User }`,
        resolvers: {
          Query: {
            me: () => ({ id: '1' }),
            you: () => ({ id: '1' }),
            all: () => [{ id: '1' }, { id: '2' }, { id: '1' }],
          },
          Mutation: { touch: () => ({ id: '1' }) },
          User: { friend: ({ id }: { id: string }) => ({ id: `${id}f` }) },
        },
      },
      posts: {
        sdl: `type User @key(fields: "id") { id: ID!  posts(first: Int): [Post] }
          type Post @key(fields: "id") { id: ID!  tags: [String] }`,
        resolvers: {
          User: {
            posts: ({ id }: { id: string }, { first }: { first?: number }) =>
              ['a', 'b'].slice(0, first ?? 2).map((post) => ({ id: `${id}${post}` })),
          },
          Post: { tags: ({ id }: { id: string }) => [id] },
        },
      },
      likes: {
        sdl: `type Post @key(fields: "id") { id: ID!  likes(by: Int): Int }`,
        resolvers: { Post: { likes: (_: unknown, { by }: { by?: number }) => by ?? 0 } },
      },
    });

  test('are one request, and what is added to their objects stays apart', async () => {
    const { run, calls } = people();
    expect(
      await run(`query Q {
        me { posts { id tags n: likes(by: 1) } }
        you { posts { id tags n: likes(by: 2) } }
        all { posts { id tags n: likes(by: 1) } }
      }`),
    ).toMatchObject({
      data: {
        me: {
          posts: [
            { id: '1a', n: 1 },
            { id: '1b', n: 1 },
          ],
        },
        you: {
          posts: [
            { id: '1a', n: 2 },
            { id: '1b', n: 2 },
          ],
        },
        all: [
          { posts: [{ n: 1 }, { n: 1 }] },
          { posts: [{ id: '2a', n: 1 }, { n: 1 }] },
          { posts: [{ id: '1a' }, {}] },
        ],
      },
    });
    // "me" and "you" are asked for at once; "all" has other users.
    expect(calls.filter(({ subgraph }) => subgraph === 'posts')).toHaveLength(2);
    const texts = calls.map(({ query, variables }) => query.replace(/Q__\w+/, '') + JSON.stringify(variables));
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('fail together, each at its own place', async () => {
    const { run, replace, calls } = people();
    replace('posts', { execute: () => Promise.reject(new Error('down')) });
    const { data, errors } = await run('{ me { posts { id } } you { posts { id } } }');
    expect(data).toEqual({ me: { posts: null }, you: { posts: null } });
    expect(errors?.map(({ path }) => path)).toEqual([['me'], ['you']]);
    expect(calls.filter(({ subgraph }) => subgraph === 'posts')).toEqual([]);
  });
});

describe('an answer as text', () => {
  const graph = () =>
    federate({
      a: {
        sdl: 'type Query { thing: Thing  must: Int! }  type Thing @key(fields: "id") { id: ID!  text: String  price: Float }',
        resolvers: { Query: { thing: () => ({ id: '1', text: 'a "b"', price: 1e21 }), must: () => null } },
      },
    });
  const options = (sources: ReturnType<typeof graph>['sources']) => ({ sources, deadline: Date.now() + 5_000 });

  test('is the JSON of the answer', async () => {
    const { prepare, sources } = graph();
    const result = await executeText(await prepare('{ t: thing { __typename price text id } }'), options(sources));
    expect(responseText(result, { cost: 1 })).toBe(
      '{"data":{"t":{"__typename":"Thing","price":1e+21,"text":"a \\"b\\"","id":"1"}},"extensions":{"cost":1}}',
    );
  });

  test('has errors before data, and null where nothing is left', async () => {
    const { prepare, sources } = graph();
    expect(JSON.parse(responseText(await executeText(await prepare('{ must }'), options(sources))))).toEqual({
      data: null,
      errors: [expect.objectContaining({ path: ['must'] })],
    });
  });

  test('has no data where variables were refused', async () => {
    const { prepare, sources } = graph();
    const plan = await prepare('query($n: String!) { __type(name: $n) { name } }');
    const text = responseText(await executeText(plan, options(sources)));
    expect(Object.keys(JSON.parse(text))).toEqual(['errors']);
  });

  test.each([
    [{ n: 'Thing' }, { name: 'Thing' }],
    [{ n: 'Query' }, { name: 'Query' }],
    [{ n: 'None' }, null],
  ])('introspection follows the variables of each request: %j', async (variables, expected) => {
    const { run } = graph();
    const query = 'query($n: String!) { x: __type(name: $n) { name } q: __schema { queryType { name } } thing { id } }';
    expect((await run(query, variables)).data).toEqual({
      x: expected,
      q: { queryType: { name: 'Query' } },
      thing: { id: '1' },
    });
  });

  test.each(['objects', 'text'] as const)('goes through Apollo Server, which is handed %s', async (answers) => {
    const { supergraphSdl, sources } = graph();
    const gateway = createGateway({ supergraphSdl, answers, buildSource: ({ name }) => sources.get(name)! });
    const server = new ApolloServer({ gateway: gateway.gatewayInterface, stringifyResult });
    const result = await server.executeOperation({ query: '{ thing { id } }' });
    const single = result.body.kind === 'single' && result.body.singleResult;
    expect(stringifyResult(single as object)).toBe('{"data":{"thing":{"id":"1"}}}');
    expect(JSON.stringify(single)).toBe('{"data":{"thing":{"id":"1"}}}');
    await server.stop();
  });
});
