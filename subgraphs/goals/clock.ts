import { Temporal } from 'temporal-polyfill';
import type { Tx } from '../shared/db.ts';
import { type LocalDate, localDateAt, type Weekday } from './calendar.ts';

/** What turns an instant into a person's local day. */
export interface PersonalClock {
  timeZone: string;
  /** Minutes after midnight at which the person's day begins. */
  dayStartMinutes: number;
  weekStart: Weekday;
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
    weekStart: (row?.week_start ?? 1) as Weekday,
  };
}

/** The person's local day at an instant. */
export function todayOf(clock: PersonalClock, now: Date): LocalDate {
  return localDateAt(now, clock.timeZone, clock.dayStartMinutes);
}

/** Noon of a local day: the instant of what is only known by its day. */
export function noonOf(localDate: LocalDate, timeZone: string): Date {
  const noon = Temporal.PlainDate.from(localDate).toZonedDateTime({ timeZone, plainTime: '12:00' });
  return new Date(noon.epochMilliseconds);
}

/** A `date` column as its text. */
export const dateText = (date: Date): LocalDate => date.toISOString().slice(0, 10);

/** A local date as Prisma wants it for a `date` column. */
export const dateValue = (date: LocalDate): Date => new Date(`${date}T00:00:00Z`);
