import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dateOfDay, dayNumber } from '../../../subgraphs/goals/calendar.ts';
import { type CsvMapping, importCsv } from '../../../subgraphs/goals/importers/csv.ts';
import { dateReader, detectDelimiter, readMeasure } from '../../../subgraphs/goals/importers/csvValues.ts';
import { IMPORT_LIMITS } from '../../../subgraphs/goals/importers/history.ts';

const BASIC: CsvMapping = { columns: { date: 'Date', value: 'Value' } };
const brief = (text: string | Uint8Array, mapping = BASIC): [string[], string[]] => {
  const { entries, problems } = importCsv(text, mapping);
  return [entries.map((e) => `${e.localDate} ${e.skipped ? 'skip' : e.value}`), problems.map((p) => p.message)];
};

describe('a CSV import', () => {
  test('reads goals, values, notes and skips by their columns', () => {
    const text =
      'Day,Habit,Amount,Remark,Off\n2024-01-01,Run,5.5,"in the rain, wet",\n2024-01-02,Run,,,yes\n2024-01-01,Read,1,,\n';
    const history = importCsv(text, {
      columns: { date: 'day', goal: ' HABIT ', value: 'Amount', note: 'Remark', skipped: 'Off' },
      goal: { unit: 'km', description: 'from a sheet' },
    });
    expect(history).toEqual({
      goals: ['Run', 'Read'].map((title) => ({
        externalId: `csv:${title}`,
        title,
        kind: 'NUMERIC',
        direction: 'AT_LEAST',
        cumulative: true,
        aggregation: 'SUM',
        unit: 'km',
        description: 'from a sheet',
      })),
      entries: [
        {
          goalExternalId: 'csv:Run',
          externalId: '2024-01-01#1',
          localDate: '2024-01-01',
          value: '5.5',
          note: 'in the rain, wet',
        },
        { goalExternalId: 'csv:Run', externalId: '2024-01-02#1', localDate: '2024-01-02', value: '0', skipped: true },
        { goalExternalId: 'csv:Read', externalId: '2024-01-01#1', localDate: '2024-01-01', value: '1' },
      ],
      problems: [],
    });
  });

  test('reads what a German spreadsheet writes: byte order mark, semicolons, decimal commas, dots in dates', () => {
    const text = '\uFEFFDate;Value\r\n31.12.2023;1.234,5\r\n01.01.2024;0,75\r\n';
    const expected = [['2023-12-31 1234.5', '2024-01-01 0.75'], []];
    expect(brief(text)).toEqual(expected);
    expect(brief(Buffer.from(text, 'utf8'))).toEqual(expected);
    expect(brief(Buffer.from(text, 'utf16le'))).toEqual(expected);
  });

  test('a bad line is a problem of its own', () => {
    const text = 'Date,Value\n2024-01-01,1\nyesterday,2\n2024-01-03,many\n2024-01-04\n2024-01-05,NaN\n2024-01-06,6\n';
    expect(importCsv(text, BASIC).problems).toEqual([
      { path: ['line', 3, 'date'], message: 'not a date: "yesterday"' },
      { path: ['line', 4, 'value'], message: 'not a number: "many"' },
      { path: ['line', 6, 'value'], message: 'not a number: "NaN"' },
    ]);
    expect(brief(text)[0]).toEqual(['2024-01-01 1', '2024-01-06 6']);
  });

  test('an unclosed quote keeps the lines before it', () => {
    const [entries, problems] = brief('Date,Value\n2024-01-01,1\n"2024-01-02,2\n2024-01-03,3\n');
    expect(entries).toEqual(['2024-01-01 1']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/not valid CSV/);
  });

  test('a habit of days done needs no value column', () => {
    const history = importCsv('Date\n2024-01-01\n2024-01-02\n', {
      columns: { date: 'Date' },
      goal: { title: 'Gym', frequency: { times: 3, period: 'WEEK' } },
    });
    expect(history.goals).toMatchObject([{ title: 'Gym', kind: 'HABIT', cumulative: false }]);
    expect(history.entries.map((e) => e.value)).toEqual(['1', '1']);
  });

  test('columns may be numbered, with or without a header', () => {
    expect(brief('2024-01-01\t7\n', { columns: { date: 1, value: 2 }, header: false })[0]).toEqual(['2024-01-01 7']);
    expect(brief('a\tb\n2024-01-01\t7\n', { columns: { date: 1, value: 2 } })[0]).toEqual(['2024-01-01 7']);
  });

  test('a column that does not exist is named, with those that do', () => {
    expect(importCsv('A,B\n1,2\n', BASIC).problems).toEqual([
      { path: ['columns', 'date'], message: 'there is no column "Date"; the columns are "A", "B"' },
      { path: ['columns', 'value'], message: 'there is no column "Value"; the columns are "A", "B"' },
    ]);
  });

  test('several lines of a day are told apart, and an id column goes first', () => {
    const text = 'Id,Date,Value\nx,2024-01-01,1\n,2024-01-01,2\n,2024-01-01,3\nx,2024-01-02,4\n';
    const history = importCsv(text, { columns: { ...BASIC.columns, externalId: 'Id' } });
    expect(history.entries.map((e) => e.externalId)).toEqual(['x', '2024-01-01#2', '2024-01-01#3']);
    expect(history.problems).toMatchObject([{ path: ['line', 5] }]);
  });

  test('is bounded', () => {
    const lines = `Date,Value\n${'2024-01-01,1\n'.repeat(IMPORT_LIMITS.entries + 5)}`;
    const history = importCsv(lines, BASIC);
    expect(history.entries).toHaveLength(IMPORT_LIMITS.entries);
    const bad = importCsv(`Date,Value\n${'x,1\n'.repeat(1000)}`, { ...BASIC, dateFormat: 'YMD' });
    expect(bad.problems).toHaveLength(IMPORT_LIMITS.problems + 1);
    expect(bad.problems.at(-1)!.message).toBe('800 more problems are not listed');
    expect(importCsv('x'.repeat(IMPORT_LIMITS.inputBytes + 1), BASIC).problems[0]!.message).toMatch(
      /larger than 20 MB/,
    );
    expect(importCsv(new Uint8Array([0xc3, 0x28]), BASIC).problems[0]!.message).toMatch(/not text/);
  });

  test('never throws', () => {
    const column = fc.oneof(fc.string(), fc.integer());
    fc.assert(
      fc.property(fc.string(), fc.string(), column, fc.string({ maxLength: 2 }), (head, body, date, delimiter) => {
        importCsv(`${head}\n${body}`, { columns: { date, value: 2 }, delimiter });
        importCsv(`${head}\n${body}`, { columns: { date: 1, value: 2 }, header: false });
      }),
    );
  });

  test('gives back what was written, in any fashion of dates and numbers', () => {
    const row = fc.tuple(
      fc.integer({ min: dayNumber('1950-01-01'), max: dayNumber('2100-01-01') }),
      fc.integer({ min: -9_999_999, max: 9_999_999 }),
    );
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1 }),
        fc.constantFrom('YMD', 'DMY', 'MDY'),
        fc.boolean(),
        fc.constantFrom('.', '/', '-'),
        (rows, order, comma, mark) => {
          const write = (day: number) => {
            const [y, m, d] = dateOfDay(day).split('-');
            return (order === 'YMD' ? [y, m, d] : order === 'DMY' ? [d, m, y] : [m, d, y]).join(mark);
          };
          const number = (cents: number) => (cents / 100).toFixed(2).replace('.', comma ? ',' : '.');
          const text = `Date;Value\n${rows.map(([day, cents]) => `${write(day)};${number(cents)}`).join('\n')}`;
          const history = importCsv(text, { ...BASIC, dateFormat: order as 'YMD', decimalMark: comma ? ',' : '.' });
          expect(history.problems).toEqual([]);
          expect(history.entries.map((e) => [dayNumber(e.localDate), Math.round(Number(e.value) * 100) + 0])).toEqual(
            rows.map(([day, cents]) => [day, cents + 0]),
          );
        },
      ),
    );
  });
});

describe('dates', () => {
  const read = (column: string[]) => {
    const reader = dateReader('auto', column);
    return 'message' in reader ? reader.message : column.map(reader.read);
  };

  test('with the year first need no asking', () => {
    expect(read(['2024-01-02', '2024/1/3', '2024-01-04T23:59:59Z', '20240105', '2024-13-01'])).toEqual([
      '2024-01-02',
      '2024-01-03',
      '2024-01-04',
      '2024-01-05',
      null,
    ]);
  });

  test('are read by what fits the whole column', () => {
    expect(read(['03/04/2024', '13/04/2024'])).toEqual(['2024-04-03', '2024-04-13']);
    expect(read(['03/04/2024', '03/14/2024'])).toEqual(['2024-03-04', '2024-03-14']);
    expect(read(['3.4.24'])).toEqual(['2024-04-03']);
  });

  test('that could be either way are not guessed', () => {
    expect(read(['03/04/2024', '05/06/2024'])).toMatch(/cannot be told/);
    expect(read(['13/04/2024', '04/13/2024'])).toMatch(/some dates put the day first/);
  });
});

describe('values', () => {
  test.each([
    ['1,234', ',', '1234'],
    ['1,23', ',', '1.23'],
    ['1,234', ';', '1.234'],
    ['1.234,56', ';', '1234.56'],
    ['1,234.56', ',', '1234.56'],
    ['1,234,567', ';', '1234567'],
    ['1 234,5', ';', '1234.5'],
    ["1'234.5", ',', '1234.5'],
    ['-0.0', ',', '0'],
    ['1e3', ',', '1000'],
    ['Yes', ',', '1'],
    ['✗', ',', '0'],
    ['skip', ',', 'SKIP'],
    ['', ',', ''],
    ['1,2,3', ',', null],
    ['12,34.5', ',', null],
    ['0x1F', ',', null],
    ['Infinity', ',', null],
    ['1e300', ',', null],
    ['five', ',', null],
  ])('%p in a file delimited by %p is %p', (text, delimiter, expected) => {
    expect(readMeasure(text, 'auto', delimiter)).toBe(expected);
  });

  test('the delimiter is what the first line has most of, outside quotes', () => {
    expect(['a,b;c,d', 'a;b', 'a\tb', 'a|b|c', '"a;b;c",d', 'a'].map(detectDelimiter)).toEqual([
      ',',
      ';',
      '\t',
      '|',
      ',',
      ',',
    ]);
  });
});
