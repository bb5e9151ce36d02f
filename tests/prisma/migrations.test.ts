import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { listMigrations, type Migration, MigrationError, migrate, pendingMigrations } from '../../prisma/migrate.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

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
const refusal = async (migrations: Migration[], patience?: number) => {
  const error = await migrate(database.url, migrations, { patience }).then(
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

  test('lives with what a newer version has added, and refuses what takes something away from it', async () => {
    await migrate(database.url, [first, second]);
    expect(await migrate(database.url, [first])).toEqual([]);
    expect(await pendingMigrations(database.url, [first])).toEqual([]);
    await migrate(database.url, [first, second, migration('3_drop_contract', 'DROP TABLE first')]);
    const sentence =
      'The database has the migration 3_drop_contract, which this version of Jarvis does not know and cannot live with. Run the newer version, or use another database.';
    expect(await refusal([first, second])).toBe(sentence);
    await expect(pendingMigrations(database.url, [first, second])).rejects.toThrow(sentence);
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

  const altering = migration('2_alter', 'ALTER TABLE first ADD COLUMN name text');

  test('gives up in the end where a table stays locked', async () => {
    await migrate(database.url, [first]);
    await client.query('BEGIN');
    await client.query('LOCK TABLE first');
    expect(await refusal([first, altering], 0)).toContain('lock timeout');
    await client.query('ROLLBACK');
  });

  test('tries again, and says so, until a lock is there: nobody waits behind it for more than two seconds', async () => {
    await migrate(database.url, [first]);
    await client.query('BEGIN');
    await client.query('LOCK TABLE first');
    const said: string[] = [];
    const migrated = migrate(database.url, [first, altering], { say: (what) => void said.push(what) });
    await until('it has given up once', () => said.length > 0);
    await client.query('ROLLBACK');
    expect(await migrated).toEqual(['2_alter']);
    expect(said[0]).toBe('the migration 2_alter did not get its locks (attempt 1): trying again');
  });

  test('builds an index while others write, and what a broken attempt has left is not in its way', async () => {
    const index = migration(
      '2_index',
      '-- Looked up by id.\nCREATE UNIQUE INDEX CONCURRENTLY first_id_idx ON first (id);\n',
    );
    await migrate(database.url, [first]);
    await client.query('INSERT INTO first VALUES (1), (1)');
    expect(await refusal([first, index])).toContain('could not create unique index');
    await client.query('TRUNCATE first');
    expect(await migrate(database.url, [first, index])).toEqual(['2_index']);
    const { rows } = await client.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'first_id_idx'::regclass");
    expect(rows).toEqual([{ indisvalid: true }]);
  });
});
