/** Dates and numbers as people and spreadsheets write them. */
import type { LocalDate } from '../calendar.ts';
import { decimalText, importDate } from './history.ts';

/** Orders of day, month and year; any of . / - and space may stand between them. */
export type DateFormat = 'auto' | 'YMD' | 'DMY' | 'MDY';

export type DecimalMark = 'auto' | '.' | ',';

const SEPARATED = /^(\d{1,4})([./\- ])(\d{1,2})\2(\d{1,4})(?:[T ,].*)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;

/** The delimiter of a CSV: whichever of , ; tab and | its first line has most of outside quotes. */
export function detectDelimiter(text: string): string {
  const first =
    text
      .slice(0, 10_000)
      .replace(/"[^"]*"/g, '')
      .split(/\r?\n/, 1)[0] ?? '';
  const counts = [',', ';', '\t', '|'].map((mark) => ({ mark, count: first.split(mark).length - 1 }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

/**
 * A reader of dates for one column. A time after the date is ignored: it is the local day that counts. With `auto`, what
 * begins with the year is read so; otherwise the whole column decides whether days or months come first, since 03/04 alone
 * could be either. Dots mean day first: nobody writes months first with dots.
 */
export function dateReader(
  format: DateFormat,
  column: readonly string[],
): { read: (text: string) => LocalDate | null } | { message: string } {
  if (format !== 'auto') return { read: (text) => readDate(text, format) };
  const parts = column
    .map((text) => SEPARATED.exec(text))
    .filter((m): m is RegExpExecArray => m !== null && m[1]!.length <= 2);
  const dayFirst = parts.some((m) => Number(m[1]) > 12 || m[2] === '.');
  const monthFirst = parts.some((m) => Number(m[3]) > 12);
  if (parts.length > 0 && dayFirst === monthFirst) {
    return {
      message: dayFirst
        ? 'some dates put the day first and some the month; say which format the column has'
        : 'it cannot be told whether day or month comes first; say which format the column has (DMY or MDY)',
    };
  }
  return { read: (text) => readDate(text, /^\d{4}/.test(text) ? 'YMD' : monthFirst ? 'MDY' : 'DMY') };
}

function readDate(text: string, format: Exclude<DateFormat, 'auto'>): LocalDate | null {
  const match = SEPARATED.exec(text.trim()) ?? (format === 'YMD' ? COMPACT.exec(text.trim().slice(0, 8)) : null);
  if (!match) return null;
  const [a, b, c] = match.length === 5 ? [match[1]!, match[3]!, match[4]!] : [match[1]!, match[2]!, match[3]!];
  const [year, month, day] = format === 'YMD' ? [a, b, c] : format === 'DMY' ? [c, b, a] : [c, a, b];
  if (day.length > 2 || month.length > 2 || (year.length !== 4 && year.length !== 2)) return null;
  if (format === 'YMD' && year.length !== 4) return null;
  const full = year.length === 2 ? `20${year}` : year;
  return importDate(`${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
}

const YES = new Set(['yes', 'y', 'true', 'x', '✓', '✔', 'done', 'ja', 'oui', 'si', 'sí']);
const NO = new Set(['no', 'n', 'false', '✗', '✘', 'nein', 'non', 'missed']);
const SKIP = new Set(['skip', 'skipped', 'excused']);

/**
 * A measured value: a decimal string, `SKIP`, '' for nothing, or null for what is none of these.
 *
 * The decimal mark, when it is not given: of a point and a comma the later one; a lone comma between digits is a decimal
 * mark, except in a comma-delimited file where exactly three digits follow each comma (1,234 is then a thousand).
 */
export function readMeasure(text: string, mark: DecimalMark, delimiter: string): string | 'SKIP' | null {
  const word = text.trim().toLowerCase();
  if (word === '' || word === '-' || word === 'null' || word === 'n/a') return '';
  if (YES.has(word)) return '1';
  if (NO.has(word)) return '0';
  if (SKIP.has(word)) return 'SKIP';
  // Spaces and apostrophes part thousands in many countries.
  const bare = word.replace(/(?<=\d)[\s'’\u00a0\u202f](?=\d{3})/gu, '');
  const decimal = mark === 'auto' ? guessMark(bare, delimiter) : mark;
  const thousands = decimal === ',' ? '.' : ',';
  const grouped = bare.split(thousands);
  if (grouped.length > 1 && !/^[+-]?\d{1,3}$/.test(grouped[0]!)) return null;
  if (grouped.slice(1).some((group, i) => !(i < grouped.length - 2 ? /^\d{3}$/ : /^\d{3}(\D|$)/).test(group)))
    return null;
  return decimalText(grouped.join('').replace(decimal, '.'));
}

function guessMark(text: string, delimiter: string): '.' | ',' {
  const [point, comma] = [text.lastIndexOf('.'), text.lastIndexOf(',')];
  if (comma < 0) return '.';
  if (point >= 0) return comma > point ? ',' : '.';
  if (text.indexOf(',') !== comma) return '.';
  return delimiter === ',' && /^[+-]?\d{1,3},\d{3}$/.test(text) ? '.' : ',';
}
