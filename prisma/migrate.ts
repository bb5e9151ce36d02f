import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

/** Any number that no other program locks on this database. */
const advisoryLock = 720_416_001;

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, hexadecimal: what Prisma records too. */
  checksum: string;
}

/** All migrations in the order of their names. */
export function listMigrations(directory = join(import.meta.dirname, 'migrations')): Migration[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** The database and this program do not fit together; the message says what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

export interface MigrateOptions {
  /** Milliseconds for which a migration that cannot get its lock is tried again, with pauses between. */
  patience?: number;
  /** Told what it is doing, and why it takes long. */
  say?(what: string): void;
}

/** Where what was applied is written down: Prisma's own table. */
export const recordTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;

/**
 * Brings a database to the newest schema: one migration a transaction, under an advisory lock, so that of several
 * processes that start at once one does the work. The record is Prisma's own table `_prisma_migrations`, so that
 * `prisma migrate status` and `deploy` keep working for whoever has Prisma's engine.
 * @returns the names that were applied.
 * @throws MigrationError when an applied migration was changed, one that this program cannot live with was applied by a newer one, or one failed.
 */
export async function migrate(
  url: string,
  migrations: Migration[] = listMigrations(),
  { patience = 60_000, say = () => {} }: MigrateOptions = {},
): Promise<string[]> {
  return withClient(url, async (client) => {
    await lock(client);
    await client.query(recordTable);
    const done = await appliedMigrations(client);
    checkApplied(done, migrations);
    const pending = migrations.filter(({ name }) => !done.has(name));
    const end = Date.now() + patience;
    for (const migration of pending) await applyAtLast(client, migration, end, say);
    return pending.map(({ name }) => name);
  });
}

/**
 * The names of migrations this program has and the database lacks, without applying any.
 * @throws MigrationError when the database has what this program cannot live with.
 */
export async function pendingMigrations(url: string, migrations: Migration[] = listMigrations()): Promise<string[]> {
  return withClient(url, async (client) => {
    const exists = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`);
    const done = exists.rows[0].there ? await appliedMigrations(client) : new Map<string, string>();
    checkApplied(done, migrations);
    return migrations.map(({ name }) => name).filter((name) => !done.has(name));
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
  // Whoever waits for a statement learns of it; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  // Ends the session, and with it the lock.
  return work(client).finally(() => client.end());
}

/** Asks again and again: whoever waits inside a statement holds a snapshot, for whose end CREATE INDEX CONCURRENTLY waits. */
async function lock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS mine', [advisoryLock]);
    if (rows[0].mine) return;
    await setTimeout(100);
  }
}

async function appliedMigrations(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

/**
 * Whether programs that do not know a migration can go on beside it. Its name says so, because the name is all that they see of it: those that end
 * in `_contract` take away what older programs use.
 */
export const isContract = (name: string): boolean => name.endsWith('_contract');

function checkApplied(done: Map<string, string>, migrations: Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const [name, checksum] of done) {
    if (!known.has(name) && isContract(name)) {
      throw new MigrationError(
        `The database has the migration ${name}, which this version of Jarvis does not know and cannot live with. Run the newer version, or use another database.`,
      );
    }
    if (known.has(name) && known.get(name) !== checksum) {
      throw new MigrationError(
        `The migration ${name} was changed after it had been applied. Restore the file; put the change into a new migration.`,
      );
    }
  }
}

/** PostgreSQL's code for a lock that did not come within `lock_timeout`. */
const lockNotAvailable = '55P03';

/** Applies it when its locks can be had: requests that were behind it have their turn in the pauses. */
async function applyAtLast(
  client: pg.Client,
  migration: Migration,
  end: number,
  say: (what: string) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await apply(client, migration);
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      const pause = Math.min(250 * 2 ** attempt, 5_000) * (0.5 + Math.random() / 2);
      if (code !== lockNotAvailable || Date.now() + pause > end)
        throw new MigrationError(`The migration ${migration.name} failed and was rolled back: ${message}`);
      say(`the migration ${migration.name} did not get its locks (attempt ${attempt}): trying again`);
      await setTimeout(pause);
    }
  }
}

/** @throws what PostgreSQL says, once nothing of it is left */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  // A migration that cannot get its lock soon gives up, rather than hold up every request behind it.
  const patience = `SET lock_timeout = '2s'`;
  const record = () =>
    client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ($1, $2, now(), $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
  const index = concurrentIndex.exec(sql)?.[1];
  if (index) {
    // Cannot run in a transaction. One that was broken off leaves an index that is of no use and in the way.
    await client.query(patience);
    const { rows } = await client.query(
      'SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid',
      [index],
    );
    if (rows.length > 0) await client.query(`DROP INDEX CONCURRENTLY ${index}`);
    await client.query(sql);
    await record();
    return;
  }
  try {
    await client.query('BEGIN');
    await client.query(patience.replace('SET', 'SET LOCAL'));
    await client.query(sql);
    await record();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** A migration that is this one statement is run outside a transaction. */
const concurrentIndex =
  /^(?:\s|--[^\n]*\n)*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)[^;]*;?\s*$/i;
