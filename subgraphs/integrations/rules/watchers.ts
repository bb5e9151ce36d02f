import type { Tx } from '../../shared/db.ts';
import { readClock } from '../../shared/personalClock.ts';
import { localOccurrence, nextRuns } from '../../shared/schedules/schedule.ts';
import type { RuleRow, ScheduleTrigger } from './rule.ts';
import { scheduleOf } from './schedule.ts';

/** When a schedule of a rule falls next after an instant, as the columns of its watcher. */
export function nextFall(trigger: ScheduleTrigger, ownZone: string, rule: Pick<RuleRow, 'createdAt'>, after: Date) {
  const [next] = nextRuns(scheduleOf(trigger, ownZone, rule.createdAt), after, 1);
  return { dueAt: next?.at ?? null, dueLocal: next ? localOccurrence(next) : null };
}

/**
 * Writes down what a rule waits for, in place of what it waited for before: nothing while it is switched off. The rule's row is locked.
 * A goal's number is looked at first to know where it stands: one that is beyond the line already does not cross it.
 */
export async function writeWatchers(db: Tx, rule: RuleRow, now: Date): Promise<void> {
  const { userId, id: ruleId, triggers, active } = rule;
  await db.ruleTrigger.deleteMany({ where: { userId, ruleId } });
  if (!active) return;
  const { timeZone } = await readClock(db, userId);
  await db.ruleTrigger.createMany({
    data: triggers.map((trigger, ordinal) => {
      const key = { userId, ruleId, ordinal };
      if (trigger.type === 'event') return { ...key, kind: 'EVENT', eventType: trigger.event };
      if (trigger.type === 'condition') return { ...key, kind: 'CONDITION', goalId: trigger.goalId, dueAt: now };
      return { ...key, kind: 'SCHEDULE', ...nextFall(trigger, timeZone, rule, now) };
    }),
  });
}

/** After a person has changed their zone: schedules by their own clock fall at other instants. What is due already stays so. */
export async function moveOwnSchedules(db: Tx, userId: string, now: Date): Promise<void> {
  const waiting = await db.ruleTrigger.findMany({
    where: { userId, kind: 'SCHEDULE', OR: [{ dueAt: { gt: now } }, { dueAt: null }] },
  });
  if (waiting.length === 0) return;
  const { timeZone } = await readClock(db, userId);
  const rules = (await db.automationRule.findMany({
    where: { userId, id: { in: waiting.map(({ ruleId }) => ruleId) } },
  })) as unknown as RuleRow[];
  for (const { ruleId, ordinal } of waiting) {
    const rule = rules.find(({ id }) => id === ruleId);
    const trigger = rule?.triggers[ordinal];
    if (trigger?.type !== 'schedule' || trigger.timeZone !== null) continue;
    await db.ruleTrigger.updateMany({
      where: { userId, ruleId, ordinal },
      data: nextFall(trigger, timeZone, rule!, now),
    });
  }
}
