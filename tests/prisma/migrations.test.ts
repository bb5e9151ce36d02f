import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { listMigrations, type Migration, MigrationError, migrate, pendingMigrations } from '../../prisma/migrate.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let client: pg.Client;
beforeEach(async () => {
  database = await createDatabase('template0');
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const all = listMigrations();
const names = all.map(({ name }) => name);
const migration = (name: string, sql: string): Migration => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});
const first = migration('1_first', 'CREATE TABLE first (id int)');
const second = migration('2_second', 'CREATE TABLE second (id int)');
const tables = async () => {
  const { rows } = await client.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations' ORDER BY 1`,
  );
  return rows.map(({ relname }) => relname);
};
const refusal = async (migrations: Migration[]) => {
  const error = await migrate(database.url, migrations).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MigrationError);
  return (error as Error).message;
};

describe('migrate', () => {
  test('brings an empty database to the newest schema, and the second time does nothing', async () => {
    expect(await pendingMigrations(database.url)).toEqual(names);
    expect(await migrate(database.url)).toEqual(names);
    expect(await tables()).toContain('events');
    expect(await pendingMigrations(database.url)).toEqual([]);
    expect(await migrate(database.url)).toEqual([]);
  });

  test('records what Prisma would: each migration once, finished, with the SHA-256 of its file', async () => {
    await migrate(database.url);
    const { rows } = await client.query(
      `SELECT migration_name, checksum, applied_steps_count, finished_at IS NOT NULL AS finished, rolled_back_at, logs
       FROM _prisma_migrations ORDER BY migration_name`,
    );
    expect(rows).toEqual(
      all.map(({ name, checksum }) => ({
        migration_name: name,
        checksum,
        applied_steps_count: 1,
        finished: true,
        rolled_back_at: null,
        logs: null,
      })),
    );
  });

  test('lets one of two processes that start at once do the work', async () => {
    const run = () =>
      promisify(execFile)(process.execPath, [
        '--import',
        'tsx',
        join(import.meta.dirname, 'migrateProcess.ts'),
        database.url,
      ]);
    const outputs = await Promise.all([run(), run()]);
    const applied = outputs.map(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(applied.sort((a, b) => a.length - b.length)).toEqual([[], names]);
    const { rows } = await client.query('SELECT count(*)::int AS count FROM _prisma_migrations');
    expect(rows[0].count).toBe(names.length);
  });

  test('refuses a migration that was changed after it had been applied', async () => {
    await migrate(database.url, [first]);
    const changed = migration(first.name, `${first.sql} -- changed`);
    expect(await refusal([changed, second])).toBe(
      'The migration 1_first was changed after it had been applied. Restore the file; put the change into a new migration.',
    );
    expect(await tables()).toEqual(['first']);
  });

  test('refuses a database that a newer version has migrated', async () => {
    await migrate(database.url, [first, second]);
    expect(await refusal([first])).toBe(
      'The database has the migration 2_second, which this version of Jarvis does not know. Run the newer version, or use another database.',
    );
  });

  test('rolls a failing migration back whole, keeps those before it, and goes on when it is mended', async () => {
    const broken = migration('2_second', `${second.sql}; CREATE TABLE third (id int); SELECT nothing`);
    expect(await refusal([first, broken])).toBe(
      'The migration 2_second failed and was rolled back: column "nothing" does not exist',
    );
    expect(await tables()).toEqual(['first']);
    expect(await migrate(database.url, [first, second])).toEqual(['2_second']);
    expect(await tables()).toEqual(['first', 'second']);
  });

  test('gives up, rather than wait for ever, where a table is locked', async () => {
    await migrate(database.url, [first]);
    await client.query('BEGIN');
    await client.query('LOCK TABLE first');
    const altering = migration('2_alter', 'ALTER TABLE first ADD COLUMN name text');
    expect(await refusal([first, altering])).toContain('lock timeout');
    await client.query('ROLLBACK');
    expect(await migrate(database.url, [first, altering])).toEqual(['2_alter']);
  });
});
