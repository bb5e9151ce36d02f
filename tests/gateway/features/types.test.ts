import { feature } from './feature.ts';

const byKind = (value: { kind: string }) => value.kind;
type Id = { id: string };
const cat = { kind: 'Cat', id: 'c', name: 'Tom', lives: 9 };
const dog = { kind: 'Dog', id: 'd', name: 'Rex', legs: 4 };
const pick = ({ id }: Id) => [cat, dog].find((one) => one.id === id);

feature('interfaces, each object by its own type', {
  subgraphs: {
    animals: {
      sdl: `
        type Query { animals: [Animal!]! }
        interface Being { id: ID! }
        interface Animal implements Being { id: ID!  name: String }
        type Cat implements Animal & Being @key(fields: "id") { id: ID!  name: String  lives: Int }
        type Dog implements Animal & Being @key(fields: "id") { id: ID!  name: String  legs: Int }`,
      resolvers: { Query: { animals: () => [cat, dog] }, Animal: { __resolveType: byKind } },
    },
    vets: {
      sdl: `
        interface Patient { healthy: Boolean }
        type Cat implements Patient @key(fields: "id") { id: ID!  healthy: Boolean }
        type Dog implements Patient @key(fields: "id") { id: ID!  healthy: Boolean  shots: Int }`,
      resolvers: { Cat: { healthy: () => false }, Dog: { healthy: () => true, shots: () => 2 } },
    },
  },
  asked: [
    {
      query:
        '{ animals { name ... on Cat { lives } ... on Patient { healthy ... on Dog { shots } } ... on Being { id } } }',
      data: {
        animals: [
          { name: 'Tom', lives: 9, healthy: false, id: 'c' },
          { name: 'Rex', healthy: true, shots: 2, id: 'd' },
        ],
      },
      asks: ['animals', 'vets'],
    },
  ],
});

feature('unions, with members that have no key, and null', {
  subgraphs: {
    a: {
      sdl: `
        type Query { things: [Thing] }
        union Thing = Cat | Stone
        type Cat @key(fields: "id") { id: ID! }
        type Stone { weight: Int }`,
      resolvers: {
        Query: { things: () => [cat, { kind: 'Stone', weight: 0 }, null] },
        Thing: { __resolveType: byKind },
      },
    },
    b: { sdl: 'type Cat @key(fields: "id") { id: ID!  lives: Int }', resolvers: { Cat: { lives: () => 9 } } },
  },
  asked: [
    {
      query: '{ things { __typename ... on Stone { weight } ...C } } fragment C on Cat { lives }',
      data: { things: [{ __typename: 'Cat', lives: 9 }, { __typename: 'Stone', weight: 0 }, null] },
      asks: ['a', 'b'],
    },
  ],
});

feature('abstract types that are narrower in one subgraph than in another', {
  subgraphs: {
    // Here nothing but cats are animals, and no union has dogs.
    a: {
      sdl: `
        type Query { pet: Animal  any: Any }
        interface Animal { name: String }
        type Cat implements Animal @key(fields: "id") { id: ID!  name: String @shareable }
        union Any = Cat`,
      resolvers: {
        Query: { pet: () => cat, any: () => cat },
        Animal: { __resolveType: byKind },
        Any: { __resolveType: byKind },
      },
    },
    b: {
      sdl: `
        type Query { pets: [Animal]  anys: [Any] }
        interface Animal { name: String  sound: String }
        type Cat implements Animal @key(fields: "id") { id: ID!  name: String @shareable  sound: String }
        type Dog implements Animal @key(fields: "id") { id: ID!  name: String @shareable  sound: String }
        union Any = Cat | Dog`,
      resolvers: {
        Query: { pets: () => [cat, dog], anys: () => [dog, cat] },
        Animal: { __resolveType: byKind },
        Any: { __resolveType: byKind },
        Cat: { __resolveReference: pick, sound: () => 'miaow' },
        Dog: { sound: () => 'woof' },
      },
    },
  },
  asked: [
    {
      query: '{ pet { sound ... on Dog { id } } any { ... on Dog { name } ... on Animal { sound } } }',
      data: { pet: { sound: 'miaow' }, any: { sound: 'miaow' } },
    },
    {
      query: '{ pets { name sound } anys { ... on Dog { sound } ... on Cat { name } } }',
      data: {
        pets: [
          { name: 'Tom', sound: 'miaow' },
          { name: 'Rex', sound: 'woof' },
        ],
        anys: [{ sound: 'woof' }, { name: 'Tom' }],
      },
      asks: ['b'],
    },
  ],
});

feature('one alias for fields of different types, by type', {
  subgraphs: {
    a: {
      sdl: `
        type Query { both: [Both] }
        union Both = A | B
        type A @key(fields: "id") { id: ID!  one: Int }
        type B @key(fields: "id") { id: ID!  two: Int }`,
      resolvers: {
        Query: {
          both: () => [
            { kind: 'A', id: '1', one: 1 },
            { kind: 'B', id: '2', two: 2 },
          ],
        },
        Both: { __resolveType: byKind },
      },
    },
    // Here A.value and B.value are of different types; in the supergraph, where A.value is nullable, of the same.
    b: {
      sdl: `
        type A @key(fields: "id") { id: ID!  value: Int! @shareable }
        type B @key(fields: "id") { id: ID!  value: Int }`,
      resolvers: { A: { value: () => 0 }, B: { value: () => 7 } },
    },
    c: { sdl: 'type A @key(fields: "id") { id: ID!  value: Int @shareable }', resolvers: { A: { value: () => 0 } } },
  },
  asked: [
    {
      query: '{ both { ... on A { n: one } ... on B { n: two } } }',
      data: { both: [{ n: 1 }, { n: 2 }] },
      asks: ['a'],
    },
    {
      query: '{ both { ... on A { value } ... on B { value } } }',
      data: { both: [{ value: 0 }, { value: 7 }] },
      asks: ['a', 'b'],
      stock: { data: { both: [{ value: null }, { value: 7 }] } },
    },
  ],
});

feature('enums: what is answered has the values of all, what is taken those of each', {
  subgraphs: {
    a: {
      sdl: `
        type Query { level: Level  take(size: Size): Size }
        enum Level { LOW HIGH }  enum Size { S M }`,
      resolvers: { Query: { level: () => 'LOW', take: (_: unknown, { size }: { size: string }) => size } },
    },
    b: {
      sdl: 'type Query { other: Level  also(size: Size): Size }  enum Level { LOW EXTREME }  enum Size { S M }',
      resolvers: { Query: { other: () => 'EXTREME', also: (_: unknown, { size }: { size: string }) => size } },
    },
    c: {
      sdl: 'type Query { sort(by: By): String }  enum By { NAME AGE }',
      resolvers: { Query: { sort: (_: unknown, { by }: { by: string }) => by } },
    },
    d: {
      sdl: 'type Query { order(by: By): String }  enum By { NAME PRICE }',
      resolvers: { Query: { order: (_: unknown, { by }: { by: string }) => by } },
    },
  },
  asked: [
    { query: '{ level other take(size: M) }', data: { level: 'LOW', other: 'EXTREME', take: 'M' } },
    {
      query: '{ level: __type(name: "Level") { enumValues { name } } by: __type(name: "By") { enumValues { name } } }',
      data: {
        level: { enumValues: [{ name: 'LOW' }, { name: 'HIGH' }, { name: 'EXTREME' }] },
        by: { enumValues: [{ name: 'NAME' }] },
      },
    },
    { query: '{ sort(by: NAME) order(by: NAME) }', data: { sort: 'NAME', order: 'NAME' } },
    {
      query: 'query ($by: By) { sort(by: $by) order(by: $by) }',
      variables: { by: 'NAME' },
      data: { sort: 'NAME', order: 'NAME' },
    },
  ],
});

const text = (_: unknown, args: object) => JSON.stringify(args);

feature('input types have the fields that all subgraphs know', {
  subgraphs: {
    a: {
      sdl: 'type Query { one(by: Filter): String }  input Filter { name: String!  max: Int = 5  own: Int }',
      resolvers: { Query: { one: text } },
    },
    b: {
      sdl: 'type Query { two(by: Filter): String }  input Filter { name: String  max: Int = 5 }',
      resolvers: { Query: { two: text } },
    },
  },
  asked: [
    {
      query: 'query ($by: Filter) { one(by: $by) two(by: $by) }',
      variables: { by: { name: 'x' } },
      data: { one: '{"by":{"name":"x","max":5}}', two: '{"by":{"name":"x","max":5}}' },
    },
    {
      query: '{ __type(name: "Filter") { inputFields { name type { kind } defaultValue } } }',
      data: {
        __type: {
          inputFields: [
            { name: 'name', type: { kind: 'NON_NULL' }, defaultValue: null },
            { name: 'max', type: { kind: 'SCALAR' }, defaultValue: '5' },
          ],
        },
      },
    },
  ],
});

const json = { nested: [1, 'two', null, { __typename: 'Fake', three: false }] };

feature('custom scalars pass through as they are, both ways', {
  subgraphs: {
    a: {
      sdl: 'scalar Json  type Query { it(of: Json): It }  type It @key(fields: "id") { id: ID!  json: Json }',
      resolvers: { Query: { it: (_: unknown, { of }: { of: unknown }) => ({ id: '1', json: of }) } },
    },
    b: {
      sdl: 'scalar Json  type It @key(fields: "id") { id: ID!  all(of: Json): [Json!] }',
      resolvers: { It: { all: (_: unknown, { of }: { of: unknown }) => [of, 'text', 0] } },
    },
  },
  asked: [
    {
      query: 'query ($of: Json) { it(of: $of) { json all(of: $of) } }',
      variables: { of: json },
      data: { it: { json, all: [json, 'text', 0] } },
    },
    {
      query: '{ it(of: { a: [1, "x", null] }) { json } }',
      data: { it: { json: { a: [1, 'x', null] } } },
    },
  ],
});
