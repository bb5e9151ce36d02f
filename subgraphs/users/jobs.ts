import { backUpWhenDue } from '../shared/backup/schedule.ts';
import { openBackups } from '../shared/backup/settings.ts';
import { idempotencyHours } from '../shared/idempotency.ts';
import type { JobDefinition } from '../shared/jobs.ts';
import type { Platform } from '../shared/platform.ts';
import { resealSecrets } from '../shared/sealed.ts';
import { eraseDueAccounts } from './erase.ts';
import { listErasures } from './erasureList.ts';
import { expireExports, failAbandonedExports, makeExport } from './exports.ts';
import { lookAfterImports, takeIn } from './imports.ts';

const hour = 3600_000;
const day = 24 * hour;
const minute = 60_000;
/** Events are kept this long: a copy that was away for longer is loaded anew. In milliseconds. */
const eventsKept = 90 * day;
/** Rows deleted by one statement at most: each is short, however much there is. */
const batch = 5_000;

/** What is done with a person's data in the background: exports, erasures, and forgetting what has had its time. */
export function userJobs(platform: Platform): JobDefinition[] {
  const backups = openBackups(platform.config);
  return [
    { name: 'users.export', run: ({ exportId = '' }) => makeExport(platform, exportId) },
    { name: 'users.import', run: ({ importId = '' }) => takeIn(platform, importId) },
    { name: 'users.erase', every: hour, run: () => eraseDueAccounts(platform) },
    { name: 'users.resealSecrets', every: 5 * minute, run: async () => void (await resealSecrets(platform)) },
    { name: 'users.cleanup', every: hour, run: () => cleanUp(platform) },
    ...(backups
      ? [
          {
            name: 'users.backUp',
            every: minute,
            run: (_: object, closing: AbortSignal) => backUpWhenDue(platform, backups, closing),
          },
          { name: 'users.listErasures', every: 5 * minute, run: () => listErasures(platform, backups) },
        ]
      : []),
  ];
}

/** Deletes archives, idempotency keys and events that have had their time. Safe to interrupt and to repeat. */
export async function cleanUp(platform: Platform): Promise<void> {
  const { db, now } = platform;
  const before = (milliseconds: number) => new Date(now().getTime() - milliseconds);
  await failAbandonedExports(platform);
  await expireExports(platform);
  await lookAfterImports(platform);
  await repeat(
    () => db.$executeRaw`
      DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY
        (SELECT ctid FROM idempotency_keys
         WHERE created_at < ${before(idempotencyHours * hour)}::timestamptz LIMIT ${batch}))`,
  );
  await forgetEvents(platform, before(eventsKept));
}

/**
 * Deletes old events, each user's oldest first and without gaps, so that the oldest one left says how far back copies may
 * be. What a consumer has not seen yet stays, whatever its age. The end of a batch is looked up once: as a join, a planner without figures
 * of the table read the batch again for every row.
 */
async function forgetEvents({ db }: Platform, end: Date): Promise<void> {
  for (let after = ''; ; ) {
    const users = await db.eventCounter.findMany({
      where: { userId: { gt: after } },
      orderBy: { userId: 'asc' },
      take: 500,
      select: { userId: true },
    });
    for (const { userId } of users) {
      await repeat(
        () => db.$executeRaw`
          DELETE FROM events WHERE user_id = ${userId} AND at < ${end}::timestamptz AND seq <= (SELECT max(seq) FROM
            (SELECT seq FROM events WHERE user_id = ${userId} AND at < ${end}::timestamptz
               AND seq <= (SELECT coalesce(min(seq), 9223372036854775807) FROM reaction_cursors WHERE user_id = ${userId})
             ORDER BY seq LIMIT ${batch}) AS oldest)`,
      );
    }
    if (users.length < 500) return;
    after = users.at(-1)!.userId;
  }
}

async function repeat(work: () => Promise<number>): Promise<void> {
  while ((await work()) === batch);
}
