import { BrokenOff, LeaseLost, workUnderLease } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import type { ResearchStep } from '../generated.ts';
import type { CategoryRow } from '../rows.ts';
import { extract } from './extract.ts';
import { gather } from './gather.ts';
import { advance, complete, failRun, handBack, type Lease, leaseMs, renew, report, takeUp } from './leases.ts';
import type { Means } from './means.ts';
import { type Outcomes, outcomesOf, type Progress, type StepResult } from './outcomes.ts';
import { plan } from './plan.ts';
import { wakeWaiting } from './queue.ts';
import type { RunStepRow } from './rows.ts';
import { verify } from './verify.ts';
import { type Budget, RunFailure, type Work } from './work.ts';
import { writeResult } from './write.ts';

/** Progress within a step is told at most so often, in milliseconds. */
const tellingPause = 1_000;

const following: Record<keyof Outcomes, { take(work: Work): Promise<StepResult>; next: ResearchStep }> = {
  PLAN: { take: plan, next: 'GATHER' },
  GATHER: { take: gather, next: 'EXTRACT' },
  EXTRACT: { take: extract, next: 'VERIFY' },
  VERIFY: { take: verify, next: 'WRITE' },
};

/**
 * Goes on with a run until it has ended. Does nothing when somebody else is at it, or when the person has enough runs under way.
 * @param closing aborted when this process is about to end
 */
export async function workOnRun(
  platform: Platform,
  means: Means,
  budget: Budget,
  runId: string,
  closing: AbortSignal,
): Promise<void> {
  const lease = await takeUp(platform, runId);
  if (!lease) return;
  await workUnderLease({
    platform,
    id: runId,
    closing,
    time: budget.time,
    lease: { ms: leaseMs, renew: () => renew(platform, lease) },
    work: (signal) => takeSteps(platform, means, budget, lease, signal),
    conclude: (cause) => conclude(platform, lease, cause),
  }).finally(() => platform.bus.publish('events', lease.run.userId));
  await wakeWaiting(platform, lease.run.userId);
}

/** @throws LeaseLost, RunFailure, BrokenOff, and whatever goes wrong on our side */
async function takeSteps(
  platform: Platform,
  means: Means,
  budget: Budget,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const { run } = lease;
  const { userId, id, categoryId } = run;
  const category = (await platform.db.researchCategory.findUnique({
    where: { userId_id: { userId, id: categoryId } },
  })) as CategoryRow | null;
  if (!category) throw new LeaseLost('The category was deleted.');
  const entries = await platform.db.researchRunStep.findMany({
    where: { userId, runId: id, state: { in: ['DONE', 'REUSED'] } },
    orderBy: { ordinal: 'asc' },
  });
  const outcomes = outcomesOf(entries as RunStepRow[]);
  let toldAt = platform.now().getTime();
  const work: Work = {
    platform,
    means,
    budget,
    run,
    category,
    outcomes,
    signal,
    async report(progress: Progress) {
      const at = platform.now().getTime();
      if (at - toldAt < tellingPause) return;
      toldAt = at;
      await report(platform, lease, progress);
    },
  };
  for (let step = run.step; step !== 'WRITE'; ) {
    const { take, next } = following[step];
    const result = await take(work);
    signal.throwIfAborted();
    await advance(platform, lease, result, next);
    Object.assign(outcomes, { [step]: result.outcome });
    if (result.cost) run.cost = run.cost.plus(result.cost);
    toldAt = platform.now().getTime();
    step = next;
  }
  await complete(platform, lease, (tx, at) => writeResult(tx, run, outcomes, at));
}

/** What a failure means for the run. @throws LeaseLost, and what another attempt may not meet */
async function conclude(platform: Platform, lease: Lease, cause: unknown): Promise<void> {
  const { db, now, log } = platform;
  if (cause instanceof BrokenOff && cause.why === 'CLOSING') {
    await handBack(platform, lease);
    return platform.jobs.add('research.run', { runId: lease.run.id });
  }
  // Our own trouble, with the database for instance: once the lease has run out, somebody goes on where this one was.
  if ((cause as Error).name?.startsWith('PrismaClient')) throw cause;
  const fail = (...how: Parameters<typeof failRun> extends [unknown, unknown, ...infer Rest] ? Rest : never) =>
    transaction(db, (tx) => failRun({ db: tx, now }, lease, ...how));
  if (cause instanceof RunFailure) {
    const { code, message, failures } = cause;
    const failed = failures.length;
    const outcome = { snapshots: [], failures: [...failures] };
    return fail(code, message, failed > 0 ? { outcome, counts: { failed }, progress: { failed } } : undefined);
  }
  if (cause instanceof BrokenOff) return fail('TIME', 'It took longer than five minutes.');
  log.error({ runId: lease.run.id, error: cause }, 'a run of research failed');
  return fail('INTERNAL', 'Something went wrong on our side.');
}
