import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { listMigrations, type Migration, recordTable } from '../../prisma/migrate.ts';
import {
  continueSequences,
  copied,
  listRelations,
  listTables,
  qualified,
  quoted,
  type TableShape,
  writeValuesAlike,
} from '../../subgraphs/shared/backup/catalogue.ts';
import { copyOut, createSummer, readFrames, type TableSum } from '../../subgraphs/shared/backup/dump.ts';
import { BackupError, type BackupKeys } from '../../subgraphs/shared/backup/keys.ts';
import { createMeasure, type Manifest, partName, readManifest } from '../../subgraphs/shared/backup/manifest.ts';
import { createOpener } from '../../subgraphs/shared/backup/sealedStream.ts';
import type { Storage } from '../../subgraphs/shared/backup/storage.ts';

export interface RestoreOptions {
  storage: Storage;
  keys: BackupKeys;
  id: string;
  /** Of an empty database. */
  databaseUrl: string;
  /** Ids of the keys for secrets in columns that are at hand. */
  encryptionKeys: readonly string[];
  say: (what: string) => void;
}

/** In milliseconds: adding a foreign key to a large table takes long, a restore that hangs must end. */
const longestStatement = 6 * 3600_000;

/**
 * Restores a backup into an empty database, in one transaction: all of it, or nothing. The backup is read twice, first to find out that it is
 * whole and genuine, then to load it; at the end, what the database holds is compared with what was saved. The schema is made by the
 * migrations that the backup names; newer ones are the business of `migrate`.
 * @throws BackupError with one sentence: the backup cannot be used, or not by this version, or the database is not empty
 */
export async function restore(options: RestoreOptions): Promise<Manifest> {
  const { storage, keys, id, databaseUrl, say } = options;
  const manifest = await readManifest(storage, keys, id);
  const migrations = knownMigrations(manifest);
  const lacking = manifest.encryptionKeys.filter((one) => !options.encryptionKeys.includes(one));
  if (lacking.length > 0) {
    say(
      `Secrets in this backup are sealed with ENCRYPTION_KEY ${lacking.join(', ')} (ids), which is not configured: set it, or OLD_ENCRYPTION_KEYS, before Jarvis is started. Without it, connections, signing keys and webhook secrets cannot be used.`,
    );
  }
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    statement_timeout: longestStatement,
    application_name: 'jarvis restore',
  });
  client.on('error', () => {}); // Whoever waits for a statement hears of it.
  await client.connect();
  try {
    await writeValuesAlike(client);
    await refuseUsed(client);
    say(`Reading ${id} to see that it is whole`);
    await readBackup(options, manifest, async () => null);
    await readHeads(options, manifest);
    say('Loading it');
    await client.query('BEGIN');
    // Nothing else is to come between the look and the first table.
    await refuseUsed(client);
    await makeSchema(client, migrations);
    await load(client, options, manifest);
    await client.query('COMMIT');
    return manifest;
  } finally {
    await client.end(); // What was not committed is not there.
  }
}

async function refuseUsed(client: pg.Client): Promise<void> {
  const [first, ...more] = await listRelations(client);
  if (!first) return;
  throw new BackupError(
    `The database is not empty: it has ${first}${more.length > 0 ? ` and ${more.length} more` : ''}. A backup is restored into an empty database.`,
  );
}

/** @throws BackupError when this version does not know how the backup's database was made. */
function knownMigrations(manifest: Manifest): Migration[] {
  const known = new Map(listMigrations().map((migration) => [migration.name, migration]));
  return manifest.migrations.map(({ name, checksum }) => {
    const migration = known.get(name);
    if (!migration) {
      throw new BackupError(
        `The backup has the migration ${name}, which this version of Jarvis does not know. Restore it with the version that made it, or a newer one.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new BackupError(`The migration ${name} is another than when the backup was made. Restore that file first.`);
    }
    return migration;
  });
}

async function makeSchema(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  // Its rows are in the backup.
  await client.query(recordTable);
  for (const { sql } of migrations) await client.query(sql);
  // Migrations may change settings of the session for themselves.
  await writeValuesAlike(client);
}

/** Foreign keys and triggers stand aside while rows come in the order of tables' names. Foreign keys are checked when they return. */
async function load(client: pg.Client, options: RestoreOptions, manifest: Manifest): Promise<void> {
  const tables = await listTables(client);
  refuseOtherTables(tables, manifest.tables);
  const { rows: foreignKeys } = await client.query<{ table: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2`,
  );
  for (const { table, name } of foreignKeys) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${quoted(name)}`);
  for (const table of tables) await client.query(`ALTER TABLE ${qualified(table)} DISABLE TRIGGER USER`);
  // Rows that migrations have put there are in the backup as well, as they were last.
  await client.query(`TRUNCATE ${tables.map(qualified).join(', ')}`);
  await readBackup(options, manifest, async (table) => client.query(copyFrom(`COPY ${copied(table)} FROM STDIN`)));
  await continueSequences(client, manifest.sequences);
  for (const table of tables) await client.query(`ALTER TABLE ${qualified(table)} ENABLE TRIGGER USER`);
  for (const { table, name, definition } of foreignKeys) {
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${quoted(name)} ${definition}`);
  }
  for (const table of manifest.tables) compare(table, await sumOf(client, table), 'the database holds');
}

/** @throws BackupError when the migrations make other tables or columns than the backup has. */
function refuseOtherTables(made: readonly TableShape[], saved: readonly TableShape[]): void {
  const text = (table: TableShape) => `${qualified(table)} (${[...table.columns].sort().join(', ')})`;
  const [madeTexts, savedTexts] = [new Set(made.map(text)), new Set(saved.map(text))];
  const foreign = [...savedTexts].find((one) => !madeTexts.has(one));
  if (foreign)
    throw new BackupError(`The backup has ${foreign}, which no migration makes: it cannot be restored as it was.`);
  const missing = [...madeTexts].find((one) => !savedTexts.has(one));
  if (missing) throw new BackupError(`The backup lacks ${missing}, which its migrations make.`);
}

/** What a table holds now, as the manifest has it. */
export async function sumOf(client: pg.ClientBase, table: TableShape): Promise<TableSum> {
  const summer = createSummer();
  for await (const piece of copyOut(client, copied(table)) as AsyncIterable<Buffer>) summer.add(piece);
  return summer.result();
}

function compare(table: TableShape & TableSum, found: TableSum, where: string): void {
  if (found.rows === table.rows && found.sum === table.sum) return;
  throw new BackupError(
    `${table.name} had ${table.rows} rows with the sum ${table.sum.slice(0, 8)}…, but ${where} ${found.rows} with ${found.sum.slice(0, 8)}….`,
  );
}

/** Opens a part, and at its end compares size and hash with the manifest. */
export async function openPart(
  { storage, keys }: Pick<RestoreOptions, 'storage' | 'keys'>,
  manifest: Manifest,
  part: 'data' | 'heads',
): Promise<AsyncIterable<Buffer>> {
  const { name, bytes, sha256 } = manifest.objects[part];
  const place = `${manifest.id}/${name}`;
  const stored = await storage.read(partName(manifest.id, name), AbortSignal.timeout(longestStatement));
  if (!stored) throw new BackupError(`${place} is missing in the bucket.`);
  const measure = createMeasure();
  const plain = createGunzip();
  // Errors of any of them reach whoever reads the last.
  const whole = pipeline(stored, measure.stream, createOpener(keys, place), plain).catch(
    (error) => void plain.destroy(error),
  );
  return (async function* () {
    for await (const piece of plain) yield piece as Buffer;
    await whole;
    // The chunks said already whether they are genuine, and which is not: this is about the part as a whole.
    const seen = measure.result();
    if (seen.bytes !== bytes)
      throw new BackupError(`${place} has ${seen.bytes} bytes, but the manifest says ${bytes}.`);
    if (seen.sha256 !== sha256) throw new BackupError(`${place} is not what the manifest says: its hash differs.`);
  })();
}

/** Reads the whole backup and hands each table's rows to a stream of its own, if it gets one. */
async function readBackup(
  options: RestoreOptions,
  manifest: Manifest,
  receive: (table: TableShape) => Promise<NodeJS.WritableStream | null>,
): Promise<void> {
  const expected = [...manifest.tables];
  let table: (TableShape & TableSum) | undefined;
  const frames = readFrames(await openPart(options, manifest, 'data'));
  for await (const frame of frames) {
    if (frame.kind === 'Z') continue;
    table = expected.shift();
    if (frame.kind !== 'T' || !table || shapeText(JSON.parse(frame.bytes.toString())) !== shapeText(table)) {
      throw new BackupError(`The data of ${manifest.id} has other tables than its manifest.`);
    }
    const summer = createSummer();
    const rows = rowsOf(frames, summer);
    const receiver = await receive(table);
    if (receiver) await pipeline(Readable.from(rows, { objectMode: false }), receiver);
    else for await (const _ of rows);
    compare(table, summer.result(), 'the data holds');
  }
  if (expected.length > 0) throw new BackupError(`The data of ${manifest.id} lacks ${expected[0]!.name}.`);
}

const shapeText = ({ schema, name, columns }: TableShape) => JSON.stringify([schema, name, columns]);

/** The pieces up to the end of a table. The frames go on after it, so they are not closed here. */
async function* rowsOf(
  frames: AsyncGenerator<{ kind: string; bytes: Buffer }>,
  summer: ReturnType<typeof createSummer>,
) {
  for (;;) {
    const { value, done } = await frames.next();
    if (done || (value.kind !== 'D' && value.kind !== 'E')) throw new BackupError('A table has no end.');
    if (value.kind === 'E') return;
    summer.add(value.bytes);
    yield value.bytes;
  }
}

/** Hash of the user id → the last entry of their audit log when the backup was made. Memory: some 200 bytes a person. */
export async function readHeads(
  options: Pick<RestoreOptions, 'storage' | 'keys'>,
  manifest: Manifest,
): Promise<Map<string, { seq: bigint; hash: string }>> {
  const heads = new Map<string, { seq: bigint; hash: string }>();
  let rest = '';
  for await (const piece of await openPart(options, manifest, 'heads')) {
    const lines = (rest + piece.toString('latin1')).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [userHash, seq, hash] = line.split('\t');
      heads.set(userHash!, { seq: BigInt(seq!), hash: hash! });
    }
  }
  return heads;
}
