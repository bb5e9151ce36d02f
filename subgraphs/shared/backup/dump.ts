import { hash } from 'node:crypto';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { copied, type TableShape } from './catalogue.ts';

/** What a table held, to compare: the sum does not depend on the order of rows. */
export interface TableSum {
  rows: number;
  /** Of the SHA-256 of each row in COPY's text format, added in eight lanes of 32 bits; hexadecimal. */
  sum: string;
}

/** Counts and sums rows as their bytes pass. COPY's text format has one row a line: line breaks within values are escaped. */
export function createSummer(): { add(bytes: Buffer): void; result(): TableSum } {
  const lanes = new Uint32Array(8);
  let rows = 0;
  let begun: Buffer[] = [];
  const addRow = (row: Buffer) => {
    const digest = hash('sha256', row, 'buffer') as unknown as Buffer;
    for (let lane = 0; lane < 8; lane++) lanes[lane]! += digest.readUInt32BE(lane * 4);
    rows++;
  };
  return {
    add(bytes) {
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        const rest = bytes.subarray(from, end);
        addRow(begun.length > 0 ? Buffer.concat([...begun, rest]) : rest);
        begun = [];
        from = end + 1;
      }
      if (from < bytes.length) begun.push(bytes.subarray(from));
    },
    result: () => ({ rows, sum: [...lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('') }),
  };
}

/** The rows of a table in COPY's text format, as the transaction sees them. */
export const copyOut = (client: pg.ClientBase, what: string) => client.query(copyTo(`COPY ${what} TO STDOUT`));

/**
 * What the data object holds, before it is compressed and sealed: frames of one letter, the length of what follows (4 bytes, big
 * endian), and that. T: a table begins (its shape as JSON), D: a piece of its rows in COPY's text format, E: it ends, Z: the end.
 */
export type Frame = { kind: 'T' | 'D' | 'E' | 'Z'; bytes: Buffer };
const nothing = Buffer.alloc(0);
/** Longer pieces are cut, so that whoever reads them needs little memory. */
const longestFrame = 1_048_576;

function* framed(kind: Frame['kind'], bytes: Buffer): Generator<Buffer> {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeUInt32BE(bytes.length, 1);
  yield head;
  if (bytes.length > 0) yield bytes;
}

/** Streams the tables; `sums` is filled on the way. */
export async function* dump(
  client: pg.ClientBase,
  tables: readonly TableShape[],
  sums: Map<TableShape, TableSum>,
): AsyncGenerator<Buffer> {
  for (const table of tables) {
    yield* framed('T', Buffer.from(JSON.stringify(table)));
    const summer = createSummer();
    for await (const piece of copyOut(client, copied(table)) as AsyncIterable<Buffer>) {
      summer.add(piece);
      for (let from = 0; from < piece.length; from += longestFrame) {
        yield* framed('D', piece.subarray(from, from + longestFrame));
      }
    }
    sums.set(table, summer.result());
    yield* framed('E', nothing);
  }
  yield* framed('Z', nothing);
}

/** @throws Error when the bytes are no frames, or end before the last one. */
export async function* readFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let held: Buffer = nothing;
  let ended = false;
  for await (const piece of stream) {
    held = held.length > 0 ? Buffer.concat([held, piece]) : piece;
    while (held.length >= 5) {
      const length = held.readUInt32BE(1);
      if (length > longestFrame || !'TDEZ'.includes(String.fromCharCode(held[0]!)) || ended) {
        throw new Error('The data is not made of frames.');
      }
      if (held.length < 5 + length) break;
      const kind = String.fromCharCode(held[0]!) as Frame['kind'];
      yield { kind, bytes: held.subarray(5, 5 + length) };
      ended = kind === 'Z';
      held = held.subarray(5 + length);
    }
  }
  if (!ended || held.length > 0) throw new Error('The data ends before its last frame.');
}
