import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { connect, openSocket, ways } from '../support/connections.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freePort, post, type RunningProcess, signIn, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';
import { compose } from './execution/federation.ts';

const directory = mkdtempSync(join(tmpdir(), 'jarvis-drain-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Long enough to be asked in. */
const lead = 2_000;
/** Whether it says that it is leaving; throws when it lets nobody in any more. */
const isLeaving = async (url: string) => (await fetch(`${url}/health/ready`)).status === 503;

describe('npm start, told to end by SIGTERM', () => {
  let database: TestDatabase;
  let server: RunningProcess;
  let direct: pg.Client;

  beforeAll(async () => {
    database = await createDatabase();
    server = await startProcess('gateway', {
      NODE_ENV: 'test',
      PORT: String(await freePort()),
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      DEMO_DATA: 'off',
      LOG_LEVEL: 'error',
      DRAIN_LEAD_MS: String(lead),
    });
    direct = new pg.Client({ connectionString: database.url });
    await direct.connect();
  }, 60_000);
  afterAll(async () => {
    await direct?.end();
    await server?.end('SIGKILL');
    await database?.drop();
  }, 30_000);

  test('answers the request that runs, sends sockets and streams elsewhere, and exits with 0', async () => {
    const headers = await signIn(server.url, 'drain@example.com');
    const created = await post(
      server.url,
      'mutation { createGoal(input: { title: "Run", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "10" }) { goal { id } errors { message } } }',
      {},
      headers,
    );
    const input = { goalId: created.data.createGoal.goal.id, value: '3', localDate: '2026-03-01' };
    const mutation =
      'mutation ($input: LogProgressInput!) { logProgress(input: $input) { goal { currentValue } errors { message } } }';
    const { rows } = await direct.query('SELECT id FROM events ORDER BY user_id, seq DESC LIMIT 1');
    const subscription = 'subscription ($after: ID) { progressUpdated(after: $after) { entry { value } } }';
    const open = await Promise.all(
      ways.map((way) => connect(way, server.url, headers, subscription, { after: rows[0].id })),
    );
    await post(server.url, mutation, { input: { ...input, value: '1' } }, headers);
    await until('all hear', () => open.every(({ answers }) => answers.length === 1));
    const idle = await openSocket(server.url, headers);

    // A request that cannot go on until this transaction has ended.
    await direct.query('BEGIN');
    await direct.query('LOCK TABLE progress_entries IN ACCESS EXCLUSIVE MODE');
    const running = post(server.url, mutation, { input }, headers);
    await until('it waits', async () => {
      const { rows: waiting } = await direct.query('SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1');
      return waiting.length > 0;
    });
    const ended = server.end('SIGTERM');
    await until('it is leaving', () => isLeaving(server.url));
    expect(open.some(({ end }) => end)).toBe(false);
    await until('all are sent elsewhere', () => open.every(({ end }) => end) && idle.code());
    await direct.query('COMMIT');

    expect(await running).toMatchObject({ data: { logProgress: { goal: { currentValue: '4' }, errors: [] } } });
    expect(open.map(({ end }) => end)).toEqual([1001, 'cut', 'cut']);
    expect(idle.code()).toBe(1001);
    expect(await ended).toBe(0);
    const { rows: entries } = await direct.query('SELECT value FROM progress_entries ORDER BY value');
    expect(entries.map(({ value }) => Number(value))).toEqual([1, 3]);
    expect(server.output()).not.toMatch(/error/i);
  }, 60_000);
});

describe('a busy Jarvis, told to end by SIGTERM', () => {
  let database: TestDatabase;
  let goals: Server;
  let server: RunningProcess;
  let open = () => {};
  const opened = new Promise<void>((done) => {
    open = done;
  });

  beforeAll(async () => {
    database = await createDatabase();
    // The goals subgraph takes its time, for everybody.
    goals = createServer(async (request, response) => {
      for await (const _ of request);
      await opened;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"goal":null}}');
    });
    await new Promise<void>((done) => goals.listen(0, '127.0.0.1', done));
    server = await startProcess('gateway', {
      NODE_ENV: 'test',
      PORT: String(await freePort()),
      PUBLIC_URL: 'http://localhost:4000',
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      GOALS_URL: `http://127.0.0.1:${(goals.address() as AddressInfo).port}/`,
      SUBGRAPH_SECRET: '5e'.repeat(32),
      DEMO_DATA: 'off',
      LOG_LEVEL: 'warn',
      DRAIN_LEAD_MS: '500',
    });
  }, 60_000);
  afterAll(async () => {
    await server?.end('SIGKILL');
    goals.closeAllConnections();
    await new Promise((done) => goals.close(done));
    await database?.drop();
  }, 30_000);

  test('answers 200 requests that are under way, sends 100 sockets elsewhere, and exits with 0 in well under 30 s', async () => {
    const people: { authorization: string }[] = [];
    for (let i = 0; i < 20; i++) people.push(await signIn(server.url, `busy-${i}@example.com`));
    const sockets: Awaited<ReturnType<typeof connect>>[] = [];
    for (const headers of people) {
      const query = 'subscription { progressUpdated { entry { value } } }';
      const theirs = Array.from({ length: 5 }, () => connect('WebSocket', server.url, headers, query));
      sockets.push(...(await Promise.all(theirs)));
    }
    const query = '{ goal(id: "goal_01a20a7e07af75949a74749ef0dda50d") { id } viewer { id } }';
    // So many at once are more than it likes: whoever is sent away comes again, until all are in.
    const ask = async (headers: { authorization: string }): Promise<any> => {
      const answer = await post(server.url, query, {}, headers);
      return answer.errors?.[0].extensions.code === 'RATE_LIMITED' ? ask(headers) : answer;
    };
    const running = async () =>
      Number(/^jarvis_operations_running (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())![1]);
    const answers: Promise<any>[] = [];
    for (const headers of people) {
      for (let i = 0; i < 10; i++) answers.push(ask(headers));
      await until('they are let in', async () => (await running()) >= answers.length, 30);
    }
    const began = Date.now();
    const ended = server.end('SIGTERM');
    await until('it is leaving', () => isLeaving(server.url));
    expect(sockets.filter(({ end }) => end)).toEqual([]);
    await until('all sockets are sent elsewhere', () => sockets.every(({ end }) => end));
    open();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toEqual({
        data: { goal: null, viewer: { id: expect.stringMatching(/^user_/) } },
        extensions: expect.anything(),
      });
    }
    expect(new Set(sockets.map(({ end, errors }) => [end, errors].join(' ')))).toEqual(new Set(['1001 ']));
    expect(await ended).toBe(0);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(server.output()).not.toMatch(/"level":"(?:error|fatal)"/);
  }, 60_000);

  test('ends at once when it is told a second time', async () => {
    const again = await startProcess('gateway', {
      NODE_ENV: 'test',
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      DEMO_DATA: 'off',
      LOG_LEVEL: 'error',
      DRAIN_LEAD_MS: '60000',
    });
    const ended = again.end('SIGTERM');
    await until('it is leaving', () => isLeaving(again.url));
    process.kill(again.pid, 'SIGTERM');
    expect(await ended).toBe(1);
  }, 60_000);
});

describe('npm run gateway, told to end by SIGTERM', () => {
  let subgraph: Server;
  let gateway: RunningProcess;
  const asked: string[] = [];
  let answer = () => {};

  beforeAll(async () => {
    // One field that is answered when the test says so.
    subgraph = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      asked.push(JSON.parse(body).query);
      await new Promise<void>((go) => {
        answer = go;
      });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"slow":42}}');
    });
    await new Promise<void>((done) => subgraph.listen(0, '127.0.0.1', done));
    const file = join(directory, 'supergraph.graphql');
    writeFileSync(file, compose({ things: 'type Query { slow: Int }' }));
    const url = `http://127.0.0.1:${(subgraph.address() as AddressInfo).port}/`;
    const override = `things=${url}`;
    gateway = await startProcess('supergraph', {}, [
      ...['--supergraph', file, '--override', override],
      ...['--drain-lead', String(lead)],
    ]);
  }, 60_000);
  afterAll(async () => {
    await gateway?.end('SIGKILL');
    subgraph.closeAllConnections();
    await new Promise((done) => subgraph.close(done));
  });

  test('answers the request that runs, sends sockets elsewhere, and exits with 0', async () => {
    const idle = await openSocket(gateway.url, {});
    const running = post(gateway.url, '{ slow }');
    await until('it runs', () => asked.length === 1);
    const ended = gateway.end('SIGTERM');
    await until('it is leaving', () => isLeaving(gateway.url));
    expect(await post(gateway.url, '{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
    expect(idle.code()).toBeFalsy();
    await until('the socket is closed', idle.code);
    expect(idle.code()).toBe(1001);
    answer();
    expect(await running).toMatchObject({ data: { slow: 42 } });
    expect(await ended).toBe(0);
  }, 60_000);
});
