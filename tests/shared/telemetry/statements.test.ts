import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type OpenDb, openDb } from '../../../subgraphs/shared/db.ts';
import { withoutValues } from '../../../subgraphs/shared/telemetry/statements.ts';
import { createDatabase } from '../../support/database.ts';
import { recordingLog } from '../../support/platform.ts';

const canary = 'canary-5d1e';
const { log, lines } = recordingLog();
let database: Awaited<ReturnType<typeof createDatabase>>;
let open: OpenDb;
beforeAll(async () => {
  database = await createDatabase();
  open = openDb(database.url, { connections: 2, log, slowMs: 40 });
});
afterAll(async () => {
  await open.close();
  await database.drop();
});
beforeEach(() => {
  lines.length = 0;
});

const counted = (operation: string, outcome: string) =>
  open.statements.series.get(operation)?.outcomes.get(outcome) ?? 0;

test('statements are counted by their first word and how they ended, inside transactions as well', async () => {
  const { db } = open;
  const before = {
    selects: counted('SELECT', 'ok'),
    failed: counted('SELECT', 'failed'),
    begins: counted('BEGIN', 'ok'),
  };
  await db.$queryRaw`SELECT 1`;
  await db.$transaction(async (tx) => tx.$queryRaw`select 2`);
  await expect(db.$queryRaw`SELECT 1/0`).rejects.toThrow();
  await expect(open.pool.query('SELECT nothing')).rejects.toThrow();
  expect(counted('SELECT', 'ok')).toBe(before.selects + 2);
  expect(counted('SELECT', 'failed')).toBe(before.failed + 2);
  expect(counted('BEGIN', 'ok')).toBe(before.begins + 1);
});

test('one that takes long is logged and counted, with its text and without its values', async () => {
  const before = open.statements.slow;
  await open.db.$queryRaw`SELECT pg_sleep(0.06)::text, ${canary}::text`;
  await open.db.$queryRawUnsafe(`SELECT pg_sleep(0.06)::text, '${canary}' || E'\\'${canary}', $$${canary}$$`);
  await open.db.$queryRaw`SELECT 3`;
  const told = lines.map((line) => JSON.parse(line));
  expect(told.map(({ statement }) => statement)).toEqual([
    'SELECT pg_sleep(?)::text, $1::text',
    'SELECT pg_sleep(?)::text, ? || ?, ?',
  ]);
  for (const { level, msg, ms, failed } of told) {
    expect({ level, msg, failed }).toEqual({ level: 'warn', msg: 'a slow SQL statement', failed: false });
    expect(ms).toBeGreaterThanOrEqual(40);
  }
  expect(open.statements.slow).toBe(before + 2);
  expect(lines.join()).not.toContain(canary);
});

test.each([
  ["WHERE a = 'it''s' AND b = 4.5", 'WHERE a = ? AND b = ?'],
  ["WHERE a = 'never ends", 'WHERE a = ?'],
  ['SELECT $tag$ a $$ b $tag$, $1, "column 2", t1.c3', 'SELECT ?, $1, "column 2", t1.c3'],
  ['SELECT\n  1', 'SELECT ?'],
])('%j is told as %j', (statement, told) => {
  expect(withoutValues(statement)).toBe(told);
});

test('who waits for a connection is counted with how long, whether one came or not', async () => {
  const busy = openDb(database.url, { connections: 1, log });
  const { pool, statements } = busy;
  const waited = (...over: number[]) => {
    const figures = statements.waits.figures('wait', {});
    const count = figures.at(-1)!.value;
    const short = (bound: number) => figures.find(({ labels }) => labels.le === String(bound / 1_000))!.value;
    return [count, ...over.map((bound) => count - short(bound))];
  };
  const client = await pool.connect();
  expect(waited(2_500)).toEqual([1, 0]);
  const late = await Promise.allSettled([pool.query('SELECT 1'), pool.connect()]);
  for (const { status } of late) expect(status).toBe('rejected');
  expect(waited(2_500)).toEqual([3, 2]);
  client.release();
  await busy.db.$queryRaw`SELECT 1`;
  expect(waited(2_500)).toEqual([4, 2]);
  await busy.close();
});
