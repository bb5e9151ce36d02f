import { parseArgs } from 'node:util';
import { latestBackup, readManifest } from '../../subgraphs/shared/backup/manifest.ts';
import { ConfigError, readConfig } from '../../subgraphs/shared/config.ts';
import { openDb } from '../../subgraphs/shared/db.ts';
import { createLog } from '../../subgraphs/shared/log.ts';
import { type Head, verifyAudit } from '../../subgraphs/users/auditVerifier.ts';
import { backupsOf, databaseOf, run, seconds } from './open.ts';
import { readHeads } from './restore.ts';

/**
 * `npm run audit:verify`: walks the audit log of everybody and names the first bad entry of each chain that does not hold; then it ends with 1.
 * It compares with the heads in the latest backup where backups are configured, with those of another by `--against <id>`, with
 * none by `--against none`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { against: { type: 'string' } } });
  const config = readConfig();
  const against = values.against ?? (config.BACKUP_S3_BUCKET ? 'latest' : 'none');
  const heads = against === 'none' ? new Map<string, Head>() : await headsOf(against);
  const { url, close } = await databaseOf(config);
  const { db, close: closeDb } = openDb(url, { connections: 2, log: createLog('error'), statementTimeout: 60_000 });
  try {
    const began = performance.now();
    const { rows, people, breaks } = await verifyAudit(db, heads);
    const took = performance.now() - began;
    for (const { userId, seq, what } of breaks) console.log(`Entry ${seq} of ${userId} ${what}.`);
    console.log(
      `${breaks.length === 0 ? 'Every chain holds' : `${breaks.length} ${breaks.length === 1 ? 'chain does' : 'chains do'} not hold`}: ${rows} entries of ${people} people in ${seconds(took)} (${Math.round((rows / took) * 1_000)} a second), ${heads.size} heads compared.`,
    );
    if (breaks.length > 0) process.exitCode = 1;
  } finally {
    await closeDb();
    await close();
  }

  async function headsOf(which: string): Promise<Map<string, Head>> {
    const backups = backupsOf(config);
    try {
      const id = which === 'latest' ? (await latestBackup(backups.storage)).id : which;
      const heads = await readHeads(backups, await readManifest(backups.storage, backups.keys, id));
      console.log(`Comparing with the heads in backup ${id}.`);
      return heads;
    } catch (error) {
      throw new ConfigError(`The heads cannot be read: ${(error as Error).message} (--against none does without.)`);
    } finally {
      backups.storage.close();
    }
  }
}

run(main);
