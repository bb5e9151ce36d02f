import { Temporal } from 'temporal-polyfill';
import type { Tx } from './db.ts';

/** What turns an instant into a person's local day. */
export interface PersonalClock {
  timeZone: string;
  /** Minutes after midnight at which the person's day begins. */
  dayStartMinutes: number;
  /** ISO 8601: 1 is Monday. */
  weekStart: 1 | 2 | 3 | 4 | 5 | 6 | 7;
}

/** The part of a row of `users` that makes a clock. */
export interface ClockRow {
  time_zone: string | null;
  day_start_minutes: number | null;
  /** ISO 8601: 1 is Monday. */
  week_start: number | null;
}

/**
 * Reads a person's clock from their profile. One database is a given, so this reads the users' table, which it never writes:
 * a copy kept up to date by reactions would be late just when somebody has changed their zone and logs the next minute.
 */
export async function readClock(db: Tx, userId: string): Promise<PersonalClock> {
  const rows = await db.$queryRaw<
    ClockRow[]
  >`SELECT time_zone, day_start_minutes, week_start FROM users WHERE id = ${userId}`;
  return toClock(rows[0]);
}

/** The clock of a row of `users`; UTC for somebody who is no more. */
export function toClock(row: ClockRow | undefined): PersonalClock {
  return {
    timeZone: row?.time_zone ?? 'UTC',
    dayStartMinutes: row?.day_start_minutes ?? 0,
    weekStart: (row?.week_start ?? 1) as PersonalClock['weekStart'],
  };
}

/** The person's local day at an instant, `YYYY-MM-DD`. */
export const todayOf = ({ timeZone, dayStartMinutes }: PersonalClock, now: Date): string =>
  localDateAt(now, timeZone, dayStartMinutes);

/** The instant at which the person's day of `now` began. Where the clocks jump over it, or show it twice: the earlier one. */
export function startOfDay(clock: PersonalClock, now: Date): Date {
  const shown = Temporal.PlainDate.from(todayOf(clock, now)).toPlainDateTime().add({ minutes: clock.dayStartMinutes });
  return new Date(shown.toZonedDateTime(clock.timeZone, { disambiguation: 'earlier' }).epochMilliseconds);
}

/** The instant at which the day after the person's day of `now` begins, whether that lasts 23, 24 or 25 hours. */
export const nextDay = (clock: PersonalClock, now: Date): Date =>
  startOfDay(clock, new Date(startOfDay(clock, now).getTime() + 30 * 3_600_000));

/** A day can start up to 17 hours before midnight and 12 hours after it (Beeminder allows -17 h to +6 h). */
export const DAY_START_MINUTES = { least: -17 * 60, most: 12 * 60 } as const;

/**
 * The local date an instant belongs to, for a person whose day starts `dayStartMinutes` after local midnight.
 *
 * The comparison is made on the wall clock, not on elapsed time: with a day start of 03:00, everything the clock shows
 * before 03:00 belongs to the day before, also in a night that has 23 or 25 hours. So in the night of a spring gap that
 * swallows the day start (02:30 does not exist) the new day begins at the gap's end, and when 02:30 comes twice in
 * autumn the wall clock decides both times: the repeated hour before the day start belongs to the day before again.
 * A negative day start means the day begins on the evening before: with -120, 22:00 already counts as tomorrow.
 * A calendar day a zone left out (Pacific/Apia, 2011-12-30) can only come out where the day start moves a neighbour's
 * hours onto it; then those hours belong to the last day that existed, so the missing date never comes out at all.
 *
 * @param instant an ISO 8601 instant, a Date or a Temporal.Instant
 * @throws RangeError for an unknown zone, an invalid instant or a day start outside `DAY_START_MINUTES`
 */
export function localDateAt(instant: string | Date | Temporal.Instant, timeZone: string, dayStartMinutes = 0): string {
  if (
    !Number.isInteger(dayStartMinutes) ||
    dayStartMinutes < DAY_START_MINUTES.least ||
    dayStartMinutes > DAY_START_MINUTES.most
  ) {
    throw new RangeError(
      `day start must be a whole number of minutes from ${DAY_START_MINUTES.least} to ${DAY_START_MINUTES.most}`,
    );
  }
  const exact =
    instant instanceof Date
      ? Temporal.Instant.fromEpochMilliseconds(instant.getTime())
      : typeof instant === 'string'
        ? Temporal.Instant.from(instant)
        : instant;
  const wall = exact.toZonedDateTimeISO(timeZone).toPlainDateTime();
  const date = wall.subtract({ minutes: dayStartMinutes }).toPlainDate();
  if (date.equals(wall.toPlainDate())) return date.toString();
  return existing(date, timeZone, dayStartMinutes > 0 ? -1 : 1).toString();
}

/** Steps over a date the zone left out, in the direction in which the day start already moved. */
function existing(date: Temporal.PlainDate, timeZone: string, step: 1 | -1): Temporal.PlainDate {
  const begins = date.toZonedDateTime({ timeZone, plainTime: '12:00' });
  return begins.toPlainDate().equals(date) ? date : date.add({ days: step });
}
