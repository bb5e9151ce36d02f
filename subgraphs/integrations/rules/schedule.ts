import type { Checks } from '../../shared/input.ts';
import { localAt, problemOf, type Schedule } from '../../shared/schedules/schedule.ts';
import type { ScheduleTrigger } from './rule.ts';

/** A schedule may not fall more often than this, in milliseconds. */
const shortestInterval = 15 * 60_000;

/** A trigger's schedule on the wall clock of its zone, or of the person's own. It counts from the start of the day on which it was written. */
export const scheduleOf = (
  { cron, rrule, timeZone, startDate }: ScheduleTrigger,
  ownZone: string,
  writtenAt: Date,
): Schedule => {
  const zone = timeZone ?? ownZone;
  return {
    kind: cron === null ? 'RRULE' : 'CRON',
    text: cron ?? rrule!,
    timeZone: zone,
    startDate: startDate ?? localAt(writtenAt, zone).toPlainDate().toString(),
    startTime: '00:00',
  };
};

/** Checks a trigger's schedule: that it can be read, falls at all, and not too often. */
export function checkSchedule(
  checks: Checks,
  path: (string | number)[],
  trigger: ScheduleTrigger,
  ownZone: string,
  now: Date,
): void {
  const here = [...path, trigger.cron === null ? 'rrule' : 'cron'];
  if (!checks.text(here, trigger.cron ?? trigger.rrule, 500)) return;
  const found = problemOf(scheduleOf(trigger, ownZone, now), now, shortestInterval);
  if (found?.problem === 'TOO_OFTEN') checks.add('LIMIT', here, 'A schedule may fall every 15 minutes at most.');
  else if (found) checks.add('INVALID', here, found.message);
}
