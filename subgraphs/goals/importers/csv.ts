/**
 * Any tracker's CSV, with a mapping that says which column is what. Written for what spreadsheets really export: byte
 * order marks, semicolons, decimal commas, dates in the local fashion. A line that cannot be read is a problem of its own
 * and never stops the rest.
 */
import { parse } from 'csv-parse/sync';
import { type DateFormat, type DecimalMark, dateReader, detectDelimiter, readMeasure } from './csvValues.ts';
import {
  cleanText,
  decodeText,
  HistoryCollector,
  IMPORT_LIMITS,
  type ImportedGoal,
  type ImportedHistory,
  noteText,
  unreadable,
} from './history.ts';

export interface CsvMapping {
  /** Column names as in the header (case and outer spaces do not matter), or numbers counted from 1. */
  columns: {
    date: string | number;
    /** Absent: each line counts as 1, as in a list of days done. */
    value?: string | number;
    /** The column that names the goal; absent: all lines belong to `goal`. */
    goal?: string | number;
    note?: string | number;
    /** A column that is true for days to skip. */
    skipped?: string | number;
    /** A column that identifies the line; absent: goal, date and position among the lines of that date. */
    externalId?: string | number;
  };
  /** The goal lines belong to when no column names it, and what all goals of the file share. */
  goal?: Partial<Omit<ImportedGoal, 'externalId'>>;
  /** Default `auto`: ISO dates, or day and month in the one order that fits every line. */
  dateFormat?: DateFormat;
  /** Default `auto`. */
  decimalMark?: DecimalMark;
  /** Default: the most frequent of , ; tab and | in the first line. */
  delimiter?: string;
  /** Whether the first line names the columns. Default true. */
  header?: boolean;
}

interface Line {
  row: string[];
  line: number;
}

/** Reads a CSV file by a mapping. Values may be numbers, yes/no words (1 and 0) or "skip". */
export function importCsv(input: string | Uint8Array, mapping: CsvMapping): ImportedHistory {
  const size = typeof input === 'string' ? input.length : input.byteLength;
  if (size > IMPORT_LIMITS.inputBytes) {
    return unreadable(`the file is larger than ${IMPORT_LIMITS.inputBytes / 1024 / 1024} MB`);
  }
  const text = decodeText(input);
  if (text === null) return unreadable('the file is not text in UTF-8 or UTF-16');
  const delimiter = mapping.delimiter ?? detectDelimiter(text);
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    return unreadable('the delimiter must be a single character');
  const out = new HistoryCollector();
  const lines = parseLines(text, delimiter, out);
  const header = mapping.header === false ? null : (lines.shift()?.row ?? []);
  const columns = findColumns(mapping, header, out);
  if (!columns) return out.done();

  const dates = dateReader(
    mapping.dateFormat ?? 'auto',
    lines.map(({ row }) => (row[columns.date] ?? '').trim()),
  );
  if ('message' in dates) {
    out.problem(['date'], dates.message);
    return out.done();
  }
  const context = {
    columns,
    mapping,
    read: dates.read,
    delimiter,
    goals: new Map<string, ImportedGoal>(),
    counts: new Map<string, number>(),
  };
  for (const line of lines) readLine(line, context, out);
  return out.done();
}

interface LineContext {
  columns: Columns;
  mapping: CsvMapping;
  read: (text: string) => string | null;
  delimiter: string;
  goals: Map<string, ImportedGoal>;
  counts: Map<string, number>;
}

function readLine({ row, line }: Line, context: LineContext, out: HistoryCollector): void {
  const { columns, mapping, counts } = context;
  const cell = (index: number | undefined) => (index === undefined ? '' : (row[index] ?? '').trim());
  const at = (column: string) => ['line', line, column];
  const localDate = context.read(cell(columns.date));
  if (!localDate) {
    out.problem(at('date'), `not a date: ${JSON.stringify(cell(columns.date).slice(0, 40))}`);
    return;
  }
  const measure =
    columns.value === undefined
      ? '1'
      : readMeasure(cell(columns.value), mapping.decimalMark ?? 'auto', context.delimiter);
  const mark = readMeasure(cell(columns.skipped), 'auto', context.delimiter);
  const skipped = measure === 'SKIP' || mark === 'SKIP' || (mark !== null && mark !== '' && mark !== '0');
  if (!skipped && measure === '') return; // A day without a value is no data.
  if (!skipped && measure === null) {
    out.problem(at('value'), `not a number: ${JSON.stringify(cell(columns.value).slice(0, 40))}`);
    return;
  }
  const title = cleanText(
    columns.goal === undefined ? (mapping.goal?.title ?? 'Imported') : cell(columns.goal),
    IMPORT_LIMITS.titleLength,
  );
  if (!title) {
    out.problem(at('goal'), 'the goal has no name');
    return;
  }
  const goalExternalId = `csv:${title}`;
  if (!context.goals.has(title)) {
    const goal = habitOrNumeric(title, goalExternalId, mapping.goal ?? {});
    context.goals.set(title, goal);
    out.goal(goal, at('goal'));
  }
  const day = `${goalExternalId}/${localDate}`;
  const nth = (counts.get(day) ?? 0) + 1;
  counts.set(day, nth);
  const given = cleanText(cell(columns.externalId), IMPORT_LIMITS.idLength);
  out.entry(
    {
      goalExternalId,
      externalId: given || `${localDate}#${nth}`,
      localDate,
      value: skipped || measure === null ? '0' : measure,
      note: noteText(cell(columns.note)),
      skipped: skipped || undefined,
    },
    ['line', line],
  );
}

type Columns = { date: number } & Partial<Record<'value' | 'goal' | 'note' | 'skipped' | 'externalId', number>>;

function findColumns(mapping: CsvMapping, header: string[] | null, out: HistoryCollector): Columns | null {
  const names = header?.map((name) => name.trim().toLowerCase());
  const found: Record<string, number> = {};
  let complete = true;
  for (const [key, column] of Object.entries(mapping.columns)) {
    if (column === undefined) continue;
    const index = typeof column === 'number' ? column - 1 : (names?.indexOf(column.trim().toLowerCase()) ?? -1);
    if (!Number.isInteger(index) || index < 0 || (names && index >= names.length)) {
      const known = header
        ? `; the columns are ${header
            .slice(0, 30)
            .map((n) => JSON.stringify(n.slice(0, 40)))
            .join(', ')}`
        : '';
      out.problem(['columns', key], `there is no column ${JSON.stringify(column)}${known}`);
      complete = false;
    }
    found[key] = index;
  }
  return complete && found.date !== undefined ? (found as Columns) : null;
}

function parseLines(text: string, delimiter: string, out: HistoryCollector): Line[] {
  const lines: Line[] = [];
  let skippedRecords = 0;
  try {
    parse(text, {
      delimiter,
      bom: true,
      trim: false,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: 100_000,
      to: IMPORT_LIMITS.entries + 1,
      on_skip: (error) => {
        skippedRecords += 1;
        if (error) out.problem(['line', Number(error.lines ?? 0)], `not valid CSV: ${error.message.slice(0, 200)}`);
        return undefined;
      },
      on_record: (record: string[], context) => {
        lines.push({ row: record, line: context.lines });
        return null;
      },
    });
  } catch (error) {
    // An unclosed quote swallows the rest of the file: what came before it is kept.
    out.problem(
      ['line', lines.length + skippedRecords + 1],
      `not valid CSV: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`,
    );
  }
  if (lines.length > IMPORT_LIMITS.entries) {
    out.problem([], `more than ${IMPORT_LIMITS.entries} lines; the rest was left out`);
  }
  return lines;
}

/** A habit when the mapping gives a frequency, else a number that adds up over time. */
function habitOrNumeric(
  title: string,
  externalId: string,
  given: Partial<Omit<ImportedGoal, 'externalId'>>,
): ImportedGoal {
  const kind = given.kind ?? (given.frequency ? 'HABIT' : 'NUMERIC');
  const cumulative = given.cumulative ?? kind === 'NUMERIC';
  return {
    direction: 'AT_LEAST',
    aggregation: cumulative || kind === 'HABIT' ? 'SUM' : 'LAST',
    ...(kind === 'HABIT' && !given.frequency ? { frequency: { times: 1, period: 'DAY' as const } } : {}),
    ...given,
    kind,
    cumulative,
    title,
    externalId,
  };
}
