/** A graph with people, and a bucket with its first backup, of the test file that is running: from `beginBackups` on. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import pg from 'pg';
import { restore } from '../../../deploy/backup/restore.ts';
import type { Manifest } from '../../../subgraphs/shared/backup/manifest.ts';
import { type BackupSettings, openBackups } from '../../../subgraphs/shared/backup/settings.ts';
import { takeBackup } from '../../../subgraphs/shared/backup/take.ts';
import { readConfig } from '../../../subgraphs/shared/config.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';
import { type LocalS3, startS3 } from '../../support/s3.ts';

export const encryptionKey = randomBytes(32);
export let s3: LocalS3;
export let graph: TestGraph;
export let backups: BackupSettings;
export let ana: Person;
export let first: Manifest;
export let source: pg.Client;
export const databases: TestDatabase[] = [];

export const config = (env: Record<string, string> = {}) =>
  readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://x',
    ENCRYPTION_KEY: encryptionKey.toString('hex'),
    ...s3.env,
    ...env,
  });
export const connect = async (url: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
};
export async function emptyDatabase(): Promise<string> {
  const database = await createDatabase('template0');
  databases.push(database);
  return database.url;
}
export const back = async (settings = backups, signal = new AbortController().signal) =>
  (await takeBackup({ databaseUrl: graph.platform.databaseUrl, ...settings, now: () => new Date(), signal }))!;
export async function restoreInto(url: string, id: string, settings = backups) {
  const said: string[] = [];
  const manifest = await restore({
    ...settings,
    id,
    databaseUrl: url,
    encryptionKeys: [],
    say: (what) => said.push(what),
  });
  return { manifest, said };
}
export const columnsOf = (manifest: Manifest) => manifest.tables.map(({ name, rows, sum }) => `${name} ${rows} ${sum}`);

/** Values that a careless way through text would change. */
export const values = `CREATE TABLE values_kept (id int PRIMARY KEY, t text, b bytea, j jsonb, a text[], n numeric, f float8, ts timestamptz(6), d date, i interval, bl boolean)`;

async function begin(): Promise<void> {
  [s3, graph] = await Promise.all([startS3(), startGraph({ env: { ENCRYPTION_KEY: encryptionKey.toString('hex') } })]);
  backups = openBackups(config())!;
  ana = await graph.person();
  await graph.person();
  source = await connect(graph.platform.databaseUrl);
  await source.query(`UPDATE users SET name = $1 WHERE id = $2`, [
    'tab\t line\n carriage\r back\\slash \\N \\. „quotes“ 🎯 \u0001 e\u0301',
    ana.userId,
  ]);
  first = await back();
}
async function end(): Promise<void> {
  backups?.storage.close();
  await source?.end();
  for (const database of databases) await database.drop();
  await graph?.stop();
  await s3?.stop();
}

/** Starts what the tests of the file need, and ends it. The storage has no fault at the start of each. */
export function beginBackups(): void {
  beforeAll(begin, 60_000);
  afterEach(() => {
    s3.fault = () => false;
  });
  afterAll(end);
}
