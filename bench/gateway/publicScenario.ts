import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { composeSupergraph } from '../../gateway/compose.ts';
import type { Scenario } from './scenario.ts';

// The four subgraphs of the public federation benchmark and its queries, with data of the same shape and size (texts are our own).

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",
  import: ["@key", "@external", "@requires", "@provides", "@shareable"])\n`;

const users = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'tony'].map((username, index) => ({
  id: String(index + 1),
  username,
  name: `${username} the ${index + 1}th`,
}));

const products = (
  [
    ['Table', 899, 100, true],
    ['Couch', 1299, 1000, false],
    ['Glass', 15, 20, false],
    ['Chair', 499, 100, false],
    ['TV', 1299, 1000, true],
    ['Lamp', 6999, 300, true],
    ['Grill', 3999, 2000, true],
    ['Fridge', 100000, 6000, false],
    ['Sofa', 9999, 800, true],
  ] as const
).map(([name, price, weight, inStock], index) => ({ upc: String(index + 1), name, price, weight, inStock }));

const prose = (length: number) =>
  'It does what it says and says what it does, at home and elsewhere. '.repeat(20).slice(0, length);
const reviews = [445, 291, 272, 143, 445, 291, 272, 143, 143, 143, 867].map((length, index) => ({
  id: String(index + 1),
  body: prose(length),
  product: { upc: String(index < 4 ? 1 : index < 8 ? 2 : index < 9 ? 3 : 4) },
  author: { id: '1', username: 'ada' },
}));

const of = <Item>(items: readonly Item[], key: keyof Item, value: unknown) => items.find((item) => item[key] === value);

const subgraphs: Record<string, { sdl: string; resolvers: Record<string, Record<string, unknown>> }> = {
  accounts: {
    sdl: `type Query { me: User  user(id: ID!): User  users: [User] }
      type User @key(fields: "id") { id: ID!  name: String  username: String @shareable }`,
    resolvers: {
      Query: {
        me: () => users[0],
        users: () => users,
        user: (_: unknown, { id }: { id: string }) => of(users, 'id', id),
      },
      User: { __resolveReference: ({ id }: { id: string }) => of(users, 'id', id) },
    },
  },
  inventory: {
    sdl: `type Product @key(fields: "upc") {
        upc: String!  weight: Int @external  price: Int @external
        inStock: Boolean  shippingEstimate: Int @requires(fields: "price weight")
      }`,
    resolvers: {
      Product: {
        inStock: ({ upc }: { upc: string }) => of(products, 'upc', upc)?.inStock,
        shippingEstimate: ({ price, weight }: { price: number; weight: number }) =>
          price > 1000 ? 0 : Math.round(weight / 2),
      },
    },
  },
  products: {
    sdl: `type Query { topProducts(first: Int = 5): [Product] }
      type Product @key(fields: "upc") { upc: String!  name: String  price: Int  weight: Int }`,
    resolvers: {
      Query: { topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first) },
      Product: { __resolveReference: ({ upc }: { upc: string }) => of(products, 'upc', upc) },
    },
  },
  reviews: {
    sdl: `type Product @key(fields: "upc") { upc: String!  reviews: [Review] }
      type Review @key(fields: "id") { id: ID!  body: String  product: Product  author: User @provides(fields: "username") }
      type User @key(fields: "id") { id: ID!  username: String @external  reviews: [Review] }`,
    resolvers: {
      Product: { reviews: ({ upc }: { upc: string }) => reviews.filter(({ product }) => product.upc === upc) },
      Review: { __resolveReference: ({ id }: { id: string }) => of(reviews, 'id', id) },
      User: { reviews: () => reviews.slice(0, 2) },
    },
  },
};

function supergraph(base: string): string {
  const list = Object.entries(subgraphs).map(([name, { sdl }]) => ({
    name,
    url: `${base}/${name}`,
    typeDefs: LINK + sdl,
  }));
  const { supergraphSdl, errors } = composeSupergraph(list);
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

/** The same subgraphs in the words of Federation 1, for gateways that ask them for their SDL. */
const federation1: Record<string, string> = {
  accounts: `extend type Query { me: User  user(id: ID!): User  users: [User] }
    type User @key(fields: "id") { id: ID!  name: String  username: String }`,
  inventory: `extend type Product @key(fields: "upc") {
      upc: String! @external  weight: Int @external  price: Int @external
      inStock: Boolean  shippingEstimate: Int @requires(fields: "price weight")
    }`,
  products: `extend type Query { topProducts(first: Int = 5): [Product] }
    type Product @key(fields: "upc") { upc: String!  name: String  price: Int  weight: Int }`,
  reviews: `extend type Product @key(fields: "upc") { upc: String! @external  reviews: [Review] }
    type Review @key(fields: "id") { id: ID!  body: String  product: Product  author: User @provides(fields: "username") }
    extend type User @key(fields: "id") { id: ID! @external  username: String @external  reviews: [Review] }`,
};

const schemas = new Map<string, GraphQLSchema>();
const answers = new Map<string, string>();

async function answer(name: string, body: string): Promise<string> {
  const key = `${name} ${body}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  let schema = schemas.get(name);
  if (!schema) {
    const { sdl, resolvers } = subgraphs[name]!;
    schema = buildSubgraphSchema({ typeDefs: parse(LINK + sdl), resolvers: resolvers as never });
    schemas.set(name, schema);
  }
  const { query, variables, operationName } = JSON.parse(body);
  if (/_service\b/.test(query)) return JSON.stringify({ data: { _service: { sdl: federation1[name] } } });
  const result = await execute({ schema, document: parse(query), variableValues: variables, operationName });
  const text = JSON.stringify(result);
  answers.set(key, text);
  return text;
}

const parts = `
  fragment User on User { id username name }
  fragment Review on Review { id body }
  fragment Product on Product { inStock name price shippingEstimate upc weight }`;

const queries = {
  big: `${parts}
  query TestQuery {
    users {
      ...User
      reviews {
        ...Review
        product {
          ...Product
          reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
        }
      }
    }
    topProducts {
      ...Product
      reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
    }
  }`,
  small: 'query Small { users { id name username } }',
};

export const federationBenchmark: Scenario = {
  title: 'The public federation benchmark',
  subgraphNames: Object.keys(subgraphs),
  hasFederation1: true,
  queries,
  supergraph,
  answer,
};
