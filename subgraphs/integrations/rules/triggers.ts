import type { EventType } from '../../shared/events.ts';
import type { Checks } from '../../shared/input.ts';
import { localAt } from '../../shared/schedules/schedule.ts';
import { checkFilters, isEventType, storedFilters } from '../eventTypes.ts';
import type { AutomationTriggerInput } from '../generated.ts';
import type { RuleCheck } from './check.ts';
import type { Trigger } from './rule.ts';
import { checkSchedule } from './schedule.ts';

const longestHold = 43_200;

/** Checks one trigger and gives it the form in which it is stored; null when something was wrong. */
export function readTrigger(rule: RuleCheck, path: (string | number)[], input: AutomationTriggerInput): Trigger | null {
  const { checks } = rule;
  if (!rule.exactlyOne(path, input)) return null;
  if (input.schedule) {
    const { cron, rrule } = input.schedule;
    const timeZone = input.schedule.timeZone ?? null;
    const here = [...path, 'schedule'];
    checks.that((cron == null) !== (rrule == null), here, 'Give exactly one of "cron" and "rrule".');
    if ((cron == null) === (rrule == null)) return null;
    const startDate = localAt(rule.now, timeZone ?? rule.timeZone)
      .toPlainDate()
      .toString();
    const trigger = { type: 'schedule', cron: cron ?? null, rrule: rrule ?? null, timeZone, startDate } as const;
    checkSchedule(checks, here, trigger, rule.timeZone, rule.now);
    return trigger;
  }
  if (input.event) {
    const { event, filters } = input.event;
    if (!checkEvent(checks, [...path, 'event'], event)) return null;
    checkFilters(checks, [...path, 'event', 'filters'], filters, [event]);
    return { type: 'event', event, filters: storedFilters(filters) };
  }
  const { forMinutes, ...line } = input.condition!;
  checks.number([...path, 'condition', 'forMinutes'], forMinutes, 0, longestHold);
  return { type: 'condition', ...rule.goalLine([...path, 'condition'], line), forMinutes };
}

function checkEvent(checks: Checks, path: (string | number)[], event: string): event is EventType {
  if (isEventType(event)) return true;
  return checks.add('INVALID', [...path, 'event'], 'There is no such event: see automationEventTypes.');
}
