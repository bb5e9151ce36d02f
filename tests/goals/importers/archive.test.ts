import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { strToU8, Zip, ZipDeflate, zipSync } from 'fflate';
import { unpack } from '../../../subgraphs/goals/importers/archive.ts';

const all = () => true;
const LIMITS = { inputBytes: 1_000_000, unpackedBytes: 1_000_000, files: 10 };

function filesOf(result: ReturnType<typeof unpack>): Record<string, string> {
  if ('message' in result) throw new Error(result.message);
  return Object.fromEntries([...result.files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}

/** As Java's ZipOutputStream writes it, and so Loop: sizes stand after the data, not before it. */
function streamed(files: Record<string, string>): Uint8Array {
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, data) => {
    if (error) throw error;
    pieces.push(data);
  });
  for (const [name, text] of Object.entries(files)) {
    const file = new ZipDeflate(name);
    zip.add(file);
    file.push(strToU8(text), true);
  }
  zip.end();
  return Uint8Array.from(Buffer.concat(pieces));
}

describe('unpack', () => {
  test('gives the wanted files, of either way to write a ZIP', () => {
    const files = { 'a.csv': 'one', 'b/a.csv': 'two'.repeat(5000), 'c.txt': 'three' };
    const wanted = (name: string) => name.endsWith('.csv');
    const expected = { 'a.csv': files['a.csv'], 'b/a.csv': files['b/a.csv'] };
    expect(
      filesOf(
        unpack(
          zipSync({ 'a.csv': strToU8('one'), 'b/a.csv': strToU8(files['b/a.csv']), 'c.txt': strToU8('three') }),
          wanted,
        ),
      ),
    ).toEqual(expected);
    expect(filesOf(unpack(streamed(files), wanted))).toEqual(expected);
  });

  test('gives back what was packed', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.string({ maxLength: 3000 }), { minKeys: 1, maxKeys: 8 }),
        fc.nat(9),
        (files, level) => {
          const packed = zipSync(Object.fromEntries(Object.entries(files).map(([key, text]) => [key, strToU8(text)])), {
            level: level as 0,
          });
          expect(filesOf(unpack(packed, all))).toEqual(
            filesOf({ files: new Map(Object.entries(files).map(([k, v]) => [k, strToU8(v)])) }),
          );
          expect(filesOf(unpack(streamed(files), all))).toEqual(filesOf(unpack(packed, all)));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('stops at a bomb, also when its headers lie about the size', () => {
    const bomb = zipSync({ 'a.csv': new Uint8Array(50_000_000) }, { level: 9 });
    expect(bomb.length).toBeLessThan(100_000);
    expect(unpack(bomb, all, LIMITS)).toEqual({ message: 'the archive unpacks to more than is allowed' });
    const lying = Uint8Array.from(bomb);
    const view = new DataView(lying.buffer);
    view.setUint32(22, 100, true); // local header: uncompressed size
    expect(unpack(lying, all, LIMITS)).toEqual({ message: 'the archive unpacks to more than is allowed' });
  });

  test('counts files it does not want, too', () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`${i}.txt`, strToU8('x')]));
    expect(unpack(zipSync(many), () => false, LIMITS)).toEqual({ message: 'the archive has more than 10 files' });
  });

  test('refuses what is too large, no ZIP, or damaged, and never throws', () => {
    expect(unpack(new Uint8Array(1_000_001), all, LIMITS)).toEqual({ message: 'the file is larger than 0 MB' });
    expect(unpack(strToU8('hello'), all)).toEqual({ message: 'the file is not a ZIP archive' });
    expect(unpack(new Uint8Array(0), all)).toEqual({ message: 'the file is not a ZIP archive' });
    const good = zipSync({ 'a.csv': strToU8('some text that is long enough to be deflated, deflated, deflated') });
    expect(unpack(good.subarray(0, 60), all, LIMITS)).toEqual({
      message: 'the archive is damaged or in a form that cannot be read',
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1 }), (changes) => {
        const broken = Uint8Array.from(good);
        for (const [at, byte] of changes) broken[at] = byte;
        const result = unpack(broken, all, LIMITS);
        expect('message' in result || result.files.size >= 0).toBe(true);
      }),
    );
  });
});
