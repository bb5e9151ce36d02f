import { type PersonalClock, readClock, todayOf } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import { AnswerRefused, type Asker, type GoalNumbers, readNumbers } from './numbers.ts';
import type { Action, RuleRow } from './rule.ts';
import type { Moment } from './run.ts';
import { textsOf, type Values } from './templates.ts';

/**
 * What the names in an action's texts stand for. The goal is asked for only when a text names it.
 * @throws GraphUnreachable
 */
export async function valuesFor(
  platform: Pick<Platform, 'db' | 'graph' | 'now'>,
  asker: Asker,
  rule: Pick<RuleRow, 'id' | 'name'>,
  runId: string,
  moment: Moment,
  action: Action,
  at: Date = platform.now(),
  readGoal: (goalId: string) => Promise<GoalNumbers | null> = (goalId) => readNumbers(platform, asker, goalId),
  known?: PersonalClock,
): Promise<Values> {
  const texts = [...textsOf(action)].map(([, text]) => text).join('\n');
  const { event, occurrence, goalId, value } = moment;
  const namesGoal = /\{\{\s*goal\.(title|value)/.test(texts);
  const goal =
    goalId !== undefined && namesGoal && asker.scopes.includes('goals:read')
      ? await readGoal(goalId).catch(orUnknown)
      : null;
  const clock = known ?? (await readClock(platform.db, asker.userId));
  return {
    now: at.toISOString(),
    today: todayOf(clock, at),
    'rule.id': rule.id,
    'rule.name': rule.name,
    'run.id': runId,
    occurrence,
    'goal.id': goalId,
    'goal.title': goal?.title,
    'goal.value': value ?? numberOf(goal),
    ...(event && {
      'event.id': event.id,
      'event.type': event.type,
      'event.at': event.at,
      'event.subjectId': event.subjectId,
      ...Object.fromEntries(Object.entries(event.data).map(([name, one]) => [`event.data.${name}`, one])),
    }),
  };
}

/** What a rule is not told, its texts cannot tell. */
const orUnknown = (error: unknown) => {
  if (error instanceof AnswerRefused) return null;
  throw error;
};

const numberOf = (goal: GoalNumbers | null) => goal?.numbers.VALUE?.toString();
