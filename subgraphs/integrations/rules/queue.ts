import type { Platform } from '../../shared/platform.ts';

/** Which runs are handed to the job queue. The table is the truth: what the queue loses is handed over again. */

export const handOver = ({ jobs }: Pick<Platform, 'jobs'>, runId: string): Promise<void> =>
  jobs.add('integrations.runRule', { runId });

/** Hands over the run of a rule that comes next, after one of its has ended. */
export async function wakeNext(platform: Pick<Platform, 'db' | 'jobs'>, userId: string, ruleId: string): Promise<void> {
  const next = await platform.db.ruleRun.findFirst({
    where: { userId, ruleId, state: 'QUEUED' },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true },
  });
  if (next) await handOver(platform, next.id);
}

/** Hands over what nobody works on: its worker died, its time has come, or the queue lost it. */
export async function sweepRuns({ db, jobs, now }: Platform): Promise<void> {
  const at = now();
  const rows = await db.$queryRaw<{ id: string }[]>`
    (SELECT id FROM rule_runs WHERE state = 'RUNNING' AND lease_until < ${at}::timestamptz ORDER BY lease_until LIMIT 1000)
    UNION ALL
    (SELECT id FROM (
       SELECT DISTINCT ON (run.user_id, run.rule_id, CASE WHEN rule.mode = 'QUEUED' THEN '' ELSE run.id END) run.id, run.due_at
       FROM rule_runs run JOIN automation_rules rule ON rule.user_id = run.user_id AND rule.id = run.rule_id
       WHERE run.state = 'QUEUED'
       ORDER BY run.user_id, run.rule_id, CASE WHEN rule.mode = 'QUEUED' THEN '' ELSE run.id END, run.created_at, run.id
     ) first WHERE due_at <= ${at}::timestamptz ORDER BY due_at LIMIT 1000)`;
  // Not the same id for ever: the queue remembers a job that failed for a day, and would take no other.
  const turn = Math.floor(at.getTime() / 10_000);
  for (const { id: runId } of rows) {
    await jobs.add('integrations.runRule', { runId }, { id: `integrations.runRule.again.${runId}.${turn}` });
  }
}

const kept = 90 * 86_400_000;

/** Deletes runs that ended long ago. */
export async function forgetOldRuns({ db, now }: Platform): Promise<void> {
  await db.ruleRun.deleteMany({ where: { endedAt: { lt: new Date(now().getTime() - kept) } } });
}
