import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { type CostOptions, createCostModel } from '../../../gateway/admission/cost.ts';
import { composeSupergraph } from '../../../gateway/compose.ts';
import { createPlanner } from '../../../gateway/planning/planner.ts';

const SCHEMA = `
  schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"]) { query: Query mutation: Mutation subscription: Subscription }
  directive @link(url: String, as: String, import: [String]) repeatable on SCHEMA
  directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  type Query {
    number: Int
    thing: Thing
    dear: Thing @cost(weight: 5)
    blob: Blob
    heavy: Heavy
    free: Thing @cost(weight: 0)
    rebate: Thing @cost(weight: -3)
    many: [Thing!]!
    assumed: [Thing] @listSize(assumedSize: 4)
    sliced(first: Int = 3, last: Int): [Thing] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    either(first: Int, last: Int): [Thing] @listSize(assumedSize: 9, slicingArguments: ["first", "last"])
    page(input: PageInput): [Thing] @listSize(assumedSize: 2, slicingArguments: ["input.page.first"], requireOneSlicingArgument: false)
    connection(first: Int = 6): ThingConnection @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
    find(filter: Filter, tag: String @cost(weight: 7), sort: Sort): Thing
    search: [Any] @listSize(assumedSize: 2)
    node: Node
  }
  type Mutation { write(things: [ThingInput!]!): Thing }
  type Subscription { changed: Thing }
  interface Node { id: ID  others: [Node] @listSize(assumedSize: 7) }
  type Thing implements Node { id: ID  name: String  thing: Thing  others: [Node]  blob: Blob  kind: Sort }
  type Heavy implements Node @cost(weight: 20) { id: ID  others: [Node]  thing: Thing }
  type ThingConnection { edges: [ThingEdge]  nodes: [Thing]  pageInfo: PageInfo  total: Int }
  type ThingEdge { node: Thing  cursor: String }
  type PageInfo { more: Boolean }
  union Any = Thing | Heavy
  scalar Blob @cost(weight: 2)
  enum Sort { UP DOWN }
  input PageInput { page: Page }
  input Page { first: Int }
  input Filter { name: String @cost(weight: 3)  and: [Filter!]  not: Filter }
  input ThingInput { name: String }
`;

const schemaOf = (sdl: string) => buildSchema(sdl, { assumeValidSDL: true });

function cost(query: string, variables?: Record<string, unknown>, options?: CostOptions) {
  const schema = schemaOf(SCHEMA);
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  return createCostModel(SCHEMA, schema, options).operation(document).estimate(variables);
}

describe('the cost of an operation', () => {
  test.each([
    ['a leaf is free', '{ number __typename }', 0],
    ['an object costs one', '{ thing { id thing { id } } }', 2],
    ['a list costs its items, ten where nobody says how many', '{ many { thing { id } } }', 20],
    ['a list has its assumed size', '{ assumed { id } }', 4],
    ['a slicing argument counts', '{ sliced(first: 5) { id } }', 5],
    ['a slicing argument has its default', '{ sliced { id } }', 3],
    ['the larger of two slicing arguments counts', '{ sliced(first: 2, last: 8) { id } }', 8],
    ['a slicing argument may lie in an input', '{ page(input: { page: { first: 5 } }) { id } }', 5 + 2],
    ['and may be left out there', '{ page(input: { page: {} }) { id } }', 2 + 2],
    ['no list is shorter than empty', '{ sliced(first: -5) { id } }', 0],
    [
      'a connection sizes the lists in it',
      '{ connection(first: 4) { total edges { node { id } } nodes { id } pageInfo { more } } }',
      14,
    ],
    ['also through fragments', '{ connection { ...F } } fragment F on ThingConnection { ... { nodes { id } } }', 7],
    ['a field has its weight', '{ dear { thing { id } } }', 6],
    ['a type has its weight, an object or a leaf', '{ heavy { id } blob }', 22],
    ['nothing has less than none', '{ rebate { id } thing { id } }', 1],
    ['but a field may be free', '{ free { id } }', 0],
    [
      'input objects cost one each, arguments and input fields their weights',
      '{ find(tag: "x", sort: UP, filter: { name: "a", and: [{ name: "b" }, { not: {} }] }) { id } }',
      1 + 7 + 1 + 3 + (1 + 3) + (1 + 1),
    ],
    ['an argument of null is none', '{ find(filter: null, tag: null) { id } }', 1],
    [
      'of a union the dearest type counts',
      '{ search { ... on Thing { thing { id } } ... on Heavy { thing { thing { id } } } } }',
      2 * 22,
    ],
    [
      'of an interface too, with its own list sizes',
      '{ node { id others { id } ... on Thing { thing { thing { id } } } } }',
      20 + 7 * 20,
    ],
    ['introspection is free', '{ __schema { types { name fields { name } } } __type(name: "Thing") { name } }', 0],
    ['a mutation costs ten more', 'mutation { write(things: [{ name: "a" }, { name: "b" }]) { id } }', 13],
    ['a subscription costs what one answer does', 'subscription { changed { thing { id } } }', 2],
    ['what is selected twice counts twice', '{ thing { id } thing { name } }', 2],
    [
      'conditions that are written down are decided',
      '{ thing @skip(if: true) { id } dear @include(if: false) { id } assumed @include(if: true) { id } }',
      4,
    ],
  ])('%s', (_name, query, expected) => {
    expect(cost(query).cost).toBe(expected);
  });

  test('depends on variables and their defaults', () => {
    const query =
      'query ($n: Int = 2, $yes: Boolean = false) { sliced(first: $n) { thing @include(if: $yes) { id } } }';
    expect(cost(query).cost).toBe(2);
    expect(cost(query, { n: 7 }).cost).toBe(7);
    expect(cost(query, { n: 7, yes: true }).cost).toBe(14);
    expect(cost(query, { n: null }).cost).toBe(10);
  });

  test('reads slices and inputs out of variables', () => {
    expect(cost('query ($i: PageInput) { page(input: $i) { id } }', { i: { page: { first: 30 } } }).cost).toBe(32);
    const nested = 'query ($n: Int = 4) { page(input: { page: { first: $n } }) { id } }';
    expect(cost(nested).cost).toBe(6);
    expect(cost(nested, { n: 9 }).cost).toBe(11);
    const write = 'mutation ($t: [ThingInput!]!) { write(things: $t) { id } }';
    expect(cost(write, { t: Array.from({ length: 500 }, () => ({ name: '' })) })).toEqual({ cost: 511, certain: 510 });
  });

  test('is certain in what no answer gives back', () => {
    expect(cost('mutation { write(things: [{}]) { thing { id } } }')).toEqual({ cost: 13, certain: 11 });
    expect(
      cost('query ($go: Boolean = true) { ...F @include(if: $go) } fragment F on Query { find(tag: "") { id } }'),
    ).toEqual({
      cost: 8,
      certain: 7,
    });
  });

  test('another length of unknown lists may be set', () => {
    expect(cost('{ many { id } }', {}, { defaultListSize: 100 }).cost).toBe(100);
  });
});

describe('exactly one slicing argument, where the schema demands it', () => {
  test.each([
    ['{ either { id } }', {}],
    ['{ either(first: 1, last: 2) { id } }', {}],
    ['query ($n: Int) { either(first: $n) { id } }', {}],
    ['query ($n: Int) { thing { id } either(first: $n, last: 1) { id } }', { n: 3 }],
  ])('%s is refused', (query, variables) => {
    expect(() => cost(query, variables)).toThrow(
      expect.objectContaining({
        message: 'Query.either needs exactly one of "first" and "last".',
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    );
  });

  test('one is enough, and a field that is left out needs none', () => {
    expect(cost('query ($n: Int) { either(first: $n, last: null) { id } }', { n: 3 }).cost).toBe(3);
    expect(cost('query ($no: Boolean!) { either @include(if: $no) { id } thing { id } }', { no: false }).cost).toBe(1);
  });
});

describe('what is sent to make trouble', () => {
  test('numbers stop at the largest exact integer', () => {
    const nested = Array.from({ length: 60 }).reduce<string>((inner) => `{ id others ${inner} }`, '{ id }');
    expect(cost(`{ node ${nested} }`).cost).toBe(Number.MAX_SAFE_INTEGER);
    expect(cost('query ($n: Int) { sliced(first: $n) { id } }', { n: 1e300 }).cost).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('a fragment bomb takes as long as it is written, also where variables decide', () => {
    const fragments = Array.from(
      { length: 60 },
      (_, index) => `fragment F${index} on Thing { a: thing { ...F${index + 1} } b: thing { ...F${index + 1} } }`,
    );
    const bomb = `query ($yes: Boolean!) { thing { ...F0 } } ${fragments.join(' ')} fragment F60 on Thing { thing @include(if: $yes) { id } }`;
    expect(cost(bomb, { yes: true }).cost).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('an input that nests too deep is too dear', () => {
    let filter: object = {};
    for (let depth = 0; depth < 50_000; depth++) filter = { not: filter };
    expect(cost('query ($f: Filter) { find(filter: $f) { id } }', { f: filter }).cost).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('names that every object has are no variables', () => {
    expect(cost('query ($constructor: Int = 4) { sliced(first: $constructor) { id } }', {}).cost).toBe(4);
  });
});

describe('the weight of an answer', () => {
  const { weigh } = createCostModel(SCHEMA, schemaOf(SCHEMA));
  test.each([
    ['Query', 'number', 'Int', 0],
    ['Query', 'thing', 'Thing', 1],
    ['Query', 'dear', 'Thing', 5],
    ['Query', 'node', 'Heavy', 20],
    ['Query', 'blob', 'Blob', 2],
  ])('%s.%s with a %s', (parent, field, type, expected) => {
    expect(weigh(parent, field, type)).toBe(expected);
  });
});

describe('the directives', () => {
  const composed = (link: string, cost: string, listSize: string) => {
    const { supergraphSdl, errors } = composeSupergraph([
      {
        name: 'a',
        url: 'http://a.invalid',
        typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ${link})
          type Query { list(first: Int): [T] @${listSize}(slicingArguments: ["first"])  one: T @${cost}(weight: 9) }
          type T { id: ID }`,
      },
    ]);
    if (!supergraphSdl) throw new Error(errors?.join('\n'));
    const model = createCostModel(supergraphSdl, createPlanner(supergraphSdl).apiSchema);
    return model.operation(parse('{ list(first: 5) { id } one { id } }')).estimate({}).cost;
  };

  test.each([
    ['imported', '["@cost", "@listSize"]', 'cost', 'listSize'],
    ['renamed', '[{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@length" }]', 'price', 'length'],
    ['under their namespace', '[]', 'federation__cost', 'federation__listSize'],
  ])('are known when composed %s', (_name, link, cost, listSize) => {
    expect(composed(link, cost, listSize)).toBe(14);
  });

  test('are known by the name of their feature, which a link may change', () => {
    const sdl = `
      schema @link(url: "https://specs.apollo.dev/cost/v0.1", as: "price") { query: Query }
      type Query { list: [T] @price__listSize(assumedSize: 3)  one: T @price(weight: "2.5")  other: T @cost(weight: 50) }
      type T { id: ID }`;
    const model = createCostModel(sdl, schemaOf(sdl));
    expect(model.operation(parse('{ list { id } one { id } other { id } }')).estimate().cost).toBe(6.5);
  });

  test('are none without a link', () => {
    const sdl = 'type Query { one: T @cost(weight: 9) } type T { id: ID }';
    expect(createCostModel(sdl, schemaOf(sdl)).operation(parse('{ one { id } }')).estimate().cost).toBe(1);
  });
});

test('a document is compiled once for each of its operations', () => {
  const model = createCostModel(SCHEMA, schemaOf(SCHEMA));
  const document = parse('query A { thing { id } } query B { dear { id } }');
  expect(model.operation(document, 'A')).toBe(model.operation(document, 'A'));
  expect(model.operation(document, 'B').estimate().cost).toBe(5);
  expect(() => model.operation(document, 'C')).toThrow('Unknown operation named "C".');
});
