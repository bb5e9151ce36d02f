import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import DataLoader from 'dataloader';
import { Client } from 'pg';
import { type Context, signedIn } from '../../subgraphs/shared/context.ts';
import { Prisma } from '../../subgraphs/shared/db.ts';
import { conflict, forbidden, rateLimited, UserErrors } from '../../subgraphs/shared/errors.ts';
import { publish, readEvents } from '../../subgraphs/shared/events.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { Checks } from '../../subgraphs/shared/input.ts';
import { recordingLog, startTestPlatform } from '../support/platform.ts';
import { smallSubgraph, viewerOf } from '../support/smallSubgraph.ts';
import { until } from '../support/until.ts';

const sdl = `
  type Query {
    note(id: ID!): Note
    fail(how: String!): String
    echo(text: String, json: JSON, email: EmailAddress, number: Int, day: LocalDate): String
    need(number: Int!): Int
  }
  type Note @key(fields: "id") { id: ID! text: String! }
  type Mutation {
    write(input: WriteInput!): WritePayload!
    outside(input: WriteInput!): WritePayload!
  }
  input WriteInput { id: ID! text: String! json: JSON list: [WriteInput!] how: String }
  type WritePayload { note: Note errors: [UserError!]! }
  type Subscription { noteWritten(prefix: String): NoteWritten! }
  type NoteWritten { event: EventRef! note: Note prefix: String }
`;

interface Loaders {
  note: DataLoader<string, { id: string; text: string } | null>;
}

let house: Awaited<ReturnType<typeof startTestPlatform>>;
let run: ReturnType<typeof smallSubgraph>['run'];
const { log, lines } = recordingLog('debug');
const effects: string[] = [];
/** What the next writes do besides writing. */
let alsoOnce: ((ctx: Context<Loaders>) => Promise<unknown>)[] = [];

beforeAll(async () => {
  house = await startTestPlatform({ log, connections: 6 });
  await house.db.$executeRaw`CREATE TABLE notes (id text PRIMARY KEY, text text, json jsonb)`;
  const find = async (db: Context['db'], ids: readonly string[]) => {
    const rows = await db.$queryRaw<{ id: string; text: string }[]>`
      SELECT id, text FROM notes WHERE id = ANY(${[...ids]})`;
    return ids.map((id) => rows.find((row) => row.id === id) ?? null);
  };
  const write = async (
    _: unknown,
    { input }: { input: { id: string; text: string; json?: unknown; how?: string } },
    ctx: Context<Loaders>,
  ) => {
    const user = signedIn(ctx, 'goals:write');
    user.afterCommit(async () => {
      effects.push(input.id);
      if (input.how === 'effect') throw new Error('the queue is away');
    });
    await ctx.db.$executeRaw`
      INSERT INTO notes (id, text, json) VALUES (${input.id}, ${input.text}, ${JSON.stringify(input.json ?? null)}::jsonb)
      ON CONFLICT (id) DO UPDATE SET text = EXCLUDED.text`;
    const note = await ctx.loaders.note.load(input.id);
    if (input.how === 'refuse') throw conflict(['id'], 'Somebody else changed it.', { note });
    if (input.how === 'several') {
      const checks = new Checks();
      checks.required(['text'], null);
      checks.number(['list', 0, 'how'], 7, 0, 1);
      checks.done();
    }
    if (input.how === 'break') throw new Error(`secret: postgres://app:hunter2@db/x ${input.text}`);
    await alsoOnce.shift()?.(ctx);
    await publish(user, { type: 'goal.created', subjectId: input.id, data: {} });
    return { note };
  };
  ({ run } = smallSubgraph<Loaders>(house.platform, sdl, {
    loaders: (ctx) => ({ note: new DataLoader((ids) => find(ctx.db, ids)) }),
    withoutTransaction: ['outside'],
    resolvers: {
      Query: {
        note: (_: unknown, { id }: { id: string }, ctx: Context<Loaders>) => ctx.loaders.note.load(id),
        fail: (_: unknown, { how }: { how: string }, ctx: Context<Loaders>) => fail(how, ctx),
        echo: (_: unknown, args: object) => JSON.stringify(args),
        need: (_: unknown, { number }: { number: number }) => number,
      },
      Mutation: { write, outside: write },
      Note: { __resolveReference: ({ id }: { id: string }, ctx: Context<Loaders>) => ctx.loaders.note.load(id) },
      WritePayload: {
        note: ({ note }: { note: { id: string } | null }, _: unknown, ctx: Context<Loaders>) =>
          note && ctx.loaders.note.load(note.id),
      },
    },
    subscriptions: {
      noteWritten: (event, { prefix }, ctx) => ({ event, prefix, note: ctx.loaders.note.load(event.subjectId) }),
    },
  }));
});
afterAll(() => house.stop());

function fail(how: string, ctx: Context<Loaders>): unknown {
  switch (how) {
    case 'forbidden':
      throw forbidden('This needs the scope goals:read.');
    case 'limited':
      throw rateLimited('Slowly.', 7);
    case 'signedIn':
      return signedIn(ctx).userId;
    case 'scope':
      return signedIn({ ...ctx, viewer: { ...ctx.viewer!, scopes: [] } }, 'goals:read').userId;
    case 'sql':
      return ctx.db.$queryRaw`SELECT 'hunter2' FROM no_such_table`;
    case 'unique':
      return ctx.db.idempotencyKey.createMany({
        data: [1, 2].map(() => ({ userId: 'hunter2', key: 'k', fingerprint: '', createdAt: ctx.now() })),
      });
    case 'prisma':
      return ctx.db.event.findMany({ where: { userId: { hunter2: 1 } as never } });
    case 'overflow':
      return ctx.db.$queryRaw`SELECT ${'99999999999'}::int`;
    case 'fetch':
      return fetch('http://127.0.0.1:1/hunter2');
    case 'thrown text':
      throw 'hunter2';
    default:
      throw Object.assign(new Error('hunter2'), { extensions: { code: 'MY_OWN', detail: 'hunter2' } });
  }
}

let viewer = viewerOf('');
beforeEach(() => {
  viewer = viewerOf(newId('user'));
  lines.length = 0;
  effects.length = 0;
  alsoOnce = [];
});

const writing = `mutation ($input: WriteInput!) { write(input: $input) { note { id text } errors { code path message } } }`;
const write = (input: object) => run(writing, { input }, { viewer }) as Promise<any>;
const textOf = async (id: string) =>
  (await house.db.$queryRaw<{ text: string }[]>`SELECT text FROM notes WHERE id = ${id}`)[0]?.text ?? null;

describe('a mutation', () => {
  test('commits its change and its event together, then runs what waited for that', async () => {
    const hints: string[] = [];
    const stop = house.platform.bus.listen('events', (text) => hints.push(text));
    expect(await write({ id: 'n1', text: 'one' })).toEqual({
      data: { write: { note: { id: 'n1', text: 'one' }, errors: [] } },
    });
    expect(await textOf('n1')).toBe('one');
    expect(await readEvents(house.db, viewer.userId, 0n)).toMatchObject([{ subjectId: 'n1', seq: 1n }]);
    expect(effects).toEqual(['n1']);
    await until('listeners were told', () => hints.includes(viewer.userId));
    stop();
  });

  test('refused for what the user can mend rolls back, runs no effects, and says so in the payload', async () => {
    await write({ id: 'n2', text: 'before' });
    effects.length = 0;
    const { data, errors } = await write({ id: 'n2', text: 'after', how: 'refuse' });
    expect(errors).toBeUndefined();
    // The object that comes with the refusal is as it really is, not as it was inside the transaction.
    expect(data.write).toEqual({
      note: { id: 'n2', text: 'before' },
      errors: [{ code: 'CONFLICT', path: ['id'], message: 'Somebody else changed it.' }],
    });
    expect(await textOf('n2')).toBe('before');
    expect(effects).toEqual([]);
    expect(await readEvents(house.db, viewer.userId, 1n)).toEqual([]);
  });

  test('names everything that is wrong at once', async () => {
    const { data } = await write({ id: 'n3', text: '', how: 'several' });
    expect(data.write.errors.map(({ code, path }: { code: string; path: string[] }) => [code, path])).toEqual([
      ['REQUIRED', ['text']],
      ['INVALID', ['list', '0', 'how']],
    ]);
    expect(await textOf('n3')).toBeNull();
  });

  test('that breaks rolls back and tells the client nothing, the log everything', async () => {
    const answer = await write({ id: 'n4', text: 'x', how: 'break' });
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
    expect(await textOf('n4')).toBeNull();
    expect(effects).toEqual([]);
    const line = JSON.parse(lines.find((entry) => entry.includes('a resolver failed'))!);
    expect(line).toMatchObject({ level: 'error', requestId: 'request_1', path: ['write'] });
    expect(line.error.message).toContain('secret: postgres://[redacted]@db/x');
    expect(line.error.stack).toContain('subgraph.test.ts');
  });

  test('that succeeded says so though an effect after its commit fails', async () => {
    const { data, errors } = await write({ id: 'n5', text: 'kept', how: 'effect' });
    expect(errors).toBeUndefined();
    expect(data.write.errors).toEqual([]);
    expect(lines.join('')).toContain('the queue is away');
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
    const { data, errors } = await write(input);
    expect(errors).toBeUndefined();
    expect(data.write.errors).toEqual([{ code: 'INVALID', path, message: expect.any(String) }]);
    expect(await textOf('n6')).toBeNull();
  });

  test('refuses JSON nested without end', async () => {
    const json = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
    const { data, errors } = await write({ id: 'n6', text: 'a', json });
    expect(errors ?? data.write.errors).toMatchObject([{}]);
    expect(JSON.stringify(errors ?? [])).not.toContain('INTERNAL');
    expect(await textOf('n6')).toBeNull();
  });

  test.each([
    ['raw SQL', (ctx: Context) => ctx.db.$executeRaw`UPDATE notes SET text = 'mine' WHERE id = 'lock2'`],
    [
      'Prisma',
      (ctx: Context) => ctx.db.idempotencyKey.updateMany({ where: { userId: 'lock2' }, data: { result: 'mine' } }),
    ],
  ])('given up by PostgreSQL for a deadlock (%s) is done again, once', async (_, second) => {
    await house.db.$executeRaw`INSERT INTO notes (id, text) VALUES ('lock1', ''), ('lock2', '') ON CONFLICT DO NOTHING`;
    await house.db
      .$executeRaw`INSERT INTO idempotency_keys VALUES ('lock2', 'k', 'f', null, now()) ON CONFLICT DO NOTHING`;
    const other = new Client({ connectionString: house.url });
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
    alsoOnce = [lockBoth, lockBoth];
    const { data, errors } = await write({ id: 'n7', text: 'after all' });
    await other.end();
    expect(errors).toBeUndefined();
    expect(data.write.errors).toEqual([]);
    expect(tries).toBe(2);
    expect(effects).toEqual(['n7']);
    expect(await readEvents(house.db, viewer.userId, 0n)).toHaveLength(1);
  });

  test('sees fresh objects, also after an earlier mutation of the same request', async () => {
    const document = `mutation ($a: WriteInput!, $b: WriteInput!) {
      a: write(input: $a) { note { text } } b: write(input: $b) { note { text } } }`;
    const variables = { a: { id: 'n8', text: 'first' }, b: { id: 'n8', text: 'second' } };
    const { data } = await run(document, variables, { viewer });
    expect(data).toMatchObject({ b: { note: { text: 'second' } } });
  });

  test('that speaks to the outside world runs without a transaction, and still gives user errors', async () => {
    const document = writing.replace('write(', 'outside(');
    const refused: any = await run(document, { input: { id: 'n9', text: 'x', how: 'refuse' } }, { viewer });
    expect(refused.data.outside.errors).toMatchObject([{ code: 'CONFLICT' }]);
    expect(await textOf('n9')).toBe('x');
  });

  test('of somebody not signed in is UNAUTHENTICATED and writes nothing', async () => {
    const { errors } = await run(writing, { input: { id: 'n10', text: 'x' } });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(await textOf('n10')).toBeNull();
  });
});

describe('a query', () => {
  test('batches what is loaded in it', async () => {
    await write({ id: 'b1', text: '1' });
    await write({ id: 'b2', text: '2' });
    const document = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Note { text } } note(id: "b1") { text } }`;
    const r = ['b1', 'b2', 'absent'].map((id) => ({ __typename: 'Note', id }));
    expect((await run(document, { r })).data).toEqual({
      _entities: [{ text: '1' }, { text: '2' }, null],
      note: { text: '1' },
    });
  });

  test.each(['sql', 'unique', 'prisma', 'overflow', 'fetch', 'thrown text', 'own code'])(
    'masks an unexpected error (%s) and logs it with the request id',
    async (how) => {
      const { errors } = await run('query ($how: String!) { fail(how: $how) }', { how }, { viewer });
      expect(errors).toEqual([
        {
          message: 'Something went wrong on our side.',
          path: ['fail'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ]);
      const line = JSON.parse(lines.find((entry) => entry.includes('a resolver failed'))!);
      expect(line).toMatchObject({ requestId: 'request_1', path: ['fail'] });
      expect(line.error.message.length).toBeGreaterThan(5);
    },
  );

  test('a failing Prisma call does not put its arguments into the log', async () => {
    await run('{ fail(how: "prisma") }', {}, { viewer });
    expect(lines.join('')).toContain('Invalid `prisma.event.findMany()` invocation');
    expect(lines.join('')).not.toContain('hunter2: 1');
  });

  test.each([
    ['forbidden', { code: 'FORBIDDEN' }],
    ['limited', { code: 'RATE_LIMITED', retryAfter: 7 }],
    ['signedIn', { code: 'UNAUTHENTICATED' }],
  ])('passes on an error of the closed list (%s)', async (how, extensions) => {
    const { errors } = await run('query ($how: String!) { fail(how: $how) }', { how });
    expect(errors).toMatchObject([{ path: ['fail'], extensions }]);
  });

  test('refuses who lacks the scope', async () => {
    const { errors } = await run('{ fail(how: "scope") }', {}, { viewer });
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
    const { errors } = await run(document, { x });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(lines.join('')).not.toContain('a resolver failed');
  });

  test.each(['{ unknown }', '{ note', 'query A { echo } query B { echo }'])(
    'answers a document that is wrong (%s) without running anything',
    async (document) => {
      const { data, errors } = await run(document);
      expect(data ?? null).toBeNull();
      expect(errors).toHaveLength(1);
    },
  );
});

describe('a subscription field', () => {
  const document = `subscription ($prefix: String) { noteWritten(prefix: $prefix) { event { id at } note { text } prefix } }`;

  test('is resolved for one event of the viewer', async () => {
    await write({ id: 's1', text: 'seen' });
    const [event] = await readEvents(house.db, viewer.userId, 0n);
    expect(await run(document, { prefix: 'p' }, { viewer }, { eventId: event!.id })).toEqual({
      data: {
        noteWritten: {
          event: { id: event!.id, at: '2026-03-10T12:00:00.000Z' },
          note: { text: 'seen' },
          prefix: 'p',
        },
      },
    });
  });

  test('takes an event that its caller has, without reading it again', async () => {
    await write({ id: 's3', text: 'at hand' });
    const event = (await readEvents(house.db, viewer.userId, 0n)).at(-1)!;
    const changed = { ...event, at: new Date('2026-01-01T00:00:00.000Z') };
    const { data } = await run(document, {}, { viewer }, { eventId: event.id, event: changed });
    expect(data).toMatchObject({
      noteWritten: { event: { at: '2026-01-01T00:00:00.000Z' }, note: { text: 'at hand' } },
    });
  });

  test('answers nothing for an event that is absent or another’s', async () => {
    await write({ id: 's2', text: 'hers' });
    const [event] = await readEvents(house.db, viewer.userId, 0n);
    const other = viewerOf(newId('user'));
    for (const who of [{ viewer: other }, { viewer: null }]) {
      expect(await run(document, {}, who, { eventId: event!.id })).toEqual({ data: null });
      expect(await run(document, {}, who, { eventId: event!.id, event })).toEqual({ data: null });
    }
    expect(await run(document, {}, { viewer }, { eventId: 'event_nothing' })).toEqual({ data: null });
  });
});

test('UserErrors say in their message what is wrong', () => {
  const errors = [
    { code: 'INVALID' as const, path: [], message: 'One.' },
    { code: 'LIMIT' as const, path: [], message: 'Two.' },
  ];
  expect(new UserErrors(errors).message).toBe('One. Two.');
  expect(Prisma).toBeDefined();
});
