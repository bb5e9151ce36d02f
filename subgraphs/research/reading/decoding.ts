/** What windows-1252 has at 0x80 to 0x9F, where Latin-1 has control characters. Node 20 takes the one for the other (nodejs/node#56542). */
const punctuation = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Bytes as text, by a name of the WHATWG. Never throws: a name that is none counts as windows-1252. */
export function decode(bytes: Uint8Array, encoding: string): string {
  try {
    if (encoding !== 'windows-1252') return new TextDecoder(encoding).decode(bytes);
  } catch {
    // As below.
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (character) => punctuation[character.charCodeAt(0) - 0x80]!);
}
