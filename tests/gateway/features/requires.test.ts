import { feature } from './feature.ts';

type Id = { id: string };

feature('@requires of a field of another subgraph', {
  subgraphs: {
    a: {
      sdl: 'type Query { box: Box }  type Box @key(fields: "id") { id: ID!  weight: Int  size: Int }',
      resolvers: { Query: { box: () => ({ id: '1', weight: 0, size: null }) } },
    },
    b: {
      sdl: `type Box @key(fields: "id") {
        id: ID!  weight: Int @external  size: Int @external
        fee: String @requires(fields: "weight size")  fees: Int @requires(fields: "weight")
      }`,
      resolvers: {
        Box: {
          fee: ({ weight, size }: { weight: number; size: number }) => `${weight} ${size}`,
          fees: ({ weight }: { weight: number }) => weight + 1,
        },
      },
    },
  },
  asked: [
    { query: '{ box { fee } }', data: { box: { fee: '0 null' } }, asks: ['a', 'b'] },
    { query: '{ box { fees w: size id } }', data: { box: { fees: 1, w: null, id: '1' } } },
  ],
});

feature('@requires of nested fields, through lists', {
  subgraphs: {
    carts: {
      sdl: `
        type Query { cart: Cart }
        type Cart @key(fields: "id") { id: ID!  lines: [Line!]! }
        type Line { item: Item }
        type Item @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { cart: () => ({ id: '1', lines: [{ item: { id: 'a' } }, { item: { id: 'b' } }, { item: null }] }) },
      },
    },
    items: {
      sdl: 'type Item @key(fields: "id") { id: ID!  price: Int }',
      resolvers: { Item: { price: ({ id }: Id) => (id === 'a' ? 1 : 2) } },
    },
    totals: {
      sdl: `
        type Cart @key(fields: "id") { id: ID!  lines: [Line!]! @external  total: Int @requires(fields: "lines { item { price } }") }
        type Line { item: Item @external }
        type Item @key(fields: "id") { id: ID!  price: Int @external }`,
      resolvers: {
        Cart: {
          total: ({ lines }: { lines: { item?: { price: number } }[] }) =>
            lines.reduce((sum, { item }) => sum + (item?.price ?? 0), 0),
        },
      },
    },
  },
  asked: [{ query: '{ cart { total } }', data: { cart: { total: 3 } }, asks: ['carts', 'items', 'totals'] }],
});

feature('@requires of what @requires made', {
  subgraphs: {
    a: {
      sdl: 'type Query { n: N }  type N @key(fields: "id") { id: ID!  one: Int }',
      resolvers: { Query: { n: () => ({ id: '1', one: 1 }) } },
    },
    b: {
      sdl: 'type N @key(fields: "id") { id: ID!  one: Int @external  two: Int @requires(fields: "one") }',
      resolvers: { N: { two: ({ one }: { one: number }) => one + 1 } },
    },
    c: {
      sdl: 'type N @key(fields: "id") { id: ID!  two: Int @external  three: Int @requires(fields: "two") }',
      resolvers: { N: { three: ({ two }: { two: number }) => two + 1 } },
    },
  },
  asked: [{ query: '{ n { three } }', data: { n: { three: 3 } }, asks: ['a', 'b', 'c'] }],
});

const rates: Record<string, number> = { EUR: 1, USD: 2, GBP: 3 };
const priced = {
  sdl: `
    type Query { product: Product }
    enum Currency { EUR USD GBP }
    type Product @key(fields: "id") { id: ID!  price(in: Currency! = EUR): Int }`,
  resolvers: {
    Query: { product: () => ({ id: '1' }) },
    Product: { price: (_: Id, args: { in: string }) => 10 * rates[args.in]! },
  },
};
const price = (product: { price: number }) => product.price;

feature('@requires with arguments leaves the client its own', {
  subgraphs: {
    products: priced,
    shipping: {
      sdl: `
        enum Currency { EUR USD GBP }
        type Product @key(fields: "id") {
          id: ID!  price(in: Currency! = EUR): Int @external  dollars: Int @requires(fields: "price(in: USD)")
        }`,
      resolvers: { Product: { dollars: price } },
    },
  },
  asked: [
    { query: '{ product { dollars } }', data: { product: { dollars: 20 } } },
    {
      query: '{ product { price(in: GBP) dollars } }',
      data: { product: { price: 30, dollars: 20 } },
      stock: { data: { product: { price: 30, dollars: 30 } } },
    },
    {
      query: '{ product { dollars price } }',
      data: { product: { dollars: 20, price: 10 } },
      stock: { data: { product: { dollars: 20, price: 20 } } },
    },
  ],
});

feature('two @requires with different arguments for one field', {
  subgraphs: {
    products: priced,
    shipping: {
      sdl: `
        enum Currency { EUR USD GBP }
        type Product @key(fields: "id") {
          id: ID!  price(in: Currency! = EUR): Int @external
          dollars: Int @requires(fields: "price(in: USD)")  pounds: Int @requires(fields: "price(in: GBP)")
        }`,
      resolvers: { Product: { dollars: price, pounds: price } },
    },
  },
  asked: [
    {
      query: '{ product { dollars pounds } }',
      data: { product: { dollars: 20, pounds: 30 } },
      stock: { data: { product: { dollars: 30, pounds: 30 } } },
    },
  ],
});

feature('@requires through an interface', {
  subgraphs: {
    pets: {
      sdl: `
        type Query { owner: Owner }
        type Owner @key(fields: "id") { id: ID!  pets: [Pet!] }
        interface Pet { name: String }
        type Cat implements Pet { name: String  lives: Int }
        type Dog implements Pet { name: String  legs: Int }`,
      resolvers: {
        Query: {
          owner: () => ({
            id: '1',
            pets: [
              { kind: 'Cat', name: 'Tom', lives: 9 },
              { kind: 'Dog', name: 'Rex', legs: 4 },
            ],
          }),
        },
        Pet: { __resolveType: ({ kind }: { kind: string }) => kind },
      },
    },
    licences: {
      sdl: `
        type Owner @key(fields: "id") {
          id: ID!  pets: [Pet!] @external
          licence: String @requires(fields: "pets { __typename name ... on Cat { lives } ... on Dog { legs } }")
        }
        interface Pet { name: String }
        type Cat implements Pet @external { name: String  lives: Int }
        type Dog implements Pet @external { name: String  legs: Int }`,
      resolvers: {
        Owner: {
          licence: ({ pets }: { pets: { __typename: string; name: string; lives?: number; legs?: number }[] }) =>
            pets.map(({ __typename, name, lives, legs }) => `${__typename} ${name} ${lives ?? legs}`).join(', '),
        },
        Pet: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      },
    },
  },
  asked: [
    {
      query: '{ owner { licence } }',
      data: { owner: { licence: 'Cat Tom 9, Dog Rex 4' } },
      asks: ['pets', 'licences'],
    },
  ],
});

feature('@requires of what could not be had is not computed', {
  subgraphs: {
    a: {
      sdl: 'type Query { n: N }  type N @key(fields: "id") { id: ID!  own: Int }',
      resolvers: { Query: { n: () => ({ id: '1', own: 1 }) } },
    },
    b: { sdl: 'type N @key(fields: "id") { id: ID!  one: Int }', resolvers: { N: { one: () => 1 } } },
    c: {
      sdl: 'type N @key(fields: "id") { id: ID!  one: Int @external  two: Int @requires(fields: "one") }',
      resolvers: { N: { two: ({ one }: { one: number }) => one + 1 } },
    },
  },
  down: ['b'],
  asked: [
    {
      query: '{ n { own two } }',
      data: { n: { own: 1, two: null } },
      errors: [['n']],
      stock: { data: { n: { own: 1, two: null } }, errors: [undefined] },
    },
  ],
});
