import { randomBytes } from 'node:crypto';
import type { Prisma, Tx } from '../../shared/db.ts';
import type { NewEvent } from '../../shared/events.ts';
import { LeaseLost } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import { shorten } from '../../shared/storable.ts';
import { transaction } from '../../shared/subgraph.ts';
import type { AutomationRunReason, AutomationStepKind } from '../generated.ts';
import { notify } from '../notifications/notifications.ts';
import type { RunRow, RunStepRow } from './run.ts';
import { type Change, completed, endOpenRuns, lockRule, tell } from './starts.ts';

/**
 * Who works on a run, and what they may store. Whoever holds a run's lease goes on with it; what comes of a step is stored before the next is
 * begun, and only under the lease. So a run whose worker was killed goes on with the step that was not stored, under the same key, and a worker
 * that comes back late can store nothing.
 */

/** Whoever was silent for so long has lost the lease, in milliseconds. */
export const leaseMs = 10_000;
/** A run whose worker died this many times is not begun again. */
const mostAttempts = 5;
/** So many failures in a row switch a rule off. */
const mostFailures = 5;
const longestOutput = 4_000;
const longestSentence = 1_000;

/** The right to go on with one run. */
export interface Lease {
  readonly run: RunRow;
  readonly token: string;
}

/** Takes up a run that waits and whose turn it is, or whose worker has died. Null when it is not to be taken now. */
export async function takeUp({ db, now, bus }: Platform, runId: string): Promise<Lease | null> {
  const token = randomBytes(12).toString('hex');
  const taken = await transaction(db, async (tx) => {
    const at = now();
    // In the mode QUEUED the earlier one goes first, and one that is to be tried again is not overtaken.
    const [row] = await tx.$queryRaw<{ user_id: string; was_running: boolean; attempts: number }[]>`
      SELECT run.user_id, run.state = 'RUNNING' AS was_running, run.attempts FROM rule_runs run
      WHERE run.id = ${runId}
        AND ((run.state = 'QUEUED' AND run.due_at <= ${at}::timestamptz)
          OR (run.state = 'RUNNING' AND run.lease_until < ${at}::timestamptz))
        AND NOT EXISTS (
          SELECT 1 FROM automation_rules rule JOIN rule_runs other ON other.user_id = rule.user_id AND other.rule_id = rule.id
          WHERE rule.user_id = run.user_id AND rule.id = run.rule_id AND rule.mode = 'QUEUED'
            AND other.state IN ('QUEUED', 'RUNNING') AND (other.created_at, other.id) < (run.created_at, run.id))
      LIMIT 1 FOR UPDATE OF run SKIP LOCKED`;
    if (!row) return null;
    const where = { userId_id: { userId: row.user_id, id: runId } };
    const run = (await tx.ruleRun.update({
      where,
      data: {
        state: 'RUNNING',
        lease: token,
        leaseUntil: new Date(at.getTime() + leaseMs),
        ...(row.was_running && { attempts: { increment: 1 } }),
      },
    })) as unknown as RunRow;
    if (run.startedAt === null) await tx.ruleRun.update({ where, data: { startedAt: at } });
    return { run, isLost: run.attempts >= mostAttempts };
  });
  if (!taken) return null;
  const lease = { run: taken.run, token };
  if (!taken.isLost) return lease;
  await endRun({ db, now, bus }, lease, {
    state: 'FAILED',
    reason: 'INTERRUPTED',
    message: 'It was broken off too often.',
  });
  return null;
}

/** Keeps the lease; false when it is lost. */
export async function renew({ db, now }: Platform, { run: { userId, id }, token }: Lease): Promise<boolean> {
  const { count } = await db.ruleRun.updateMany({
    where: { userId, id, lease: token },
    data: { leaseUntil: new Date(now().getTime() + leaseMs) },
  });
  return count > 0;
}

/** Changes a run under the lease; its row is locked from then on. @throws LeaseLost */
async function change(
  tx: Tx,
  { run: { userId, id }, token }: Lease,
  data: Prisma.RuleRunUpdateManyMutationInput,
): Promise<void> {
  const { count } = await tx.ruleRun.updateMany({ where: { userId, id, lease: token }, data });
  if (count === 0) throw new LeaseLost('The run is no longer ours to go on with.');
}

const stepKey = ({ run: { userId, id } }: Lease, ordinal: number) => ({
  userId_runId_ordinal: { userId, runId: id, ordinal },
});

/** What a step was begun with, whoever began it; null when nobody has. */
export const findStep = ({ db }: Pick<Platform, 'db'>, lease: Lease, ordinal: number) =>
  db.ruleRunStep.findUnique({ where: stepKey(lease, ordinal) }) as Promise<RunStepRow | null>;

/**
 * Writes down that a step is begun, before anything of it is done.
 * @param input what it is given; of a step that was begun before, what it was given then counts
 * @throws LeaseLost
 */
export const beginStep = (
  { db, now }: Platform,
  lease: Lease,
  step: { ordinal: number; kind: AutomationStepKind; input: string },
): Promise<RunStepRow> =>
  transaction(db, async (tx) => {
    const at = now();
    await change(tx, lease, { leaseUntil: new Date(at.getTime() + leaseMs) });
    const { userId, id: runId } = lease.run;
    const where = stepKey(lease, step.ordinal);
    const begun = await tx.ruleRunStep.findUnique({ where });
    if (!begun) {
      const row = { userId, runId, ...step, state: 'RUNNING', startedAt: at };
      return (await tx.ruleRunStep.create({ data: row })) as RunStepRow;
    }
    const isAgain = begun.state === 'WAITING';
    return (await tx.ruleRunStep.update({
      where,
      data: { state: 'RUNNING', error: null, ...(isAgain && { attempts: { increment: 1 } }) },
    })) as RunStepRow;
  });

/**
 * Writes down what has come of a step; the next one may begin.
 * @param effect what it does in our own database, in the same transaction; it gives back the output
 * @throws LeaseLost
 */
export async function endStep(
  { db, now, bus }: Platform,
  lease: Lease,
  ordinal: number,
  effect: string | ((change: Change) => Promise<string>),
): Promise<void> {
  await transaction(db, async (tx) => {
    const at = now();
    await change(tx, lease, { step: ordinal + 1, leaseUntil: new Date(at.getTime() + leaseMs) });
    const output = typeof effect === 'string' ? effect : await effect({ db: tx, now });
    await tx.ruleRunStep.update({
      where: stepKey(lease, ordinal),
      data: { state: 'DONE', output: shorten(output, longestOutput), error: null, endedAt: at },
    });
  });
  if (typeof effect !== 'string') bus.publish('events', lease.run.userId);
}

/** Lets a run rest until a step may be tried again. @throws LeaseLost */
export async function putOff(
  { db, now, bus }: Platform,
  lease: Lease,
  ordinal: number,
  error: string,
  until: Date,
): Promise<void> {
  const { run } = lease;
  await transaction(db, async (tx) => {
    await change(tx, lease, { state: 'QUEUED', lease: null, leaseUntil: null, dueAt: until });
    await tx.ruleRunStep.update({
      where: stepKey(lease, ordinal),
      data: { state: 'WAITING', error: shorten(error, longestSentence) },
    });
    await tell({ db: tx, now }, run, {
      type: 'automationRun.updated',
      subjectId: run.id,
      data: { ruleId: run.ruleId },
    });
  });
  bus.publish('events', run.userId);
}

/** Gives a run back, for another worker to go on with. @throws LeaseLost */
export const handBack = ({ db, now }: Platform, lease: Lease): Promise<void> =>
  change(db, lease, { state: 'QUEUED', lease: null, leaseUntil: null, dueAt: now() });

export interface RunEnd {
  state: 'DONE' | 'FAILED' | 'SKIPPED';
  reason?: AutomationRunReason;
  message?: string;
  /** The step at which it ended. */
  step?: { ordinal: number; state: 'NOT_MET' | 'FAILED'; output?: string; error?: string };
}

/** Ends a run; a rule whose runs fail again and again is switched off. @throws LeaseLost */
export async function endRun(
  { db, now, bus }: Pick<Platform, 'db' | 'now' | 'bus'>,
  lease: Lease,
  end: RunEnd,
): Promise<void> {
  const { run } = lease;
  const { userId, id, ruleId } = run;
  const { state, reason, message, step } = end;
  await transaction(db, async (tx) => {
    const at = now();
    // The rule first, as whoever starts its runs does.
    const rule = await lockRule(tx, userId, ruleId);
    await change(tx, lease, {
      state,
      reason: reason ?? null,
      message: message === undefined ? null : shorten(message, longestSentence),
      lease: null,
      leaseUntil: null,
      endedAt: at,
    });
    if (step) {
      await tx.ruleRunStep.update({
        where: stepKey(lease, step.ordinal),
        data: {
          state: step.state,
          output: step.output === undefined ? null : shorten(step.output, longestOutput),
          error: step.error === undefined ? null : shorten(step.error, longestSentence),
          endedAt: at,
        },
      });
    }
    const news: NewEvent[] = [];
    const where = { userId_id: { userId, id: ruleId } };
    if (state === 'DONE' && rule!.failures > 0) {
      await tx.automationRule.update({ where, data: { failures: 0 } });
      news.push({ type: 'automationRule.updated', subjectId: ruleId, data: {} });
    }
    if (state === 'FAILED') {
      const failures = rule!.failures + 1;
      const isOver = failures >= mostFailures && rule!.active;
      const disabledReason = isOver
        ? `${failures} runs in a row failed. The latest: ${shorten(message ?? '', 500)}`
        : undefined;
      await tx.automationRule.update({
        where,
        data: {
          failures,
          ...(isOver && { active: false, disabledReason: disabledReason!, version: { increment: 1 }, updatedAt: at }),
        },
      });
      news.push({ type: 'automationRule.updated', subjectId: ruleId, data: {} });
      if (isOver) {
        await tx.ruleTrigger.deleteMany({ where: { userId, ruleId } });
        const others = await endOpenRuns(tx, rule!, 'ENDED', 'The rule was switched off.', at);
        news.push(...others.map((one) => completed(one, 'CANCELLED')));
        await notify(
          { db: tx, userId, now, actor: { kind: 'automation', id }, causationId: id },
          {
            kind: 'ALERT',
            title: shorten(`Switched off: ${rule!.name}`, 200),
            body: disabledReason!,
            subjectId: ruleId,
            cause: `rule:${ruleId}:${id}`,
          },
        );
      }
    }
    news.push(
      state === 'SKIPPED' ? { type: 'automationRun.updated', subjectId: id, data: { ruleId } } : completed(run, state),
    );
    await tell({ db: tx, now }, run, ...news);
  });
  bus.publish('events', userId);
}
