import { conflict, limit, notFound } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { inputHash, lockRow, sameCreation } from '../../shared/stored.ts';
import type { ResearchUserContext } from '../context.ts';
import type { CancelResearchRunInput, RetryResearchRunInput, TriggerResearchInput } from '../generated.ts';
import { completed, lockRuns, settleCost } from './leases.ts';
import { closeEntry, takeOver } from './log.ts';
import { wakeWaiting } from './queue.ts';
import { openStates, type RunRow } from './rows.ts';
import { mostADay } from './scheduler.ts';

/** What people do with runs: start one, end one, try one once more. */

const day = 86_400_000;

const find = (ctx: ResearchUserContext, id: string) =>
  ctx.db.researchRun.findUnique({ where: { userId_id: { userId: ctx.userId, id } } }) as Promise<RunRow | null>;

/** Looks into a category now. The schedule stays as it is. */
export async function triggerResearch(ctx: ResearchUserContext, input: TriggerResearchInput): Promise<{ run: RunRow }> {
  const { id, categoryId } = input;
  const hash = inputHash(input);
  const earlier = await prepare(ctx, id, hash);
  if (earlier) return { run: earlier };
  await lockRow(ctx, 'category', categoryId, 'category', ['categoryId']);
  return { run: await start(ctx, { id, categoryId, trigger: 'MANUAL', hash }, ['categoryId']) };
}

/** Tries a run that failed or was cancelled once more, from the step that was not done. */
export async function retryRun(ctx: ResearchUserContext, input: RetryResearchRunInput): Promise<{ run: RunRow }> {
  const { id, runId } = input;
  const hash = inputHash(input);
  const earlier = await prepare(ctx, id, hash);
  if (earlier) return { run: earlier };
  const failed = await find(ctx, runId);
  if (!failed) throw notFound(['runId'], 'run');
  if (failed.state === 'DONE') throw conflict(['runId'], 'This run is done: look into the category anew instead.');
  const run = await start(ctx, { id, categoryId: failed.categoryId, trigger: 'RETRY', hash, retryOf: failed }, [
    'runId',
  ]);
  return { run };
}

/** Checks an id that an app has made. From then on no other run of this person can be started. */
async function prepare(ctx: ResearchUserContext, id: string | null | undefined, hash: string): Promise<RunRow | null> {
  const checks = new Checks();
  checks.newId(['id'], 'run', id);
  checks.done();
  await lockRuns(ctx.db, ctx.userId);
  const earlier = id == null ? null : await find(ctx, id);
  return earlier && sameCreation(earlier, hash);
}

interface NewRun {
  id: string | null | undefined;
  categoryId: string;
  trigger: 'MANUAL' | 'RETRY';
  hash: string;
  retryOf?: RunRow;
}

/** @throws UserErrors CONFLICT while the category has a run that waits or is under way, LIMIT after too many. */
async function start(ctx: ResearchUserContext, news: NewRun, path: string[]): Promise<RunRow> {
  const { userId } = ctx;
  const { categoryId, retryOf, trigger } = news;
  const now = ctx.now();
  const open = await ctx.db.researchRun.findFirst({
    where: { userId, categoryId, state: { in: [...openStates] } },
    orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
  });
  if (open) throw conflict(path, 'This category is being looked into already.', { run: open });
  const since = new Date(now.getTime() - day);
  if ((await ctx.db.researchRun.count({ where: { userId, createdAt: { gt: since } } })) >= mostADay) {
    throw limit([], `There may be at most ${mostADay} runs within 24 hours; wait a little.`);
  }
  const run = (await ctx.db.researchRun.create({
    data: {
      userId,
      id: news.id ?? newId('run', now),
      categoryId,
      trigger,
      dueAt: now,
      inputHash: news.hash,
      createdAt: now,
      ...(retryOf && {
        retryOf: retryOf.id,
        step: retryOf.step,
        planned: retryOf.planned,
        fetched: retryOf.step === 'GATHER' ? 0 : retryOf.fetched,
        failed: retryOf.step === 'GATHER' ? 0 : retryOf.failed,
        claims: retryOf.claims,
      }),
    },
  })) as RunRow;
  if (retryOf) await takeOver(ctx.db, retryOf, run);
  await publish(ctx, { type: 'researchRun.created', subjectId: run.id, data: { categoryId } });
  ctx.afterCommit(() => ctx.jobs.add('research.run', { runId: run.id }));
  return run;
}

/** Ends a run. One that is cancelled already stays as it is. */
export async function cancelRun(ctx: ResearchUserContext, { id }: CancelResearchRunInput): Promise<{ run: RunRow }> {
  const { userId } = ctx;
  await lockRow(ctx, 'run', id, 'run');
  const current = (await find(ctx, id))!;
  if (current.state === 'CANCELLED') return { run: current };
  if (current.state !== 'QUEUED' && current.state !== 'RUNNING') {
    throw conflict(['id'], 'This run has ended already.', { run: current });
  }
  const at = ctx.now();
  await settleCost(ctx.db, current);
  const run = (await ctx.db.researchRun.update({
    where: { userId_id: { userId, id } },
    data: { state: 'CANCELLED', lease: null, leaseUntil: null, endedAt: at },
  })) as RunRow;
  await closeEntry(ctx.db, run, 'CANCELLED', at);
  await publish(ctx, completed(run, 'CANCELLED'));
  ctx.afterCommit(async () => {
    ctx.bus.publish('stops', id);
    await wakeWaiting({ db: ctx.root, jobs: ctx.jobs }, userId);
  });
  return { run };
}
