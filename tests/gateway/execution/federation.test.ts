import { describe, expect, test } from '@jest/globals';
import { federate } from './federation.ts';

const byType = (value: { kind: string }) => value.kind;

describe('abstract types', () => {
  const zoo = () =>
    federate({
      animals: {
        sdl: `
          type Query { animals: [Animal!]!  things: [Thing]  cat: Cat }
          interface Animal { id: ID!  name: String }
          type Cat implements Animal @key(fields: "id") { id: ID!  name: String  lives: Int  size: Int! }
          type Dog implements Animal @key(fields: "id") { id: ID!  name: String  size: String }
          type Stone { weight: Int }
          union Thing = Cat | Stone`,
        resolvers: (() => {
          const cat = { kind: 'Cat', id: 'c', name: 'Tom', lives: 9, size: 0 };
          const dog = { kind: 'Dog', id: 'd', name: 'Rex', size: 'L' };
          return {
            Query: {
              animals: () => [cat, dog, cat],
              things: () => [cat, { kind: 'Stone', weight: 3 }, null],
              cat: () => cat,
            },
            Animal: { __resolveType: byType },
            Thing: { __resolveType: byType },
            Dog: { __resolveReference: () => dog },
            Cat: { __resolveReference: () => cat },
          };
        })(),
      },
      vets: {
        sdl: `
          type Cat @key(fields: "id") { id: ID!  visits: [Visit!]  healthy: Boolean }
          type Dog @key(fields: "id") { id: ID!  visits: [Visit!]  healthy: String }
          type Visit { day: String  patient: Patient }
          union Patient = Cat | Dog`,
        resolvers: {
          Cat: { visits: () => [{ day: 'Mon', patient: { kind: 'Dog', id: 'd' } }], healthy: () => false },
          Dog: { visits: () => [], healthy: () => 'yes' },
          Patient: { __resolveType: byType },
        },
      },
    });

  test('take each object by its own type, across subgraphs', async () => {
    const { run } = zoo();
    expect(
      await run(
        `{ animals { kind: __typename name ... on Cat { lives visits { day patient { ... on Dog { name } } } } ... on Dog { visits { day } } } }`,
      ),
    ).toEqual({
      data: {
        animals: [
          { kind: 'Cat', name: 'Tom', lives: 9, visits: [{ day: 'Mon', patient: { name: 'Rex' } }] },
          { kind: 'Dog', name: 'Rex', visits: [] },
          { kind: 'Cat', name: 'Tom', lives: 9, visits: [{ day: 'Mon', patient: { name: 'Rex' } }] },
        ],
      },
    });
  });

  test('keep fields apart that share a response name and not a type, falsy values too', async () => {
    const { run } = zoo();
    expect(await run('{ animals { ... on Cat { s: size h: healthy } ... on Dog { s2: size h2: healthy } } }')).toEqual({
      data: {
        animals: [
          { s: 0, h: false },
          { s2: 'L', h2: 'yes' },
          { s: 0, h: false },
        ],
      },
    });
  });
});

test('fields that do not merge inside a subgraph are kept apart there and reach the client under one name', async () => {
  const { run, calls } = federate({
    a: {
      sdl: `
        type Query { both: [Both] }
        union Both = A | B
        type A @key(fields: "id") { id: ID! }
        type B @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          both: () => [
            { kind: 'A', id: '1' },
            { kind: 'B', id: '2' },
            { kind: 'B', id: '3' },
          ],
        },
        Both: { __resolveType: byType },
      },
    },
    // Here A.value and B.value are of different types; in the supergraph, where A.value is nullable, of the same.
    b: {
      sdl: `
        type A @key(fields: "id") { id: ID!  value: Int! @shareable }
        type B @key(fields: "id") { id: ID!  value: Int }`,
      resolvers: {
        A: { value: () => 0 },
        B: { value: ({ id }: { id: string }) => (id === '2' ? null : Promise.reject(new Error('No'))) },
      },
    },
    c: { sdl: 'type A @key(fields: "id") { id: ID!  value: Int @shareable }', resolvers: { A: { value: () => 0 } } },
  });
  expect(await run('{ both { ... on A { value } ... on B { value } } }')).toEqual({
    data: { both: [{ value: 0 }, { value: null }, { value: null }] },
    errors: [expect.objectContaining({ message: 'No', path: ['both', 2, 'value'] })],
  });
  expect(calls[1]?.query).toContain('value__alias_0');
});

test('no subgraph is asked for the type of an @interfaceObject where nothing of the answer depends on it', async () => {
  const { run, calls } = federate({
    media: {
      sdl: `
        type Query { media: [Media!]! }
        interface Media @key(fields: "id") { id: ID!  title: String }
        type Book implements Media @key(fields: "id") { id: ID!  title: String }
        type Film implements Media @key(fields: "id") { id: ID!  title: String }`,
    },
    reviews: {
      sdl: `
        type Query { top: Media! }
        type Media @key(fields: "id") @interfaceObject { id: ID!  stars: Int }`,
      resolvers: { Query: { top: () => ({ id: 'f', stars: 1 }) } },
    },
  });
  const stars = { data: { top: { stars: 1 } } };
  // Conditions left nothing of it.
  expect(await run('{ top { stars ... on Book { title @skip(if: true) } } }')).toEqual(stars);
  expect(calls).toHaveLength(1);
  // No object is a book and a film.
  expect(await run('{ top { stars ... on Book { ... on Media { ... on Film { title } } } } }')).toEqual(stars);
  expect(calls).toHaveLength(1);
  expect(
    await run('{ top { ...B } } fragment B on Book { ...M } fragment M on Media { ... on Film { title } }'),
  ).toEqual({
    data: { top: {} },
  });
  expect(calls).toHaveLength(1);
});

test('what reads a context comes at once, for in parts the planner would ask for it too early', async () => {
  const { runInParts } = federate({
    shops: {
      sdl: `
        type Query { shop: Shop }
        type Shop @key(fields: "id") @context(name: "shop") { id: ID!  currency: String @external  items: [Item!] }
        type Item @key(fields: "id") { id: ID!  price(in: String @fromContext(field: "$shop { currency }")): String }`,
      resolvers: {
        Query: { shop: () => ({ id: '1' }) },
        Shop: { items: () => [{ id: 'x' }] },
        Item: { price: ({ id }: { id: string }, args: { in: string }) => `${id} ${args.in}` },
      },
    },
    money: {
      sdl: 'type Shop @key(fields: "id") { id: ID!  currency: String }',
      resolvers: { Shop: { currency: () => 'EUR' } },
    },
  });
  const { initial } = await runInParts('{ shop { ... @defer { items { price } } } }');
  expect(initial).toEqual({ data: { shop: { items: [{ price: 'x EUR' }] } } });
});

test('an error does not tell the value that nobody may see', async () => {
  const { run } = federate({
    a: {
      sdl: 'type Query { level: Level }  enum Level { LOW HIDDEN @inaccessible }',
      resolvers: { Query: { level: () => 'HIDDEN' } },
    },
  });
  const { data, errors } = await run('{ level }');
  expect(data).toEqual({ level: null });
  expect(JSON.stringify(errors)).toMatch(/does not fit(?!.*HIDDEN)/);
});
