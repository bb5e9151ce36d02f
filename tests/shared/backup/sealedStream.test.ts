import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { chunkBytes, createOpener, createSealer } from '../../../subgraphs/shared/backup/sealedStream.ts';

const key = randomBytes(32);
const header = 65;
const sealedChunk = chunkBytes + 16;

/** In pieces of odd sizes, as networks deliver them. */
function pieces(bytes: Buffer, size: number): Readable {
  const all: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += size) all.push(bytes.subarray(from, from + size));
  return Readable.from(all);
}
const seal = (plain: Buffer, place = 'b/data', size = 10_007) =>
  buffer(pieces(plain, size).pipe(createSealer([key], place)));
async function open(sealed: Buffer, { place = 'b/data', keys = [key] as [Buffer, ...Buffer[]], size = 9_973 } = {}) {
  const opener = createOpener(keys, place);
  pieces(sealed, size).pipe(opener);
  return buffer(opener);
}

describe('a sealed stream', () => {
  test.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, 3 * chunkBytes + 17])(
    'gives %i bytes back, in pieces of whatever size',
    async (size) => {
      const plain = randomBytes(size);
      const sealed = await seal(plain);
      expect(sealed.length).toBe(header + size + 16 * Math.max(1, Math.ceil(size / chunkBytes)));
      for (const pieceSize of [1 + (size % 97) + 30, sealed.length]) {
        expect((await open(sealed, { size: pieceSize })).equals(plain)).toBe(true);
      }
    },
  );

  test('opens with an old key as well, and never looks alike', async () => {
    const [one, other] = [await seal(Buffer.from('x')), await seal(Buffer.from('x'))];
    expect(one.equals(other)).toBe(false);
    expect((await open(one, { keys: [randomBytes(32), key] })).toString()).toBe('x');
  });

  const plain = randomBytes(3 * chunkBytes + 500);
  const chunkAt = (n: number) => header + n * sealedChunk;
  const flipped = (at: number) => (sealed: Buffer) => {
    const copy = Buffer.from(sealed);
    copy[at]! ^= 1;
    return copy;
  };
  const part = (sealed: Buffer, n: number) => sealed.subarray(chunkAt(n), chunkAt(n + 1));
  test.each<[string, (sealed: Buffer) => Buffer, string]>([
    ['a byte flipped in the middle', flipped(chunkAt(1) + 5), 'Chunk 1 of b/data is damaged.'],
    ['a byte flipped in a tag', flipped(chunkAt(2) - 1), 'Chunk 1 of b/data is damaged.'],
    [
      'a byte flipped in the last chunk',
      flipped(chunkAt(3) + 3),
      'Chunk 3 of b/data is damaged, or it was cut off within it.',
    ],
    ['a byte flipped in the salt', flipped(20), 'The header of b/data was changed, or it belongs to another backup.'],
    ['another format', flipped(8), 'b/data has the format 0, which this version of Jarvis does not know.'],
    ['something else', (s) => Buffer.from(s.toString('hex')), 'b/data is not a sealed stream of Jarvis.'],
    [
      'the end cut off between chunks',
      (s) => s.subarray(0, chunkAt(2)),
      'b/data was cut off after chunk 1: its end is missing.',
    ],
    [
      'the end cut off within a chunk',
      (s) => s.subarray(0, chunkAt(2) + 99),
      'Chunk 2 of b/data is damaged, or it was cut off within it.',
    ],
    ['everything but the header cut off', (s) => s.subarray(0, header), 'b/data was cut off after its header.'],
    ['cut off within the header', (s) => s.subarray(0, 9), 'b/data was cut off within its header.'],
    ['nothing', () => Buffer.alloc(0), 'b/data was cut off within its header.'],
    [
      'something added',
      (s) => Buffer.concat([s, Buffer.from('more')]),
      'Chunk 3 of b/data is damaged, or it was cut off within it.',
    ],
    [
      'two chunks swapped',
      (s) => Buffer.concat([s.subarray(0, header), part(s, 1), part(s, 0), s.subarray(chunkAt(2))]),
      'In b/data, chunk 1 stands in the place of chunk 0: chunks were moved, repeated or left out.',
    ],
    [
      'a chunk left out',
      (s) => Buffer.concat([s.subarray(0, chunkAt(1)), s.subarray(chunkAt(2))]),
      'In b/data, chunk 2 stands in the place of chunk 1: chunks were moved, repeated or left out.',
    ],
    [
      'a chunk repeated',
      (s) => Buffer.concat([s.subarray(0, chunkAt(1)), s.subarray(chunkAt(0))]),
      'In b/data, chunk 0 stands in the place of chunk 1: chunks were moved, repeated or left out.',
    ],
  ])('refuses %s', async (_, change, sentence) => {
    await expect(open(change(await seal(plain)))).rejects.toThrow(sentence);
  });

  test('refuses something after a last chunk that is full', async () => {
    const sealed = await seal(randomBytes(chunkBytes));
    await expect(open(Buffer.concat([sealed, part(sealed, 0)]))).rejects.toThrow(
      'b/data goes on after its last chunk, 0: something was added.',
    );
  });

  test('refuses another key, and names it', async () => {
    await expect(open(await seal(plain), { keys: [randomBytes(32)] })).rejects.toThrow(
      /^b\/data was sealed with another key \(id [0-9a-f]{16}\): set BACKUP_KEY or OLD_BACKUP_KEYS/,
    );
  });

  test('refuses what was sealed for another place', async () => {
    await expect(open(await seal(plain, 'other/data'))).rejects.toThrow(
      'The header of b/data was changed, or it belongs to another backup.',
    );
  });

  test('gives out nothing of a chunk that is not genuine', async () => {
    const seen: Buffer[] = [];
    const opener = createOpener([key], 'b/data').on('data', (piece) => seen.push(piece));
    const failed = new Promise((done) => opener.once('error', done));
    pieces(flipped(chunkAt(1) + 5)(await seal(plain)), 4_096).pipe(opener);
    await failed;
    expect(Buffer.concat(seen).equals(plain.subarray(0, chunkBytes))).toBe(true);
  });
});
