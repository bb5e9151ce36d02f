import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import type { Platform } from '../../shared/platform.ts';
import { toRun } from '../../shared/schedules/due.ts';
import { transaction } from '../../shared/subgraph.ts';
import type { CategoryRow } from '../rows.ts';
import { nextColumns, scheduleOf } from '../schedule.ts';

/** Runs of one person in 24 hours, whatever starts them. */
export const mostADay = 100;
const day = 86_400_000;

/** Categories that one round works off at most; the next comes soon. */
const mostCategories = 1_000;

/**
 * Starts the runs that are due. Any number of processes may do so at once, with clocks that differ or jump: each category is one transaction
 * under a lock on its row, the table knows each local occurrence once, and `next_run_at` only moves on.
 */
export async function scheduleDueRuns(platform: Platform): Promise<void> {
  for (let count = 0; count < mostCategories; count++) {
    const started = await scheduleNext(platform);
    if (!started) return;
    if (started.runIds.length > 0) platform.bus.publish('events', started.userId);
    for (const runId of started.runIds) await platform.jobs.add('research.run', { runId });
  }
}

/** Takes one category that is due, and starts its runs. Null when none is due that nobody else has in hand. */
function scheduleNext({ db, now }: Platform): Promise<{ userId: string; runIds: string[] } | null> {
  return transaction(db, async (tx) => {
    const at = now();
    const [claimed] = await tx.$queryRaw<{ user_id: string; id: string }[]>`
      SELECT user_id, id FROM research_categories WHERE next_run_at <= ${at}::timestamptz
      ORDER BY next_run_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
    if (!claimed) return null;
    const { user_id: userId, id } = claimed;
    const where = { userId_id: { userId, id } };
    const category = (await tx.researchCategory.findUniqueOrThrow({ where })) as CategoryRow;
    const schedule = scheduleOf(category);
    const { nextRunAt, nextLocal } = category;
    const due =
      schedule && nextLocal !== null
        ? toRun(schedule, { at: nextRunAt!, local: nextLocal }, at, category.missedRunPolicy)
        : [];
    const since = new Date(at.getTime() - day);
    const today = await tx.researchRun.count({ where: { userId, createdAt: { gt: since } } });
    const rows = due.map((occurrence, i) => ({
      userId,
      id: newId('run', at),
      categoryId: id,
      trigger: 'SCHEDULE',
      dueAt: occurrence.at,
      localOccurrence: occurrence.local,
      createdAt: at,
      ...(today + i >= mostADay && {
        state: 'FAILED',
        errorCode: 'LIMIT',
        errorMessage: `There were ${mostADay} runs within 24 hours already.`,
        endedAt: at,
      }),
    }));
    const made = await tx.researchRun.createManyAndReturn({ data: rows, skipDuplicates: true });
    await tx.researchCategory.update({ where, data: nextColumns(schedule, category.active, at) });
    await publish(
      { db: tx, userId, now, actor: { kind: 'system', id: 'research.schedule' } },
      ...made.map((run) => ({ type: 'researchRun.created' as const, subjectId: run.id, data: { categoryId: id } })),
      ...made
        .filter(({ state }) => state === 'FAILED')
        .map((run) => ({
          type: 'researchRun.completed' as const,
          subjectId: run.id,
          data: { categoryId: id, state: 'FAILED' as const },
        })),
    );
    return { userId, runIds: made.filter(({ state }) => state === 'QUEUED').map((run) => run.id) };
  });
}
