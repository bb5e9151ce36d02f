import { decode } from './decoding.ts';
import { guessEncoding } from './encodingGuess.ts';

/** What was fetched, as far as reading it goes. */
export interface Received {
  /** Where it came from in the end. */
  url: string;
  /** Media type, with or without its parameters. */
  contentType: string | null;
  /** The encoding that the header named. */
  charset?: string | null;
  body: Uint8Array;
}

/** Bytes at the beginning in which a page or feed may name its encoding. The standard looks at 1,024; many put it later. */
const prescan = 4_096;

/**
 * The text of what was fetched. The order is that of the WHATWG standards: byte order mark, header, the document's own word. But many lie, so a
 * named encoding must fit the bytes: UTF-8 leaves no doubt about itself, and the others are tried and, if none fits, guessed. Never throws.
 */
export function textOf({ body, contentType, charset }: Received): string {
  const bytes = body;
  return storable(decode(bytes, encodingOf(bytes, charset ?? charsetOf(contentType))));
}

/** What PostgreSQL can store: no NUL, no half surrogate. Line ends are those of Unix. */
const storable = (text: string) =>
  text
    .replace(/^\uFEFF/, '')
    .replaceAll('\0', '')
    .replace(/\r\n?/g, '\n')
    .replace(/\p{Surrogate}/gu, '\uFFFD');

/** The WHATWG name of the encoding that the bytes are in. */
export function encodingOf(bytes: Uint8Array, header: string | null): string {
  const mark = byteOrderMark(bytes);
  if (mark !== null) return mark;
  const wide = withoutMark(bytes);
  if (wide !== null) return wide;
  const utf8 = isUtf8(bytes);
  if (utf8 === 'ASCII') return escapeEncoding(bytes, header);
  if (utf8 === 'CERTAINLY') return 'utf-8';
  const named = [nameOf(header), nameOf(ownWord(bytes))].filter((name) => name !== null && !name.startsWith('utf-'));
  // Servers name Latin-1 by default, and it fits everything: the document's own word is worth more then.
  named.sort((a, b) => Number(a === 'windows-1252') - Number(b === 'windows-1252'));
  const fitting = named.find((name) => fits(bytes, name!));
  if (fitting && fitting !== 'windows-1252') return fitting;
  if (utf8 === 'POSSIBLY') return 'utf-8';
  return guessEncoding(bytes) ?? fitting ?? 'windows-1252';
}

function byteOrderMark(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return null;
}

/** UTF-16 that does not say so: every other byte of "<?xml" or of plain English is zero. */
function withoutMark(bytes: Uint8Array): string | null {
  const seen = Math.min(bytes.length & ~1, 512);
  if (seen < 8) return null;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < seen; at += 2) {
    if (bytes[at] === 0) even++;
    if (bytes[at + 1] === 0) odd++;
  }
  const half = seen / 2;
  if (odd > half * 0.7 && even < half * 0.1) return 'utf-16le';
  if (even > half * 0.7 && odd < half * 0.1) return 'utf-16be';
  return null;
}

/**
 * Whether the bytes are UTF-8. A handful of wrong bytes in much that is right is damage, not another encoding; an end in the middle of a
 * character comes of a size limit.
 */
function isUtf8(bytes: Uint8Array): 'ASCII' | 'CERTAINLY' | 'POSSIBLY' | 'NO' {
  let right = 0;
  let wrong = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < 0x80) continue;
    const more =
      byte >= 0xc2 && byte <= 0xdf ? 1 : byte >= 0xe0 && byte <= 0xef ? 2 : byte >= 0xf0 && byte <= 0xf4 ? 3 : 0;
    let found = 0;
    while (found < more && (bytes[at + 1 + found]! & 0xc0) === 0x80) found++;
    if (more > 0 && at + more >= bytes.length && at + 1 + found >= bytes.length) break;
    if (more > 0 && found === more) {
      // A sequence of three or more hardly ever comes about by chance.
      right += more > 1 ? 2 : 1;
      at += more;
    } else wrong++;
  }
  if (right + wrong === 0) return 'ASCII';
  if (wrong === 0) return right > 2 ? 'CERTAINLY' : 'POSSIBLY';
  return wrong * 20 < right ? 'CERTAINLY' : 'NO';
}

/** All bytes are below 128: only ISO-2022-JP, with its escapes, means anything else by them. */
const escapeEncoding = (bytes: Uint8Array, header: string | null) =>
  bytes.includes(0x1b) && [nameOf(header), nameOf(ownWord(bytes))].includes('iso-2022-jp') ? 'iso-2022-jp' : 'utf-8';

/** The standard's name for a label; null for what is none. */
function nameOf(label: string | null): string | null {
  if (!label) return null;
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return null;
  }
}

/** Whether (nearly) all bytes mean something in an encoding. */
function fits(bytes: Uint8Array, encoding: string): boolean {
  const sample = bytes.subarray(0, 200_000);
  const text = decode(sample, encoding);
  const wrong = text.match(/[\uFFFD\u0080-\u0084\u0086-\u009F]/g)?.length ?? 0;
  const special = text.match(/[^\0-\x7f]/g)?.length ?? 0;
  return wrong <= 1 || wrong * 50 < special;
}

const charsetOf = (contentType: string | null) =>
  /;\s*charset\s*=\s*["']?([^\s;"']{1,40})/i.exec(contentType ?? '')?.[1] ?? null;

/** What a page's `<meta>` or a feed's XML declaration names. */
function ownWord(bytes: Uint8Array): string | null {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, prescan));
  const found =
    /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head) ??
    /<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})/i.exec(head);
  return found?.[1] ?? null;
}
