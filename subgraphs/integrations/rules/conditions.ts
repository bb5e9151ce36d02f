import type { AutomationConditionInput } from '../generated.ts';
import { isTimeOfDay } from '../timeZone.ts';
import { weekdayNumbers } from '../weekdays.ts';
import type { RuleCheck } from './check.ts';
import type { Condition } from './rule.ts';

/** Checks one condition and gives it the form in which it is stored; null when something was wrong. */
export function readCondition(
  rule: RuleCheck,
  path: (string | number)[],
  input: AutomationConditionInput,
): Condition | null {
  const { checks } = rule;
  if (!rule.exactlyOne(path, input)) return null;
  if (input.goal) return { type: 'goal', ...rule.goalLine([...path, 'goal'], input.goal) };
  const { from, to, weekdays } = input.time!;
  const here = [...path, 'time'];
  for (const [name, time] of Object.entries({ from, to })) {
    checks.that(time == null || isTimeOfDay(time), [...here, name], 'A local time is HH:MM, from 00:00 to 23:59.');
  }
  checks.that(from == null || from !== to, [...here, 'to'], 'It must end at another time than it begins.');
  checks.that(from != null || to != null || !!weekdays?.length, here, 'Give hours, days or both.', 'REQUIRED');
  checks.list([...here, 'weekdays'], weekdays, 7);
  return { type: 'time', from: from ?? null, to: to ?? null, weekdays: weekdayNumbers(weekdays ?? []) };
}
