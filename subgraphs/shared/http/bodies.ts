import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { FetchRefused, tooLarge } from './refusals.ts';

/** What can be undone, and is therefore asked for. */
export const acceptedEncodings = 'gzip, deflate, br';

/** More codings on top of each other than anybody needs are only good for bombs. */
const mostCodings = 2;

type Bytes = AsyncIterable<Uint8Array>;

export interface Reading {
  /** Most bytes, both as they come and decompressed. */
  limit: number;
  /** What becomes of a longer body: `refuse` it, or `cut` it at the limit. */
  overflow: 'refuse' | 'cut';
  /** Hears of every piece that arrives. */
  arrived: (bytes: number) => void;
}

/**
 * Reads a body and undoes its `Content-Encoding`, counting on the way: of a bomb no more is inflated than the limit and
 * one piece.
 * @throws FetchRefused TOO_LARGE, or WRONG_TYPE for codings that are not known.
 */
export async function readBody(source: Readable, encoding: string | null, reading: Reading): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of codingsOf(encoding).reduce(decoded, counted(source, reading))) {
    const room = reading.limit - size;
    size += piece.byteLength;
    pieces.push(room < piece.byteLength ? piece.subarray(0, room) : piece);
    if (size <= reading.limit) continue;
    if (reading.overflow === 'refuse') throw tooLarge(reading.limit);
    break;
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** The codings in the order in which they are undone. */
function codingsOf(encoding: string | null): string[] {
  const codings = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > mostCodings || codings.some((coding) => !Object.hasOwn(decoders, coding)))
    throw new FetchRefused('WRONG_TYPE', 'The answer is compressed in a way that cannot be read.');
  return codings.reverse();
}

async function* counted(source: Readable, { limit, overflow, arrived }: Reading): Bytes {
  let size = 0;
  for await (const piece of source as Bytes) {
    arrived(piece.byteLength);
    size += piece.byteLength;
    if (size > limit && overflow === 'refuse') throw tooLarge(limit);
    yield piece;
  }
}

const decoders: Record<string, (first: Uint8Array) => Transform> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  br: () => createBrotliDecompress(),
  // By the standard in a zlib wrapper; some servers leave that out.
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw()),
};

async function* decoded(source: Bytes, coding: string): Bytes {
  const pieces = source[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done) return;
  const all = async function* () {
    try {
      yield first.value;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return?.();
    }
  };
  const decoder = decoders[coding]!(first.value);
  // Its end, good or bad, is also that of the decoder, which is read here.
  yield* pipeline(Readable.from(all(), { objectMode: false }), decoder, () => {}) as Bytes;
}
