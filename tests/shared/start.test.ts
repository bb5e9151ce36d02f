import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { ConfigError, readConfig } from '../../subgraphs/shared/config.ts';
import { openDb } from '../../subgraphs/shared/db.ts';
import { startPlatform } from '../../subgraphs/shared/start.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { recordingLog } from '../support/platform.ts';
import { hasRedis, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
const { log } = recordingLog('error');
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const start = (env: Record<string, string>) =>
  startPlatform(readConfig({ NODE_ENV: 'test', DATABASE_URL: database.url, ...env }), log, () => {}, [], 'test');
const refusal = (env: Record<string, string>) =>
  start(env).then(
    async (started) => {
      await started.close();
      return 'started';
    },
    (error) => {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    },
  );
const withUrl = (change: Partial<URL>) => ({ DATABASE_URL: Object.assign(new URL(database.url), change).href });

describe('the platform', () => {
  test('starts on a database of its own, works, and closes twice without harm', async () => {
    const { platform, summary, close } = await start({});
    expect(await platform.db.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    const heard: string[] = [];
    platform.bus.listen('events', (text) => heard.push(text));
    platform.bus.publish('events', 'user_1');
    await until('the bus carries', () => heard.includes('user_1'));
    await platform.jobs.add('users.nothing', {});
    expect(platform.secrets.open(platform.secrets.seal('x', 'here'), 'here')).toBe('x');
    expect(summary).toBe('PostgreSQL at DATABASE_URL, queues and bus without Redis');
    await Promise.all([close(), close()]);
  });

  (hasRedis() ? test : test.skip)('puts queues and bus on Redis when there is one', async () => {
    const redis = await startRedis();
    const { platform, summary, close } = await start({ REDIS_URL: redis.url });
    await platform.jobs.add('users.nothing', {});
    expect(summary).toBe('PostgreSQL at DATABASE_URL, queues and bus on Redis');
    await close();
    await redis.stop();
  });

  test.each([
    [
      'nobody listens there',
      { port: '1' },
      /^DATABASE_URL does not lead to a PostgreSQL that can be used \(.*ECONNREFUSED.*\)/,
    ],
    ['the password is wrong', { password: 'wrong' }, /password authentication failed/],
    ['there is no such database', { pathname: '/none' }, /database "none" does not exist/],
  ])('says in one sentence that DATABASE_URL is wrong: %s', async (_, change, sentence) => {
    const message = await refusal(withUrl(change));
    expect(message).toMatch(sentence);
    expect(message.split('\n')).toHaveLength(1);
  });

  test('says so when what answers at DATABASE_URL is no PostgreSQL', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await until('it listens', () => server.listening);
    const { port } = server.address() as { port: number };
    expect(await refusal(withUrl({ port: String(port) }))).toMatch(/^DATABASE_URL does not lead to a PostgreSQL/);
    server.close();
  });

  test('says so when REDIS_URL is wrong, and leaves nothing open that keeps trying', async () => {
    expect(await refusal({ REDIS_URL: 'redis://127.0.0.1:1' })).toMatch(
      /^REDIS_URL does not lead to a Redis that answers \(.*ECONNREFUSED.*\). Start it, or unset REDIS_URL.$/,
    );
  });

  test('says so when its user may not prepare the database', async () => {
    const empty = await createDatabase('template1');
    const client = new pg.Client({ connectionString: empty.url });
    await client.connect();
    const user = `poor_${new URL(empty.url).pathname.slice(1)}`;
    await client.query(`CREATE ROLE ${user} LOGIN PASSWORD 'p'`);
    const url = Object.assign(new URL(empty.url), { username: user, password: 'p' });
    expect(await refusal({ DATABASE_URL: url.href })).toMatch(/permission denied for schema public/);
    await client.query(`DROP ROLE ${user}`);
    await client.end();
    await empty.drop();
  });
});

describe('the database', () => {
  test('is there again after it cut every connection, idle or at work, and the process lives', async () => {
    const { lines, log } = recordingLog('warn');
    const { db, close } = openDb(database.url, { connections: 4, log });
    const work = () => db.$queryRaw`SELECT pg_sleep(0.05)`.catch((error: Error) => error);
    await Promise.all([work(), work(), work()]);
    const busy = [db.$transaction(async (tx) => void (await tx.$queryRaw`SELECT pg_sleep(2)`)), work()];
    const settled = Promise.allSettled(busy);
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await until('it is at work', async () => {
      const { rows } = await admin.query(
        `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(2)%' AND pid <> pg_backend_pid()`,
      );
      return rows.length > 0;
    });
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await admin.end();
    expect((await settled)[0]!.status).toBe('rejected');
    await until('it answers again', () =>
      db.$queryRaw`SELECT 1`.then(
        () => true,
        () => false,
      ),
    );
    expect(lines.join('')).toContain('an idle database connection broke');
    await close();
  });

  test('gives up a statement that takes too long', async () => {
    const { db, close } = openDb(database.url, { connections: 1, log, statementTimeout: 100 });
    await expect(db.$queryRaw`SELECT pg_sleep(5)`).rejects.toThrow(/statement timeout/);
    await close();
  });
});
