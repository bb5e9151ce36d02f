import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/**
 * Brings a database to the newest schema: one migration a transaction, under an advisory lock, so that of several
 * processes that start at once one does the work. The record is Prisma's own table `_prisma_migrations`, so that
 * `prisma migrate status` and `deploy` keep working for whoever has Prisma's engine.
 * @returns the names that were applied.
 * @throws MigrationError when an applied migration was changed, is unknown here (an older program on a newer database), or failed.
 */
export async function migrate(url: string, migrations: Migration[] = listMigrations()): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
      logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`);
    const done = await appliedMigrations(client);
    checkApplied(done, migrations);
    const pending = migrations.filter(({ name }) => !done.has(name));
    for (const migration of pending) await apply(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    await client.end(); // ends the session, and with it the lock
  }
}

/** The names of migrations this program has and the database lacks, without applying any. */
export async function pendingMigrations(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const exists = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`);
    const done = exists.rows[0].there ? await appliedMigrations(client) : new Map();
    return listMigrations()
      .map(({ name }) => name)
      .filter((name) => !done.has(name));
  } finally {
    await client.end();
  }
}

async function appliedMigrations(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

function checkApplied(done: Map<string, string>, migrations: Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const [name, checksum] of done) {
    if (!known.has(name)) {
      throw new MigrationError(
        `The database has the migration ${name}, which this version of Jarvis does not know. Run the newer version, or use another database.`,
      );
    }
    if (known.get(name) !== checksum) {
      throw new MigrationError(
        `The migration ${name} was changed after it had been applied. Restore the file; put the change into a new migration.`,
      );
    }
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    // A migration that cannot get its lock soon gives up, rather than hold up every request behind it.
    await client.query(`SET LOCAL lock_timeout = '2s'`);
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ($1, $2, now(), $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw new MigrationError(`The migration ${name} failed and was rolled back: ${(error as Error).message}`);
  }
}
