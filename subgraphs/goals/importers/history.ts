/** The one form every other tracker's export is brought into, and the bounds it must keep. */
import { Decimal } from 'decimal.js';
import { type Frequency, isLocalDate, type LocalDate } from '../calendar.ts';
import type { Aggregation, GoalDirection, GoalKind } from '../series.ts';

/** A goal as another tracker knew it. Values are decimal strings. */
export interface ImportedGoal {
  /** Stable over repeated exports of the same tracker, so that importing twice finds the same goal. */
  externalId: string;
  title: string;
  description?: string;
  kind: GoalKind;
  direction: GoalDirection;
  cumulative: boolean;
  aggregation: Aggregation;
  frequency?: Frequency;
  startValue?: string;
  targetValue?: string;
  ratePerDay?: string;
  startDate?: LocalDate;
  deadline?: LocalDate;
  unit?: string;
  archived?: boolean;
}

export interface ImportedEntry {
  goalExternalId: string;
  /** Unique within the goal and stable over repeated exports: the idempotency key. */
  externalId: string;
  localDate: LocalDate;
  /** Decimal string; '0' for a skip. */
  value: string;
  note?: string;
  skipped?: boolean;
}

/** Something that could not be taken over. `path` leads into the input: keys and indexes, or `['line', 12, 'date']`. */
export interface ImportProblem {
  path: (string | number)[];
  message: string;
}

export interface ImportedHistory {
  goals: ImportedGoal[];
  entries: ImportedEntry[];
  /** Never a reason to stop: what is good is imported, the rest is told. */
  problems: ImportProblem[];
}

/** Bounds of one import. An input beyond them is cut off, with a problem that says so. */
export const IMPORT_LIMITS = {
  /** Bytes of the file as it was uploaded. */
  inputBytes: 20 * 1024 * 1024,
  /** Bytes of a ZIP archive's files together, unpacked. */
  unpackedBytes: 60 * 1024 * 1024,
  archiveFiles: 5_000,
  goals: 1_000,
  entries: 200_000,
  problems: 200,
  titleLength: 200,
  noteLength: 2_000,
  idLength: 200,
} as const;

/** The largest magnitude a measured value may have, and the most digits after the point. */
const LARGEST = new Decimal('1e15');
const MOST_DECIMALS = 10;

/** Collects an import within its bounds. */
export class HistoryCollector {
  readonly history: ImportedHistory = { goals: [], entries: [], problems: [] };
  readonly #goalIds = new Set<string>();
  readonly #entryIds = new Set<string>();
  #silenced = 0;
  #full = { goals: false, entries: false };

  problem(path: (string | number)[], message: string): void {
    if (this.history.problems.length < IMPORT_LIMITS.problems) this.history.problems.push({ path, message });
    else this.#silenced += 1;
  }

  /** Adds a goal. False when it could not be (a second one with its id, or too many). */
  goal(goal: ImportedGoal, path: (string | number)[]): boolean {
    if (this.history.goals.length >= IMPORT_LIMITS.goals) {
      if (!this.#full.goals) this.problem(path, `more than ${IMPORT_LIMITS.goals} goals; the rest was left out`);
      this.#full.goals = true;
      return false;
    }
    if (this.#goalIds.has(goal.externalId)) {
      this.problem(path, `a goal with the id ${JSON.stringify(goal.externalId)} came before; this one was left out`);
      return false;
    }
    this.#goalIds.add(goal.externalId);
    this.history.goals.push(withoutUndefined({ ...goal, title: cleanText(goal.title, IMPORT_LIMITS.titleLength) }));
    return true;
  }

  entry(entry: ImportedEntry, path: (string | number)[]): void {
    if (this.history.entries.length >= IMPORT_LIMITS.entries) {
      if (!this.#full.entries) this.problem(path, `more than ${IMPORT_LIMITS.entries} entries; the rest was left out`);
      this.#full.entries = true;
      return;
    }
    // The separator cannot occur in an id: cleanText takes control characters out.
    const id = `${entry.goalExternalId}\u0000${entry.externalId}`;
    if (this.#entryIds.has(id)) {
      this.problem(path, `an entry with the id ${JSON.stringify(entry.externalId)} came before; this one was left out`);
      return;
    }
    this.#entryIds.add(id);
    this.history.entries.push(withoutUndefined(entry));
  }

  done(): ImportedHistory {
    if (this.#silenced > 0) {
      this.history.problems.push({ path: [], message: `${this.#silenced} more problems are not listed` });
      this.#silenced = 0;
    }
    return this.history;
  }
}

/** An import of which nothing could be read. */
export function unreadable(message: string): ImportedHistory {
  return { goals: [], entries: [], problems: [{ path: [], message }] };
}

/** A canonical decimal string, or null when the input is no number, or one too large or too fine to be a measurement. */
export function decimalText(input: unknown): string | null {
  if (typeof input !== 'number' && typeof input !== 'string') return null;
  // Decimal also reads hexadecimal and "Infinity"; a measurement is neither.
  if (typeof input === 'string' && !/^[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,3})?$/i.test(input))
    return null;
  const value = new Decimal(input);
  if (!value.isFinite() || value.abs().gt(LARGEST)) return null;
  const text = value.toDecimalPlaces(MOST_DECIMALS).toFixed();
  return text === '-0' ? '0' : text;
}

/** A local date of the range worth importing (1900 to 2200), or null. */
export function importDate(text: string): LocalDate | null {
  return isLocalDate(text) && text >= '1900-01-01' && text <= '2200-12-31' ? text : null;
}

/** Text without control characters (tabs and line breaks stay), cut to a length in characters. */
export function cleanText(text: string, length: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  const clean = text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/g, '').trim();
  return clean.length <= length ? clean : [...clean.slice(0, length * 2)].slice(0, length).join('');
}

/** A note, or undefined when there is none. */
export function noteText(input: unknown): string | undefined {
  return typeof input === 'string' ? cleanText(input, IMPORT_LIMITS.noteLength) || undefined : undefined;
}

/**
 * Text of a file: UTF-8 with or without a byte order mark, or UTF-16 with one, as spreadsheets write it. Null when it is
 * too large or not text.
 */
export function decodeText(input: string | Uint8Array): string | null {
  if (typeof input === 'string') {
    return input.length > IMPORT_LIMITS.inputBytes ? null : input.replace(/^\uFEFF/, '');
  }
  if (input.byteLength > IMPORT_LIMITS.unpackedBytes) return null;
  const label =
    input[0] === 0xff && input[1] === 0xfe ? 'utf-16le' : input[0] === 0xfe && input[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(label, { fatal: true }).decode(input);
  } catch {
    return null;
  }
}

/** Parses a bounded JSON file. */
export function parseJson(input: string | Uint8Array): { value: unknown } | { message: string } {
  const text = decodeText(input);
  if (text === null || text.length > IMPORT_LIMITS.inputBytes) {
    return { message: `the file is not text, or larger than ${IMPORT_LIMITS.inputBytes / 1024 / 1024} MB` };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { message: 'the file is not valid JSON' };
  }
}

/** A text or number of a file as text; empty for anything else, whose own `toString` may be no function. */
export function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
