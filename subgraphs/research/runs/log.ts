import { Prisma, type Tx } from '../../shared/db.ts';
import type { ResearchStep, ResearchStepState } from '../generated.ts';
import type { StepResult } from './outcomes.ts';
import type { RunRow } from './rows.ts';

/** The log of a run's steps. Whoever writes it has the run's row locked. */

/** Begins the entry of a step. */
export async function openEntry(tx: Tx, { userId, id: runId }: RunRow, step: ResearchStep, at: Date): Promise<void> {
  const ordinal = 1 + (await tx.researchRunStep.count({ where: { userId, runId } }));
  await tx.researchRunStep.create({ data: { userId, runId, ordinal, step, state: 'RUNNING', startedAt: at } });
}

/** Ends the entry that is open, if there is one. */
export async function closeEntry(
  tx: Tx,
  { userId, id: runId }: RunRow,
  state: ResearchStepState,
  at: Date,
  result?: { note: string; counts?: Record<string, number>; outcome?: StepResult['outcome'] },
): Promise<void> {
  await tx.researchRunStep.updateMany({
    where: { userId, runId, state: 'RUNNING' },
    data: {
      state,
      endedAt: at,
      ...(result && {
        note: result.note,
        counts: result.counts ?? {},
        outcome: (result.outcome as unknown as Prisma.InputJsonValue) ?? Prisma.DbNull,
      }),
    },
  });
}

/** Copies what an earlier run has done: the entries of its steps that are done, before `step`. */
export async function takeOver(tx: Tx, from: RunRow, to: RunRow): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO research_run_steps (user_id, run_id, ordinal, step, state, started_at, ended_at, note, counts, outcome)
    SELECT user_id, ${to.id}, row_number() OVER (ORDER BY ordinal), step, 'REUSED', started_at, ended_at, note, counts, outcome
    FROM research_run_steps
    WHERE user_id = ${from.userId} AND run_id = ${from.id} AND state IN ('DONE', 'REUSED') AND step <> ${from.step}`;
}
