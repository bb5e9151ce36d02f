import type { Tx } from '../../shared/db.ts';
import { newId } from '../../shared/ids.ts';
import type { Platform } from '../../shared/platform.ts';
import type { ConnectionLogKind } from '../generated.ts';

/** What a sync came to, in numbers. */
export interface Counts {
  received: number;
  changed: number;
  deleted: number;
}
const nothing: Counts = { received: 0, changed: 0, deleted: 0 };

/** Writes a line into the log of a connection. */
export async function writeLog(
  { db, userId, now }: { db: Tx; userId: string; now: () => Date },
  connectionId: string,
  kind: ConnectionLogKind,
  { message = null, counts = nothing }: { message?: string | null; counts?: Counts } = {},
): Promise<void> {
  const at = now();
  const { received, changed, deleted } = counts;
  await db.connectionLogEntry.create({
    data: { userId, id: newId('sync', at), connectionId, kind, message, received, changed, deleted, at },
  });
}

const daysKept = 30;
const linesKept = 500;
/** Lines deleted by one statement at most. */
const batch = 5_000;

/** Forgets what syncs came to more than 30 days ago, and of each connection what is beyond the newest 500 lines. */
export async function trimLogs({ db, now }: Platform): Promise<void> {
  const end = new Date(now().getTime() - daysKept * 86_400_000);
  const old = () => db.$executeRaw`
    DELETE FROM connection_log_entries WHERE ctid IN
      (SELECT ctid FROM connection_log_entries WHERE at < ${end}::timestamptz AND kind IN ('SYNCED', 'FAILED') LIMIT ${batch})`;
  while ((await old()) === batch);
  const long = await db.$queryRaw<{ user_id: string; connection_id: string }[]>`
    SELECT user_id, connection_id FROM connection_log_entries
    GROUP BY user_id, connection_id HAVING count(*) > ${linesKept}`;
  for (const { user_id: userId, connection_id: connectionId } of long) {
    await db.$executeRaw`
      DELETE FROM connection_log_entries WHERE ctid IN
        (SELECT ctid FROM connection_log_entries WHERE user_id = ${userId} AND connection_id = ${connectionId}
         ORDER BY at DESC, id DESC OFFSET ${linesKept} LIMIT ${batch})`;
  }
}
