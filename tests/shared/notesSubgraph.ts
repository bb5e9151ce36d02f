/** A small subgraph of notes on a database of its own, for tests of the frame that all subgraphs share. */
import DataLoader from 'dataloader';
import { type Context, signedIn } from '../../subgraphs/shared/context.ts';
import { conflict, forbidden, rateLimited } from '../../subgraphs/shared/errors.ts';
import { publish } from '../../subgraphs/shared/events.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { Checks } from '../../subgraphs/shared/input.ts';
import { recordingLog, startTestPlatform } from '../support/platform.ts';
import { smallSubgraph, viewerOf } from '../support/smallSubgraph.ts';

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
  type Subscription { noteWritten(prefix: String): NoteWritten!  dictated: Dictated! }
  type Dictated { sequence: Int! }
  type NoteWritten { event: EventRef! note: Note prefix: String }
`;

interface Loaders {
  note: DataLoader<string, { id: string; text: string } | null>;
}

export const writing = `mutation ($input: WriteInput!) { write(input: $input) { note { id text } errors { code path message } } }`;

export type Notes = Awaited<ReturnType<typeof startNotes>>;

export async function startNotes() {
  const { log, lines } = recordingLog('debug');
  const effects: string[] = [];
  const house = await startTestPlatform({ log, connections: 6 });
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
    await notes.alsoOnce.shift()?.(ctx);
    await publish(user, { type: 'goal.created', subjectId: input.id, data: {} });
    return { note };
  };
  const { run } = smallSubgraph<Loaders>(house.platform, sdl, {
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
    streams: { dictated: (delta) => delta },
    subscriptions: {
      noteWritten: (event, { prefix }, ctx) => ({ event, prefix, note: ctx.loaders.note.load(event.subjectId) }),
    },
  });
  const notes = {
    ...house,
    run,
    /** What was logged. */
    lines,
    /** The notes whose effects ran after their commit. */
    effects,
    /** What the next writes do besides writing. */
    alsoOnce: [] as ((ctx: Context<Loaders>) => Promise<unknown>)[],
    viewer: viewerOf(''),
    /** Each test has a viewer of its own, and nothing left from those before. */
    freshen() {
      notes.viewer = viewerOf(newId('user'));
      notes.alsoOnce = [];
      lines.length = 0;
      effects.length = 0;
    },
    write: (input: object) => run(writing, { input }, { viewer: notes.viewer }) as Promise<any>,
    textOf: async (id: string) =>
      (await house.db.$queryRaw<{ text: string }[]>`SELECT text FROM notes WHERE id = ${id}`)[0]?.text ?? null,
  };
  return notes;
}

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
