import { feature } from './feature.ts';

const byKind = (value: { kind: string }) => value.kind;
type Id = { id: string };

feature('@key of one field', {
  subgraphs: {
    a: {
      sdl: 'type Query { user: User  users: [[User]!] }  type User @key(fields: "id") { id: ID!  name: String }',
      resolvers: {
        Query: {
          user: () => ({ id: '1', name: 'Ada' }),
          users: () => [[{ id: '1' }, null, { id: '2' }], [], [{ id: '1' }]],
        },
      },
    },
    b: {
      sdl: 'type User @key(fields: "id") { id: ID!  age: Int }',
      resolvers: { User: { age: ({ id }: Id) => 40 + Number(id) } },
    },
  },
  asked: [
    { query: '{ user { name age } }', data: { user: { name: 'Ada', age: 41 } }, asks: ['a', 'b'] },
    {
      query: '{ users { age } }',
      data: { users: [[{ age: 41 }, null, { age: 42 }], [], [{ age: 41 }]] },
      asks: ['a', 'b'],
    },
  ],
});

feature('@key of several fields', {
  subgraphs: {
    a: {
      sdl: 'type Query { seat: Seat }  type Seat @key(fields: "row number") { row: String!  number: Int! }',
      resolvers: { Query: { seat: () => ({ row: 'C', number: 0 }) } },
    },
    b: {
      sdl: 'type Seat @key(fields: "number row") { row: String!  number: Int!  price: String }',
      resolvers: { Seat: { price: ({ row, number }: { row: string; number: number }) => `${row}${number}` } },
    },
  },
  asked: [{ query: '{ seat { price } }', data: { seat: { price: 'C0' } }, asks: ['a', 'b'] }],
});

feature('@key of nested fields', {
  subgraphs: {
    a: {
      sdl: `
        type Query { seat: Seat }
        type Seat @key(fields: "number hall { id house { name } }") { number: Int!  hall: Hall }
        type Hall @shareable { id: ID!  house: House }  type House @shareable { name: String }`,
      resolvers: { Query: { seat: () => ({ number: 7, hall: { id: 'h', house: { name: 'Opera' } } }) } },
    },
    b: {
      sdl: `
        type Seat @key(fields: "number hall { id house { name } }") { number: Int!  hall: Hall  price: String }
        type Hall @shareable { id: ID!  house: House }  type House @shareable { name: String }`,
      resolvers: {
        Seat: {
          price: ({ number, hall }: { number: number; hall: { id: string; house: { name: string } } }) =>
            `${hall.house.name} ${hall.id}${number}`,
        },
      },
    },
  },
  asked: [{ query: '{ seat { price } }', data: { seat: { price: 'Opera h7' } }, asks: ['a', 'b'] }],
});

feature('several @key, and a subgraph between that knows both', {
  subgraphs: {
    a: {
      sdl: 'type Query { item: Item }  type Item @key(fields: "id") { id: ID! }',
      resolvers: { Query: { item: () => ({ id: '1' }) } },
    },
    both: {
      sdl: 'type Item @key(fields: "id") @key(fields: "sku") { id: ID!  sku: String! }',
      resolvers: { Item: { sku: ({ id }: Id) => `s${id}` } },
    },
    c: {
      sdl: 'type Item @key(fields: "sku") { sku: String!  price: String }',
      resolvers: { Item: { price: ({ sku }: { sku: string }) => `price of ${sku}` } },
    },
  },
  asked: [
    { query: '{ item { price } }', data: { item: { price: 'price of s1' } }, asks: ['a', 'both', 'c'] },
    { query: '{ item { sku } }', data: { item: { sku: 's1' } }, asks: ['a', 'both'] },
  ],
});

feature('@key(resolvable: false) points to what others have', {
  subgraphs: {
    posts: {
      sdl: 'type Query { author: User }  type User @key(fields: "id", resolvable: false) { id: ID! }',
      resolvers: { Query: { author: () => ({ id: '1' }) } },
    },
    users: {
      sdl: 'type User @key(fields: "id") { id: ID!  name: String }',
      resolvers: { User: { name: ({ id }: Id) => `User ${id}` } },
    },
  },
  asked: [{ query: '{ author { name } }', data: { author: { name: 'User 1' } }, asks: ['posts', 'users'] }],
});

feature('@key(resolvable: false) that is listed first is never used to enter', {
  subgraphs: {
    names: {
      sdl: 'type Item @key(fields: "id") { id: ID!  name: String }',
      resolvers: { Item: { name: ({ id }: Id) => `Item ${id}` } },
    },
    // "label" is computed by entering "items" again, once the name is known.
    items: {
      sdl: `
        type Query { item: Item }
        type Item @key(fields: "code { a b }", resolvable: false) @key(fields: "id") {
          id: ID!  code: Code!  name: String @external  label: String @requires(fields: "name")
        }
        type Code { a: Int  b: Int }`,
      resolvers: {
        Query: { item: () => ({ id: '1', code: { a: 1, b: 2 } }) },
        Item: {
          __resolveReference: (reference: object) => ('id' in reference ? reference : null),
          label: ({ name }: { name: string }) => `${name}!`,
        },
      },
    },
  },
  asked: [
    {
      query: '{ item { code { a } label } }',
      data: { item: { code: { a: 1 }, label: 'Item 1!' } },
      stock: { data: { item: { code: { a: 1 }, label: null } } },
    },
  ],
});

const works = [
  { kind: 'Book', id: 'b', title: 'Emma', pages: 400 },
  { kind: 'Film', id: 'f', title: 'M' },
];
const find = ({ id }: Id) => works.find((one) => one.id === id);

feature('@key on an interface and @interfaceObject', {
  subgraphs: {
    media: {
      sdl: `
        type Query { media: [Media!]! }
        interface Media @key(fields: "id") { id: ID!  title: String }
        type Book implements Media @key(fields: "id") { id: ID!  title: String  pages: Int }
        type Film implements Media @key(fields: "id") { id: ID!  title: String }`,
      resolvers: {
        Query: { media: () => works },
        Media: { __resolveType: byKind, __resolveReference: find },
        Book: { __resolveReference: find },
        Film: { __resolveReference: find },
      },
    },
    reviews: {
      sdl: `
        type Query { top: Media }
        type Media @key(fields: "id") @interfaceObject { id: ID!  stars: Int  similar: [Media!] }`,
      resolvers: {
        Query: { top: () => ({ id: 'f' }) },
        Media: { stars: ({ id }: Id) => (id === 'b' ? 5 : 0), similar: () => [{ id: 'b' }] },
      },
    },
  },
  asked: [
    {
      query: '{ media { __typename title stars ... on Book { pages } } }',
      data: {
        media: [
          { __typename: 'Book', title: 'Emma', stars: 5, pages: 400 },
          { __typename: 'Film', title: 'M', stars: 0 },
        ],
      },
      asks: ['media', 'reviews'],
    },
    {
      query: '{ top { kind: __typename stars title similar { ... on Book { pages stars } ... on Film { id } } } }',
      data: { top: { kind: 'Film', stars: 0, title: 'M', similar: [{ pages: 400, stars: 5 }] } },
    },
    { query: '{ top { stars } }', data: { top: { stars: 0 } }, asks: ['reviews'] },
  ],
});
