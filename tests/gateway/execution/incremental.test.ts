import { expect, test } from '@jest/globals';
import { federate } from './federation.ts';

// To whom of an answer in parts an error is told. "shelf" knows books and films as one object type, so plans ask it for all of them at once.
const graph = () =>
  federate({
    types: {
      sdl: `
        type Query { one: Media }
        interface Media @key(fields: "id") { id: ID! }
        type Book implements Media @key(fields: "id") { id: ID!  pages: Int  sequel: Book }
        type Film implements Media @key(fields: "id") { id: ID! }`,
      resolvers: {
        Media: {
          __resolveType: ({ id }: { id: string }) => typeOf(id),
          __resolveReference: ({ id }: { id: string }) => ({ __typename: typeOf(id), id }),
        },
        Book: { pages: () => 100, sequel: () => ({ id: 'b2' }) },
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
    ... @defer(label: "root") { top { ... on Book { pages } } }
    top { ... on Book @defer(label: "book") { sequel { ... { title } } } }
  }`);
  const of = (label: string) => parts.filter((part) => part.label === label);
  expect(of('root')).toEqual([{ path: [], label: 'root', data: { top: { pages: 100 } } }]);
  expect(of('book')).toEqual([
    {
      path: ['top'],
      label: 'book',
      data: { sequel: { title: null } },
      errors: [expect.objectContaining({ message: 'No title of b2', path: ['top', 'sequel', 'title'] })],
    },
  ]);
});
