import { parseArgs } from 'node:util';
import { subgraphs } from '../../subgraphs/index.ts';
import { ConfigError, readConfig } from '../../subgraphs/shared/config.ts';
import { backupsOf, run, seconds } from './open.ts';
import { restoreWhole } from './restoreWhole.ts';

const usage = 'npm run restore -- --from <id of a backup, or latest> --to <postgresql:// of an empty database>';

/** `npm run restore`: restores a backup into an empty database, brings it to this version's schema and erases again whoever was erased since. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } });
  if (!values.from || !values.to) throw new ConfigError(`Say what to restore and where to: ${usage}`);
  const config = readConfig();
  const backups = backupsOf(config);
  const began = performance.now();
  try {
    const { manifest, migrated, erased } = await restoreWhole({
      config,
      backups,
      from: values.from,
      databaseUrl: values.to,
      domains: Object.values(subgraphs),
      say: (what) => console.log(what),
    });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    console.log(
      `Restored ${manifest.id}, the state of ${manifest.snapshotAt}: ${rows} rows of ${manifest.tables.length} tables.`,
    );
    if (migrated.length > 0) console.log(`Applied ${migrated.length} newer migrations.`);
    console.log(`Erased again: ${erased} accounts that were erased after the backup.`);
    console.log(`It took ${seconds(performance.now() - began)}. Start Jarvis with DATABASE_URL set to this database.`);
  } finally {
    backups.storage.close();
  }
}

run(main);
