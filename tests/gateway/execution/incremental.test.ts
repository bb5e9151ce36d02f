import { expect, test } from '@jest/globals';
import { federate } from './federation.ts';

// To whom of an answer in parts an error is told. "shelf" knows books and films as one object type, so plans ask it for all of them at once.
const graph = () =>
  federate({
    types: {
      sdl: `
        type Query { one: Book }
        interface Media @key(fields: "id") { id: ID! }
        type Book implements Media @key(fields: "id") { id: ID!  pages: Int  strict: Int!  cover: Cover }
        type Cover { color: String  art: String  back: Cover }
        type Film implements Media @key(fields: "id") { id: ID! }`,
      resolvers: {
        Media: {
          __resolveType: ({ id }: { id: string }) => typeOf(id),
          __resolveReference: ({ id }: { id: string }) => ({ __typename: typeOf(id), id }),
        },
        Query: { one: () => ({ id: 'b1' }) },
        Book: { pages: () => 100, strict: () => null, cover: () => ({ color: 'red' }) },
        Cover: { back: () => ({ color: 'blue' }), art: () => Promise.reject(new Error('No art')) },
      },
    },
    shelf: {
      sdl: `
        type Query { top: Media  all: [Media] }
        type Media @key(fields: "id") @interfaceObject { id: ID!  title: String  next: Media }`,
      resolvers: {
        Query: { top: () => ({ id: 'b1' }), all: () => [{ id: 'f1' }, { id: 'b1' }] },
        Media: {
          title: ({ id }: { id: string }) => (id === 'b1' ? 'Emma' : Promise.reject(new Error(`No title of ${id}`))),
          next: () => ({ id: 'f1' }),
        },
      },
    },
  });

const typeOf = (id: string) => (id.startsWith('b') ? 'Book' : 'Film');

test('what went wrong for objects of another type than a part is for is not told in the part', async () => {
  const { runInParts } = graph();
  const { parts } = await runInParts('{ all { ... on Book @defer { title } } }');
  expect(parts).toEqual([{ path: ['all', 1], data: { title: 'Emma' } }]);
});

test('an error belongs to the part that asked for its field, and not to one that asked for what lies above', async () => {
  const { runInParts } = graph();
  const { parts } = await runInParts(`{
    one { cover { ... @defer(label: "color") { back { color } } back { ... @defer(label: "art") { art } } } }
  }`);
  expect(parts).toEqual([
    { path: ['one', 'cover'], label: 'color', data: { back: { color: 'blue' } } },
    {
      path: ['one', 'cover', 'back'],
      label: 'art',
      data: { art: null },
      errors: [expect.objectContaining({ message: 'No art', path: ['one', 'cover', 'back', 'art'] })],
    },
  ]);
});

test.each([
  ['strict', 'all'],
  ['strict title', 'some'],
])(
  'a part with %s, of which the planner fetches %s with what is around it, comes at once: its nulls may take that away',
  async (fields) => {
    const { runInParts } = graph();
    const { initial, parts } = await runInParts(`{ top { __typename ... on Book @defer { ${fields} } } }`);
    expect(initial).toEqual({
      data: { top: null },
      errors: [expect.objectContaining({ path: ['top', 'strict'] })],
    });
    expect(parts).toEqual([]);
  },
);
