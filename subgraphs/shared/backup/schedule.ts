import { randomUUID } from 'node:crypto';
import { CronExpressionParser } from 'cron-parser';
import type { Db } from '../db.ts';
import type { Platform } from '../platform.ts';
import type { Manifest } from './manifest.ts';
import { failures, lastBytes, lastDuration, lastSuccess } from './metrics.ts';
import type { BackupSettings } from './settings.ts';
import { pruneBackups, takeBackup } from './take.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** After a failure it is tried again in so many milliseconds. */
const pause = 10 * minute;
/** A backup that takes longer is broken off, in milliseconds. */
const longest = 6 * 60 * minute;
/** The record of attempts goes back so far. */
const attemptsKept = 400 * day;

/**
 * Makes the backup that is due, if one is: once per occurrence of BACKUP_SCHEDULE, by one process, again after ten minutes when it
 * failed. Which are due follows from the record of attempts, so nothing is missed when no process ran at the time.
 * A failure is logged and counted, not thrown.
 */
export async function backUpWhenDue(platform: Platform, backups: BackupSettings, closing: AbortSignal): Promise<void> {
  const { config, db, now } = platform;
  const success = await db.backup.findFirst({
    where: { finishedAt: { not: null }, failure: null },
    orderBy: { startedAt: 'desc' },
  });
  if (success) {
    lastSuccess.set(success.startedAt.getTime() / 1_000);
    lastDuration.set((success.finishedAt!.getTime() - success.startedAt.getTime()) / 1_000);
    lastBytes.set(Number(success.bytes));
  }
  if (config.BACKUP_SCHEDULE === 'off') return;
  const due = CronExpressionParser.parse(config.BACKUP_SCHEDULE, { tz: 'UTC', currentDate: now() }).prev().toDate();
  if (success && success.startedAt >= due) return;
  const attempt = await db.backup.findFirst({ orderBy: { startedAt: 'desc' } });
  if (attempt && now().getTime() - attempt.startedAt.getTime() < pause) return;
  await backUp(platform, backups, closing);
}

/** Puts a backup that was made by hand on record: what is due, and whether there is a good one, is read from there. */
export async function recordBackup(db: Db, { objects }: Manifest, startedAt: Date, finishedAt: Date): Promise<void> {
  await db.backup.create({ data: { id: randomUUID(), startedAt, finishedAt, bytes: bytesOf(objects) } });
}

const bytesOf = ({ data, heads }: Manifest['objects']) => data.bytes + heads.bytes;

/** @returns whether it was made; false also when another process is at it */
async function backUp(platform: Platform, backups: BackupSettings, closing: AbortSignal): Promise<boolean> {
  const { db, now, log, databaseUrl } = platform;
  const { storage, keys, keep } = backups;
  const startedAt = now();
  const { id } = await db.backup.create({ data: { id: randomUUID(), startedAt } });
  try {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(longest)]);
    const manifest = await takeBackup({ databaseUrl, storage, keys, now, signal });
    if (!manifest) {
      await db.backup.delete({ where: { id } });
      return false;
    }
    const bytes = bytesOf(manifest.objects);
    const finishedAt = now();
    await db.backup.update({ where: { id }, data: { finishedAt, bytes } });
    lastSuccess.set(startedAt.getTime() / 1_000);
    lastDuration.set((finishedAt.getTime() - startedAt.getTime()) / 1_000);
    lastBytes.set(bytes);
    log.info({ backup: manifest.id, bytes }, 'a backup was made');
  } catch (error) {
    failures.inc();
    const failure = (error as Error).message.slice(0, 500);
    log.error({ error: failure }, 'a backup failed');
    await db.backup.update({ where: { id }, data: { finishedAt: now(), failure } }).catch(() => {});
    return false;
  }
  // The backup is good, whatever becomes of older ones.
  await pruneBackups(storage, keep, now()).catch((error: Error) =>
    log.warn({ error: error.message }, 'backups that have had their time could not be deleted'),
  );
  await db.backup.deleteMany({ where: { startedAt: { lt: new Date(now().getTime() - attemptsKept) } } });
  return true;
}
