import { endOfMonth, isoDate, monthDate, weekdayDate } from '../../dates.ts';
import type { CalendarWords, DatePattern, RepetitionPattern, TimePattern } from '../grammar.ts';
import { at, clockTime, countsOf, inDays, placeOf, when } from '../patterns.ts';
import { germanNumbers } from './numbers.ts';

const weekdays = ['montag', 'dienstag', 'mittwoch', 'donnerstag', 'freitag', '(?:samstag|sonnabend)', 'sonntag'];
const months = 'januar februar märz april mai juni juli august september oktober november dezember'.split(' ');
const weekday = `(${weekdays.join('|')})`;
const month = `(${months.join('|')})`;
const { pattern: numbers, valueOf: countOf } = countsOf(germanNumbers);
const count = `(${numbers})`;
const units: readonly (readonly ['days' | 'weeks' | 'months' | 'years', RegExp])[] = [
  ['days', /^tag/i],
  ['weeks', /^woche/i],
  ['months', /^monat/i],
  ['years', /^jahr/i],
];
const span = (number: string | undefined, unit = '') => ({
  [units.find(([, word]) => word.test(unit))?.[0] ?? 'days']: countOf(number),
});
const unit = '(tag|woche|monat|jahr)(?:e[ns]?|en|s|n)?';

const yearOf = (text: string | undefined) => (text ? Number(text) : null);

const dates: readonly DatePattern[] = [
  isoDate,
  inDays('vorgestern', -2),
  inDays('übermorgen', 2),
  inDays('gestern(?: (?:früh|morgen|mittag|nachmittag|abend))?|letzte nacht', -1),
  inDays('heute(?: nacht)?', 0),
  { pattern: when(`vor ${count} ${unit}`), date: ([, number, unit], today) => today.subtract(span(number, unit)) },
  {
    // Nothing is logged for a day to come: "100 km in einem Monat laufen" is a goal's name there.
    pattern: when(`in ${count} ${unit}`),
    date: ([, number, unit], today, direction) => (direction === 'PAST' ? null : today.add(span(number, unit))),
  },
  { pattern: when('nächste woche'), date: (_match, today) => today.add({ days: 8 - today.dayOfWeek }) },
  {
    pattern: when(`(?:am |bis (?:zum )?|vom )?(?:${weekday},? (?:den |dem )?)?(\\d{1,2})\\. ?${month}(?: (\\d{4}))?`),
    date: ([, , day, name, year], today, direction) =>
      monthDate(Number(day), placeOf(months, name), yearOf(year), today, direction),
  },
  {
    pattern: /(?<![\p{L}\d.])(?:am |bis (?:zum )?)?(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2}(?!:))?(?![\d])/iu,
    date: ([, day, month, year], today, direction) =>
      monthDate(Number(day), Number(month), yearOf(year), today, direction),
  },
  {
    pattern: when(
      `(?:(?:am |bis )?(?:(letzten|vergangenen|diesen|nächsten|kommenden) )?)${weekday}(?=(?:früh|morgen|vormittag|mittag|nachmittag|abend)?)`,
    ),
    date: ([, which, name], today, direction) =>
      weekdayDate(
        placeOf(weekdays, name),
        today,
        /nächst|kommend/i.test(which ?? '') ? 'FUTURE' : /letzt|vergangen/i.test(which ?? '') ? 'PAST' : direction,
      ),
  },
  {
    pattern: new RegExp(`(?<!\\p{L})(?:am )?${weekday}(?=(?:früh|morgen|vormittag|mittag|nachmittag|abend))`, 'iu'),
    date: ([, name], today, direction) => weekdayDate(placeOf(weekdays, name), today, direction),
  },
  inDays('(?<!(?:heute|gestern|am|jeden|guten) )morgen', 1),
  inDays('heute(?= (?:früh|morgen|vormittag|mittag|nachmittag|abend))|diesen morgen', 0),
];

const ends = '(?:bis )?(?:zum |zu |am )?(?:ende )?';
const deadlines: readonly DatePattern[] = [
  {
    pattern: when(`(?:in )?${ends}(?:diese[sm]|des|dem) jahre?s?|${ends}jahresende`),
    date: (_match, today) => today.with({ month: 12, day: 31 }),
  },
  {
    pattern: when(`${ends}nächste[sn] jahre?s?`),
    date: (_match, today) => today.add({ years: 1 }).with({ month: 12, day: 31 }),
  },
  {
    pattern: when(`(?:in )?${ends}(?:diese[snm]|des|dem) monate?s?|${ends}monatsende`),
    date: (_match, today) => today.with({ day: today.daysInMonth }),
  },
  {
    pattern: when(`${ends}(?:diese|dieser|der) woche`),
    date: (_match, today) => today.add({ days: 7 - today.dayOfWeek }),
  },
  ...dates.filter(({ pattern }) => !/gestern|vor \(|heute/.test(pattern.source)),
  {
    pattern: when(`(?:bis|im|vor)(?: zum)?(?: ende)? ${month}`),
    date: ([, name], today) => endOfMonth(placeOf(months, name), today),
  },
  {
    pattern: when('(?:bis|in|vor)(?: ende)? (\\d{4})'),
    date: ([, year], today) => monthDate(31, 12, Number(year), today, 'FUTURE'),
  },
];

const clock = (hour: string | undefined, minute: string | undefined) => clockTime(Number(hour), Number(minute ?? 0));
const dayPart = (pattern: string, minutes: number, evening: boolean): TimePattern => ({
  pattern: new RegExp(`(?<!\\p{L})(?:am |in der |zu |jeden )?(?:${pattern})(?!\\p{L})`, 'iu'),
  time: () => ({ minutes, fromNow: false, evening }),
});

const times: readonly TimePattern[] = [
  { pattern: when('in einer halben stunde'), time: () => ({ minutes: 30, fromNow: true }) },
  { pattern: when('in einer viertelstunde'), time: () => ({ minutes: 15, fromNow: true }) },
  { pattern: when(`in ${count} stunden?`), time: ([, number]) => ({ minutes: countOf(number) * 60, fromNow: true }) },
  { pattern: when(`in ${count} ?min(?:uten?)?`), time: ([, number]) => ({ minutes: countOf(number), fromNow: true }) },
  at('um mitternacht', 0),
  { pattern: when('(?:um )?halb (\\d{1,2})'), time: ([, hour]) => clock(String((Number(hour) + 23) % 24), '30') },
  { pattern: when('(?:um )?viertel nach (\\d{1,2})'), time: ([, hour]) => clock(hour, '15') },
  {
    pattern: when('(?:um )?viertel vor (\\d{1,2})'),
    time: ([, hour]) => clock(String((Number(hour) + 23) % 24), '45'),
  },
  { pattern: when('(?:um |gegen )?(\\d{1,2})[:.](\\d{2})(?: ?uhr)?'), time: ([, hour, minute]) => clock(hour, minute) },
  { pattern: when('(?:um |gegen )?(\\d{1,2}) ?uhr(?: (\\d{2}))?'), time: ([, hour, minute]) => clock(hour, minute) },
  { pattern: when('(?:um|gegen) (\\d{1,2})'), time: ([, hour]) => clock(hour, '0') },
  dayPart('früh|morgens|morgen|vormittags?', 480, false),
  dayPart('mittags?', 720, false),
  dayPart('nachmittags?', 900, true),
  dayPart('abends?', 1080, true),
  dayPart('nachts?', 1200, true),
];

const named = (text = '') => weekdays.flatMap((word, index) => (new RegExp(word, 'i').test(text) ? [index + 1] : []));
const repetitions: readonly RepetitionPattern[] = [
  {
    pattern: when(
      '(?:an |jeden )?(?:werktags?|wochentags?|werktagen|wochentagen|werktäglich)|montags? bis freitags?|mo ?- ?fr',
    ),
    weekdays: () => [1, 2, 3, 4, 5],
  },
  { pattern: when('(?:am |jedes |an )(?:wochenenden?)'), weekdays: () => [6, 7] },
  {
    pattern: when(
      `(?:jeden )?(?:${weekdays.map((word) => `${word}s?`).join('|')})(?:(?:, | und | & )(?:jeden )?(?:${weekdays.map((word) => `${word}s?`).join('|')})){1,6}`,
    ),
    weekdays: ([whole]) => named(whole),
  },
  {
    pattern: new RegExp(
      `(?<!\\p{L})jeden ${weekday}(?!\\p{L})|(?<!\\p{L})${weekday}s(?!\\p{L})|(?<!\\p{L})jeden ${weekday}(?=abend|morgen|mittag|früh)`,
      'iu',
    ),
    weekdays: ([whole]) => named(whole),
  },
  { pattern: when('jeden tag|täglich'), weekdays: () => [] },
  { pattern: when('jeden(?= (?:morgen|mittag|nachmittag|abend))'), weekdays: () => [] },
];

export const germanCalendar: CalendarWords = { dates, times, repetitions, deadlines };
