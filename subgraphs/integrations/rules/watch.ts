import { Prisma } from '../../shared/db.ts';
import type { EventType, LoggedEvent } from '../../shared/events.ts';
import type { Platform } from '../../shared/platform.ts';
import type { ReactionContext, Watch } from '../../shared/reactions.ts';
import { passes } from '../eventTypes.ts';
import { handOver } from './queue.ts';
import type { EventTrigger } from './rule.ts';
import type { Moment } from './run.ts';
import { lockRule, originOf, startRun } from './starts.ts';
import { moveOwnSchedules } from './watchers.ts';

/** What may move a goal's numbers. What else moves them (days that go by) is found by looking from time to time. */
const goalEvents = [
  'progress.logged',
  'progress.updated',
  'progress.deleted',
  'milestone.created',
  'milestone.updated',
  'milestone.reached',
  'milestone.deleted',
  'goal.updated',
  'goal.completed',
  'goal.reopened',
] as const satisfies readonly EventType[];

/** Events that rules wait for. Somebody without rules costs no more than a look into an index; a person's other events are gone past. */
export const watchRules = (platform: Platform): Watch => ({
  types: (userId) => Prisma.sql`
    SELECT event_type FROM rule_triggers WHERE user_id = ${userId} AND event_type IS NOT NULL
    UNION ALL SELECT unnest(${[...goalEvents]}::text[])
      WHERE EXISTS (SELECT 1 FROM rule_triggers WHERE user_id = ${userId} AND kind = 'CONDITION')
    UNION ALL SELECT 'user.updated'
      WHERE EXISTS (SELECT 1 FROM rule_triggers WHERE user_id = ${userId} AND kind = 'SCHEDULE')`,
  async react(event, ctx) {
    await lockRules(event, ctx);
    if ((goalEvents as readonly string[]).includes(event.type)) await lookAgain(event, ctx);
    if (event.type === 'user.updated') await moveOwnSchedules(ctx.db, ctx.userId, ctx.now());
    const runIds = await startRuns(event, ctx);
    for (const runId of runIds) ctx.afterCommit(() => handOver(platform, runId));
  },
});

/** The goal that an event is about or belongs to. */
export function goalOf({ subjectId, data }: Pick<LoggedEvent, 'subjectId' | 'data'>): string | null {
  if (subjectId.startsWith('goal_')) return subjectId;
  return (data as { goalId?: string | null }).goalId ?? null;
}

/** Rules first and in order, then what they wait for, the log last: as everybody else does who changes them. */
async function lockRules({ type, ...event }: LoggedEvent, { db, userId }: ReactionContext): Promise<void> {
  await db.$queryRaw`
    SELECT 1 FROM automation_rules WHERE user_id = ${userId} AND id IN (
      SELECT rule_id FROM rule_triggers
      WHERE user_id = ${userId} AND (event_type = ${type} OR goal_id = ${goalOf(event)}
        OR (kind = 'SCHEDULE' AND ${type} = 'user.updated')))
    ORDER BY id FOR UPDATE`;
}

/** The goal's numbers are due to be looked at; a look that is under way counts no more. */
async function lookAgain(event: LoggedEvent, { db, userId, now }: ReactionContext): Promise<void> {
  await db.ruleTrigger.updateMany({
    where: { userId, kind: 'CONDITION', goalId: goalOf(event) ?? '' },
    data: { dueAt: now(), checkToken: null },
  });
}

async function startRuns(event: LoggedEvent, ctx: ReactionContext): Promise<string[]> {
  const { db, userId, now } = ctx;
  // What was passed over sets nothing off: it would go on for ever.
  if (event.type === 'automationRun.created' && (event.data as { state: string }).state === 'SKIPPED') return [];
  const waiting = await db.ruleTrigger.findMany({
    where: { userId, eventType: event.type },
    orderBy: [{ ruleId: 'asc' }, { ordinal: 'asc' }],
  });
  if (waiting.length === 0) return [];
  const origin = await originOf(db, event);
  const runIds: string[] = [];
  for (const ruleId of new Set(waiting.map((one) => one.ruleId))) {
    const rule = await lockRule(db, userId, ruleId);
    // What happened before a rule was written is no matter of its.
    if (!rule?.active || event.at < rule.createdAt) continue;
    if (!rule.triggers.some((one) => one.type === 'event' && fits(one, event))) continue;
    // What tells of a rule's own runs is no news to it.
    if (event.type.startsWith('automationRun.') && origin?.ruleId === ruleId) continue;
    const cause = `event:${event.id}`;
    const run = await startRun({ db, now }, rule, {
      trigger: 'EVENT',
      cause,
      moment: momentOf(event),
      eventId: event.id,
      origin,
    });
    if (run?.state === 'QUEUED') runIds.push(run.id);
  }
  return runIds;
}

/** Whether an event is one that a trigger waits for. */
export function fits(trigger: EventTrigger, event: Pick<LoggedEvent, 'type' | 'subjectId' | 'data'>): boolean {
  return trigger.event === event.type && passes(trigger.filters, event);
}

/** What an event has to tell. */
export function momentOf(event: LoggedEvent): Moment {
  const { id, type, at, subjectId, data } = event;
  const goalId = goalOf(event);
  return {
    at: at.toISOString(),
    event: { id, type, at: at.toISOString(), subjectId, data },
    ...(goalId && { goalId }),
  };
}
