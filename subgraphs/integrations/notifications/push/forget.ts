import type { House } from './deliveries.ts';

/** What became of a push is kept this long, in milliseconds. */
const keptFor = 90 * 24 * 3_600_000;
/** Rows deleted by one statement at most. */
const batch = 5_000;

/** Deletes what was over long ago. Safe to interrupt and to repeat. */
export async function forgetPushes({ db, now }: Pick<House, 'db' | 'now'>): Promise<void> {
  const end = new Date(now().getTime() - keptFor);
  let count: number;
  do {
    count = await db.$executeRaw`
      DELETE FROM push_deliveries WHERE ctid IN (
        SELECT ctid FROM push_deliveries WHERE created_at < ${end}::timestamptz AND state <> 'PENDING'
        LIMIT ${batch}::int)`;
  } while (count === batch);
}
