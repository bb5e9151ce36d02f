import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { sealedColumns } from '../sealed.ts';
import { leftOut, listSequences, listTables, type TableShape, writeValuesAlike } from './catalogue.ts';
import { copyOut, dump, type TableSum } from './dump.ts';
import type { BackupKeys } from './keys.ts';
import {
  createMeasure,
  listBackups,
  type Manifest,
  newBackupId,
  partName,
  type StoredPart,
  writeManifest,
} from './manifest.ts';
import { expired, type Keep, removeBackup } from './retention.ts';
import { createSealer } from './sealedStream.ts';
import type { Storage } from './storage.ts';

export interface BackupSource {
  databaseUrl: string;
  storage: Storage;
  keys: BackupKeys;
  now: () => Date;
  signal: AbortSignal;
}

/** Any number that nothing else locks on this database: one backup at a time, whatever the number of processes. */
const advisoryLock = 720_416_002;
/** No statement of a backup may take longer, in milliseconds: a snapshot keeps PostgreSQL from cleaning up. */
const longestStatement = 2 * 3600_000;

/**
 * Backs the database up: one snapshot of every table, the heads of the audit log, and at last the manifest. Memory does not
 * depend on the size of the database. When it fails, what it had stored is deleted, as far as the storage can be reached.
 * @returns null when another process is at it
 * @throws Error of the database or the storage, or the reason of the signal
 */
export async function takeBackup(source: BackupSource): Promise<Manifest | null> {
  const { databaseUrl, storage, keys, now, signal } = source;
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    statement_timeout: longestStatement,
    lock_timeout: 30_000,
    application_name: 'jarvis backup',
  });
  client.on('error', () => {}); // Whoever waits for a statement hears of it.
  const id = newBackupId(now(), randomBytes(4));
  const begun: string[] = [];
  try {
    await client.connect();
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      advisoryLock,
    ]);
    if (!rows[0]!.locked) return null;
    await writeValuesAlike(client);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const shape = await describe(client);
    const sums = new Map<TableShape, TableSum>();
    const store = (name: string, content: Readable) => {
      begun.push(partName(id, name));
      return storePart(storage, keys, id, name, content, signal);
    };
    const data = await store('data', Readable.from(dump(client, shape.tables, sums), { objectMode: false }));
    const heads = await store('heads', copyOut(client, `(${auditHeads})`));
    await client.query('COMMIT');
    const manifest: Manifest = {
      ...shape,
      format: 1,
      id,
      finishedAt: now().toISOString(),
      leftOut: [...leftOut],
      tables: shape.tables.map((table) => ({ ...table, ...sums.get(table)! })),
      objects: { data, heads },
    };
    signal.throwIfAborted();
    await writeManifest(storage, keys, manifest);
    return manifest;
  } catch (error) {
    // The manifest could have arrived though its answer did not.
    if (begun.length > 0) begun.unshift(partName(id, 'manifest.json'));
    for (const name of begun) await storage.remove(name).catch(() => {});
    throw signal.aborted ? signal.reason : error;
  } finally {
    // Not by a goodbye that waits for a COPY under way.
    client.end().catch(() => {});
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}

/**
 * The last entry of each person's audit log, under a hash of their id: whoever has this can tell whether entries were taken from
 * its end since. Tab-separated: hash of the user id, number, hash of the entry.
 */
const auditHeads = `SELECT encode(sha256(convert_to(user_id, 'UTF8')), 'hex'), seq, hash FROM
  (SELECT DISTINCT ON (user_id) user_id, seq, hash FROM audit_entries ORDER BY user_id, seq DESC) heads`;

async function describe(client: pg.Client) {
  const { rows } = await client.query<{ at: Date; version: string }>(
    `SELECT now() AS at, current_setting('server_version') AS version`,
  );
  const { rows: migrations } = await client.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  );
  const tables = await listTables(client);
  return {
    snapshotAt: rows[0]!.at.toISOString(),
    postgres: rows[0]!.version,
    migrations,
    tables,
    sequences: await listSequences(client),
    encryptionKeys: await encryptionKeysInUse(client, tables),
  };
}

/** A sealed text begins with its version and the id of its key. A database that is yet to be migrated may lack some of the columns. */
async function encryptionKeysInUse(client: pg.Client, tables: readonly TableShape[]): Promise<string[]> {
  const there = sealedColumns.filter(({ table, column }) =>
    tables.some(({ name, columns }) => name === table && columns.includes(column)),
  );
  if (there.length === 0) return [];
  const each = there.map(
    ({ table, column }) => `SELECT split_part(${column}, '.', 2) AS id FROM ${table} WHERE ${column} IS NOT NULL`,
  );
  const { rows } = await client.query<{ id: string }>(`${each.join(' UNION ')} ORDER BY 1`);
  return rows.map(({ id }) => id);
}

/** Compresses, seals and stores one part. */
async function storePart(
  storage: Storage,
  keys: BackupKeys,
  id: string,
  name: string,
  content: Readable,
  signal: AbortSignal,
): Promise<StoredPart> {
  const measure = createMeasure();
  const body = new PassThrough();
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  // Whichever fails first ends the other, which may wait for it.
  const ends = (error: unknown) => {
    ending.abort(error);
    body.destroy(error as Error);
    throw error;
  };
  await Promise.all([
    pipeline(content, createGzip(), createSealer(keys, `${id}/${name}`), measure.stream, body, {
      signal: either,
    }).catch(ends),
    storage.upload(partName(id, name), body, either).catch(ends),
  ]);
  return { name, ...measure.result() };
}

/** Deletes what has had its time. @returns the ids of complete backups that went. */
export async function pruneBackups(storage: Storage, keep: Keep, now: Date): Promise<string[]> {
  const gone = expired(await listBackups(storage), keep, now);
  for (const backup of gone) await removeBackup(storage, backup);
  return gone.filter(({ complete }) => complete).map(({ id }) => id);
}
