import { randomBytes } from 'node:crypto';
import { Prisma, type Tx } from '../../shared/db.ts';
import { type NewEvent, publish } from '../../shared/events.ts';
import { LeaseLost } from '../../shared/leased.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import type { ResearchRunErrorCode, ResearchStep } from '../generated.ts';
import { closeEntry, openEntry } from './log.ts';
import type { Progress, StepResult } from './outcomes.ts';
import type { RunRow } from './rows.ts';

/**
 * Who works on a run, and what they may store. Whoever holds a run's lease goes on with it; every step is stored together with its entry of
 * the log, and only under the lease. So a run whose worker was killed goes on with the step that was not stored, and a worker that comes back
 * late can store nothing.
 */

/** Whoever was silent for so long has lost the lease, in milliseconds. */
export const leaseMs = 10_000;
/** Runs of one person that are under way at the same time; of one category it is one. */
export const mostAtOnce = 2;
/** A run whose worker died this many times is not begun again. */
const mostAttempts = 5;

/** The right to go on with one run. */
export interface Lease {
  readonly run: RunRow;
  readonly token: string;
}

type Change = { db: Tx; now: () => Date };

/** Tells of a run. Publish last: see `publish`. */
export const tell = ({ db, now }: Change, { userId, id }: RunRow, ...news: NewEvent[]) =>
  publish({ db, userId, now, actor: { kind: 'system', id } }, ...news);

export const progressed = ({ id, categoryId }: RunRow) =>
  ({ type: 'researchRun.progressed', subjectId: id, data: { categoryId } }) as const;
export const completed = ({ id, categoryId }: RunRow, state: 'DONE' | 'FAILED' | 'CANCELLED') =>
  ({ type: 'researchRun.completed', subjectId: id, data: { categoryId, state } }) as const;

/** Changes of one person's runs that must be counted follow each other. */
export const lockRuns = async (tx: Tx, userId: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`research runs ${userId}`}, 0))`;
};

/** Takes up a run that waits, or whose worker has died. Null when it is not to be taken now. */
export async function takeUp({ db, now, bus }: Platform, runId: string): Promise<Lease | null> {
  const token = randomBytes(12).toString('hex');
  const taken = await transaction(db, async (tx) => {
    const at = now();
    const free = Prisma.sql`id = ${runId} AND (state = 'QUEUED' OR (state = 'RUNNING' AND lease_until < ${at}::timestamptz))`;
    // An app may have made the same id for another person.
    const [owner] = await tx.$queryRaw<{ user_id: string }[]>`SELECT user_id FROM research_runs WHERE ${free} LIMIT 1`;
    if (!owner) return null;
    const userId = owner.user_id;
    await lockRuns(tx, userId);
    const [row] = await tx.$queryRaw<{ state: string; attempts: number; category_id: string }[]>`
      SELECT state, attempts, category_id FROM research_runs
      WHERE user_id = ${userId} AND ${free} FOR UPDATE SKIP LOCKED`;
    if (!row || (row.state === 'QUEUED' && !(await hasRoom(tx, userId, row.category_id)))) return null;
    const where = { userId_id: { userId, id: runId } };
    const isLost = row.attempts >= mostAttempts;
    const run = (await tx.researchRun.update({
      where,
      data: {
        state: 'RUNNING',
        lease: token,
        leaseUntil: new Date(at.getTime() + leaseMs),
        attempts: { increment: 1 },
        ...(row.attempts === 0 && { startedAt: at }),
      },
    })) as RunRow;
    await closeEntry(tx, run, 'INTERRUPTED', at);
    if (isLost) await failRun({ db: tx, now }, { run, token }, 'INTERRUPTED', 'It was broken off too often.');
    else {
      await openEntry(tx, run, run.step, at);
      await tell({ db: tx, now }, run, progressed(run));
    }
    return { run, isLost };
  });
  if (!taken) return null;
  bus.publish('events', taken.run.userId);
  return taken.isLost ? null : { run: taken.run, token };
}

async function hasRoom(tx: Tx, userId: string, categoryId: string): Promise<boolean> {
  const running = await tx.researchRun.findMany({ where: { userId, state: 'RUNNING' }, select: { categoryId: true } });
  return running.length < mostAtOnce && running.every((other) => other.categoryId !== categoryId);
}

/** Keeps the lease; false when it is lost. */
export async function renew({ db, now }: Platform, { run: { userId, id }, token }: Lease): Promise<boolean> {
  const { count } = await db.researchRun.updateMany({
    where: { userId, id, lease: token },
    data: { leaseUntil: new Date(now().getTime() + leaseMs) },
  });
  return count > 0;
}

/** Changes a run under the lease; its row is locked from then on. @throws LeaseLost */
async function change(
  tx: Tx,
  { run: { userId, id }, token }: Lease,
  data: Prisma.ResearchRunUpdateManyMutationInput,
): Promise<void> {
  const { count } = await tx.researchRun.updateMany({ where: { userId, id, lease: token }, data });
  if (count === 0) throw new LeaseLost('The run is no longer ours to go on with.');
}

/** Tells how far a step has come. @throws LeaseLost */
export async function report({ db, now, bus }: Platform, lease: Lease, progress: Progress): Promise<void> {
  await transaction(db, async (tx) => {
    await change(tx, lease, { ...progress, leaseUntil: new Date(now().getTime() + leaseMs) });
    await tell({ db: tx, now }, lease.run, progressed(lease.run));
  });
  bus.publish('events', lease.run.userId);
}

/** Stores what a step has come to, and begins the next. @throws LeaseLost */
export async function advance(
  { db, now, bus }: Platform,
  lease: Lease,
  { progress, cost, ...result }: StepResult,
  next: ResearchStep,
): Promise<void> {
  await transaction(db, async (tx) => {
    const at = now();
    await change(tx, lease, {
      step: next,
      leaseUntil: new Date(at.getTime() + leaseMs),
      ...progress,
      ...(cost && { cost: { increment: cost } }),
    });
    await closeEntry(tx, lease.run, 'DONE', at, result);
    await openEntry(tx, lease.run, next, at);
    await tell({ db: tx, now }, lease.run, progressed(lease.run));
  });
  bus.publish('events', lease.run.userId);
}

/** Ends a run with its result, which `store` writes in the same transaction and then tells of. @throws LeaseLost */
export async function complete(
  { db, now }: Platform,
  lease: Lease,
  store: (tx: Tx, at: Date) => Promise<NewEvent>,
): Promise<void> {
  const { run } = lease;
  await transaction(db, async (tx) => {
    const at = now();
    // The category first, as whoever deletes it does.
    await tx.$executeRaw`
      SELECT 1 FROM research_categories WHERE user_id = ${run.userId} AND id = ${run.categoryId} FOR KEY SHARE`;
    await change(tx, lease, { state: 'DONE', lease: null, leaseUntil: null, endedAt: at });
    const stored = await store(tx, at);
    await closeEntry(tx, run, 'DONE', at, { note: 'The result is written down.' });
    await tell({ db: tx, now }, run, stored, completed(run, 'DONE'));
  });
}

/** Of a run that ends before its step does: what that step's calls cost stands in the ledger only. */
export async function settleCost(db: Tx, { userId, id }: RunRow): Promise<void> {
  await db.$executeRaw`
    UPDATE research_runs SET cost = greatest(cost,
      (SELECT coalesce(sum(cost), 0) FROM ai_calls WHERE user_id = ${userId} AND subject_id = ${id}))
    WHERE user_id = ${userId} AND id = ${id}`;
}

/** Ends a run that came to nothing. @throws LeaseLost */
export async function failRun(
  { db, now }: Change,
  lease: Lease,
  code: ResearchRunErrorCode,
  message: string,
  more?: { counts?: Record<string, number>; outcome?: StepResult['outcome']; progress?: Progress },
): Promise<void> {
  const at = now();
  await change(db, lease, {
    state: 'FAILED',
    errorCode: code,
    errorMessage: message,
    lease: null,
    leaseUntil: null,
    endedAt: at,
    ...more?.progress,
  });
  await settleCost(db, lease.run);
  await closeEntry(db, lease.run, 'FAILED', at, { note: message, ...more });
  await tell({ db, now }, lease.run, completed(lease.run, 'FAILED'));
}

/** Gives a run back, for another worker to go on with. @throws LeaseLost */
export async function handBack({ db, now }: Platform, lease: Lease): Promise<void> {
  await transaction(db, async (tx) => {
    await change(tx, lease, { state: 'QUEUED', lease: null, leaseUntil: null });
    await closeEntry(tx, lease.run, 'INTERRUPTED', now());
    await tell({ db: tx, now }, lease.run, progressed(lease.run));
  });
}
