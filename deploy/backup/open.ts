import { join } from 'node:path';
import { BackupError } from '../../subgraphs/shared/backup/keys.ts';
import { type BackupSettings, openBackups } from '../../subgraphs/shared/backup/settings.ts';
import { type Config, ConfigError } from '../../subgraphs/shared/config.ts';
import { startEmbeddedPostgres } from '../../subgraphs/shared/embeddedPostgres.ts';
import { checkDatabase } from '../../subgraphs/shared/start.ts';

/** @throws ConfigError when the configuration names no bucket. */
export function backupsOf(config: Config): BackupSettings {
  const backups = openBackups(config);
  if (!backups)
    throw new ConfigError('BACKUP_S3_BUCKET and BACKUP_KEY must be set: where backups are, and what seals them.');
  return backups;
}

/** The database of the configuration; the embedded one is started for it, or found when Jarvis runs. */
export async function databaseOf(config: Config): Promise<{ url: string; close(): Promise<void> }> {
  if (config.DATABASE_URL) {
    await checkDatabase(config.DATABASE_URL);
    return { url: config.DATABASE_URL, close: async () => {} };
  }
  const embedded = await startEmbeddedPostgres({ directory: join(config.DATA_DIR, 'postgres') });
  return { url: embedded.url(), close: () => embedded.stop() };
}

/** Runs a command: what is wrong in a sentence is printed as one, and ends with 1. */
export function run(command: () => Promise<void>): void {
  command().catch((error: Error) => {
    console.error(error instanceof ConfigError || error instanceof BackupError ? error.message : error);
    process.exitCode = 1;
    // What it had opened may keep the process.
    setTimeout(() => process.exit(), 5_000).unref();
  });
}

export const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
export const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(1)} s`;
