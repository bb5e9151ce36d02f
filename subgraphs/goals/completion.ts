import type { Goal } from '../../prisma/generated/client.ts';
import type { NewEvent } from '../shared/events.ts';
import { addDays, type LocalDate } from './calendar.ts';
import type { GoalsUserContext } from './context.ts';
import type { GoalChange } from './entryRows.ts';
import { targetReached } from './percent.ts';
import { type Pause, pausesOf, shapeOf } from './shape.ts';

/** Whether a goal that completes by itself has just reached its target. */
export function reachesTarget(goal: Goal, change: GoalChange): boolean {
  if (
    goal.status !== 'ACTIVE' ||
    !goal.autoComplete ||
    goal.kind === 'HABIT' ||
    goal.kind === 'MILESTONE' ||
    !change.after
  )
    return false;
  const shape = shapeOf(goal);
  const value = goal.cumulative ? change.total.plus(goal.startValue ?? 0) : change.after.value;
  return targetReached(shape, value.toNumber());
}

/** Sets a goal's row to completed. From tomorrow on it asks nothing, so that its streak and percent stay as they are. */
export async function markCompleted(
  ctx: GoalsUserContext,
  goal: Goal,
  today: LocalDate,
): Promise<{ goal: Goal; event: NewEvent }> {
  const now = ctx.now();
  const updated = await ctx.db.goal.update({
    where: { userId_id: { userId: ctx.userId, id: goal.id } },
    data: {
      status: 'COMPLETED',
      completedAt: now,
      pauses: openPause(pausesOf(goal), addDays(today, 1)) as object[],
      version: { increment: 1 },
      updatedAt: now,
    },
  });
  return { goal: updated, event: { type: 'goal.completed', subjectId: goal.id, data: {} } };
}

/** Begins a pause without an end; one that lasts already goes on. */
export function openPause(pauses: readonly Pause[], start: LocalDate): Pause[] {
  return pauses.some((pause) => pause.end === null) ? [...pauses] : [...pauses, { start, end: null }];
}

/** Ends the pause that lasts on the day before `today`; one that would have no day is dropped. */
export function closePause(pauses: readonly Pause[], today: LocalDate): Pause[] {
  const end = addDays(today, -1);
  return pauses.flatMap((pause) => (pause.end !== null ? [pause] : pause.start <= end ? [{ ...pause, end }] : []));
}
