import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { supergraphFile } from '../../gateway/compose.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freePort, post, runProcess, signIn, startProcess } from '../support/process.ts';

const directory = mkdtempSync(join(tmpdir(), 'jarvis-start-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const start = (env: Record<string, string>) =>
  runProcess(['gateway/main.ts'], { DATA_DIR: directory, LOG_LEVEL: 'error', ...env });

describe('a start that cannot succeed ends with one sentence that says what to change', () => {
  let database: TestDatabase;
  let occupied: Server;
  beforeAll(async () => {
    database = await createDatabase();
    occupied = createServer();
    await new Promise<void>((done) => occupied.listen(0, '127.0.0.1', done));
  });
  afterAll(async () => {
    occupied.close();
    await database.drop();
  });

  test('a port in use', async () => {
    const PORT = String((occupied.address() as { port: number }).port);
    const { code, output } = await start({ PORT });
    expect(code).toBe(1);
    expect(output).toContain(
      `Port ${PORT} is in use (is Jarvis already running?). Stop what uses it, or choose another`,
    );
    expect(output).not.toContain('    at ');
  });

  test('a wrong value', async () => {
    const { code, output } = await start({ PORT: 'http', REDIS_URL: 'localhost' });
    expect(code).toBe(1);
    expect(output).toContain('- PORT ');
    expect(output).toContain('- REDIS_URL ');
    expect(output).not.toContain('    at ');
  });

  test('a database that is not there', async () => {
    const { code, output } = await start({
      PORT: String(await freePort()),
      DATABASE_URL: 'postgresql://127.0.0.1:1/none',
    });
    expect(code).toBe(1);
    expect(output).toContain('DATABASE_URL does not lead to a PostgreSQL that can be used');
    expect(output).not.toContain('    at ');
  });

  test('a database of a newer version that took away what this one needs', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name) VALUES ('x', 'y', now(), '29990101000000_future_contract')`,
    );
    await client.end();
    const { code, output } = await start({ PORT: String(await freePort()), DATABASE_URL: database.url });
    expect(code).toBe(1);
    expect(output).toContain(
      'The database has the migration 29990101000000_future_contract, which this version of Jarvis does not know and cannot live with.',
    );
    expect(output).not.toContain('    at ');
  });
});

test('npm run gateway says in a sentence what is wrong with its command', async () => {
  const occupied = createServer();
  await new Promise<void>((done) => occupied.listen(0, '127.0.0.1', done));
  const { port } = occupied.address() as { port: number };
  const notOne = join(directory, 'not.graphql');
  writeFileSync(notOne, 'type Query { a: Int }');
  const wrong: [string[], string][] = [
    [[], 'Say which supergraph to serve'],
    [['--supergraph', notOne], `"${notOne}" cannot be served: `],
    [['--supergraph', supergraphFile, '--override', 'nosuch=http://a.example'], '--override nosuch: '],
    [['--supergraph', supergraphFile, '--port', String(port)], `Cannot listen on 127.0.0.1:${port} (EADDRINUSE)`],
  ];
  for (const [args, sentence] of wrong) {
    const { code, output } = await runProcess(['gateway/serve.ts', ...args], {});
    expect([code, output]).toEqual([1, expect.stringContaining(sentence)]);
    expect(output).not.toContain('    at ');
  }
  occupied.close();
});

test('npm start keeps what it is told on its embedded database, through Ctrl-C and SIGKILL', async () => {
  const env = {
    NODE_ENV: 'development',
    DATA_DIR: directory,
    PORT: String(await freePort()),
    LOG_LEVEL: 'error',
    DEMO_DATA: 'off',
  };
  const first = await startProcess('gateway', env);
  expect(first.output()).toContain(`Explorer      http://localhost:${first.port}/`);
  const headers = await signIn(first.url, 'keeper@example.com');
  const create =
    'mutation ($title: String!) { createGoal(input: { title: $title, kind: CUSTOM }) { goal { id } errors { message } } }';
  await post(first.url, create, { title: 'Before Ctrl-C' }, headers);
  expect(await first.end('SIGINT')).toBe(0);

  const second = await startProcess('gateway', env);
  await post(second.url, create, { title: 'Before SIGKILL' }, headers);
  await second.end('SIGKILL');

  const third = await startProcess('gateway', env);
  const { data } = await post(third.url, '{ viewer { goals(first: 5) { nodes { title } } } }', {}, headers);
  expect(data.viewer.goals.nodes.map((goal: { title: string }) => goal.title).sort()).toEqual([
    'Before Ctrl-C',
    'Before SIGKILL',
  ]);
  expect(await third.end('SIGTERM')).toBe(0);
}, 120_000);
