import { feature } from './feature.ts';

type Id = { id: string };

const posts = {
  a: {
    sdl: `
      type Query { post: Post  any: [Any] }
      type Post @key(fields: "id") { id: ID!  author: User @provides(fields: "name home { city }") }
      type User @key(fields: "id") { id: ID!  name: String @external  home: Home @external }
      type Home { city: String @external }
      union Any = User | Post`,
    resolvers: {
      Query: { post: () => ({ id: '1', author: { id: 'u', name: 'Given', home: { city: 'Rome' } } }) },
    },
  },
  b: {
    sdl: `
      type User @key(fields: "id") { id: ID!  name: String @shareable  home: Home @shareable  mail: String }
      type Home { city: String @shareable  zip: String }`,
    resolvers: { User: { name: () => 'Own', home: () => ({ city: 'Roma', zip: '00100' }), mail: () => 'u@x' } },
  },
};

feature('@provides saves a fetch', {
  subgraphs: posts,
  asked: [
    {
      query: '{ post { author { name home { city } } } }',
      data: { post: { author: { name: 'Given', home: { city: 'Rome' } } } },
      asks: ['a'],
    },
    { query: '{ post { author { mail } } }', data: { post: { author: { mail: 'u@x' } } }, asks: ['a', 'b'] },
  ],
});

feature('@external without @provides is fetched from its owner', {
  subgraphs: {
    a: {
      sdl: `
        type Query { user: User }
        type User @key(fields: "id") { id: ID!  name: String @external  greeting: String @requires(fields: "name") }`,
      resolvers: {
        Query: { user: () => ({ id: '1', name: 'not mine' }) },
        User: { greeting: ({ name }: { name: string }) => `Hello ${name}` },
      },
    },
    b: {
      sdl: 'type User @key(fields: "id") { id: ID!  name: String }',
      resolvers: { User: { name: () => 'Ada' } },
    },
  },
  asked: [
    { query: '{ user { name } }', data: { user: { name: 'Ada' } }, asks: ['a', 'b'] },
    { query: '{ user { greeting } }', data: { user: { greeting: 'Hello Ada' } }, asks: ['a', 'b', 'a'] },
  ],
});

feature('@shareable is asked of one subgraph, the nearest', {
  subgraphs: {
    a: {
      sdl: `
        type Query { post: Post }  type Post @key(fields: "id") { id: ID!  at: Place @shareable }
        type Place @shareable { city: String }`,
      resolvers: { Query: { post: () => ({ id: '1', at: { city: 'Rome' } }) } },
    },
    b: {
      sdl: `
        type Post @key(fields: "id") { id: ID!  at: Place @shareable  likes: Int }
        type Place @shareable { city: String  zip: String }`,
      resolvers: { Post: { at: () => ({ city: 'Roma', zip: '00100' }), likes: () => 0 } },
    },
  },
  asked: [
    { query: '{ post { at { city } } }', data: { post: { at: { city: 'Rome' } } }, asks: ['a'] },
    { query: '{ post { likes at { zip } } }', data: { post: { likes: 0, at: { zip: '00100' } } }, asks: ['a', 'b'] },
  ],
});

feature('@override moves a field', {
  subgraphs: {
    old: {
      sdl: 'type Query { it: It }  type It @key(fields: "id") { id: ID!  field: String }',
      resolvers: { Query: { it: () => ({ id: '1', field: 'old' }) } },
    },
    new: {
      sdl: 'type It @key(fields: "id") { id: ID!  field: String @override(from: "old") }',
      resolvers: { It: { field: () => 'new' } },
    },
  },
  asked: [{ query: '{ it { field } }', data: { it: { field: 'new' } }, asks: ['old', 'new'] }],
});

feature('@override with a label moves a share of a field', {
  subgraphs: {
    old: {
      sdl: 'type Query { it: It }  type It @key(fields: "id") { id: ID!  all: String  none: String }',
      resolvers: { Query: { it: () => ({ id: '1', all: 'old', none: 'old' }) } },
    },
    new: {
      sdl: `type It @key(fields: "id") {
        id: ID!
        all: String @override(from: "old", label: "percent(100)")
        none: String @override(from: "old", label: "percent(0)")
      }`,
      resolvers: { It: { all: () => 'new', none: () => 'new' } },
    },
  },
  asked: [
    {
      query: '{ it { all } }',
      data: { it: { all: 'new' } },
      asks: ['old', 'new'],
      stock: { data: { it: { all: 'old' } } },
    },
    { query: '{ it { none } }', data: { it: { none: 'old' } }, asks: ['old'] },
  ],
});

feature('@inaccessible works inside and is not seen', {
  subgraphs: {
    a: {
      sdl: `
        type Query { one: One  level: Level }
        type One @key(fields: "secret") { secret: ID! @inaccessible  open: Int }
        enum Level { LOW HIDDEN @inaccessible }`,
      resolvers: { Query: { one: () => ({ secret: 's', open: 1 }), level: () => 'HIDDEN' } },
    },
    b: {
      sdl: 'type One @key(fields: "secret") { secret: ID!  more: String }',
      resolvers: { One: { more: ({ secret }: { secret: string }) => `${secret}!` } },
    },
  },
  asked: [
    { query: '{ one { open more } }', data: { one: { open: 1, more: 's!' } }, asks: ['a', 'b'] },
    { query: '{ level }', data: { level: null }, errors: [['level']], stock: { data: { level: null } } },
    {
      query: '{ __type(name: "One") { fields { name } } }',
      data: { __type: { fields: [{ name: 'open' }, { name: 'more' }] } },
    },
  ],
});

feature('@tag changes nothing', {
  subgraphs: {
    a: {
      sdl: `
        type Query @tag(name: "public") { one(arg: Int @tag(name: "x")): One @tag(name: "y") }
        type One @key(fields: "id") { id: ID!  level: Level }  enum Level { LOW @tag(name: "z") }`,
      resolvers: { Query: { one: () => ({ id: '1', level: 'LOW' }) } },
    },
    b: {
      sdl: 'type One @key(fields: "id") { id: ID!  more: Int @tag(name: "w") }',
      resolvers: { One: { more: () => 1 } },
    },
  },
  asked: [{ query: '{ one(arg: 1) { level more } }', data: { one: { level: 'LOW', more: 1 } }, asks: ['a', 'b'] }],
});

feature('@context and @fromContext hand an argument down from above', {
  subgraphs: {
    shops: {
      sdl: `
        type Query { shops: [Shop!]! }
        type Shop @key(fields: "id") @context(name: "shop") { id: ID!  currency: String!  items: [Item!]! }
        type Item @key(fields: "id") {
          id: ID!  price(in: String @fromContext(field: "$shop { currency }")): String
        }`,
      resolvers: {
        Query: {
          shops: () => [
            { id: '1', currency: 'EUR', items: [{ id: 'x' }, { id: 'y' }] },
            { id: '2', currency: 'USD', items: [{ id: 'x' }] },
          ],
        },
        Item: { price: ({ id }: Id, args: { in: string }) => `${id} ${args.in}` },
      },
    },
    other: { sdl: 'type Item @key(fields: "id") { id: ID!  more: Int }', resolvers: { Item: { more: () => 1 } } },
  },
  asked: [
    {
      query: '{ shops { items { price more } } }',
      data: {
        shops: [
          {
            items: [
              { price: 'x EUR', more: 1 },
              { price: 'y EUR', more: 1 },
            ],
          },
          { items: [{ price: 'x USD', more: 1 }] },
        ],
      },
    },
    // Once for each shop.
    {
      query: '{ shops { items { price } } }',
      data: { shops: [{ items: [{ price: 'x EUR' }, { price: 'y EUR' }] }, { items: [{ price: 'x USD' }] }] },
      asks: ['shops', 'shops', 'shops'],
    },
  ],
  stock: /context/,
});

feature('@composeDirective carries a directive that the gateway passes over', {
  subgraphs: {
    a: {
      sdl: `
        extend schema
          @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@composeDirective"])
          @link(url: "https://specs.example/shade/v1.0", import: ["@shade"])
          @composeDirective(name: "@shade")
        directive @shade(of: String) on FIELD_DEFINITION | OBJECT
        type Query { one: One @shade(of: "blue") }
        type One @key(fields: "id") @shade { id: ID! }`,
      resolvers: { Query: { one: () => ({ id: '1' }) } },
    },
    b: { sdl: 'type One @key(fields: "id") { id: ID!  more: Int }', resolvers: { One: { more: () => 1 } } },
  },
  asked: [{ query: '{ one { more } }', data: { one: { more: 1 } }, asks: ['a', 'b'] }],
});

feature('@link may rename what it brings', {
  subgraphs: {
    a: {
      sdl: `
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", as: "fed", import: [{ name: "@key", as: "@identity" }])
        type Query { one: One }
        type One @identity(fields: "id") { id: ID!  at: Place @fed__shareable  hidden: Int @fed__inaccessible }
        type Place @fed__shareable { city: String }`,
      resolvers: { Query: { one: () => ({ id: '1', at: { city: 'Rome' } }) } },
    },
    b: {
      sdl: `
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.0")
        type One @federation__key(fields: "id") { id: ID!  at: Place @federation__shareable  more: Int }
        type Place @federation__shareable { city: String }`,
      resolvers: { One: { more: () => 1, at: () => ({ city: 'Roma' }) } },
    },
  },
  asked: [
    { query: '{ one { more at { city } } }', data: { one: { more: 1, at: { city: 'Rome' } } }, asks: ['a', 'b'] },
    {
      query: '{ __type(name: "One") { fields { name } } }',
      data: { __type: { fields: [{ name: 'id' }, { name: 'at' }, { name: 'more' }] } },
    },
  ],
});

feature('@cost and @listSize change no answer', {
  subgraphs: {
    a: {
      sdl: `
        type Query { users(first: Int): [User!] @listSize(slicingArguments: ["first"], assumedSize: 5) @cost(weight: 3) }
        type User @key(fields: "id") @cost(weight: 2) { id: ID! }`,
      resolvers: { Query: { users: () => [{ id: '1' }] } },
    },
    b: {
      sdl: 'type User @key(fields: "id") { id: ID!  age: Int @cost(weight: 7) }',
      resolvers: { User: { age: () => 40 } },
    },
  },
  asked: [{ query: '{ users(first: 1) { age } }', data: { users: [{ age: 40 }] }, asks: ['a', 'b'] }],
});
