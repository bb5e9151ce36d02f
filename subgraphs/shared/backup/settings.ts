import type { Config } from '../config.ts';
import type { BackupKeys } from './keys.ts';
import type { Keep } from './retention.ts';
import { openStorage, type Storage } from './storage.ts';

export interface BackupSettings {
  storage: Storage;
  keys: BackupKeys;
  keep: Keep;
}

/** Opens what the configuration names; null where there are no backups. Close the storage after use. */
export function openBackups(config: Config): BackupSettings | null {
  if (!config.BACKUP_S3_BUCKET || !config.BACKUP_KEY) return null;
  const [current, ...old] = [config.BACKUP_KEY, ...config.OLD_BACKUP_KEYS].map((key) => Buffer.from(key, 'hex'));
  return {
    storage: openStorage(config),
    keys: [current!, ...old],
    keep: {
      daily: config.BACKUP_KEEP_DAILY,
      weekly: config.BACKUP_KEEP_WEEKLY,
      monthly: config.BACKUP_KEEP_MONTHLY,
    },
  };
}
