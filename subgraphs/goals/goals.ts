import type { Goal } from '../../prisma/generated/client.ts';
import { sha256 } from '../shared/crypto.ts';
import { conflict, invalid, limit, notFound } from '../shared/errors.ts';
import { type NewEvent, publish } from '../shared/events.ts';
import { canonical } from '../shared/idempotency.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { type PersonalClock, todayOf } from '../shared/personalClock.ts';
import { earn } from './achievements.ts';
import { closePause, markCompleted, openPause } from './completion.ts';
import type { GoalsUserContext } from './context.ts';
import type { CustomFieldValues } from './customFields.ts';
import { dateValue } from './dates.ts';
import { textDate } from './entryPlan.ts';
import { lockGoals, recountGoals } from './entryRows.ts';
import type { CreateGoalInput, GoalStatus, UpdateGoalInput } from './generated.ts';
import { changedTerms, checkCustomFields, checkNulls, checkTerms, definitionsOf, newTerms } from './goalInput.ts';
import { mostMilestones } from './milestones.ts';
import { pausesOf } from './shape.ts';

/** So many goals a person may have, ended ones included; computed orders rank them in memory. */
export const mostGoals = 1_000;

/** Where a goal made by an import comes from. */
export interface GoalOrigin {
  importSource: string;
  importId: string;
}

/**
 * Makes a goal, with its first milestones if there are any. The same id with the same input again gives the first result.
 * @throws UserErrors
 */
export async function createGoal(ctx: GoalsUserContext, input: CreateGoalInput, origin?: GoalOrigin): Promise<Goal> {
  const now = ctx.now();
  const today = todayOf(await ctx.loaders.clock(), now);
  const checks = new Checks();
  checks.newId(['id'], 'goal', input.id);
  const terms = newTerms(input, today);
  checkTerms(checks, terms, today);
  const definitions = await definitionsOf(ctx, terms.lifeAreaId);
  const customFields = checkCustomFields(checks, definitions, {}, input.customFields ?? []);
  const steps = input.milestones ?? [];
  checks.list(['milestones'], steps, mostMilestones);
  steps.slice(0, mostMilestones).forEach((step, i) => {
    checks.newId(['milestones', i, 'id'], 'milestone', step.id);
    checks.text(['milestones', i, 'title'], step.title, 200);
  });
  checks.done();

  const row = {
    ...terms,
    userId: ctx.userId,
    id: input.id ?? newId('goal', now),
    pauses: terms.pauses as object[],
    customFields,
    ...origin,
    inputHash: sha256(canonical(input)),
    createdAt: now,
    updatedAt: now,
  };
  const [goal] = await ctx.db.goal.createManyAndReturn({ data: row, skipDuplicates: true });
  if (!goal) return sameGoal(ctx, row.id, row.inputHash);
  if ((await ctx.db.goal.count({ where: { userId: ctx.userId } })) > mostGoals)
    throw limit([], `There can be at most ${mostGoals} goals.`);
  const events: NewEvent[] = [{ type: 'goal.created', subjectId: goal.id, data: {} }];
  if (steps.length > 0) {
    const milestones = steps.map((step, position) => ({
      userId: ctx.userId,
      id: step.id ?? newId('milestone', now),
      goalId: goal.id,
      title: step.title.trim(),
      position,
      dueDate: step.dueDate == null ? null : dateValue(textDate(step.dueDate)!),
      inputHash: row.inputHash,
      createdAt: now,
      updatedAt: now,
    }));
    const { count } = await ctx.db.milestone.createMany({ data: milestones, skipDuplicates: true });
    if (count < milestones.length) throw conflict(['milestones'], 'An id of a milestone was already used.');
    events.push(
      ...milestones.map(({ id }) => ({ type: 'milestone.created' as const, subjectId: id, data: { goalId: goal.id } })),
    );
  }
  await publish(ctx, ...events);
  return goal;
}

async function sameGoal(ctx: GoalsUserContext, id: string, inputHash: string): Promise<Goal> {
  const known = await ctx.db.goal.findUnique({ where: { userId_id: { userId: ctx.userId, id } } });
  if (known?.inputHash !== inputHash) throw conflict(['id'], 'This id was already used with other input.');
  return known;
}

/**
 * Changes a goal, pauses, resumes or cancels it.
 * @throws UserErrors; after a version conflict with the goal as it is.
 */
export async function updateGoal(ctx: GoalsUserContext, input: UpdateGoalInput): Promise<Goal> {
  const { goal, clock } = await lockGoal(ctx, input);
  const today = todayOf(clock, ctx.now());
  const checks = new Checks();
  checkNulls(checks, input);
  const terms = changedTerms(goal, input);
  checkTerms(checks, terms, today);
  let customFields = goal.customFields as CustomFieldValues;
  if (input.customFields != null || terms.lifeAreaId !== goal.lifeAreaId) {
    const definitions = await definitionsOf(ctx, terms.lifeAreaId);
    customFields = checkCustomFields(checks, definitions, customFields, input.customFields ?? []);
  }
  const status = input.status ?? (goal.status as GoalStatus);
  checkTransition(checks, goal.status as GoalStatus, status);
  checks.done();

  if (status !== goal.status)
    terms.pauses = status === 'ACTIVE' ? closePause(terms.pauses, today) : openPause(terms.pauses, today);
  let updated = await ctx.db.goal.update({
    where: { userId_id: { userId: ctx.userId, id: goal.id } },
    data: {
      ...terms,
      pauses: terms.pauses as object[],
      customFields,
      status,
      version: { increment: 1 },
      updatedAt: ctx.now(),
    },
  });
  if (terms.aggregation !== goal.aggregation) {
    const [change] = await recountGoals(ctx.db, ctx.userId, [goal.id], today);
    updated = { ...updated, total: change!.total, progressVersion: change!.progressVersion };
  }
  const type = goal.status === 'CANCELLED' && status === 'ACTIVE' ? 'goal.reopened' : 'goal.updated';
  await publish(ctx, { type, subjectId: goal.id, data: {} });
  return updated;
}

/** ACTIVE ⇄ PAUSED → CANCELLED → ACTIVE. Completing, and taking that back, have mutations and events of their own. */
function checkTransition(checks: Checks, from: GoalStatus, to: GoalStatus): void {
  if (from === to) return;
  if (to === 'COMPLETED') checks.add('INVALID', ['status'], 'Use completeGoal to complete a goal.');
  else if (from === 'COMPLETED') checks.add('INVALID', ['status'], 'The goal is completed: use reopenGoal first.');
  else if (from === 'CANCELLED' && to === 'PAUSED')
    checks.add('INVALID', ['status'], 'The goal is cancelled: make it active first.');
}

/**
 * Declares a goal completed; one that is completed already stays as it is.
 * @throws UserErrors; after a version conflict with the goal as it is.
 */
export async function completeGoal(ctx: GoalsUserContext, input: VersionedId): Promise<Goal> {
  const { goal, clock } = await lockGoal(ctx, input);
  if (goal.status === 'COMPLETED') return goal;
  if (goal.status === 'CANCELLED') throw invalid(['id'], 'The goal is cancelled: make it active first.');
  const today = todayOf(clock, ctx.now());
  const done = await markCompleted(ctx, goal, today);
  const earned = await earn(ctx, [{ goalId: goal.id, name: 'GOAL_COMPLETED' }], today);
  await publish(ctx, done.event, ...earned);
  return done.goal;
}

/**
 * Makes a completed or cancelled goal active again; the days in between asked nothing. An active one stays as it is.
 * @throws UserErrors; after a version conflict with the goal as it is.
 */
export async function reopenGoal(ctx: GoalsUserContext, input: VersionedId): Promise<Goal> {
  const { goal, clock } = await lockGoal(ctx, input);
  if (goal.status === 'ACTIVE') return goal;
  if (goal.status === 'PAUSED') throw invalid(['id'], 'The goal is paused: resume it with updateGoal.');
  const now = ctx.now();
  const updated = await ctx.db.goal.update({
    where: { userId_id: { userId: ctx.userId, id: goal.id } },
    data: {
      status: 'ACTIVE',
      completedAt: null,
      pauses: closePause(pausesOf(goal), todayOf(clock, now)) as object[],
      version: { increment: 1 },
      updatedAt: now,
    },
  });
  await publish(ctx, { type: 'goal.reopened', subjectId: goal.id, data: {} });
  return updated;
}

/**
 * Deletes a goal; its entries, days, milestones and achievements go with it. The one event stands for all of them.
 * @throws UserErrors; after a version conflict with the goal as it is.
 */
export async function deleteGoal(ctx: GoalsUserContext, input: VersionedId): Promise<{ deletedId: string }> {
  const { goal } = await lockGoal(ctx, input);
  await ctx.db.goal.delete({ where: { userId_id: { userId: ctx.userId, id: goal.id } } });
  await publish(ctx, { type: 'goal.deleted', subjectId: goal.id, data: {} });
  return { deletedId: goal.id };
}

interface VersionedId {
  id: string;
  expectedVersion?: number | null;
}

async function lockGoal(ctx: GoalsUserContext, input: VersionedId): Promise<{ goal: Goal; clock: PersonalClock }> {
  const { goals, clock } = await lockGoals(ctx.db, ctx.userId, [input.id]);
  const goal = goals.get(input.id);
  if (!goal) throw notFound(['id'], 'goal');
  if (input.expectedVersion != null && input.expectedVersion !== goal.version) {
    throw conflict(['expectedVersion'], 'The goal was changed meanwhile.', { goal });
  }
  return { goal, clock };
}
