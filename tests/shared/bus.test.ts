import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Bus, createMemoryBus, createPostgresBus, createRedisBus } from '../../subgraphs/shared/bus.ts';
import { createDatabase } from '../support/database.ts';
import { recordingLog } from '../support/platform.ts';
import { hasRedis, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/** One way to carry the bus: `open` makes another instance on the same carrier, as another process would. */
interface Carrier {
  open(): Promise<Bus>;
  /** Breaks every connection and keeps the carrier away until `heal`. */
  hurt(): Promise<void>;
  heal(): Promise<void>;
  stop(): Promise<void>;
}

const { log, lines } = recordingLog('error');

async function onPostgres(): Promise<Carrier> {
  const database = await createDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const admin = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: process.env.JARVIS_TEST_POSTGRES });
    await client.connect();
    for (const sql of statements) await client.query(sql);
    await client.end();
  };
  return {
    open: () => createPostgresBus(database.url, log),
    hurt: () =>
      admin(
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      ),
    heal: () => admin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`),
    stop: () => database.drop(),
  };
}

async function onRedis(): Promise<Carrier> {
  const redis = await startRedis();
  return { open: () => createRedisBus(redis.url, log), hurt: redis.kill, heal: redis.start, stop: redis.stop };
}

const carriers: [string, () => Promise<Carrier>][] = [
  ['PostgreSQL', onPostgres],
  ['Redis', onRedis],
];

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function hear(bus: Bus, topic: 'events' | 'identity' = 'events'): string[] {
  const heard: string[] = [];
  bus.listen(topic, (text) => heard.push(text));
  return heard;
}

function sharedContract(open: () => Promise<Bus>) {
  const ready = async () => {
    const bus = await open();
    ends.push(() => bus.close());
    // The first "look at everything" of a fresh connection belongs to no test.
    const heard = hear(bus);
    bus.publish('events', 'warm');
    await until('the bus carries', () => heard.includes('warm'));
    return bus;
  };

  test('delivers to every listener of the topic and to no other', async () => {
    const bus = await ready();
    const [one, two, other] = [hear(bus), hear(bus), hear(bus, 'identity')];
    bus.publish('events', 'user_a');
    bus.publish('identity', 'session_b');
    await until('both topics were heard', () => one.length && two.length && other.length);
    expect([one, two, other]).toEqual([['user_a'], ['user_a'], ['session_b']]);
  });

  test('never runs a listener inside publish', async () => {
    const bus = await ready();
    const heard = hear(bus);
    bus.publish('events', 'later');
    expect(heard).toEqual([]);
    await until('it was heard', () => heard.length);
  });

  test('stops delivering after unsubscribing', async () => {
    const bus = await ready();
    const gone: string[] = [];
    const stop = bus.listen('events', (text) => gone.push(text));
    stop();
    stop();
    const heard = hear(bus);
    bus.publish('events', 'x');
    await until('the other listener heard it', () => heard.length);
    expect(gone).toEqual([]);
  });

  test('a listener that fails, now or later, harms neither the others nor the process', async () => {
    const bus = await ready();
    lines.length = 0;
    bus.listen('events', () => {
      throw new Error('listener broke');
    });
    bus.listen('events', (async () => {
      throw new Error('listener broke later');
    }) as () => void);
    const heard = hear(bus);
    bus.publish('events', 'x');
    await until('the good listener heard it', () => heard.length);
    await until('both failures were logged', () => lines.length === 2);
    expect(lines.join('')).toContain('listener broke later');
  });
}

describe('the bus in memory', () => sharedContract(async () => createMemoryBus(log)));

for (const [name, make] of carriers) {
  const group = name === 'Redis' && !hasRedis() ? describe.skip : describe;
  group(`the bus on ${name}`, () => {
    let carrier: Carrier | undefined;
    const withCarrier = async () => {
      if (!carrier) carrier = await make();
      return carrier;
    };
    afterAll(async () => carrier?.stop());
    sharedContract(async () => (await withCarrier()).open());

    test('delivers to other instances, in order, also text that looks like code', async () => {
      const { open } = await withCarrier();
      const [here, there] = [await open(), await open()];
      ends.push(here.close, there.close);
      const heard = hear(there);
      const texts = ['user_1', `'; DROP TABLE events; --`, 'ä 漢 🎉', 'user_2'];
      for (const text of texts) here.publish('events', text);
      await until('all were heard', () => heard.filter((text) => text !== '*').length === texts.length);
      expect(heard.filter((text) => text !== '*')).toEqual(texts);
    });

    test('lives through an outage: publishing neither throws nor hangs, and afterwards every reader is told to look', async () => {
      const { open, hurt, heal } = await withCarrier();
      const [here, there] = [await open(), await open()];
      ends.push(here.close, there.close);
      await hurt();
      const [heardHere, heardThere] = [hear(here), hear(there)];
      expect(here.publish('events', 'during')).toBeUndefined();
      await until('the own process heard it all the same', () => heardHere.includes('during'), 5);
      await heal();
      await until('everybody was told to look', () => heardHere.includes('*') && heardThere.includes('*'));
      here.publish('events', 'after');
      await until('the other instance hears again', () => heardThere.includes('after'));
    });

    test('close ends it, also in the middle of an outage', async () => {
      const { open, hurt, heal } = await withCarrier();
      const bus = await open();
      await hurt();
      await bus.close();
      await heal();
      bus.publish('events', 'nobody'); // Harmless.
    });
  });
}

test.each([
  ['PostgreSQL', () => createPostgresBus('postgresql://a:b@127.0.0.1:1/x', log)],
  ['Redis', () => createRedisBus('redis://127.0.0.1:1', log)],
])('opening the bus on a %s that is not there fails at once and says why', async (_, open) => {
  await expect(open()).rejects.toThrow('ECONNREFUSED');
});
