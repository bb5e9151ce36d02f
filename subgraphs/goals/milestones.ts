import type { Goal, Milestone } from '../../prisma/generated/client.ts';
import { sha256 } from '../shared/crypto.ts';
import { conflict, limit, notFound } from '../shared/errors.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { canonical } from '../shared/idempotency.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { todayOf } from '../shared/personalClock.ts';
import { earn } from './achievements.ts';
import { addDays, type LocalDate } from './calendar.ts';
import { markCompleted } from './completion.ts';
import type { GoalsUserContext } from './context.ts';
import { dateText, dateValue } from './dates.ts';
import { earliestDay, textDate } from './entryPlan.ts';
import { lockGoals } from './entryRows.ts';
import type { CreateMilestoneInput, DeleteMilestoneInput, UpdateMilestoneInput } from './generated.ts';

/** So many steps a goal may have. */
export const mostMilestones = 100;

/**
 * Adds a milestone. The same id with the same input again gives the first result.
 * @throws UserErrors
 */
export async function createMilestone(ctx: GoalsUserContext, input: CreateMilestoneInput) {
  const checks = new Checks();
  checks.newId(['id'], 'milestone', input.id);
  checkTexts(checks, input);
  checks.number(['position'], input.position, 0, mostMilestones);
  checks.done();
  const { goals } = await lockGoals(ctx.db, ctx.userId, [input.goalId]);
  const goal = goals.get(input.goalId);
  if (!goal) throw notFound(['goalId'], 'goal');
  const now = ctx.now();
  const inputHash = sha256(canonical(input));
  const steps = await stepsOf(ctx, goal.id);
  const position = Math.min(input.position ?? steps.length, steps.length);
  const [milestone] = await ctx.db.milestone.createManyAndReturn({
    data: {
      userId: ctx.userId,
      id: input.id ?? newId('milestone', now),
      goalId: goal.id,
      title: input.title.trim(),
      description: input.description || null,
      position,
      dueDate: input.dueDate == null ? null : dateValue(textDate(input.dueDate)!),
      inputHash,
      createdAt: now,
      updatedAt: now,
    },
    skipDuplicates: true,
  });
  if (!milestone) {
    const known = await ctx.db.milestone.findUnique({ where: { userId_id: { userId: ctx.userId, id: input.id! } } });
    if (known?.inputHash !== inputHash) throw conflict(['id'], 'This id was already used with other input.');
    return { milestone: known, goal };
  }
  if (steps.length >= mostMilestones) throw limit(['goalId'], `A goal can have at most ${mostMilestones} milestones.`);
  const moved = await arrange(ctx, insertAt(steps, milestone, position));
  const touched = await touch(ctx, goal);
  await publish(
    ctx,
    { type: 'milestone.created', subjectId: milestone.id, data: { goalId: goal.id } },
    ...moved.filter((id) => id !== milestone.id).map((id) => updatedEvent(id, goal.id)),
  );
  return { milestone, goal: touched };
}

/**
 * Changes a milestone, moves it, or says that it is reached or open again. The last one reached completes a milestone goal
 * that completes by itself.
 * @throws UserErrors; after a version conflict with the milestone as it is.
 */
export async function updateMilestone(ctx: GoalsUserContext, input: UpdateMilestoneInput) {
  const { milestone: old, goal, steps, today } = await lockMilestone(ctx, input);
  const checks = new Checks();
  checkTexts(checks, input);
  checks.number(['position'], input.position, 0, mostMilestones);
  for (const name of ['title', 'position', 'reached'] as const) {
    if (input[name] === null) checks.add('REQUIRED', [name], `"${name}" cannot be taken away.`);
  }
  const reached = input.reached ?? old.reachedOn !== null;
  if (input.reachedOn != null) {
    const day = textDate(input.reachedOn)!;
    checks.that(reached, ['reachedOn'], 'A milestone that is open has no day it was reached on.');
    checks.that(day <= addDays(today, 1), ['reachedOn'], 'A milestone cannot be reached after tomorrow.');
    checks.that(day >= earliestDay, ['reachedOn'], `A milestone cannot be reached before ${earliestDay}.`);
  }
  checks.done();
  const now = ctx.now();
  const position = input.position == null ? null : Math.min(input.position, steps.length - 1);
  const reachedOn: LocalDate | null = reached
    ? (textDate(input.reachedOn) ?? (old.reachedOn ? dateText(old.reachedOn) : today))
    : null;
  const milestone = await ctx.db.milestone.update({
    where: { userId_id: { userId: ctx.userId, id: old.id } },
    data: {
      title: input.title?.trim() ?? old.title,
      description: input.description === undefined ? old.description : input.description || null,
      dueDate:
        input.dueDate === undefined ? old.dueDate : input.dueDate === null ? null : dateValue(textDate(input.dueDate)!),
      reachedOn: reachedOn && dateValue(reachedOn),
      reachedAt: reachedOn === null ? null : (old.reachedAt ?? now),
      ...(position !== null && { position }),
      version: { increment: 1 },
      updatedAt: now,
    },
  });
  const others = steps.filter(({ id }) => id !== old.id);
  const moved =
    position === null || position === old.position ? [] : await arrange(ctx, insertAt(others, milestone, position));
  const isNew = reached && old.reachedOn === null;
  const events: NewEvent[] = [
    isNew ? { type: 'milestone.reached', subjectId: old.id, data: { goalId: goal.id } } : updatedEvent(old.id, goal.id),
    ...moved.filter((id) => id !== old.id).map((id) => updatedEvent(id, goal.id)),
  ];
  let touched = await touch(ctx, goal);
  if (isNew && goal.kind === 'MILESTONE') touched = await reward(ctx, touched, others, today, events);
  await publish(ctx, ...events);
  return { milestone, goal: touched };
}

/**
 * Deletes a milestone; those after it move up.
 * @throws UserErrors; after a version conflict with the milestone as it is.
 */
export async function deleteMilestone(ctx: GoalsUserContext, input: DeleteMilestoneInput) {
  const { milestone, goal, steps } = await lockMilestone(ctx, input);
  await ctx.db.milestone.delete({ where: { userId_id: { userId: ctx.userId, id: milestone.id } } });
  const moved = await arrange(
    ctx,
    steps.filter(({ id }) => id !== milestone.id),
  );
  const touched = await touch(ctx, goal);
  await publish(
    ctx,
    { type: 'milestone.deleted', subjectId: milestone.id, data: { goalId: goal.id } },
    ...moved.map((id) => updatedEvent(id, goal.id)),
  );
  return { deletedId: milestone.id, goal: touched };
}

/** What reaching one more step earns: half of the way, the goal. */
async function reward(
  ctx: GoalsUserContext,
  goal: Goal,
  others: readonly Milestone[],
  today: LocalDate,
  events: NewEvent[],
): Promise<Goal> {
  const before = others.filter((step) => step.reachedOn !== null).length;
  const all = others.length + 1;
  const names: Parameters<typeof earn>[1][number]['name'][] =
    before * 2 < all && (before + 1) * 2 >= all ? ['HALFWAY'] : [];
  let updated = goal;
  if (before + 1 === all && goal.status === 'ACTIVE' && goal.autoComplete) {
    const done = await markCompleted(ctx, goal, today);
    updated = done.goal;
    events.push(done.event);
    names.push('GOAL_COMPLETED');
  }
  events.push(
    ...(await earn(
      ctx,
      names.map((name) => ({ goalId: goal.id, name })),
      today,
    )),
  );
  return updated;
}

async function lockMilestone(ctx: GoalsUserContext, input: { id: string; expectedVersion?: number | null }) {
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const seen = await ctx.db.milestone.findUnique({ where, select: { goalId: true } });
  if (!seen) throw notFound(['id'], 'milestone');
  const { goals, clock } = await lockGoals(ctx.db, ctx.userId, [seen.goalId]);
  const steps = await stepsOf(ctx, seen.goalId);
  const milestone = steps.find(({ id }) => id === input.id);
  const goal = goals.get(seen.goalId);
  if (!milestone || !goal) throw notFound(['id'], 'milestone');
  if (input.expectedVersion != null && input.expectedVersion !== milestone.version) {
    throw conflict(['expectedVersion'], 'The milestone was changed meanwhile.', { milestone, goal });
  }
  return { milestone, goal, steps, today: todayOf(clock, ctx.now()) };
}

const stepsOf = (ctx: GoalsUserContext, goalId: string) =>
  ctx.db.milestone.findMany({ where: { userId: ctx.userId, goalId }, orderBy: [{ position: 'asc' }, { id: 'asc' }] });

const insertAt = (steps: readonly Milestone[], step: Milestone, position: number) => [
  ...steps.slice(0, position),
  step,
  ...steps.slice(position),
];

/** Numbers milestones in the given order; returns those whose place changed. */
async function arrange(ctx: GoalsUserContext, steps: readonly Milestone[]): Promise<string[]> {
  const moved = steps.filter((step, position) => step.position !== position).map(({ id }) => id);
  if (moved.length === 0) return [];
  await ctx.db.$executeRaw`
    UPDATE milestones SET position = asked.nth - 1, version = version + 1, updated_at = ${ctx.now()}::timestamptz
    FROM unnest(${steps.map(({ id }) => id)}::text[]) WITH ORDINALITY AS asked(id, nth)
    WHERE user_id = ${ctx.userId} AND milestones.id = asked.id AND position <> asked.nth - 1`;
  return moved;
}

/** Names a new state of the goal's history. */
const touch = (ctx: GoalsUserContext, goal: Goal): Promise<Goal> =>
  ctx.db.goal.update({
    where: { userId_id: { userId: ctx.userId, id: goal.id } },
    data: { progressVersion: { increment: 1 } },
  });

const updatedEvent = (id: string, goalId: string): NewEvent => ({
  type: 'milestone.updated',
  subjectId: id,
  data: { goalId },
});

function checkTexts(checks: Checks, input: Pick<UpdateMilestoneInput, 'title' | 'description'>): void {
  checks.text(['title'], input.title, 200);
  checks.text(['description'], input.description, 10_000, 0);
}
