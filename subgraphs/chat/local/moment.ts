import { Temporal } from 'temporal-polyfill';
import type { RequestFacts } from '../../shared/models/provider.ts';

/** Now, as the person's calendar and clock show it. */
export interface Moment {
  /** The person's day, which may begin later than midnight. */
  readonly today: Temporal.PlainDate;
  /** The calendar and clock on the wall. */
  readonly wall: Temporal.ZonedDateTime;
  readonly timeZone: string;
}

export function momentOf({ now, timeZone, today }: RequestFacts): Moment {
  const instant = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  const wall = instant.toZonedDateTimeISO(timeZone);
  return { today: Temporal.PlainDate.from(today), wall, timeZone };
}
