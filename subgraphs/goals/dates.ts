import { Temporal } from 'temporal-polyfill';
import type { LocalDate } from './calendar.ts';

/** Noon of a local day: the instant of what is only known by its day. */
export function noonOf(localDate: LocalDate, timeZone: string): Date {
  const noon = Temporal.PlainDate.from(localDate).toZonedDateTime({ timeZone, plainTime: '12:00' });
  return new Date(noon.epochMilliseconds);
}

/** A `date` column as its text. */
export const dateText = (date: Date): LocalDate => date.toISOString().slice(0, 10);

/** A local date as Prisma wants it for a `date` column. */
export const dateValue = (date: LocalDate): Date => new Date(`${date}T00:00:00Z`);
