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

  test('unions may hold what has no key, and null', async () => {
    const { run } = zoo();
    expect(await run('{ things { __typename ... on Stone { weight } ...C } } fragment C on Cat { healthy }')).toEqual({
      data: { things: [{ __typename: 'Cat', healthy: false }, { __typename: 'Stone', weight: 3 }, null] },
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

test('@interfaceObject adds fields to every implementation', async () => {
  const media = federate({
    media: {
      sdl: `
        type Query { media: [Media!]!  book: Book }
        interface Media @key(fields: "id") { id: ID!  title: String }
        type Book implements Media @key(fields: "id") { id: ID!  title: String  pages: Int }
        type Film implements Media @key(fields: "id") { id: ID!  title: String }`,
      resolvers: (() => {
        const all = [
          { kind: 'Book', id: 'b', title: 'Emma', pages: 400 },
          { kind: 'Film', id: 'f', title: 'M' },
        ];
        const find = ({ id }: { id: string }) => all.find((one) => one.id === id);
        return {
          Query: { media: () => all, book: () => all[0] },
          Media: { __resolveType: byType, __resolveReference: find },
          Book: { __resolveReference: find },
          Film: { __resolveReference: find },
        };
      })(),
    },
    reviews: {
      sdl: `
        type Query { top: Media }
        type Media @key(fields: "id") @interfaceObject { id: ID!  stars: Int  similar: [Media!] }`,
      resolvers: {
        Query: { top: () => ({ id: 'f' }) },
        Media: { stars: ({ id }: { id: string }) => (id === 'b' ? 5 : 1), similar: () => [{ id: 'b' }] },
      },
    },
  });
  expect(await media.run('{ media { __typename title stars ... on Book { pages } } book { stars } }')).toEqual({
    data: {
      media: [
        { __typename: 'Book', title: 'Emma', stars: 5, pages: 400 },
        { __typename: 'Film', title: 'M', stars: 1 },
      ],
      book: { stars: 5 },
    },
  });
  expect(
    await media.run('{ top { __typename id stars title similar { __typename ... on Book { pages stars } } } }'),
  ).toEqual({
    data: {
      top: {
        __typename: 'Film',
        id: 'f',
        stars: 1,
        title: 'M',
        similar: [{ __typename: 'Book', pages: 400, stars: 5 }],
      },
    },
  });
  // Nobody is asked for types where conditions left nothing that depends on them.
  expect(await media.run('{ top { stars ... on Book { title @skip(if: true) } } }')).toEqual({
    data: { top: { stars: 1 } },
  });
  expect(media.calls).toHaveLength(1);
});

test('@provides saves the fetch, @shareable is asked of one subgraph only', async () => {
  const { run, calls } = federate({
    a: {
      sdl: `
        type Query { post: Post }
        type Post @key(fields: "id") { id: ID!  author: User @provides(fields: "name")  at: Place @shareable }
        type User @key(fields: "id") { id: ID!  name: String @external }
        type Place @shareable { city: String }`,
      resolvers: { Query: { post: () => ({ id: '1', author: { id: 'u', name: 'Given' }, at: { city: 'Rome' } }) } },
    },
    b: {
      sdl: `
        type Post @key(fields: "id") { id: ID!  at: Place @shareable }
        type Place @shareable { city: String  zip: String }
        type User @key(fields: "id") { id: ID!  name: String @shareable  mail: String }`,
      resolvers: {
        User: { name: () => 'Own', mail: () => 'u@x' },
        Post: { at: () => ({ city: 'Roma', zip: '00100' }) },
      },
    },
  });
  expect(await run('{ post { author { name } at { city } } }')).toEqual({
    data: { post: { author: { name: 'Given' }, at: { city: 'Rome' } } },
  });
  expect(calls.map(({ subgraph }) => subgraph)).toEqual(['a']);
  expect(await run('{ post { author { mail } at { zip } } }')).toEqual({
    data: { post: { author: { mail: 'u@x' }, at: { zip: '00100' } } },
  });
});

test('@requires reaches into objects and lists, and is not computed from parts that are missing', async () => {
  const cart = () =>
    federate({
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
        resolvers: { Item: { price: ({ id }: { id: string }) => (id === 'a' ? 1 : 2) } },
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
    });
  expect(await cart().run('{ cart { total } }')).toEqual({ data: { cart: { total: 3 } } });
  const broken = cart();
  broken.replace('items', { execute: () => Promise.reject(new Error('down')) });
  expect(await broken.run('{ cart { id total } }')).toEqual({
    data: { cart: { id: '1', total: null } },
    // Where it failed, the client selected nothing: the nearest place that it did select is told.
    errors: [expect.objectContaining({ path: ['cart'], message: 'The subgraph "items" did not answer.' })],
  });
});

test('@context hands an argument down from above, different for different parents', async () => {
  const { run, calls } = federate({
    shops: {
      sdl: `
        type Query { shops: [Shop!]! }
        type Shop @key(fields: "id") @context(name: "shop") { id: ID!  currency: String!  items: [Item!]! }
        type Item @key(fields: "id") {
          id: ID!
          price(in: String @fromContext(field: "$shop { currency }")): String
        }`,
      resolvers: {
        Query: {
          shops: () => [
            { id: '1', currency: 'EUR', items: [{ id: 'x' }, { id: 'y' }] },
            { id: '2', currency: 'USD', items: [{ id: 'x' }] },
          ],
        },
        Item: { price: ({ id }: { id: string }, args: { in: string }) => `${id} ${args.in}` },
      },
    },
    other: { sdl: 'type Item @key(fields: "id") { id: ID!  more: Int }', resolvers: { Item: { more: () => 1 } } },
  });
  expect(await run('{ shops { items { price more } } }')).toEqual({
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
  });
  expect(calls.filter(({ query }) => query.includes('contextualArgument'))).toHaveLength(2);
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

test('@inaccessible fields work inside and are not to be seen', async () => {
  const { run, prepare } = federate({
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
  });
  expect(await run('{ one { open more } }')).toEqual({ data: { one: { open: 1, more: 's!' } } });
  await expect(prepare('{ one { secret } }')).rejects.toThrow(/Cannot query field/);
  const { data, errors } = await run('{ level }');
  expect(data).toEqual({ level: null });
  expect(JSON.stringify(errors)).not.toContain('HIDDEN');
});

test('@override moves a field to another subgraph', async () => {
  const { run, calls } = federate({
    old: {
      sdl: 'type Query { it: It }  type It @key(fields: "id") { id: ID!  field: String }',
      resolvers: { Query: { it: () => ({ id: '1', field: 'old' }) } },
    },
    new: {
      sdl: 'type It @key(fields: "id") { id: ID!  field: String @override(from: "old") }',
      resolvers: { It: { field: () => 'new' } },
    },
  });
  expect(await run('{ it { field } }')).toEqual({ data: { it: { field: 'new' } } });
  expect(calls).toHaveLength(2);
});

test('custom scalars pass through as they are', async () => {
  const value = { nested: [1, 'two', null, { __typename: 'Fake', three: false }] };
  const { run } = federate({
    a: {
      sdl: 'scalar Json  type Query { it: It }  type It @key(fields: "id") { id: ID!  json: Json }',
      resolvers: { Query: { it: () => ({ id: '1', json: value }) } },
    },
    b: {
      sdl: 'scalar Json  type It @key(fields: "id") { id: ID!  all: [Json!] }',
      resolvers: { It: { all: () => [value, 'text', 0] } },
    },
  });
  expect(await run('{ it { json all } }')).toEqual({ data: { it: { json: value, all: [value, 'text', 0] } } });
});
