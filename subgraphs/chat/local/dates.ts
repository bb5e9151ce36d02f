import { Temporal } from 'temporal-polyfill';
import type { CalendarWords, DatePattern, Direction, TimePattern } from './language/grammar.ts';
import type { Moment } from './moment.ts';
import type { When } from './requests.ts';

/** What was found in a text, and the text without it. */
export interface Found<Value> {
  readonly value: Value;
  readonly rest: string;
}

/** The first day that a text names. */
export function takeDate(
  text: string,
  patterns: readonly DatePattern[],
  today: Temporal.PlainDate,
  direction: Direction,
): Found<Temporal.PlainDate> | null {
  for (const { pattern, date } of patterns) {
    const match = text.match(pattern);
    const value = match && date(match, today, direction);
    if (value && value.year >= 1900 && value.year < 2200) return { value, rest: without(text, match) };
  }
  return null;
}

/** When a reminder is to come, and the text without that; null when it says nothing of it. */
export function takeWhen(text: string, words: CalendarWords, moment: Moment): Found<When> | null {
  let rest = text;
  let weekdays: number[] | null = null;
  for (const { pattern, weekdays: read } of words.repetitions) {
    const match = rest.match(pattern);
    if (!match) continue;
    weekdays = read(match);
    rest = without(rest, match);
    break;
  }
  const day = weekdays ? null : takeDate(rest, words.dates, moment.today, 'FUTURE');
  if (day) rest = day.rest;
  const time = takeTime(rest, words);
  if (time) rest = time.rest;
  if (!weekdays && !day && !time) return null;
  if (time?.value.fromNow) {
    const wall = moment.wall.add({ minutes: time.value.minutes });
    return {
      value: { date: wall.toPlainDate().toString(), time: clock(wall.hour * 60 + wall.minute), weekdays: [] },
      rest,
    };
  }
  const minutes = time?.value.minutes ?? null;
  const clockTime = minutes === null ? null : clock(minutes);
  if (weekdays) return { value: { date: null, time: clockTime, weekdays }, rest };
  const date = day?.value ?? nextDay(moment, minutes ?? 0);
  return { value: { date: date.toString(), time: clockTime, weekdays: [] }, rest };
}

/** Today while the time is to come, else tomorrow. */
function nextDay({ wall }: Moment, minutes: number): Temporal.PlainDate {
  const over = wall.hour * 60 + wall.minute >= minutes;
  return wall.toPlainDate().add({ days: over ? 1 : 0 });
}

/** The time that a text names. "8 in the evening" are two hints of one time: the evening puts the 8 into the afternoon. */
function takeTime(text: string, { times }: CalendarWords): Found<Time> | null {
  let found: Found<Time> | null = null;
  for (const { pattern, time } of times) {
    const before: string = found?.rest ?? text;
    const match = before.match(pattern);
    const value = match && time(match);
    if (!value) continue;
    if (!found) found = { value, rest: without(before, match) };
    else if (value.evening !== undefined)
      found = { value: inDayPart(found.value, value.evening), rest: without(before, match) };
    if (found.value.fromNow) break;
  }
  return found;
}

type Time = NonNullable<ReturnType<TimePattern['time']>>;

const inDayPart = (time: Time, evening: boolean): Time => ({
  ...time,
  minutes: evening && time.minutes < 720 ? time.minutes + 720 : time.minutes,
});

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60) % 24).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** A text without what a pattern matched. */
export function without(text: string, match: RegExpMatchArray): string {
  const index = match.index ?? 0;
  return `${text.slice(0, index)} ${text.slice(index + match[0].length)}`.replace(/\s+/g, ' ').trim();
}

/** A weekday: the last one that was, today included, or the next one that comes. */
export function weekdayDate(weekday: number, today: Temporal.PlainDate, direction: Direction): Temporal.PlainDate {
  const days = (weekday - today.dayOfWeek + 7) % 7;
  if (direction === 'FUTURE') return today.add({ days: days || 7 });
  return today.subtract({ days: (7 - days) % 7 });
}

/** A day of a month; without a year the one that lies nearest in the direction. */
export function monthDate(
  day: number,
  month: number,
  year: number | null,
  today: Temporal.PlainDate,
  direction: Direction,
): Temporal.PlainDate | null {
  const dateIn = (inYear: number) => {
    const first =
      month >= 1 && month <= 12 && inYear >= 1 ? Temporal.PlainDate.from({ year: inYear, month, day: 1 }) : null;
    return first && day >= 1 && day <= first.daysInMonth ? first.with({ day }) : null;
  };
  if (year !== null) return dateIn(year < 100 ? 2000 + year : year);
  const steps = direction === 'PAST' ? [0, -1, -2, -3, -4] : [0, 1, 2, 3, 4];
  const candidates = steps.flatMap((step) => dateIn(today.year + step) ?? []);
  const fits = (date: Temporal.PlainDate) =>
    Temporal.PlainDate.compare(date, today) * (direction === 'PAST' ? 1 : -1) <= 0;
  return candidates.find(fits) ?? null;
}

/** A written date of ISO 8601. */
export const isoDate: DatePattern = {
  pattern: /(?:\b(?:on|since|by|until|am|bis(?: zum)?)\s+)?\b(\d{4})-(\d{2})-(\d{2})\b/i,
  date: ([, year, month, day], today, direction) =>
    monthDate(Number(day), Number(month), Number(year), today, direction),
};

/** The last day of a month to come, this one included. */
export function endOfMonth(month: number, today: Temporal.PlainDate): Temporal.PlainDate {
  const year = month < today.month ? today.year + 1 : today.year;
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  return first.with({ day: first.daysInMonth });
}
