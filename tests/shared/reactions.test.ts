import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryBus } from '../../subgraphs/shared/bus.ts';
import { Prisma } from '../../subgraphs/shared/db.ts';
import { type EventType, type LoggedEvent, publish } from '../../subgraphs/shared/events.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { onEveryEvent, type Reactions, runReactions } from '../../subgraphs/shared/reactions.ts';
import { recordingLog, startTestPlatform } from '../support/platform.ts';
import { until } from '../support/until.ts';

let house: Awaited<ReturnType<typeof startTestPlatform>>;
const { log, lines } = recordingLog('error');
beforeAll(async () => {
  house = await startTestPlatform({ log, connections: 12 });
  await house.db.$executeRaw`
    CREATE TABLE effects (number bigserial, consumer text, user_id text, subject_id text, event_id text)`;
});
afterAll(() => house.stop());

/** Each test has a consumer and users of its own. */
let consumer = '';
let ana = '';
let ben = '';
const stops: (() => Promise<void>)[] = [];
beforeEach(async () => {
  await house.db.$executeRaw`TRUNCATE events, event_counters, reaction_cursors, reaction_failures, effects`;
  consumer = newId('job');
  ana = newId('user');
  ben = newId('user');
  lines.length = 0;
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** Another process: its own bus, unless one is given, so that it hears nothing of the others. */
function run(reactions: Reactions, bus = createMemoryBus(log)) {
  const runner = runReactions(consumer, reactions, { ...house.platform, bus });
  stops.push(runner.stop);
  return { ...runner, bus };
}

const note =
  (before: (event: LoggedEvent) => unknown = () => {}) =>
  async (event: LoggedEvent, ctx: { db: Parameters<NonNullable<Reactions['goal.created']>>[1]['db'] }) => {
    await ctx.db.$executeRaw`
      INSERT INTO effects (consumer, user_id, subject_id, event_id)
      VALUES (${consumer}, ${event.userId}, ${event.subjectId}, ${event.id})`;
    await before(event);
  };

async function tell(userId: string, ...subjects: string[]) {
  const ctx = { db: house.db, userId, actor: { kind: 'user', id: userId } as const, now: house.platform.now };
  await publish(ctx, ...subjects.map((subjectId) => ({ type: 'goal.created', subjectId, data: {} }) as const));
}

const effectsOf = async (userId: string) =>
  (
    await house.db.$queryRaw<{ subject_id: string }[]>`
      SELECT subject_id FROM effects WHERE consumer = ${consumer} AND user_id = ${userId} ORDER BY number`
  ).map((row) => row.subject_id);
const cursorOf = async (userId: string) =>
  (
    await house.db.$queryRaw<{ seq: bigint }[]>`
      SELECT seq FROM reaction_cursors WHERE consumer = ${consumer} AND user_id = ${userId}`
  )[0]?.seq;
const parked = () =>
  house.db.$queryRaw<{ user_id: string; event_id: string; error: string }[]>`
    SELECT user_id, event_id, error FROM reaction_failures WHERE consumer = ${consumer}`;
const names = (count: number) => Array.from({ length: count }, (_, i) => `goal_${String(i).padStart(3, '0')}`);

describe('reactions', () => {
  test('take effect exactly once and in order per user, with three processes at it', async () => {
    const bus = createMemoryBus(log);
    const runners = [1, 2, 3].map(() => run({ 'goal.created': note() }, bus));
    const all = names(30);
    for (let i = 0; i < all.length; i += 3) {
      await Promise.all([tell(ana, ...all.slice(i, i + 3)), tell(ben, ...all.slice(i, i + 3))]);
      bus.publish('events', ana);
      bus.publish('events', ben);
    }
    await Promise.all(runners.map((runner) => runner.settle()));
    expect(await effectsOf(ana)).toEqual(all);
    expect(await effectsOf(ben)).toEqual(all);
    expect(lines).toEqual([]);
  });

  test('wait for one another no longer than for the user they share', async () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const bus = createMemoryBus(log);
    run({ 'goal.created': note((event) => (event.subjectId === 'goal_slow' ? held : null)) }, bus);
    await tell(ana, 'goal_slow');
    bus.publish('events', ana);
    await until('the first is at it', async () => {
      const rows = await house.db.$queryRaw<unknown[]>`
        SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()`;
      return rows.length > 0;
    });
    const second = run({ 'goal.created': note() });
    await tell(ben, 'goal_quick');
    second.bus.publish('events', ana);
    second.bus.publish('events', ben);
    await until('the other user was served meanwhile', async () => (await effectsOf(ben)).length === 1);
    release();
    await second.settle();
    expect(await effectsOf(ana)).toEqual(['goal_slow']);
  });

  test('a crash between the effect and the commit leaves nothing behind, and the next process does it once', async () => {
    await tell(ana, 'goal_1', 'goal_2');
    const crashing = run({
      'goal.created': note(async (event) => {
        if (event.subjectId !== 'goal_1') return;
        // The connection dies under the transaction, as when the process is killed at this point.
        await house.db.$executeRaw`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE state = 'idle in transaction' AND datname = current_database() AND pid <> pg_backend_pid()`;
      }),
    });
    await until('it crashed', () => lines.length > 0);
    await crashing.stop();
    expect(await effectsOf(ana)).toEqual([]);
    const next = run({ 'goal.created': note() });
    await next.settle();
    expect(await effectsOf(ana)).toEqual(['goal_1', 'goal_2']);
  });

  test('an event that always fails is parked with its error; later ones and other users go on', async () => {
    let tries = 0;
    const runner = run({
      'goal.created': note((event) => {
        if (event.subjectId !== 'goal_poison') return;
        tries++;
        throw new Error('cannot digest\0 this');
      }),
    });
    await tell(ana, 'goal_before', 'goal_poison', 'goal_after');
    await tell(ben, 'goal_other');
    await runner.settle();
    expect(await effectsOf(ana)).toEqual(['goal_before', 'goal_after']);
    expect(await effectsOf(ben)).toEqual(['goal_other']);
    expect(tries).toBe(6);
    expect(await parked()).toEqual([
      { user_id: ana, event_id: expect.stringMatching(/^event_/), error: 'cannot digest this' },
    ]);
  });

  test('a failing event rests between its tries, however often the bus calls', async () => {
    let tries = 0;
    const runner = run({
      'goal.created': () => {
        tries++;
        throw new Error('not now');
      },
    });
    await tell(ana, 'goal_1');
    const start = Date.now();
    for (let i = 0; i < 50; i++) {
      runner.bus.publish('events', ana);
      await house.db.$queryRaw`SELECT 1`;
      if (tries === 0) i = 0;
    }
    expect(tries).toBeLessThanOrEqual(1 + Math.log2(1 + (Date.now() - start) / 250));
    await until('it is tried again by itself', () => tries >= 2, 5);
    await runner.stop();
  });

  test('an event that fails for a while takes effect once it can, and is not parked', async () => {
    let tries = 0;
    const runner = run({
      'goal.created': note(() => {
        if (++tries < 4) throw new Error('still down');
      }),
    });
    await tell(ana, 'goal_1');
    await runner.settle();
    expect(await effectsOf(ana)).toEqual(['goal_1']);
    expect(await parked()).toEqual([]);
  });

  test('find at the start what happened while nobody ran, and go on where the last one stopped', async () => {
    await tell(ana, 'goal_1', 'goal_2');
    const first = run({ 'goal.created': note() });
    await until('both had their effect', async () => (await effectsOf(ana)).length === 2);
    await first.stop();
    await tell(ana, 'goal_3');
    run({ 'goal.created': note() });
    await until('the third had its effect', async () => (await effectsOf(ana)).length === 3);
    expect(await effectsOf(ana)).toEqual(['goal_1', 'goal_2', 'goal_3']);
  });

  test('look at everybody when the bus says that it lost track', async () => {
    const { bus, settle } = run({ 'goal.created': note() });
    await settle();
    await tell(ana, 'goal_1');
    await tell(ben, 'goal_2');
    bus.publish('events', '*');
    await until('both were served', async () => (await effectsOf(ana)).length + (await effectsOf(ben)).length === 2);
  });

  test('pass over what they have no reaction to, and do not look at it again', async () => {
    const ignored = run({ 'lifeArea.deleted': note() });
    await tell(ana, ...names(5));
    await ignored.settle();
    expect(await cursorOf(ana)).toBe(5n);
    expect(await effectsOf(ana)).toEqual([]);
  });

  test('cause further events, which say what led to them and are reacted to in turn', async () => {
    const runner = run({
      'goal.created': (event, ctx) => publish(ctx, { type: 'goal.updated', subjectId: event.subjectId, data: {} }),
      'goal.updated': note(),
    });
    let hints = 0;
    runner.bus.listen('events', () => hints++);
    await tell(ana, 'goal_1');
    await runner.settle();
    expect(await effectsOf(ana)).toEqual(['goal_1']);
    const rows = await house.db.event.findMany({ where: { userId: ana }, orderBy: { seq: 'asc' } });
    expect(rows.map(({ type, causationId, actorKind }) => [type, causationId, actorKind])).toEqual([
      ['goal.created', null, 'user'],
      ['goal.updated', rows[0]!.id, 'system'],
    ]);
    // One hint for the one reaction that wrote an event.
    expect(hints).toBe(1);
  });

  test('keep no trace of a user who is being or has been erased', async () => {
    const { bus, settle } = run({ 'goal.created': note() });
    await tell(ana, 'goal_1');
    await settle();
    await house.db.$transaction(async (tx) => {
      for (const table of ['event_counters', 'reaction_cursors', 'events', 'effects']) {
        await tx.$executeRawUnsafe(`DELETE FROM ${table} WHERE user_id = $1`, ana);
        bus.publish('events', ana);
      }
    });
    bus.publish('events', ana);
    await tell(ben, 'goal_2');
    await settle();
    expect(await cursorOf(ana)).toBeUndefined();
    expect(await effectsOf(ana)).toEqual([]);
  });

  test('stop waits for the reaction under way and begins no other', async () => {
    const { stop, bus } = run({ 'goal.created': note() });
    await tell(ana, ...names(40));
    bus.publish('events', ana);
    await until('some were done', async () => (await effectsOf(ana)).length > 0);
    await stop();
    const done = (await effectsOf(ana)).length;
    bus.publish('events', ana);
    await house.db.$queryRaw`SELECT 1`;
    expect((await effectsOf(ana)).length).toBe(done);
    expect(await cursorOf(ana)).toBe(BigInt(done));
  });

  test('of nothing do nothing', async () => {
    const runner = run({});
    await tell(ana, 'goal_1');
    await runner.settle();
    expect(await cursorOf(ana)).toBeUndefined();
  });
});

test.each(['goal.created' satisfies EventType])('a reaction to %s sees the event as it was published', async (type) => {
  let seen: LoggedEvent | undefined;
  const runner = run({
    [type]: async (event: LoggedEvent) => {
      seen = event;
    },
  });
  await tell(ana, 'goal_1');
  await runner.settle();
  expect(seen).toMatchObject({ userId: ana, type, subjectId: 'goal_1', seq: 1n, data: {} });
});

describe('a watch', () => {
  /** The types that a person waits for stand in a table, as rules have them. */
  const watch = () => {
    const types = (userId: string) => Prisma.sql`SELECT type FROM wanted WHERE user_id = ${userId}`;
    const runner = runReactions(
      consumer,
      onEveryEvent(note()),
      { ...house.platform, bus: createMemoryBus(log) },
      types,
    );
    stops.push(runner.stop);
    return runner;
  };
  beforeAll(() => house.db.$executeRaw`CREATE TABLE wanted (user_id text, type text)`);

  test('reacts to what concerns a person, and goes past all else', async () => {
    await house.db.$executeRaw`INSERT INTO wanted VALUES (${ana}, 'goal.created')`;
    const { settle } = watch();
    await tell(ana, 'goal_1', 'goal_2');
    await tell(ben, 'goal_3');
    await settle();
    expect([await effectsOf(ana), await effectsOf(ben)]).toEqual([['goal_1', 'goal_2'], []]);
    expect([await cursorOf(ana), await cursorOf(ben)]).toEqual([2n, 1n]);
  });

  test('misses nothing that happens after somebody began to wait for it', async () => {
    const { settle } = watch();
    const all = names(20);
    for (const [i, name] of all.entries()) {
      if (i === 7) await house.db.$executeRaw`INSERT INTO wanted VALUES (${ana}, 'goal.created')`;
      await tell(ana, name);
      if (i % 3 === 0) await settle();
    }
    await settle();
    expect((await effectsOf(ana)).slice(-13)).toEqual(all.slice(7));
  });
});
