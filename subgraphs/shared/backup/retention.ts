import { partName, type StoredBackup } from './manifest.ts';
import type { Storage } from './storage.ts';

export interface Keep {
  daily: number;
  weekly: number;
  monthly: number;
}

/** Parts of a backup that did not finish are deleted after so many milliseconds. */
const unfinishedKept = 24 * 3600_000;

/**
 * What may be deleted: complete backups but for the newest of each of the last so many days, weeks (ISO 8601) and months (UTC)
 * that have one, and what did not finish for a day. The newest complete one always stays. Oldest first.
 */
export function expired(backups: readonly StoredBackup[], keep: Keep, now: Date): StoredBackup[] {
  const complete = backups.filter((backup) => backup.complete).sort((a, b) => b.at.getTime() - a.at.getTime());
  const kept = new Set(complete.slice(0, 1));
  for (const [periodOf, count] of [
    [dayOf, keep.daily],
    [weekOf, keep.weekly],
    [monthOf, keep.monthly],
  ] as const) {
    const seen = new Set<string>();
    for (const backup of complete) {
      const period = periodOf(backup.at);
      if (seen.has(period)) continue;
      if (seen.size === count) break;
      seen.add(period);
      kept.add(backup);
    }
  }
  return backups.filter((backup) =>
    backup.complete ? !kept.has(backup) : now.getTime() - backup.storedAt.getTime() > unfinishedKept,
  );
}

const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const monthOf = (at: Date) => at.toISOString().slice(0, 7);
/** The Monday that the week begins with. */
function weekOf(at: Date): string {
  const sinceMonday = (at.getUTCDay() + 6) % 7;
  return dayOf(new Date(at.getTime() - sinceMonday * 86_400_000));
}

/** Deletes a backup, its manifest first: what is half deleted is no backup any more. */
export async function removeBackup(storage: Storage, { id, parts }: StoredBackup): Promise<void> {
  const manifest = partName(id, 'manifest.json');
  for (const part of [...parts].sort((a, b) => Number(b === manifest) - Number(a === manifest)))
    await storage.remove(part);
}
