import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { listMigrations, type Migration, migrate } from '../../prisma/migrate.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { freePort, post, type RunningProcess, runProcess, signIn, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';

const directory = mkdtempSync(join(tmpdir(), 'jarvis-schema-'));
const databases: TestDatabase[] = [];
const running: RunningProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.end('SIGKILL')));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const all = listMigrations();
const later = (name: string, sql: string): Migration => ({
  name: `2999${name}`,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});
/** What a next version might bring: columns with and without a default, a table that points here, an index, a wider check. */
const nextVersion = [
  later(
    '01_columns',
    `ALTER TABLE progress_entries ADD COLUMN mood text, ADD COLUMN weight numeric NOT NULL DEFAULT 1;`,
  ),
  later(
    '02_table',
    'CREATE TABLE moods (user_id text, goal_id text, FOREIGN KEY (user_id, goal_id) REFERENCES goals (user_id, id));',
  ),
  later('03_index', 'CREATE INDEX CONCURRENTLY progress_entries_mood_idx ON progress_entries (mood);'),
  later('04_check', 'ALTER TABLE goals ADD CONSTRAINT goals_later CHECK (length(id) > 0) NOT VALID;'),
];

const begin = async (template?: string) => {
  const database = await createDatabase(template);
  databases.push(database);
  const env = {
    NODE_ENV: 'test',
    PORT: String(await freePort()),
    DATA_DIR: directory,
    DATABASE_URL: database.url,
    DEMO_DATA: 'off',
    LOG_LEVEL: 'warn',
  };
  const start = async (more: Record<string, string> = {}) => {
    const server = await startProcess('gateway', { ...env, ...more });
    running.push(server);
    return server;
  };
  return { database, env, start };
};

const log = 'mutation ($input: LogProgressInput!) { logProgress(input: $input) { entry { id } errors { message } } }';
const read = 'query ($id: ID!) { goal(id: $id) { currentValue entries(last: 3) { nodes { value } } } }';

test('a running version goes on, and starts again, while and after two processes apply what the next one brings', async () => {
  const { database, start } = await begin();
  const server = await start();
  const headers = await signIn(server.url, 'mover@example.com');
  const created = await post(
    server.url,
    'mutation { createGoal(input: { title: "Run", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "100000" }) { goal { id } errors { message } } }',
    {},
    headers,
  );
  const goalId = created.data.createGoal.goal.id;
  const problems: unknown[] = [];
  let acknowledged = 0;
  let slowest = 0;
  let isOver = false;
  const write = async () => {
    while (!isOver) {
      const began = Date.now();
      const answer = await post(server.url, log, { input: { goalId, value: '1', localDate: '2026-03-01' } }, headers);
      slowest = Math.max(slowest, Date.now() - began);
      if (answer.errors || answer.data.logProgress.errors.length > 0) problems.push(answer);
      else acknowledged++;
    }
  };
  const writers = Array.from({ length: 4 }, write);
  // Somebody reads for a while: the first migration does not get its lock, and must not keep the writers for long.
  const reader = new pg.Client({ connectionString: database.url });
  await reader.connect();
  await reader.query('BEGIN');
  await reader.query('SELECT 1 FROM progress_entries LIMIT 1');
  const said: string[] = [];
  const migrations = [...all, ...nextVersion];
  const migrated = [1, 2].map(() => migrate(database.url, migrations, { say: (what) => void said.push(what) }));
  await until('a migration has given up once', () => said.length > 0);
  await reader.query('COMMIT');
  const applied = await Promise.all(migrated);
  const before = acknowledged;
  await until('writers go on', () => acknowledged > before + 20);
  isOver = true;
  await Promise.all(writers);
  await reader.end();

  expect(problems).toEqual([]);
  expect(applied.map((names) => names.length).sort()).toEqual([0, nextVersion.length]);
  // The lock's two seconds, and what a request takes.
  expect(slowest).toBeLessThan(4_500);

  expect(await server.end('SIGTERM')).toBe(0);
  const again = await start();
  const { data } = await post(again.url, read, { id: goalId }, headers);
  expect(Number(data.goal.currentValue)).toBe(acknowledged);
}, 60_000);

describe('with MIGRATE=wait', () => {
  test('a process lives, is not ready, and says what it waits for until npm run migrate has run', async () => {
    const { database, env, start } = await begin('template0');
    await migrate(database.url, all.slice(0, -1));
    const started = start({ MIGRATE: 'wait' });
    const url = `http://127.0.0.1:${env.PORT}`;
    const ask = async (path: string) => {
      const response = await fetch(`${url}${path}`).catch(() => null);
      return response && { status: response.status, body: (await response.json()) as any };
    };
    await until('it says that it waits', async () => (await ask('/health/ready'))?.status === 503);
    expect(await ask('/health/ready')).toEqual({
      status: 503,
      body: { status: 'not ready', ready: false, migrations: { pending: [all.at(-1)!.name] } },
    });
    expect(await ask('/health/live')).toEqual({ status: 200, body: { status: 'live' } });
    const outcome = await runProcess(['subgraphs/migrate.ts'], env);
    expect(outcome).toEqual({ code: 0, output: `applied ${all.at(-1)!.name}\nThe database is up to date.\n` });
    const server = await started;
    expect((await ask('/health/ready'))?.status).toBe(200);
    expect(server.output()).toContain('run npm run migrate');
    expect(await runProcess(['subgraphs/migrate.ts'], env)).toEqual({
      code: 0,
      output: 'The database was up to date.\n',
    });
  }, 60_000);
});
