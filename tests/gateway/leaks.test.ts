import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { openSocket } from '../support/connections.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type RunningProcess, signIn, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';

/** `LEAKS=2000 npx jest tests/gateway/leaks`: so many connections, and so many subscriptions, a round. */
const size = Number(process.env.LEAKS ?? 200);
/** Bytes that one connection or subscription may leave behind: what a session is would be several times as much. */
const most = 2_500;

const directory = mkdtempSync(join(tmpdir(), 'jarvis-leaks-'));
let database: TestDatabase;
let server: RunningProcess;
let inspector: WebSocket;
let headers: { authorization: string };

beforeAll(async () => {
  database = await createDatabase();
  server = await startProcess('gateway', {
    NODE_ENV: 'test',
    NODE_OPTIONS: '--inspect=127.0.0.1:0',
    DATA_DIR: directory,
    DATABASE_URL: database.url,
    DEMO_DATA: 'off',
    LOG_LEVEL: 'warn',
  });
  inspector = new WebSocket(/ws:\/\/\S+/.exec(server.output())![0]);
  await new Promise((done) => inspector.once('open', done));
  headers = await signIn(server.url, 'leaks@example.com');
}, 60_000);
afterAll(async () => {
  inspector?.terminate();
  await server?.end('SIGKILL');
  await database?.drop();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

function inspect(method: string): Promise<any> {
  return new Promise((done) => {
    inspector.once('message', (text) => done(JSON.parse(String(text)).result));
    inspector.send(JSON.stringify({ id: 1, method }));
  });
}

/** Bytes in use once all garbage is gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) await inspect('HeapProfiler.collectGarbage');
  return (await inspect('Runtime.getHeapUsage')).usedSize;
}

const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())![1]);
const files = () => readdirSync(`/proc/${server.pid}/fd`).length;
const subscription = { query: 'subscription { progressUpdated { entry { value } } }' };

/** Connections that subscribe and are cut without a word. */
async function comeAndGo(): Promise<void> {
  for (let gone = 0; gone < size; gone += 10) {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => openSocket(server.url, headers)));
    for (const { say } of sockets) say({ id: '1', type: 'subscribe', payload: subscription });
    await Promise.all(sockets.map(({ run }) => run('{ viewer { id } }')));
    for (const { socket } of sockets) socket.terminate();
    await until('they are gone', async () => (await metric('jarvis_websocket_connections')) === 0);
  }
}

/** Subscriptions that are begun and ended on connections that stay, by as many messages as one may send. */
async function beginAndEnd(): Promise<void> {
  await Promise.all(
    [1, 2, 3, 4, 5].map(async () => {
      const { socket, say, run } = await openSocket(server.url, headers);
      for (let done = 0; done < size / 5; done += 10) {
        const began = Date.now();
        for (let i = 0; i < 10; i++) say({ id: `${done + i}`, type: 'subscribe', payload: subscription });
        await run('{ viewer { id } }', {}, `after-${done}`);
        for (let i = 0; i < 10; i++) say({ id: `${done + i}`, type: 'complete' });
        await new Promise((later) => setTimeout(later, Math.max(0, began + 250 - Date.now())));
      }
      socket.terminate();
    }),
  );
  await until('they are gone', async () => (await metric('jarvis_websocket_connections')) === 0);
  expect(await metric('jarvis_subscriptions')).toBe(0);
}

test.each([
  ['connections that are cut', comeAndGo],
  ['subscriptions that are ended', beginAndEnd],
])(
  '%s leave nothing behind',
  async (_, round) => {
    await round();
    const [before, filesBefore] = [await heap(), files()];
    await round();
    await round();
    const left = ((await heap()) - before) / (2 * size);
    if (process.env.LEAKS) console.log(`${left.toFixed(0)} bytes for each of ${2 * size}`);
    expect(left).toBeLessThan(most);
    await until('files are closed', () => files() <= filesBefore + 3);
  },
  600_000,
);
