import { feature } from './feature.ts';

type Id = { id: string };

const people = {
  a: {
    sdl: `
      type Query { me: User  users: [User]  strict: User!  user(id: ID!, tags: [String!], on: Boolean = true): User }
      type Mutation { first(name: String!): User  third(name: String!): User }
      type User @key(fields: "id") { id: ID!  name: String  friend: User }`,
    resolvers: {
      Query: {
        me: () => ({ id: '1', name: 'Ada', friend: { id: '2', name: 'Bob' } }),
        users: () => [{ id: '1', name: 'Ada' }, null, { id: '2', name: 'Bob' }],
        strict: () => ({ id: '2', name: 'Bob' }),
        user: (_: unknown, { id, ...args }: { id: string }) => ({
          id,
          name: JSON.stringify(args, Object.keys(args).sort()),
        }),
      },
      Mutation: {
        first: (_: unknown, { name }: { name: string }) => ({ id: '1', name }),
        third: (_: unknown, { name }: { name: string }) => ({ id: '3', name }),
      },
    },
  },
  b: {
    sdl: `
      type Query { count: Int }
      type Mutation { second(name: String!): Int }
      type User @key(fields: "id") { id: ID!  age(in: Unit = YEARS, data: Data): Int  exact: Int!  pets(first: Int = 2): [Pet!]! }
      type Pet { name: String  kind: String! }
      enum Unit { YEARS MONTHS }
      input Data { add: Int = 1  more: [Data!] }`,
    resolvers: {
      Query: { count: () => 3 },
      Mutation: { second: () => 2 },
      User: {
        age: ({ id }: Id, { in: unit, data }: { in: string; data?: { add: number; more?: { add: number }[] } }) =>
          Number(id) * (unit === 'MONTHS' ? 12 : 1) +
          (data ? data.add + (data.more ?? []).reduce((sum, { add }) => sum + add, 0) : 0),
        exact: ({ id }: Id) => (id === '2' ? Promise.reject(new Error('Not exact')) : 5),
        pets: (_: Id, { first }: { first: number }) =>
          ['Tom', 'Rex', 'Kit'].slice(0, first).map((name) => ({ name, kind: name === 'Rex' ? null : 'cat' })),
      },
    },
  },
};

feature('aliases, with different arguments too', {
  subgraphs: people,
  asked: [
    {
      query:
        '{ i: me { n: name years: age months: age(in: MONTHS) one: pets(first: 1) { called: name } } again: me { name } }',
      data: { i: { n: 'Ada', years: 1, months: 12, one: [{ called: 'Tom' }] }, again: { name: 'Ada' } },
      asks: ['a', 'b'],
    },
  ],
});

feature('aliased __typename', {
  subgraphs: people,
  asked: [
    {
      query: '{ q: __typename me { t: __typename age ... on User { u: __typename } friend { v: __typename } } }',
      data: { q: 'Query', me: { t: 'User', age: 1, u: 'User', friend: { v: 'User' } } },
    },
  ],
});

const media = {
  a: {
    sdl: `
      type Query { all: [Any] }
      union Any = Book | Film
      type Book @key(fields: "id") { id: ID!  pages: Int }
      type Film @key(fields: "id") { id: ID!  minutes: Int }`,
    resolvers: {
      Query: {
        all: () => [
          { kind: 'Book', id: 'b', pages: 400 },
          { kind: 'Film', id: 'f', minutes: 90 },
        ],
      },
      Any: { __resolveType: ({ kind }: { kind: string }) => kind },
    },
  },
  b: {
    sdl: 'type Book @key(fields: "id") { id: ID!  stars: Int }  type Film @key(fields: "id") { id: ID!  stars: Int }',
    resolvers: { Book: { stars: () => 5 }, Film: { stars: () => 1 } },
  },
};

feature('aliased __typename beside type conditions', {
  subgraphs: media,
  asked: [
    {
      query: '{ all { kind: __typename ... on Book { pages stars } ... on Film { stars } } }',
      data: {
        all: [
          { kind: 'Book', pages: 400, stars: 5 },
          { kind: 'Film', stars: 1 },
        ],
      },
    },
  ],
});

feature('variables of every kind', {
  subgraphs: people,
  asked: [
    {
      query: `query ($id: ID!, $tags: [String!], $unit: Unit, $data: Data, $first: Int = 1) {
        user(id: $id, tags: $tags) { name age(in: $unit, data: $data) pets(first: $first) { name } }
      }`,
      variables: { id: 7, tags: 'one', unit: 'MONTHS', data: { more: [{ add: 5 }, {}] } },
      data: { user: { name: '{"on":true,"tags":["one"]}', age: 84 + 1 + 5 + 1, pets: [{ name: 'Tom' }] } },
      asks: ['a', 'b'],
    },
    {
      query:
        'query ($id: ID!, $on: Boolean, $representations: Int) { user(id: $id, on: $on) { name pets(first: $representations) { name } } }',
      variables: { id: '1', on: null, representations: 1 },
      data: { user: { name: '{"on":null}', pets: [{ name: 'Tom' }] } },
      stock: { data: { user: null }, errors: [undefined] },
    },
  ],
});

feature('@skip and @include, nested', {
  subgraphs: people,
  asked: ([true, false] as const).map((yes) => ({
    query: `query ($yes: Boolean!) {
      me { ...F @include(if: $yes) id @skip(if: $yes) ... @skip(if: $yes) { age ... @include(if: true) { friend { age @skip(if: $yes) } } } }
    }
    fragment F on User { name ... on User @include(if: $yes) { friend { age @include(if: $yes) name @skip(if: $yes) } } }`,
    variables: { yes },
    data: { me: yes ? { name: 'Ada', friend: { age: 2 } } : { id: '1', age: 1, friend: { age: 2 } } },
    asks: yes ? ['a', 'b'] : ['a', 'b', 'b'],
  })),
});

feature('what conditions leave out asks no subgraph', {
  subgraphs: people,
  asked: [
    {
      query: 'query ($no: Boolean = false) { me { name age @include(if: $no) } }',
      data: { me: { name: 'Ada' } },
      asks: ['a'],
    },
    { query: 'query ($yes: Boolean = true) { me @skip(if: $yes) { name } }', data: {}, asks: [] },
  ],
});

feature('mutations run in series, across subgraphs', {
  subgraphs: people,
  asked: [
    {
      query:
        'mutation { a: first(name: "x") { name } b: second(name: "y") c: third(name: "z") { name pets(first: 1) { name } } }',
      data: { a: { name: 'x' }, b: 2, c: { name: 'z', pets: [{ name: 'Tom' }] } },
      asks: ['a', 'b', 'a', 'b'],
    },
  ],
});

feature('introspection is answered by the gateway, beside data', {
  subgraphs: people,
  asked: [
    {
      query:
        'query ($n: String!) { __type(name: $n) { name kind fields { name args { name defaultValue } } } count __schema { mutationType { name } } }',
      variables: { n: 'Pet' },
      data: {
        __type: {
          name: 'Pet',
          kind: 'OBJECT',
          fields: [
            { name: 'name', args: [] },
            { name: 'kind', args: [] },
          ],
        },
        count: 3,
        __schema: { mutationType: { name: 'Mutation' } },
      },
      asks: ['b'],
    },
  ],
});

feature('null is carried up to the nearest nullable parent, with the path of the error', {
  subgraphs: people,
  asked: [
    {
      query: '{ users { name exact } }',
      data: { users: [{ name: 'Ada', exact: 5 }, null, null] },
      errors: [['users', 2, 'exact']],
    },
    { query: '{ strict { exact } }', data: null, errors: [['strict', 'exact']] },
    {
      query: '{ all: users { mine: pets { k: kind } } }',
      data: { all: [null, null, null] },
      errors: [
        ['all', 0, 'mine', 1, 'k'],
        ['all', 2, 'mine', 1, 'k'],
      ],
    },
  ],
});

feature('a subgraph that does not answer costs its own fields', {
  subgraphs: people,
  down: ['b'],
  asked: [
    {
      query: '{ me { name age } }',
      data: { me: { name: 'Ada', age: null } },
      errors: [['me']],
      stock: { data: { me: { name: 'Ada', age: null } }, errors: [undefined] },
    },
    {
      query: '{ me { name } count }',
      data: { me: { name: 'Ada' }, count: null },
      errors: [undefined],
      stock: { data: { me: { name: 'Ada' }, count: null }, errors: [undefined] },
    },
    {
      query: '{ strict { name exact } }',
      data: null,
      errors: [['strict']],
      stock: { data: null, errors: [undefined] },
    },
  ],
});

const boxes = {
  a: {
    sdl: `
      type Query { box: Box  boxes: [Box!] }
      type Box @key(fields: "id") { id: ID!  weight: Int  size: Int  maker: Maker }
      type Maker @key(fields: "code") { code: ID!  name: String!  at: Place }
      type Place { zip: String  city: String }`,
    resolvers: (() => {
      const box = { id: '1', weight: 0, size: 7, maker: { code: 'm', name: 'Ada', at: { zip: 'z', city: 'Rome' } } };
      return { Query: { box: () => box, boxes: () => [box] } };
    })(),
  },
  b: {
    sdl: `
      type Box @key(fields: "id") {
        id: ID!  weight: Int @external  maker: Maker @external
        fee: Int @requires(fields: "weight")  sticker: String @requires(fields: "maker { at { zip } }")
      }
      type Maker @key(fields: "code") { code: ID!  at: Place @external  rank: Int!  broken: Int }
      type Place { zip: String @external }`,
    resolvers: {
      Box: {
        fee: ({ weight }: { weight: number }) => weight + 1,
        sticker: ({ maker }: { maker: { at: { zip: string } } }) => maker.at.zip,
      },
      Maker: { rank: () => 1, broken: () => Promise.reject(new Error('broken')) },
    },
  },
};

feature('an alias that is the name of another field, of a key too', {
  subgraphs: boxes,
  asked: [
    {
      query: '{ box { fees: fee weight: id } }',
      data: { box: { fees: 1, weight: '1' } },
      stock: { data: { box: { fees: 1, weight: 0 } } },
    },
    {
      query: '{ box { id: size fee maker { code: name rank } } }',
      data: { box: { id: 7, fee: 1, maker: { code: 'Ada', rank: 1 } } },
      stock: { data: { box: { id: null, fee: 1, maker: { code: 'm', rank: 1 } } } },
    },
    {
      query: '{ boxes { ...F } } fragment F on Box { sticker maker { at { zip: city } id: name } }',
      data: { boxes: [{ sticker: 'z', maker: { at: { zip: 'Rome' }, id: 'Ada' } }] },
      stock: { data: { boxes: [{ sticker: 'z', maker: { at: { zip: 'z' }, id: 'Ada' } }] } },
    },
    {
      query: '{ boxes { id maker: size weight: maker { code: broken } } }',
      data: { boxes: [{ id: '1', maker: 7, weight: { code: null } }] },
      errors: [['boxes', 0, 'weight', 'code']],
    },
  ],
});
