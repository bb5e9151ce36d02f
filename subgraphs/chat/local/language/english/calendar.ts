import { endOfMonth, isoDate, monthDate, weekdayDate } from '../../dates.ts';
import type { CalendarWords, DatePattern, RepetitionPattern, TimePattern } from '../grammar.ts';
import { at, clockTime, countsOf, inDays, placeOf, when } from '../patterns.ts';
import { englishNumbers } from './numbers.ts';

const weekdays = [
  'mon(?:day)?',
  'tue(?:s|sday)?',
  'wed(?:nesday)?',
  'thu(?:rs|rsday)?',
  'fri(?:day)?',
  'sat(?:urday)?',
  'sun(?:day)?',
];
const months =
  'jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? nov(?:ember)? dec(?:ember)?'.split(
    ' ',
  );
const weekday = `(${weekdays.join('|')})`;
const month = `(${months.join('|')})`;
const counts = countsOf(englishNumbers);
const count = `(${counts.pattern}|a couple of)`;
const countOf = (text = '') => (/couple/i.test(text) ? 2 : counts.valueOf(text));

const dates: readonly DatePattern[] = [
  isoDate,
  inDays('(?:on )?the day before yesterday', -2),
  inDays('(?:on )?the day after tomorrow', 2),
  inDays('yesterday|last night', -1),
  inDays('tomorrow|tmrw', 1),
  inDays('today|(?:earlier|later) today', 0),
  {
    pattern: when(`${count} (day|week|month)s? ago`),
    date: ([, number, unit], today) => today.subtract({ [`${unit?.toLowerCase()}s`]: countOf(number) }),
  },
  {
    // Nothing is logged for a day to come: "Run 100 km in a month" is a goal's name there.
    pattern: when(`in ${count} (day|week|month)s?`),
    date: ([, number, unit], today, direction) =>
      direction === 'PAST' ? null : today.add({ [`${unit?.toLowerCase()}s`]: countOf(number) }),
  },
  { pattern: when('next week'), date: (_match, today) => today.add({ days: 8 - today.dayOfWeek }) },
  {
    pattern: when(`(?:on |by |until )?(?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${month}(?:,? (\\d{4}))?`),
    date: ([, day, name, year], today, direction) =>
      monthDate(Number(day), placeOf(months, name), year ? Number(year) : null, today, direction),
  },
  {
    pattern: when(`(?:on |by |until )?${month} (?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?`),
    date: ([, name, day, year], today, direction) =>
      monthDate(Number(day), placeOf(months, name), year ? Number(year) : null, today, direction),
  },
  {
    pattern: when(`(?:on |by |until )?(?:(last|this|next|past) )?${weekday}`),
    date: ([, which, name], today, direction) =>
      weekdayDate(
        placeOf(weekdays, name),
        today,
        /next/i.test(which ?? '') ? 'FUTURE' : /last|past/i.test(which ?? '') ? 'PAST' : direction,
      ),
  },
  {
    // Of what is to come, the words say the time as well: they are left for that, and mean today all the same.
    pattern: when('tonight|(?:earlier |later )?this (?:morning|noon|afternoon|evening)'),
    date: (_match, today, direction) => (direction === 'PAST' ? today : null),
  },
];

const ends = '(?:by |until |before |within )?(?:the )?(?:end of )?';
const deadlines: readonly DatePattern[] = [
  {
    pattern: when(`${ends}(?:this|the|the current) year`),
    date: (_match, today) => today.with({ month: 12, day: 31 }),
  },
  { pattern: when(`${ends}next year`), date: (_match, today) => today.add({ years: 1 }).with({ month: 12, day: 31 }) },
  {
    pattern: when(`${ends}(?:this|the|the current) month`),
    date: (_match, today) => today.with({ day: today.daysInMonth }),
  },
  {
    pattern: when(`${ends}(?:this|the|the current) week`),
    date: (_match, today) => today.add({ days: 7 - today.dayOfWeek }),
  },
  {
    pattern: when(`(?:with)?in ${count} (day|week|month|year)s?`),
    date: ([, number, unit], today) => today.add({ [`${unit?.toLowerCase()}s`]: countOf(number) }),
  },
  ...dates.filter(({ pattern }) => !/yesterday|ago|tonight|today/.test(pattern.source)),
  {
    pattern: when(`(?:by|until|before|in|till)(?: the)?(?: end of)? ${month}`),
    date: ([, name], today) => endOfMonth(placeOf(months, name), today),
  },
  {
    pattern: when('(?:by|until|in|before)(?: the end of)? (\\d{4})'),
    date: ([, year], today) => monthDate(31, 12, Number(year), today, 'FUTURE'),
  },
];

const half = (hour: number, suffix = '') =>
  /^p/i.test(suffix) ? (hour % 12) + 12 : /^a/i.test(suffix) ? hour % 12 : hour;
const clock = (hour: string | undefined, minute: string | undefined, suffix?: string) =>
  clockTime(half(Number(hour), suffix), Number(minute ?? 0));
const suffix = '([ap])\\.?m(?:\\.|\\b)';
const dayPart = (pattern: string, minutes: number, evening: boolean): TimePattern => ({
  pattern: when(`(?:in the |at |this |every |each )?(?:${pattern})`),
  time: () => ({ minutes, fromNow: false, evening }),
});

const times: readonly TimePattern[] = [
  { pattern: when(`in ${count} hours?`), time: ([, number]) => ({ minutes: countOf(number) * 60, fromNow: true }) },
  {
    pattern: when(`in (\\d+\\.\\d|\\d{1,3}) ?h`),
    time: ([, number]) => ({ minutes: Math.round(Number(number) * 60), fromNow: true }),
  },
  { pattern: when(`in ${count} ?min(?:ute)?s?`), time: ([, number]) => ({ minutes: countOf(number), fromNow: true }) },
  at('(?:at )?noon|at midday', 720),
  at('(?:at )?midnight', 0),
  { pattern: when('(?:at )?half past (\\d{1,2})'), time: ([, hour]) => clock(hour, '30') },
  { pattern: when('(?:at )?(?:a )?quarter past (\\d{1,2})'), time: ([, hour]) => clock(hour, '15') },
  {
    pattern: when('(?:at )?(?:a )?quarter to (\\d{1,2})'),
    time: ([, hour]) => clock(String((Number(hour) + 23) % 24), '45'),
  },
  {
    pattern: new RegExp(`(?<![\\d.])(?:\\bat )?\\b(\\d{1,2})(?:[:.](\\d{2}))? ?${suffix}`, 'i'),
    time: ([, hour, minute, half]) => clock(hour, minute, half),
  },
  { pattern: when("(?:at )?(\\d{1,2})[:](\\d{2})(?: o['’]clock)?"), time: ([, hour, minute]) => clock(hour, minute) },
  { pattern: when("(?:at )?(\\d{1,2}) o['’]?clock"), time: ([, hour]) => clock(hour, '0') },
  { pattern: when('at (\\d{1,2})(?:[.](\\d{2}))?'), time: ([, hour, minute]) => clock(hour, minute) },
  dayPart('morning', 480, false),
  dayPart('afternoon', 900, true),
  dayPart('evening', 1080, true),
  dayPart('tonight|night', 1200, true),
];

const plural = weekdays.map((word) => `${word}s?`);
const repetitions: readonly RepetitionPattern[] = [
  {
    pattern: when('(?:on |every |each )(?:weekday|working day|workday|week day)s?|mondays? to fridays?'),
    weekdays: () => [1, 2, 3, 4, 5],
  },
  { pattern: when('(?:on |every |each |at )(?:the )?weekends?'), weekdays: () => [6, 7] },
  {
    pattern: when(
      `(?:on |every |each )(?:${plural.join('|')})(?:(?:, | and |, and | & )(?:every |on )?(?:${plural.join('|')})){1,6}`,
    ),
    weekdays: ([whole]) => named(whole),
  },
  {
    pattern: when(
      `(?:every|each) (?:${weekdays.join('|')})|(?:on )?(?:${weekdays.map((word) => `${word}s`).join('|')})`,
    ),
    weekdays: ([whole]) => named(whole),
  },
  { pattern: when('every ?day|each day|daily'), weekdays: () => [] },
  { pattern: when('(?:every|each)(?= (?:morning|noon|afternoon|evening|night))'), weekdays: () => [] },
];
const named = (text = '') =>
  weekdays.flatMap((word, index) => (new RegExp(`\\b(?:${word})s?\\b`, 'i').test(text) ? [index + 1] : []));

export const englishCalendar: CalendarWords = { dates, times, repetitions, deadlines };
