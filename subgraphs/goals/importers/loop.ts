/**
 * Loop Habit Tracker: the ZIP of "Export as CSV" (iSoron/uhabits, `HabitsCSVExporter.kt`).
 *
 *     Habits.csv                    one line a habit
 *     001 Wake up early/Checkmarks.csv   Date,Value,Notes
 *     Checkmarks.csv                all habits side by side; used when a habit's own folder is missing
 *
 * Values are words (`Entry.kt`: YES_MANUAL, YES_AUTO, NO, SKIP, UNKNOWN) or, in older exports, their codes 2, 1, 0, 3,
 * -1; measured values are in thousandths. The full backup, an SQLite file, is not read: it would need native code.
 */

import { parse } from 'csv-parse/sync';
import { Decimal } from 'decimal.js';
import type { Frequency } from '../calendar.ts';
import { unpack } from './archive.ts';
import {
  cleanText,
  decimalText,
  decodeText,
  HistoryCollector,
  IMPORT_LIMITS,
  type ImportedHistory,
  importDate,
  noteText,
  unreadable,
} from './history.ts';

interface LoopHabit {
  externalId: string;
  folder: string;
  name: string;
  numeric: boolean;
}

type Row = string[];

/**
 * Reads a Loop export. A yes-or-no habit becomes "times per period"; a measured one a sum per period (at least or at
 * most). What Loop filled in by itself (YES_AUTO, UNKNOWN) is not history and is left out. The export has no ids: a habit
 * is known by its name, the second of two equal names gets a number.
 */
export function importLoop(input: Uint8Array): ImportedHistory {
  const archive = unpack(input, (name) => /(^|\/)(Habits|Checkmarks)\.csv$/i.test(name));
  if ('message' in archive) return unreadable(archive.message);
  const list = [...archive.files.keys()].find((name) => /(^|\/)Habits\.csv$/i.test(name));
  if (!list) return unreadable('the archive has no Habits.csv: choose "Export as CSV" in Loop');
  const out = new HistoryCollector();
  const rows = readCsv(archive.files.get(list)!, [list], out);
  const root = list.slice(0, -'Habits.csv'.length);
  const habits = readHabits(rows, list, out);
  const folders = foldersOf([...archive.files.keys()], root);
  const together = sideBySide(archive.files.get(`${root}Checkmarks.csv`), `${root}Checkmarks.csv`, out);
  for (const habit of habits) {
    const file = folders.get(habit.folder);
    if (file) {
      readCsv(archive.files.get(file)!, [file], out).forEach((row, i) => {
        if (i > 0 || isDate(row[0])) readEntry(habit, row, [file, 'line', i + 1], out);
      });
    } else if (together?.columns.has(habit.name)) {
      const column = together.columns.get(habit.name)!;
      together.rows.forEach((row, i) => {
        readEntry(habit, [row[0] ?? '', row[column] ?? ''], [`${root}Checkmarks.csv`, 'line', i + 2], out);
      });
    } else {
      out.problem([list], `${habit.name}: the archive has no checkmarks for it`);
    }
  }
  return out.done();
}

function readHabits(rows: Row[], file: string, out: HistoryCollector): LoopHabit[] {
  const header = (rows[0] ?? []).map((name) => name.trim().toLowerCase());
  const cell = (row: Row, ...names: string[]) => {
    const at = names.map((name) => header.indexOf(name)).find((i) => i >= 0);
    return at === undefined ? '' : (row[at] ?? '').trim();
  };
  const names = new Map<string, number>();
  const habits: LoopHabit[] = [];
  rows.slice(1).forEach((row, i) => {
    const path = [file, 'line', i + 2];
    const name = cleanText(cell(row, 'name'), IMPORT_LIMITS.titleLength);
    if (!name) {
      out.problem(path, 'a habit without a name');
      return;
    }
    const times = names.get(name) ?? 0;
    names.set(name, times + 1);
    const numeric = cell(row, 'type').toUpperCase() === 'NUMERICAL';
    const target = decimalText(cell(row, 'target value'));
    // Before version 2 the columns were called NumRepetitions and Interval.
    const numerator = Number(cell(row, 'frequencynumerator', 'numrepetitions'));
    const denominator = Number(cell(row, 'frequencydenominator', 'interval'));
    const frequency = frequencyOf(numeric ? 1 : numerator, denominator);
    if (!frequency) {
      out.problem(path, `${name}: "${numerator} times in ${denominator} days" is no frequency; daily is used`);
    }
    const habit = {
      externalId: `loop:${name}${times > 0 ? ` (${times + 1})` : ''}`,
      folder: cell(row, 'position') || String(i + 1).padStart(3, '0'),
      name,
      numeric,
    };
    const added = out.goal(
      {
        externalId: habit.externalId,
        title: name,
        description: noteText([cell(row, 'question'), cell(row, 'description')].filter(Boolean).join('\n\n')),
        kind: 'HABIT',
        direction: cell(row, 'target type').toUpperCase() === 'AT_MOST' ? 'AT_MOST' : 'AT_LEAST',
        cumulative: numeric,
        aggregation: 'SUM',
        frequency: frequency ?? { times: 1, period: 'DAY' },
        targetValue: numeric ? (target ?? '1') : undefined,
        unit: numeric ? cleanText(cell(row, 'unit'), 50) || undefined : undefined,
        archived: cell(row, 'archived?', 'archived').toLowerCase() === 'true' || undefined,
      },
      path,
    );
    if (added) habits.push(habit);
  });
  return habits;
}

/** "numerator times in denominator days" as a frequency of calendar periods; Loop's month has 30 days. */
function frequencyOf(numerator: number, denominator: number): Frequency | null {
  if (!Number.isInteger(numerator) || !Number.isInteger(denominator) || numerator < 1) return null;
  if (denominator < 1 || denominator > 3660) return null;
  if (numerator >= denominator) return { times: 1, period: 'DAY' };
  if (denominator === 7) return { times: numerator, period: 'WEEK' };
  if (denominator === 30 || denominator === 31) return { times: numerator, period: 'MONTH' };
  if (denominator === 365) return { times: numerator, period: 'YEAR' };
  return { times: numerator, period: 'DAY', interval: denominator };
}

function readEntry(habit: LoopHabit, row: Row, path: (string | number)[], out: HistoryCollector): void {
  const localDate = importDate((row[0] ?? '').trim());
  if (!localDate) {
    out.problem(path, `not a date: ${JSON.stringify((row[0] ?? '').slice(0, 40))}`);
    return;
  }
  const value = readValue((row[1] ?? '').trim().toUpperCase(), habit.numeric);
  if (value === 'NOTHING') return;
  if (value === null) {
    out.problem(path, `not a value: ${JSON.stringify((row[1] ?? '').slice(0, 40))}`);
    return;
  }
  const entry = { goalExternalId: habit.externalId, externalId: localDate, localDate, note: noteText(row[2]) };
  out.entry(value === 'SKIP' ? { ...entry, value: '0', skipped: true } : { ...entry, value }, path);
}

/** A decimal string, a skip, nothing worth keeping, or null for what is no value. */
function readValue(text: string, numeric: boolean): string | 'SKIP' | 'NOTHING' | null {
  if (text === '' || text === 'UNKNOWN' || text === '-1') return 'NOTHING';
  if (text === 'SKIP' || text === '3') return 'SKIP';
  if (text === 'NO' || text === '0') return '0';
  if (!numeric) {
    if (text === 'YES_MANUAL' || text === '2') return '1';
    return text === 'YES_AUTO' || text === '1' ? 'NOTHING' : null;
  }
  // The exporter names 1 and 2 thousandths of a measured habit too; nobody measured them.
  if (text === 'YES_AUTO' || text === 'YES_MANUAL') return 'NOTHING';
  const thousandths = decimalText(text);
  return thousandths === null || Number(thousandths) < 0
    ? null
    : decimalText(new Decimal(thousandths).div(1000).toFixed());
}

/** "001" → the habit's own Checkmarks.csv. */
function foldersOf(names: string[], root: string): Map<string, string> {
  const folders = new Map<string, string>();
  for (const name of names) {
    const match = /^(\d+)(?: [^/]*)?\/Checkmarks\.csv$/i.exec(name.slice(root.length));
    if (name.startsWith(root) && match) folders.set(match[1]!, name);
  }
  return folders;
}

function sideBySide(file: Uint8Array | undefined, name: string, out: HistoryCollector) {
  if (!file) return null;
  const [header, ...rows] = readCsv(file, [name], out);
  // The exporter writes these names unquoted, so one with a comma is not found; its own folder has it.
  return { columns: new Map((header ?? []).map((title, i) => [title.trim(), i])), rows };
}

function readCsv(file: Uint8Array, path: (string | number)[], out: HistoryCollector): Row[] {
  const text = decodeText(file);
  if (text === null) {
    out.problem(path, 'the file is not UTF-8 text');
    return [];
  }
  try {
    return parse(text, {
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: 1_000_000,
    });
  } catch (error) {
    out.problem(path, `the file is not valid CSV: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`);
    return [];
  }
}

function isDate(text: string | undefined): boolean {
  return importDate((text ?? '').trim()) !== null;
}
