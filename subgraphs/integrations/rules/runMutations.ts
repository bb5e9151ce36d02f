import type { UserContext } from '../../shared/context.ts';
import { conflict, notFound } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { inputHash, sameCreation } from '../../shared/stored.ts';
import type { CancelAutomationRunInput, RetryAutomationRunInput, RunAutomationRuleInput } from '../generated.ts';
import { mostTries } from './engine.ts';
import { handOver, wakeNext } from './queue.ts';
import type { RuleRow } from './rule.ts';
import { momentByHand, type RunRow } from './run.ts';
import { type Cause, completed, endOpenRuns, lockRule, runBehind, startRun } from './starts.ts';

/** What people do with runs: start one, end one, try one once more. */

const findRun = (ctx: UserContext, id: string) =>
  ctx.db.ruleRun.findUnique({ where: { userId_id: { userId: ctx.userId, id } } }) as unknown as Promise<RunRow | null>;

/** Sets a rule off. @throws UserErrors NOT_FOUND, INVALID and CONFLICT (id of the run). */
export async function runRule(ctx: UserContext, input: RunAutomationRuleInput): Promise<RunRow> {
  const rule = await lockRule(ctx.db, ctx.userId, input.id);
  if (!rule) throw notFound(['id'], 'automation rule');
  const news = { trigger: 'MANUAL', moment: momentByHand(rule, ctx.now()) } as const;
  return start(ctx, rule, input.runId, inputHash(input), news);
}

/** Has a run tried once more. @throws UserErrors NOT_FOUND, CONFLICT for one that is done or under way, INVALID (id of the run). */
export async function retryRun(ctx: UserContext, input: RetryAutomationRunInput): Promise<RunRow> {
  const failed = await findRun(ctx, input.id);
  const rule = failed && (await lockRule(ctx.db, ctx.userId, failed.ruleId));
  if (!rule) throw notFound(['id'], 'run');
  const current = (await findRun(ctx, input.id))!;
  if (current.state !== 'FAILED' && current.state !== 'CANCELLED') {
    throw conflict(['id'], 'Only a run that failed or was ended can be tried once more.', { run: current });
  }
  const { step, id } = current;
  const stopped = await ctx.db.ruleRunStep.findUnique({
    where: { userId_runId_ordinal: { userId: ctx.userId, runId: id, ordinal: step } },
  });
  // What was refused is tried under a new key; what may have been done all the same, under the old one.
  const isOpen = stopped !== null && (stopped.state === 'CANCELLED' || stopped.attempts >= mostTries);
  const { resumes, ...told } = current.moment;
  const from = resumes?.step === step ? resumes.runId : id;
  const moment = { ...told, ...(isOpen && { resumes: { step, runId: from } }) };
  const run = await start(ctx, rule, input.runId, inputHash(input), { trigger: 'RETRY', moment, again: current });
  return run;
}

async function start(
  ctx: UserContext,
  rule: RuleRow,
  id: string | null | undefined,
  hash: string,
  news: Pick<Cause, 'trigger' | 'moment' | 'again'>,
): Promise<RunRow> {
  const checks = new Checks();
  checks.newId(['runId'], 'rulerun', id);
  checks.done();
  const earlier = id == null ? null : await findRun(ctx, id);
  if (earlier) return sameCreation(earlier, hash);
  const origin = await runBehind(ctx.db, ctx.userId, ctx.causationId);
  const runId = id ?? newId('rulerun', ctx.now());
  const cause = `${news.trigger.toLowerCase()}:${runId}`;
  const run = (await startRun(ctx, rule, { ...news, cause, origin, id: runId, inputHash: hash }))!;
  if (news.again && run.state === 'QUEUED') await takeOver(ctx, news.again, run);
  if (run.state === 'QUEUED') ctx.afterCommit(() => handOver(ctx, run.id));
  return run;
}

/** What an earlier run has done stands in the trace of the one that goes on with it. */
async function takeOver({ db, userId }: UserContext, from: RunRow, to: RunRow): Promise<void> {
  const done = await db.ruleRunStep.findMany({ where: { userId, runId: from.id, ordinal: { lt: from.step } } });
  await db.ruleRunStep.createMany({ data: done.map((step) => ({ ...step, runId: to.id })) });
  const { resumes } = to.moment;
  if (!resumes) return;
  // The same key must carry the same input.
  const begun = await db.ruleRunStep.findUnique({
    where: { userId_runId_ordinal: { userId, runId: from.id, ordinal: from.step } },
  });
  if (begun) {
    await db.ruleRunStep.create({
      data: { ...begun, runId: to.id, state: 'RUNNING', attempts: 1, error: null, output: null, endedAt: null },
    });
  }
}

/** Ends a run. One that is ended already by somebody stays as it is. @throws UserErrors NOT_FOUND, CONFLICT. */
export async function cancelRun(ctx: UserContext, { id }: CancelAutomationRunInput): Promise<RunRow> {
  const found = await findRun(ctx, id);
  const rule = found && (await lockRule(ctx.db, ctx.userId, found.ruleId));
  if (!rule) throw notFound(['id'], 'run');
  const [ended] = await endOpenRuns(ctx.db, rule, 'ENDED', 'Somebody ended it.', ctx.now(), id);
  const current = ended ?? (await findRun(ctx, id))!;
  if (current.state !== 'CANCELLED') throw conflict(['id'], 'This run has ended already.', { run: current });
  if (ended) {
    await publish(ctx, completed(ended, 'CANCELLED'));
    ctx.afterCommit(async () => {
      ctx.bus.publish('stops', id);
      await wakeNext({ db: ctx.root, jobs: ctx.jobs }, ctx.userId, ended.ruleId);
    });
  }
  return current;
}
