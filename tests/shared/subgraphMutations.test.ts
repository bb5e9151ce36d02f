import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { Context } from '../../subgraphs/shared/context.ts';
import { readEvents } from '../../subgraphs/shared/events.ts';
import { until } from '../support/until.ts';
import { type Notes, startNotes, writing } from './notesSubgraph.ts';

let notes: Notes;
beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes?.stop());
beforeEach(() => notes.freshen());

describe('a mutation', () => {
  test('commits its change and its event together, then runs what waited for that', async () => {
    const hints: string[] = [];
    const stop = notes.platform.bus.listen('events', (text) => hints.push(text));
    expect(await notes.write({ id: 'n1', text: 'one' })).toEqual({
      data: { write: { note: { id: 'n1', text: 'one' }, errors: [] } },
    });
    expect(await notes.textOf('n1')).toBe('one');
    expect(await readEvents(notes.db, notes.viewer.userId, 0n)).toMatchObject([{ subjectId: 'n1', seq: 1n }]);
    expect(notes.effects).toEqual(['n1']);
    await until('listeners were told', () => hints.includes(notes.viewer.userId));
    stop();
  });

  test('refused for what the user can mend rolls back, runs no effects, and says so in the payload', async () => {
    await notes.write({ id: 'n2', text: 'before' });
    notes.effects.length = 0;
    const { data, errors } = await notes.write({ id: 'n2', text: 'after', how: 'refuse' });
    expect(errors).toBeUndefined();
    // The object that comes with the refusal is as it really is, not as it was inside the transaction.
    expect(data.write).toEqual({
      note: { id: 'n2', text: 'before' },
      errors: [{ code: 'CONFLICT', path: ['id'], message: 'Somebody else changed it.' }],
    });
    expect(await notes.textOf('n2')).toBe('before');
    expect(notes.effects).toEqual([]);
    expect(await readEvents(notes.db, notes.viewer.userId, 1n)).toEqual([]);
  });

  test('names everything that is wrong at once', async () => {
    const { data } = await notes.write({ id: 'n3', text: '', how: 'several' });
    expect(data.write.errors.map(({ code, path }: { code: string; path: string[] }) => [code, path])).toEqual([
      ['REQUIRED', ['text']],
      ['INVALID', ['list', '0', 'how']],
    ]);
    expect(await notes.textOf('n3')).toBeNull();
  });

  test('that breaks rolls back and tells the client nothing, the log everything', async () => {
    const answer = await notes.write({ id: 'n4', text: 'x', how: 'break' });
    expect(answer).toEqual({
      data: null,
      errors: [
        {
          message: 'Something went wrong on our side.',
          path: ['write'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ],
    });
    expect(await notes.textOf('n4')).toBeNull();
    expect(notes.effects).toEqual([]);
    const line = JSON.parse(notes.lines.find((entry) => entry.includes('a resolver failed'))!);
    expect(line).toMatchObject({ level: 'error', requestId: 'request_1', path: ['write'] });
    expect(line.error.message).toContain('secret: postgres://[redacted]@db/x');
    expect(line.error.stack).toContain('notesSubgraph.ts');
  });

  test('that finds no database says so, and that it may be tried again', async () => {
    notes.alsoOnce = [() => Promise.reject(Object.assign(new Error('at 10.0.0.7:5432'), { code: 'P1001' }))];
    expect(await notes.write({ id: 'n4', text: 'x' })).toEqual({
      data: null,
      errors: [
        {
          message: 'The database does not answer at the moment. Try again soon.',
          path: ['write'],
          extensions: { code: 'UPSTREAM_FAILED', retryAfter: 2 },
        },
      ],
    });
  });

  test('that succeeded says so though an effect after its commit fails', async () => {
    const { data, errors } = await notes.write({ id: 'n5', text: 'kept', how: 'effect' });
    expect(errors).toBeUndefined();
    expect(data.write.errors).toEqual([]);
    expect(notes.lines.join('')).toContain('the queue is away');
  });

  test.each([
    ['NUL', { id: 'n6', text: 'a\0b' }, ['text']],
    ['half of a surrogate pair', { id: 'n6', text: '\ud800' }, ['text']],
    [
      'NUL in a list',
      {
        id: 'n6',
        text: 'a',
        list: [
          { id: 'x', text: 'y' },
          { id: 'x\0', text: 'y' },
        ],
      },
      ['list', '1', 'id'],
    ],
    ['NUL in JSON', { id: 'n6', text: 'a', json: { deep: ['\0'] } }, ['json', 'deep', '0']],
    ['NUL in a name of JSON', { id: 'n6', text: 'a', json: { deep: { 'a\0': 1 } } }, ['json', 'deep']],
  ])('refuses %s, naming where it stands', async (_, input, path) => {
    const { data, errors } = await notes.write(input);
    expect(errors).toBeUndefined();
    expect(data.write.errors).toEqual([{ code: 'INVALID', path, message: expect.any(String) }]);
    expect(await notes.textOf('n6')).toBeNull();
  });

  test('refuses JSON nested without end', async () => {
    const json = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
    const { data, errors } = await notes.write({ id: 'n6', text: 'a', json });
    expect(errors ?? data.write.errors).toMatchObject([{}]);
    expect(JSON.stringify(errors ?? [])).not.toContain('INTERNAL');
    expect(await notes.textOf('n6')).toBeNull();
  });

  test.each([
    ['raw SQL', (ctx: Context) => ctx.db.$executeRaw`UPDATE notes SET text = 'mine' WHERE id = 'lock2'`],
    [
      'Prisma',
      (ctx: Context) => ctx.db.idempotencyKey.updateMany({ where: { userId: 'lock2' }, data: { result: 'mine' } }),
    ],
  ])('given up by PostgreSQL for a deadlock (%s) is done again, once', async (_, second) => {
    await notes.db.$executeRaw`INSERT INTO notes (id, text) VALUES ('lock1', ''), ('lock2', '') ON CONFLICT DO NOTHING`;
    await notes.db
      .$executeRaw`INSERT INTO idempotency_keys VALUES ('lock2', 'k', 'f', null, now()) ON CONFLICT DO NOTHING`;
    const other = new Client({ connectionString: notes.url });
    await other.connect();
    // The other side waits long enough that PostgreSQL chooses ours as the victim.
    await other.query(`SET deadlock_timeout = '10s'`);
    await other.query('BEGIN');
    await other.query(`UPDATE notes SET text = 'other' WHERE id = 'lock2'`);
    await other.query(`UPDATE idempotency_keys SET result = 'other' WHERE user_id = 'lock2'`);
    let tries = 0;
    const lockBoth = async (ctx: Context) => {
      tries++;
      await ctx.db.$executeRaw`SET LOCAL deadlock_timeout = '50ms'`;
      await ctx.db.$executeRaw`UPDATE notes SET text = 'mine' WHERE id = 'lock1'`;
      if (tries === 1) {
        void other.query(`UPDATE notes SET text = 'other' WHERE id = 'lock1'`).then(() => other.query('COMMIT'));
      }
      await second(ctx);
    };
    notes.alsoOnce = [lockBoth, lockBoth];
    const { data, errors } = await notes.write({ id: 'n7', text: 'after all' });
    await other.end();
    expect(errors).toBeUndefined();
    expect(data.write.errors).toEqual([]);
    expect(tries).toBe(2);
    expect(notes.effects).toEqual(['n7']);
    expect(await readEvents(notes.db, notes.viewer.userId, 0n)).toHaveLength(1);
  });

  test('sees fresh objects, also after an earlier mutation of the same request', async () => {
    const document = `mutation ($a: WriteInput!, $b: WriteInput!) {
      a: write(input: $a) { note { text } } b: write(input: $b) { note { text } } }`;
    const variables = { a: { id: 'n8', text: 'first' }, b: { id: 'n8', text: 'second' } };
    const { data } = await notes.run(document, variables, { viewer: notes.viewer });
    expect(data).toMatchObject({ b: { note: { text: 'second' } } });
  });

  test('that speaks to the outside world runs without a transaction, and still gives user errors', async () => {
    const document = writing.replace('write(', 'outside(');
    const refused: any = await notes.run(
      document,
      { input: { id: 'n9', text: 'x', how: 'refuse' } },
      { viewer: notes.viewer },
    );
    expect(refused.data.outside.errors).toMatchObject([{ code: 'CONFLICT' }]);
    expect(await notes.textOf('n9')).toBe('x');
  });

  test('of somebody not signed in is UNAUTHENTICATED and writes nothing', async () => {
    const { errors } = await notes.run(writing, { input: { id: 'n10', text: 'x' } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await notes.textOf('n10')).toBeNull();
  });
});
