import { describe, expect, test } from '@jest/globals';
import { federate } from './federation.ts';

const people = [
  { id: '1', name: 'Ada', bestFriendId: '2' },
  { id: '2', name: 'Bob', bestFriendId: '1' },
  { id: '3', name: 'Cyd', bestFriendId: null },
];

const shop = () =>
  federate({
    accounts: {
      sdl: `
        type Query { me: User  users: [User!]!  user(id: ID!): User }
        type Mutation { rename(id: ID!, name: String!): User }
        type User @key(fields: "id") { id: ID!  name: String  bestFriend: User }`,
      resolvers: {
        Query: {
          me: () => people[0],
          users: () => people,
          user: (_: unknown, { id }: { id: string }) => people.find((person) => person.id === id),
        },
        Mutation: {
          rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ id, name }),
        },
        User: {
          __resolveReference: ({ id }: { id: string }) => people.find((person) => person.id === id),
          bestFriend: (user: { bestFriendId: string | null }) => people.find(({ id }) => id === user.bestFriendId),
        },
      },
    },
    reviews: {
      sdl: `
        type Query { latest(first: Int! = 2): [Review!]! }
        type Mutation { review(author: ID!, body: String!): Review! }
        type Review @key(fields: "id") { id: ID!  body: String!  author: User  product: Product  stars: Stars }
        enum Stars { ONE TWO }
        type User @key(fields: "id") { id: ID!  reviews(first: Int = 10): [Review!] }
        type Product @key(fields: "upc store { id }") { upc: String!  store: Store!  reviews: [Review!] }
        type Store @shareable { id: ID! }`,
      resolvers: (() => {
        const review = (id: string, author: string, upc: string) => ({
          id,
          body: `Review ${id}`,
          author: { id: author },
          product: { upc, store: { id: 's' } },
          stars: 'TWO',
        });
        const all = [review('r1', '1', 'a'), review('r2', '2', 'a'), review('r3', '1', 'b')];
        return {
          Query: { latest: (_: unknown, { first }: { first: number }) => all.slice(0, first) },
          Mutation: {
            review: (_: unknown, { author, body }: { author: string; body: string }) => ({
              ...review('new', author, 'a'),
              body,
            }),
          },
          User: {
            reviews: ({ id }: { id: string }, { first }: { first: number }) =>
              all.filter(({ author }) => author.id === id).slice(0, first),
          },
          Product: {
            reviews: ({ upc }: { upc: string }) => all.filter(({ product }) => product.upc === upc),
          },
        };
      })(),
    },
    products: {
      sdl: `
        type Query { product(upc: String!): Product }
        type Product @key(fields: "upc store { id }") { upc: String!  store: Store!  name: String  weight: Int }
        type Store @shareable { id: ID! }`,
      resolvers: {
        Query: { product: (_: unknown, { upc }: { upc: string }) => ({ upc, store: { id: 's' } }) },
        Product: {
          name: ({ upc, store }: { upc: string; store: { id: string } }) => `${upc}@${store.id}`,
          weight: () => 7,
        },
      },
    },
    shipping: {
      sdl: `
        type Product @key(fields: "upc store { id }") {
          upc: String!  store: Store!  weight: Int @external
          fee: Int @requires(fields: "weight")
        }
        type Store @shareable { id: ID! }`,
      resolvers: { Product: { fee: ({ weight }: { weight: number }) => weight * 10 } },
    },
  });

describe('entities', () => {
  test('are followed by key through several subgraphs and back', async () => {
    const { run } = shop();
    const result = await run('{ me { name reviews { body product { name } author { name bestFriend { name } } } } }');
    expect(result).toEqual({
      data: {
        me: {
          name: 'Ada',
          reviews: ['a', 'b'].map((upc, index) => ({
            body: `Review r${index * 2 + 1}`,
            product: { name: `${upc}@s` },
            author: { name: 'Ada', bestFriend: { name: 'Bob' } },
          })),
        },
      },
    });
  });

  test('that a subgraph would be told the same of are asked for once', async () => {
    const { run, calls } = shop();
    await run('{ latest(first: 3) { author { name } product { name } } }');
    const sent = (name: string) => calls.find(({ subgraph }) => subgraph === name)?.variables.representations;
    expect(sent('accounts')).toEqual([
      { __typename: 'User', id: '1' },
      { __typename: 'User', id: '2' },
    ]);
    expect(sent('products')).toHaveLength(2);
  });

  test('carry compound keys', async () => {
    const { run, calls } = shop();
    await run('{ product(upc: "a") { reviews { id } } }');
    expect(calls[1]?.variables.representations).toEqual([{ __typename: 'Product', upc: 'a', store: { id: 's' } }]);
  });

  test('bring what @requires needs, which is not shown unless selected', async () => {
    const { run } = shop();
    expect(await run('{ latest(first: 1) { product { fee } } }')).toEqual({
      data: { latest: [{ product: { fee: 70 } }] },
    });
  });

  test('that a subgraph does not know are null', async () => {
    const { run } = shop();
    const result = await run('{ user(id: "9") { name reviews { id } } }');
    expect(result).toEqual({ data: { user: null } });
  });
});

describe('shaping', () => {
  test('aliases rename fields, also where the same field comes twice with other arguments', async () => {
    const { run } = shop();
    const query = '{ you: me { n: name few: reviews(first: 1) { i: id } many: reviews(first: 2) { i: id } } }';
    expect(await run(query)).toEqual({
      data: { you: { n: 'Ada', few: [{ i: 'r1' }], many: [{ i: 'r1' }, { i: 'r3' }] } },
    });
  });

  test('__typename is answered under any alias, at the root and below', async () => {
    const { run } = shop();
    expect(
      await run('{ q: __typename __typename me { t: __typename __typename u: __typename reviews { r: __typename } } }'),
    ).toEqual({
      data: {
        q: 'Query',
        __typename: 'Query',
        me: { t: 'User', __typename: 'User', u: 'User', reviews: [{ r: 'Review' }, { r: 'Review' }] },
      },
    });
  });

  test('a root __typename alone asks no subgraph', async () => {
    const { run, calls } = shop();
    expect(await run('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(calls).toEqual([]);
  });

  test('fields come in the order of the selection', async () => {
    const { run } = shop();
    const { data } = await run('{ me { reviews { id } name id } }');
    expect(Object.keys((data as { me: object }).me)).toEqual(['reviews', 'name', 'id']);
  });

  test('a field called like an object method is only a field', async () => {
    const { run } = shop();
    expect(await run('{ me { constructor: name __proto__: id hasOwnProperty: name } }')).toEqual({
      data: { me: JSON.parse('{ "constructor": "Ada", "__proto__": "1", "hasOwnProperty": "Ada" }') },
    });
  });

  test('introspection is answered here, beside data', async () => {
    const { run, calls } = shop();
    const result = await run(
      'query($n: String!) { __type(name: $n) { name fields { name } } me { name } __schema { queryType { name } } }',
      { n: 'Review' },
    );
    expect(result.data).toMatchObject({
      __type: { name: 'Review' },
      me: { name: 'Ada' },
      __schema: { queryType: { name: 'Query' } },
    });
    expect(calls).toHaveLength(1);
  });
});

describe('variables', () => {
  const typed = () =>
    federate({
      a: {
        sdl: `
          scalar Json  enum Color { RED BLUE }
          input Filter { colors: [[Color!]!]  nested: Filter  max: Int = 5  data: Json }
          type Query { echo(filter: Filter, id: ID, on: Boolean = true, f: Float): Echo }
          type Echo @key(fields: "id") { id: ID!  text: String }`,
        resolvers: {
          Query: { echo: (_: unknown, args: object) => ({ id: 'e', text: JSON.stringify(args) }) },
        },
      },
      b: {
        sdl: `
          scalar Json  enum Color { RED BLUE }
          type Echo @key(fields: "id") { id: ID!  colors(of: [Color!] = [RED], data: Json): [Color!]  data(of: Json): Json }`,
        resolvers: {
          Echo: {
            colors: (_: unknown, { of }: { of: string[] }) => of,
            data: (_: unknown, { of }: { of: unknown }) => of,
          },
        },
      },
    });

  test('of every kind reach the subgraph that needs them, and no other', async () => {
    const { run, calls } = typed();
    const variables = {
      filter: { colors: [['RED'], ['BLUE', 'RED']], nested: { max: null }, data: { any: [1, { thing: true }] } },
      id: 7,
      f: 1,
      of: ['BLUE'],
      data: { deep: [[{}]], text: 'x' },
    };
    const { data } = await run(
      `query($filter: Filter, $id: ID, $f: Float, $of: [Color!], $data: Json) {
        echo(filter: $filter, id: $id, f: $f) { text colors(of: $of) data(of: $data) }
      }`,
      variables,
    );
    const { echo } = data as { echo: { text: string } };
    expect(JSON.parse(echo.text)).toEqual({
      filter: { ...variables.filter, max: 5, nested: { max: null } },
      id: '7',
      on: true,
      f: 1,
    });
    expect(echo).toMatchObject({ colors: ['BLUE'], data: { deep: [[{}]], text: 'x' } });
    expect(Object.keys(calls[0]?.variables ?? {}).sort()).toEqual(['f', 'filter', 'id']);
    expect(Object.keys(calls[1]?.variables ?? {}).sort()).toEqual(['data', 'of', 'representations']);
  });

  test('left out take defaults, of the operation first; null is not left out', async () => {
    const { run } = typed();
    const query = 'query($of: [Color!] = [BLUE]) { echo { colors(of: $of) other: colors } }';
    expect(await run(query)).toEqual({ data: { echo: { colors: ['BLUE'], other: ['RED'] } } });
    expect(await run(query, { of: null })).toEqual({ data: { echo: { colors: null, other: ['RED'] } } });
  });

  test('that do not fit are refused before anything runs', async () => {
    const { run, calls } = typed();
    const result = await run('query($of: [Color!]!) { echo { colors(of: $of) } }', { of: ['GREEN'] });
    expect(result.data).toBeUndefined();
    expect(result.errors).toEqual([expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })]);
    expect(calls).toEqual([]);
  });

  test('called like an object method are only variables', async () => {
    const { run, calls } = typed();
    await run(
      'query($__proto__: [Color!], $constructor: Json) { echo { colors(of: $__proto__) data(of: $constructor) } }',
      {
        ...JSON.parse('{ "__proto__": ["BLUE"] }'),
        constructor: 1,
      },
    );
    expect(Object.keys(calls[1]?.variables ?? {}).sort()).toEqual(['__proto__', 'constructor', 'representations']);
  });

  test('called "representations" do not clash with the entities that are asked for', async () => {
    const { run } = typed();
    const result = await run('query($representations: [Color!]) { echo { colors(of: $representations) } }', {
      representations: ['BLUE'],
    });
    expect(result).toEqual({ data: { echo: { colors: ['BLUE'] } } });
  });
});

describe('conditions', () => {
  const query = `query($a: Boolean!, $b: Boolean = false) {
    me { ...Some @include(if: $a) id @skip(if: $a) ... @skip(if: $b) { reviews(first: 1) { id ...Nested } } }
  }
  fragment Some on User { name ... on User @include(if: $b) { bestFriend { name @skip(if: $b) } } }
  fragment Nested on Review { body @include(if: $a) product @skip(if: $a) { name } }`;

  test.each([
    [{ a: true }, { name: 'Ada', reviews: [{ id: 'r1', body: 'Review r1' }] }],
    [
      { a: true, b: true },
      { name: 'Ada', bestFriend: {} },
    ],
    [{ a: false }, { id: '1', reviews: [{ id: 'r1', product: { name: 'a@s' } }] }],
    [{ a: false, b: true }, { id: '1' }],
  ])('%j are decided before planning, through nested fragments', async (variables, me) => {
    expect(await shop().run(query, variables)).toEqual({ data: { me } });
  });

  test('that leave nothing out of all ask no subgraph', async () => {
    const { run, calls } = shop();
    expect(await run('query($a: Boolean!) { me @skip(if: $a) { name } }', { a: true })).toEqual({ data: {} });
    expect(calls).toEqual([]);
  });
});

describe('mutations', () => {
  test('run one after the other, across subgraphs, in the order they are written', async () => {
    const { run, calls } = shop();
    const result = await run(`mutation {
      a: rename(id: "1", name: "X") { name reviews { id } }
      b: review(author: "2", body: "Hm") { body author { name } }
      c: rename(id: "2", name: "Y") { name }
    }`);
    expect(result).toEqual({
      data: {
        a: { name: 'X', reviews: [{ id: 'r1' }, { id: 'r3' }] },
        b: { body: 'Hm', author: { name: 'Bob' } },
        c: { name: 'Y' },
      },
    });
    const mutations = calls.filter(({ query }) => query.startsWith('mutation')).map(({ subgraph }) => subgraph);
    expect(mutations).toEqual(['accounts', 'reviews', 'accounts']);
  });

  test('report their own success when what they return crosses a dead subgraph', async () => {
    const { run, replace } = shop();
    replace('reviews', { execute: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1:4001')) });
    expect(await run('mutation { rename(id: "1", name: "X") { name reviews { id } } }')).toEqual({
      data: { rename: { name: 'X', reviews: null } },
      errors: [
        {
          message: 'The subgraph "reviews" did not answer.',
          path: ['rename'],
          extensions: { code: 'UPSTREAM_FAILED', subgraph: 'reviews' },
        },
      ],
    });
  });
});
