import { BrokenOff, LeaseLost, workUnderLease } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import {
  beginStep,
  endRun,
  endStep,
  findStep,
  handBack,
  type Lease,
  leaseMs,
  putOff,
  renew,
  takeUp,
} from './leases.ts';
import { askerOf, type StepOutcome, type Work } from './outcome.ts';
import { handOver, wakeNext } from './queue.ts';
import type { Action, Condition, RuleRow } from './rule.ts';
import { partsOf, stepKey, stepKindOf } from './run.ts';
import { takeAction } from './takeActions.ts';
import { takeCondition } from './takeConditions.ts';
import { longestRendered, renderAction } from './templates.ts';
import { valuesFor } from './values.ts';

/** A step that fails by something that may pass is tried so often. */
export const mostTries = 4;
/** Before the second, third and fourth try, in milliseconds. */
const pauses = [10_000, 60_000, 300_000];
/** Nobody is waited for longer, whatever they say. */
const longestPause = 900_000;
/** One go at a run may take so long, in milliseconds. */
const longestGo = 120_000;

/** Goes on with a run until it has ended, or must wait. Does nothing when somebody else is at it, or when it is not its turn. */
export async function workOnRun(platform: Platform, runId: string, closing: AbortSignal): Promise<void> {
  const lease = await takeUp(platform, runId);
  if (!lease) return;
  const { userId, ruleId } = lease.run;
  await workUnderLease({
    platform,
    id: runId,
    closing,
    time: longestGo,
    lease: { ms: leaseMs, renew: () => renew(platform, lease) },
    work: (signal) => takeSteps(platform, lease, signal),
    conclude: (cause) => breakOff(platform, lease, cause),
  }).finally(() => platform.bus.publish('events', userId));
  await wakeNext(platform, userId, ruleId);
}

/** @throws LeaseLost, and whatever goes wrong on our side */
async function takeSteps(platform: Platform, lease: Lease, signal: AbortSignal): Promise<void> {
  const { run } = lease;
  const rule = (await platform.db.automationRule.findUnique({
    where: { userId_id: { userId: run.userId, id: run.ruleId } },
  })) as unknown as RuleRow | null;
  if (!rule) throw new LeaseLost('The rule was deleted.');
  const work: Work = { platform, run, rule, signal };
  const parts = partsOf(run);
  for (let ordinal = run.step; ordinal < parts.length; ordinal++) {
    signal.throwIfAborted();
    const goesOn = await takeStep(work, lease, ordinal, parts[ordinal]!);
    if (!goesOn) return;
  }
  await endRun(platform, lease, { state: 'DONE' });
}

/** @returns whether the next step may follow */
async function takeStep(work: Work, lease: Lease, ordinal: number, part: Condition | Action): Promise<boolean> {
  const { platform, run } = work;
  const begun = await findStep(platform, lease, ordinal);
  const input = begun?.input ?? (await inputOf(work, part));
  const step = await beginStep(platform, lease, { ordinal, kind: stepKindOf(part), input });
  const outcome = await outcomeOfStep(work, ordinal, part, step.input!);
  // An answer that came is worth more than the wish to stop.
  switch (outcome.state) {
    case 'DONE':
      await endStep(platform, lease, ordinal, outcome.output);
      return true;
    case 'NOT_MET':
      await endRun(platform, lease, {
        state: 'SKIPPED',
        reason: 'CONDITION',
        message: outcome.output,
        step: { ordinal, ...outcome },
      });
      return false;
    case 'LATER': {
      const pause = pauses[step.attempts - 1];
      if (step.attempts < mostTries && pause !== undefined) {
        const at = platform.now().getTime();
        const wanted = Math.max(at + pause, outcome.until?.getTime() ?? 0);
        const until = new Date(Math.min(wanted, at + longestPause));
        await putOff(platform, lease, ordinal, outcome.error, until);
        await platform.jobs.add(
          'integrations.runRule',
          { runId: run.id },
          { delay: until.getTime() - platform.now().getTime() },
        );
        return false;
      }
      return fail(work, lease, ordinal, outcome.error);
    }
    case 'FAILED':
      return fail(work, lease, ordinal, outcome.error);
  }
}

async function fail({ platform }: Work, lease: Lease, ordinal: number, error: string): Promise<false> {
  const step = { ordinal, state: 'FAILED', error } as const;
  await endRun(platform, lease, { state: 'FAILED', reason: 'ACTION', message: error, step });
  return false;
}

/** What a step is given; it is stored, so that a repetition is given the same. */
async function inputOf(work: Work, part: Condition | Action): Promise<string> {
  const { platform, run, rule } = work;
  if (part.type === 'goal' || part.type === 'time') return JSON.stringify(part);
  const values = await valuesFor(platform, askerOf(work), rule, run.id, run.moment, part);
  return JSON.stringify(renderAction(part, values));
}

async function outcomeOfStep(
  work: Work,
  ordinal: number,
  part: Condition | Action,
  input: string,
): Promise<StepOutcome> {
  if (part.type === 'goal' || part.type === 'time') return takeCondition(part, work);
  if (input.length > longestRendered) {
    return {
      state: 'FAILED',
      error: `With its texts filled in it has ${input.length} characters, of at most ${longestRendered}.`,
    };
  }
  const { id, moment } = work.run;
  const { resumes } = moment;
  // What may have been done by an earlier run goes out under that one's key.
  const key = stepKey(resumes?.step === ordinal ? resumes.runId : id, ordinal);
  return takeAction(JSON.parse(input) as Action, key, work);
}

/** What a failure on our side means for the run. @throws LeaseLost, and what another attempt may not meet */
async function breakOff(platform: Platform, lease: Lease, cause: unknown): Promise<void> {
  if (cause instanceof BrokenOff && cause.why === 'CLOSING') {
    await handBack(platform, lease);
    return handOver(platform, lease.run.id);
  }
  // Once the lease has run out, somebody goes on where this one was; if that fails as well, the run is given up.
  platform.log.error({ runId: lease.run.id, error: cause }, 'the work on a run of a rule was broken off');
}
