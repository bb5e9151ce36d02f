import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Notes, startNotes } from './notesSubgraph.ts';

let notes: Notes;
beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes?.stop());
beforeEach(() => notes.freshen());

describe('a query', () => {
  test('batches what is loaded in it', async () => {
    await notes.write({ id: 'b1', text: '1' });
    await notes.write({ id: 'b2', text: '2' });
    const document = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { text } } note(id: "b1") { text } }`;
    const r = ['b1', 'b2', 'absent'].map((id) => ({ __typename: 'Note', id }));
    expect((await notes.run(document, { r })).data).toEqual({
      _entities: [{ text: '1' }, { text: '2' }, null],
      note: { text: '1' },
    });
  });

  test.each(['sql', 'unique', 'prisma', 'overflow', 'fetch', 'thrown text', 'own code'])(
    'masks an unexpected error (%s) and logs it with the request id',
    async (how) => {
      const { errors } = await notes.run(
        'query ($how: String!) { fail(how: $how) }',
        { how },
        { viewer: notes.viewer },
      );
      expect(errors).toEqual([
        {
          message: 'Something went wrong on our side.',
          path: ['fail'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ]);
      const line = JSON.parse(notes.lines.find((entry) => entry.includes('a resolver failed'))!);
      expect(line).toMatchObject({ requestId: 'request_1', path: ['fail'] });
      expect(line.error.message.length).toBeGreaterThan(5);
    },
  );

  test('a failing Prisma call does not put its arguments into the log', async () => {
    await notes.run('{ fail(how: "prisma") }', {}, { viewer: notes.viewer });
    expect(notes.lines.join('')).toContain('Invalid `prisma.event.findMany()` invocation');
    expect(notes.lines.join('')).not.toContain('hunter2: 1');
  });

  test.each([
    ['forbidden', { code: 'FORBIDDEN' }],
    ['limited', { code: 'RATE_LIMITED', retryAfter: 7 }],
    ['signedIn', { code: 'UNAUTHENTICATED' }],
  ])('passes on an error of the closed list (%s)', async (how, extensions) => {
    const { errors } = await notes.run('query ($how: String!) { fail(how: $how) }', { how });
    expect(errors).toMatchObject([{ path: ['fail'], extensions }]);
  });

  test('refuses who lacks the scope', async () => {
    const { errors } = await notes.run('{ fail(how: "scope") }', {}, { viewer: notes.viewer });
    expect(errors).toMatchObject([{ message: 'This needs the scope goals:read.', extensions: { code: 'FORBIDDEN' } }]);
  });

  test.each([
    ['a number that is none', 'query ($x: Int) { echo(number: $x) }', 'abc'],
    ['a number beyond 32 bits', 'query ($x: Int) { echo(number: $x) }', 2 ** 31],
    ['an address that is none', 'query ($x: EmailAddress) { echo(email: $x) }', 'nobody'],
    ['a day that is none', 'query ($x: LocalDate) { echo(day: $x) }', '2026-02-30'],
    ['null where a value is needed', 'query ($x: Int = 5) { need(number: $x) }', null],
    ['NUL', 'query ($x: String) { echo(text: $x) }', '\0'],
    ['half of a surrogate pair', 'query ($x: String) { echo(text: $x) }', '\udc00'],
  ])('answers %s with BAD_USER_INPUT', async (_, document, x) => {
    const { errors } = await notes.run(document, { x });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(notes.lines.join('')).not.toContain('a resolver failed');
  });

  test.each(['{ unknown }', '{ note', 'query A { echo } query B { echo }'])(
    'answers a document that is wrong (%s) without running anything',
    async (document) => {
      const { data, errors } = await notes.run(document);
      expect(data ?? null).toBeNull();
      expect(errors).toHaveLength(1);
    },
  );
});
