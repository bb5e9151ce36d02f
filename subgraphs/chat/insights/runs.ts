import { Temporal } from 'temporal-polyfill';
import type { Db } from '../../shared/db.ts';
import type { Subjects } from './findings.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Who has logged nothing and changed no goal for so long is left alone, in milliseconds. */
const activeWithin = 14 * day;
/** A run that was claimed and not finished is taken up again after so long, in milliseconds. */
const claimLasts = 30 * minute;
/** In the early morning: minutes after midnight, unless the person's day begins later. */
const morning = 5 * 60;

/** What tells that somebody uses goals. */
const signsOfLife = [
  'goal.created',
  'goal.updated',
  'goal.reopened',
  'progress.logged',
  'progress.updated',
  'milestone.reached',
];

/**
 * Claims people whose run is due, at most `most`: those returned are nobody else's until their claim lapses. A claim waits for an
 * erasure under way, and there is none of somebody who is gone.
 */
export async function claimRuns(db: Db, now: Date, most: number): Promise<string[]> {
  const since = new Date(now.getTime() - activeWithin);
  const lapses = new Date(now.getTime() + claimLasts);
  const rows = await db.$queryRaw<{ user_id: string }[]>`
    WITH due AS (
      SELECT counter.user_id FROM event_counters counter LEFT JOIN insight_runs run ON run.user_id = counter.user_id
      WHERE (run.user_id IS NULL OR run.due_at <= ${now}::timestamptz)
        -- Looked at first, for it is one row: whose latest event is old has no newer ones.
        AND EXISTS (SELECT 1 FROM events WHERE user_id = counter.user_id AND seq = counter.last_seq AND at >= ${since}::timestamptz)
        AND EXISTS (SELECT 1 FROM events WHERE user_id = counter.user_id AND at >= ${since}::timestamptz
                      AND type = ANY(${signsOfLife}))
      ORDER BY counter.user_id LIMIT ${most} FOR KEY SHARE OF counter
    )
    INSERT INTO insight_runs (user_id, due_at) SELECT user_id, ${lapses}::timestamptz FROM due
    ON CONFLICT (user_id) DO UPDATE SET due_at = EXCLUDED.due_at WHERE insight_runs.due_at <= ${now}::timestamptz
    RETURNING user_id`;
  return rows.map((row) => row.user_id);
}

/** When a person's run of a local day is due. */
export function dueAt(localDate: string, { timeZone, dayStartMinutes }: Subjects): Date {
  const minutes = Math.max(morning, dayStartMinutes);
  const plainTime = Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  const at = Temporal.PlainDate.from(localDate).toZonedDateTime({ timeZone, plainTime });
  return new Date(at.epochMilliseconds);
}

/** When the run after that of `localDate` is due. */
export const dueNext = (localDate: string, subjects: Subjects): Date =>
  dueAt(Temporal.PlainDate.from(localDate).add({ days: 1 }).toString(), subjects);
