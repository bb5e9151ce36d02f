import { Prisma } from '../../shared/db.ts';
import type { Platform } from '../../shared/platform.ts';
import { mostAtOnce } from './leases.ts';

/** Which runs are handed to the job queue. The table is the truth: what the queue loses is handed over again. */

const second = 1_000;

/** Hands over the runs of a person that come next, after one of theirs has ended. */
export async function wakeWaiting({ db, jobs }: Pick<Platform, 'db' | 'jobs'>, userId: string): Promise<void> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM (
      SELECT DISTINCT ON (category_id) id, due_at FROM research_runs
      WHERE user_id = ${userId} AND state = 'QUEUED' ORDER BY category_id, due_at, id
    ) first ORDER BY due_at, id LIMIT ${mostAtOnce}::int`;
  for (const { id: runId } of rows) await jobs.add('research.run', { runId });
}

/** Runs whose worker died, and those that are due and not begun: of one category they follow each other. */
export const dueRuns = (now: Date) => ({
  runs: Prisma.sql`SELECT count(*) AS count, min(CASE WHEN state = 'RUNNING' THEN lease_until ELSE due_at END) AS since
    FROM research_runs WHERE (state = 'RUNNING' AND lease_until < ${now}::timestamptz)
      OR (state = 'QUEUED' AND due_at <= ${now}::timestamptz)`,
});

/** Hands over what nobody works on: its worker died, or the queue lost it. */
export async function sweepRuns({ db, jobs, now }: Platform): Promise<void> {
  const at = now();
  const late = new Date(at.getTime() - 10 * second);
  const rows = await db.$queryRaw<{ id: string }[]>`
    (SELECT id FROM research_runs WHERE state = 'RUNNING' AND lease_until < ${at}::timestamptz LIMIT 1000)
    UNION ALL
    (SELECT id FROM (
       SELECT DISTINCT ON (user_id, category_id) id, created_at FROM research_runs
       WHERE state = 'QUEUED' ORDER BY user_id, category_id, due_at, id
     ) first WHERE created_at < ${late}::timestamptz ORDER BY created_at LIMIT 1000)`;
  // Not the same id for ever: the queue remembers a job that failed for a day, and would take no other.
  const minute = Math.floor(at.getTime() / 60_000);
  for (const { id: runId } of rows) {
    await jobs.add('research.run', { runId }, { id: `research.run.again.${runId}.${minute}` });
  }
}
