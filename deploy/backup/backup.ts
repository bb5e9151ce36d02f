import { parseArgs } from 'node:util';
import { listBackups, type Manifest } from '../../subgraphs/shared/backup/manifest.ts';
import { recordBackup } from '../../subgraphs/shared/backup/schedule.ts';
import type { BackupSettings } from '../../subgraphs/shared/backup/settings.ts';
import { pruneBackups, takeBackup } from '../../subgraphs/shared/backup/take.ts';
import { ConfigError, readConfig } from '../../subgraphs/shared/config.ts';
import { openDb } from '../../subgraphs/shared/db.ts';
import { createLog } from '../../subgraphs/shared/log.ts';
import { backupsOf, databaseOf, megabytes, run, seconds } from './open.ts';

/** `npm run backup` makes a backup now; `npm run backup -- --list` says which there are. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { list: { type: 'boolean', default: false } } });
  const config = readConfig();
  const backups = backupsOf(config);
  try {
    if (values.list) return await list(backups);
    const { url, close } = await databaseOf(config);
    const [began, startedAt] = [performance.now(), new Date()];
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () =>
        ending.abort(new ConfigError(`${signal}: the backup was broken off, nothing of it is left.`)),
      );
    }
    try {
      const { storage, keys, keep } = backups;
      const manifest = await takeBackup({
        databaseUrl: url,
        storage,
        keys,
        now: () => new Date(),
        signal: ending.signal,
      });
      if (!manifest) throw new ConfigError('Another process is making a backup at the moment.');
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      const size = megabytes(manifest.objects.data.bytes + manifest.objects.heads.bytes);
      console.log(
        `Backup ${manifest.id}: ${rows} rows of ${manifest.tables.length} tables, ${size} sealed, in ${seconds(performance.now() - began)}.`,
      );
      await record(url, manifest, startedAt);
      for (const id of await pruneBackups(storage, keep, new Date())) console.log(`Deleted ${id}: it had its time.`);
    } finally {
      await close();
    }
  } finally {
    backups.storage.close();
  }
}

/** For the schedule and the metrics of the running Jarvis. The backup is good also where that cannot be. */
async function record(url: string, manifest: Manifest, startedAt: Date): Promise<void> {
  const { db, close } = openDb(url, { connections: 1, log: createLog('error') });
  await recordBackup(db, manifest, startedAt, new Date())
    .catch(() => console.log('It is not on record: the database is yet to be migrated to this version.'))
    .finally(close);
}

async function list({ storage }: BackupSettings): Promise<void> {
  const backups = await listBackups(storage);
  if (backups.length === 0) console.log('There is no backup.');
  for (const { id, bytes, complete } of backups) {
    console.log(`${id}  ${megabytes(bytes).padStart(12)}${complete ? '' : '  unfinished: no backup'}`);
  }
}

run(main);
