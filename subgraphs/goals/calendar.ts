/**
 * Local dates, and the periods a habit is counted in.
 *
 * A local date is a plain `YYYY-MM-DD` string: it sorts as text, it is what the database stores, and no zone can move it.
 * Zones appear in one place only, `shared/personalClock.ts`, where an instant becomes a local date; from there on everything is
 * integer arithmetic on day numbers (days since 1970-01-01), which is exact and fast enough for decades of history.
 */

/** An ISO 8601 calendar date without a zone, `YYYY-MM-DD`, in the proleptic Gregorian calendar, years 0001 to 9999. */
export type LocalDate = string;

export type PeriodUnit = 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';

/** ISO day of the week: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** `times` per period; the period is `interval` (default 1) units long, as in "3 times every 2 weeks". */
export interface Frequency {
  times: number;
  period: PeriodUnit;
  interval?: number;
}

/** A stretch of local dates, both ends included. */
export interface DateRange {
  start: LocalDate;
  end: LocalDate;
}

export interface Period extends DateRange {
  /** Stable name of the period, for example `WEEK/2024-01-29` or `WEEK*2/2024-01-29`. */
  key: string;
  /** Length in days. */
  days: number;
}

export interface PeriodOptions {
  /** First day of the week; Monday unless the user chose another. */
  weekStart?: Weekday;
  /** With an interval above 1: a date in the first period (normally the goal's start date). Default 1970-01-01. */
  anchor?: LocalDate;
}

const DASH = 45;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the text is a date that exists, `YYYY-MM-DD`, year 0001 to 9999. */
export function isLocalDate(text: string): boolean {
  return parsedDay(text) !== null;
}

export function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

/**
 * Days since 1970-01-01. Algorithm `days_from_civil` of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 * @throws RangeError when the text is not a local date
 */
export function dayNumber(date: LocalDate): number {
  const day = parsedDay(date);
  if (day === null) throw new RangeError(`not a local date (YYYY-MM-DD): ${JSON.stringify(date)}`);
  return day;
}

/** Read digit by digit: a decade of daily values passes here several times for one dashboard. */
function parsedDay(text: string): number | null {
  if (text.length !== 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return null;
  return dayNumberOf(year, month, day);
}

/** The number written from `from` to before `to`; NaN when there is anything but digits. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function dayNumberOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

/** The date of a day number: `civil_from_days`, the inverse of `dayNumber`. */
export function dateOfDay(day: number): LocalDate {
  const { year, month, day: dayOfMonth } = civil(day);
  return format(year, month, dayOfMonth);
}

function civil(dayNumber: number): { year: number; month: number; day: number } {
  const z = dayNumber + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
  };
}

function format(year: number, month: number, day: number): LocalDate {
  const padded = year >= 1000 ? year : String(year).padStart(4, '0');
  return `${padded}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfDay(dayNumber(date) + days);
}

/** Days from `from` to `to`: 0 for the same date, negative when `to` is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumber(to) - dayNumber(from);
}

/** ISO weekday, 1 Monday to 7 Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(date: LocalDate): Weekday {
  return (modulo(dayNumber(date) + 3, 7) + 1) as Weekday;
}

/** Every date from `start` to `end`, both included; none when `end` comes first. */
export function* dateRange(start: LocalDate, end: LocalDate): Generator<LocalDate> {
  const last = dayNumber(end);
  for (let day = dayNumber(start); day <= last; day++) yield dateOfDay(day);
}

/** The period that holds `date`. Weeks begin on `weekStart`; months and years are calendar months and years. */
export function periodOf(date: LocalDate, frequency: Frequency, options: PeriodOptions = {}): Period {
  const cut = grid(frequency, options);
  return periodAt(indexOf(dayNumber(date), cut), cut);
}

export function nextPeriod(period: DateRange, frequency: Frequency, options: PeriodOptions = {}): Period {
  return periodOf(addDays(period.end, 1), frequency, options);
}

export function previousPeriod(period: DateRange, frequency: Frequency, options: PeriodOptions = {}): Period {
  return periodOf(addDays(period.start, -1), frequency, options);
}

/** The periods that touch the range, oldest first. The first and the last may reach beyond it. */
export function* periodsIn(range: DateRange, frequency: Frequency, options: PeriodOptions = {}): Generator<Period> {
  const cut = grid(frequency, options);
  const last = indexOf(dayNumber(range.end), cut);
  for (let i = indexOf(dayNumber(range.start), cut); i <= last; i++) yield periodAt(i, cut);
}

/** How many whole units (days, weeks, months, years) lie between the unit of 1970-01-01 and the unit of `day`. */
function unitIndex(day: number, unit: PeriodUnit, weekStart: Weekday): number {
  if (unit === 'DAY') return day;
  if (unit === 'WEEK') return Math.floor((day + 4 - weekStart) / 7);
  const { year, month } = civil(day);
  return unit === 'MONTH' ? (year - 1970) * 12 + month - 1 : year - 1970;
}

function firstDayOfUnit(index: number, unit: PeriodUnit, weekStart: Weekday): number {
  if (unit === 'DAY') return index;
  if (unit === 'WEEK') return index * 7 - 4 + weekStart;
  if (unit === 'YEAR') return dayNumberOf(1970 + index, 1, 1);
  return dayNumberOf(1970 + Math.floor(index / 12), modulo(index, 12) + 1, 1);
}

function indexOf(day: number, { unit, interval, weekStart, offset }: Grid): number {
  return Math.floor((unitIndex(day, unit, weekStart) - offset) / interval);
}

function periodAt(index: number, { unit, interval, weekStart, offset }: Grid): Period {
  const first = firstDayOfUnit(index * interval + offset, unit, weekStart);
  const days = firstDayOfUnit((index + 1) * interval + offset, unit, weekStart) - first;
  const start = dateOfDay(first);
  const name = interval === 1 ? unit : `${unit}*${interval}`;
  return { key: `${name}/${start}`, start, end: days === 1 ? start : dateOfDay(first + days - 1), days };
}

/** How time is cut into periods: whole units, `interval` of them a period, the first period beginning at `offset`. */
interface Grid {
  unit: PeriodUnit;
  interval: number;
  weekStart: Weekday;
  offset: number;
}

function grid(frequency: Frequency, options: PeriodOptions): Grid {
  const interval = frequency.interval ?? 1;
  if (!Number.isInteger(interval) || interval < 1) throw new RangeError('a period interval is a whole number from 1');
  const weekStart = options.weekStart ?? 1;
  const unit = frequency.period;
  // The phase matters only when several units make one period.
  const offset =
    interval === 1 || !options.anchor ? 0 : modulo(unitIndex(dayNumber(options.anchor), unit, weekStart), interval);
  return { unit, interval, weekStart, offset };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
