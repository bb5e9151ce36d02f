import { migrate } from '../../prisma/migrate.ts';
import { latestBackup, type Manifest } from '../../subgraphs/shared/backup/manifest.ts';
import type { BackupSettings } from '../../subgraphs/shared/backup/settings.ts';
import type { Config } from '../../subgraphs/shared/config.ts';
import { encryptionKeys, keyId } from '../../subgraphs/shared/crypto.ts';
import { openDb } from '../../subgraphs/shared/db.ts';
import { createLog } from '../../subgraphs/shared/log.ts';
import type { Domain } from '../../subgraphs/shared/platform.ts';
import { reapplyErasures } from './reapply.ts';
import { restore } from './restore.ts';

export interface Restored {
  manifest: Manifest;
  /** Names of migrations that came after the backup. */
  migrated: string[];
  /** How many accounts were erased again. */
  erased: number;
}

/**
 * All of a restore, after which a database may be used: the backup, newer migrations, erasures since.
 * @param options.from id of a backup, or `latest`
 * @throws BackupError when the backup cannot be used; MigrationError when a newer migration fails (the database then stays as the backup was)
 */
export async function restoreWhole(options: {
  config: Config;
  backups: BackupSettings;
  from: string;
  databaseUrl: string;
  domains: readonly Domain[];
  say: (what: string) => void;
}): Promise<Restored> {
  const { config, backups, from, databaseUrl, domains, say } = options;
  const { storage, keys } = backups;
  const id = from === 'latest' ? (await latestBackup(storage)).id : from;
  const manifest = await restore({
    storage,
    keys,
    id,
    databaseUrl,
    encryptionKeys: encryptionKeys(config).map(keyId),
    say,
  });
  const migrated = await migrate(databaseUrl);
  const { db, close } = openDb(databaseUrl, { connections: 2, log: createLog('error') });
  try {
    return { manifest, migrated, erased: await reapplyErasures(db, domains, backups, () => new Date()) };
  } finally {
    await close();
  }
}
