import { createHash } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { Decimal } from 'decimal.js';
import { Zip, ZipDeflate } from 'fflate';
import type { Tx } from '../shared/db.ts';
import type { Platform } from '../shared/platform.ts';

/** Raised when files of the archive change their meaning. */
export const archiveVersion = 1;
/** Larger archives are refused, in bytes. */
export const largest = 200 * 1024 * 1024;
/** Text is compressed in pieces of about this many characters. */
const piece = 64 * 1024;

interface ArchivedFile {
  path: string;
  rows: number;
  bytes: number;
  sha256: string;
}

/**
 * Everything a person has here, as a ZIP: for each type of each domain JSON Lines and CSV with the same rows, and a
 * `README.txt` that says what they are, and a `manifest.json` with their counts and hashes. It is read in one snapshot of the database, so that what refers to each
 * other is there together. Rows are compressed as they come: only the compressed archive is ever whole in memory.
 * @returns null when it would be larger than 200 MB.
 */
export async function archive(platform: Platform, userId: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const { db, domains, now } = platform;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
    size += chunk.length;
  });
  const createdAt = now();
  const files: ArchivedFile[] = [];
  const contents: string[] = [];
  const complete = await db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SET LOCAL statement_timeout = '60s'`;
      for (const { name: domain, exports = [] } of domains) {
        for (const type of exports) {
          const path = `${domain}/${type.name}`;
          const jsonl = openFile(zip, `${path}.jsonl`, createdAt);
          const csv = openFile(zip, `${path}.csv`, createdAt);
          let columns: string[] | undefined;
          for await (const row of await type.rows(tx as Tx, userId)) {
            if (size > largest) return false;
            if (!columns) {
              columns = Object.keys(row);
              csv.write(csvLine(columns), 0);
            }
            jsonl.write(`${JSON.stringify(row, jsonValue)}\n`, 1);
            csv.write(csvLine(columns.map((column) => cell(row[column]))), 1);
          }
          const ended = jsonl.end();
          files.push(ended, csv.end());
          contents.push(`${path} (${ended.rows})`, `  ${type.about}`);
        }
      }
      return true;
    },
    { isolationLevel: 'RepeatableRead', timeout: 10 * 60_000, maxWait: 10_000 },
  );
  if (!complete) return null;
  const readme = openFile(zip, 'README.txt', createdAt);
  readme.write([...preface(createdAt), ...contents, ''].join('\n'), 0);
  files.push(readme.end());
  const manifest = openFile(zip, 'manifest.json', createdAt);
  manifest.write(JSON.stringify({ version: archiveVersion, userId, createdAt, files }, null, 2), 0);
  manifest.end();
  zip.end();
  return size > largest ? null : Buffer.concat(chunks);
}

const preface = (createdAt: Date) => [
  `Everything that Jarvis had of you at ${createdAt.toISOString()}.`,
  '',
  'Each kind of thing is there twice, with the same rows: as JSON Lines (.jsonl: one object a line, UTF-8) for programs,',
  'and as CSV (.csv: RFC 4180, UTF-8, a line of names first) for spreadsheets. In the CSV, cells that a spreadsheet would',
  "run as a formula have an apostrophe (') before them; the JSON Lines have every text as it was.",
  'Ids such as goal_0192f3... say what belongs together. Times are in UTC, days are yours.',
  'What opens accounts is not in here: tokens, keys, secrets of webhooks.',
  '',
  'manifest.json',
  '  Each file with its rows, its size in bytes and its SHA-256.',
];

function openFile(zip: Zip, path: string, mtime: Date) {
  const file = Object.assign(new ZipDeflate(path, { level: 6 }), { mtime });
  zip.add(file);
  const hash = createHash('sha256');
  let waiting = '';
  let bytes = 0;
  let rows = 0;
  const flush = (last: boolean) => {
    const data = Buffer.from(waiting, 'utf8');
    waiting = '';
    bytes += data.length;
    hash.update(data);
    file.push(data, last);
  };
  return {
    write(text: string, count: number) {
      waiting += text;
      rows += count;
      if (waiting.length >= piece) flush(false);
    },
    end(): ArchivedFile {
      flush(true);
      return { path, rows, bytes, sha256: hash.digest('hex') };
    },
  };
}

/** JSON has no big integers: they are written as text. Dates and decimals already are. */
const jsonValue = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

function cell(value: unknown): string {
  if (value == null) return '';
  if (value instanceof Date) return value.toISOString();
  if (Decimal.isDecimal(value)) return value.toString();
  return typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value);
}

/** A line of CSV (RFC 4180), every cell in quotes: texts may hold line breaks of any kind. Cells that a spreadsheet would run as a formula get an apostrophe before them. */
const csvLine = (cells: string[]) => stringify([cells], { escape_formulas: true, quoted: true });
