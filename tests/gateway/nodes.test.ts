import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, openSocket } from '../support/connections.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { post, type RunningProcess, signIn, startProcess } from '../support/process.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

(hasRedis() ? describe : describe.skip)('two nodes of Jarvis that share a Redis', () => {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-nodes-'));
  let database: TestDatabase;
  let redis: TestRedis;
  let nodes: RunningProcess[];

  beforeAll(async () => {
    [database, redis] = await Promise.all([createDatabase(), startRedis()]);
    const env = {
      NODE_ENV: 'test',
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: 'e0'.repeat(32),
      // The issuer of tokens: the same for both, whatever ports they have.
      PUBLIC_URL: 'http://localhost:4000',
      DEMO_DATA: 'off',
      LOG_LEVEL: 'error',
    };
    nodes = await Promise.all([startProcess('gateway', env), startProcess('gateway', env)]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.end('SIGKILL')));
    await redis?.stop();
    await database?.drop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  const remaining = async ({ url }: RunningProcess, headers: Record<string, string>): Promise<number> =>
    (await post(url, '{ rateLimit { remaining } }', {}, headers)).data.rateLimit.remaining;
  /** 9,303 points, charged when it begins and not given back. */
  const dear =
    'subscription { progressUpdated { goal { id entries(first: 100) { nodes { id goal { entries(first: 90) { nodes { id } } } } } } } }';

  test('have one budget for an account: what is spent at one is missing at the other', async () => {
    const [first, second] = nodes as [RunningProcess, RunningProcess];
    const headers = await signIn(first.url, 'ana@example.com');
    expect(await remaining(second, headers)).toBe(20_000);
    const client = await openSocket(first.url, headers);
    // Where Redis does not answer in 40 ms, a node counts alone for a second: what was spent at one then is spent again.
    let left = 20_000;
    for (let id = 1; id <= 60 && left >= 5_000; id++) {
      client.say({ id: String(id), type: 'subscribe', payload: { query: dear } });
      await new Promise((done) => setTimeout(done, 250));
      left = await remaining(second, headers);
    }
    expect(left).toBeLessThan(5_000);
    const response = await fetch(`${second.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        query: '{ viewer { goals(first: 95) { nodes { entries(first: 95) { nodes { id } } } } } }',
      }),
    });
    expect([response.status, Number(response.headers.get('retry-after')) > 0]).toEqual([429, true]);
    client.socket.close();
  });

  test('know each other’s automatic persisted queries, and end each other’s sockets when somebody signs out', async () => {
    const [first, second] = nodes as [RunningProcess, RunningProcess];
    const headers = await signIn(first.url, 'ben@example.com');
    const query = '{ viewer { id shared: __typename } }';
    const extensions = {
      persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
    };
    const ask = async ({ url }: RunningProcess, body: object) =>
      (
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ ...body, extensions }),
        })
      ).json() as any;
    expect((await ask(first, { query })).data.viewer.shared).toBe('User');
    await until('the other knows it', async () => (await ask(second, {})).data?.viewer.shared === 'User');
    const client = await openSocket(second.url, headers);
    expect(client.code()).toBe(0);
    await post(first.url, 'mutation { signOut { errors { message } } }', {}, headers);
    await until('the socket is closed', client.code);
    expect(client.code()).toBe(4403);
  });

  test('tell one reply alike, wherever it is written and whoever listens', async () => {
    const [first, second] = nodes as [RunningProcess, RunningProcess];
    const headers = await signIn(first.url, 'dora@example.com');
    const send =
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { reply { id } errors { message } } }';
    const { data } = await post(first.url, send, { input: { content: 'What can you do?' } }, headers);
    const query = `subscription ($id: ID!, $after: Int!) {
      messageStream(messageId: $id, after: $after) { sequence kind text status } }`;
    /** Everything after a number, from one node. */
    const listen = async ({ url }: RunningProcess, after: number) => {
      const connection = await connect('WebSocket', url, headers, query, { id: data.sendMessage.reply.id, after });
      await until('it ends', () => connection.end);
      connection.leave();
      return connection.answers.map((answer) => answer.data.messageStream);
    };
    const [here, there] = await Promise.all([listen(first, 0), listen(second, 0)]);
    expect(here.map(({ sequence }) => sequence)).toEqual(here.map((_, i) => i + 1));
    expect(here.at(-1)).toMatchObject({ kind: 'END', status: 'COMPLETE' });
    expect(there).toEqual(here);
    expect(await listen(second, 1)).toEqual(here.slice(1));
  });

  test('go on alone, each with a budget of its own, when Redis is gone', async () => {
    const [first, second] = nodes as [RunningProcess, RunningProcess];
    const headers = await signIn(first.url, 'carl@example.com');
    await redis.kill();
    for (const node of [first, second]) {
      const { data, errors } = await post(node.url, '{ viewer { id } rateLimit { remaining } }', {}, headers);
      expect([errors, data.viewer.id, data.rateLimit.remaining > 19_000]).toEqual([
        undefined,
        expect.any(String),
        true,
      ]);
    }
    await redis.start();
  });
});
