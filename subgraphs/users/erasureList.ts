import { listErasure } from '../shared/backup/erasures.ts';
import type { BackupSettings } from '../shared/backup/settings.ts';
import type { Platform } from '../shared/platform.ts';

/** Entries that one run of the job writes at most. */
const mostAtOnce = 500;

/**
 * Writes finished erasures to the list beside the backups, until the storage has confirmed each. Should the database be lost
 * before: every backup of the 14 days before an erasure knows that it was scheduled, and does it again when due.
 */
export async function listErasures({ db, now }: Platform, { storage, keys }: BackupSettings): Promise<void> {
  const waiting = await db.erasure.findMany({
    where: { finishedAt: { not: null }, listedAt: null },
    orderBy: { finishedAt: 'asc' },
    take: mostAtOnce,
  });
  for (const { userHash, finishedAt } of waiting) {
    await listErasure(storage, keys, userHash, finishedAt!);
    await db.erasure.update({ where: { userHash }, data: { listedAt: now() } });
  }
}
