/** A text in the form in which quotes are compared, and where each of its characters came from. */
export interface Normalised {
  text: string;
  /** Positions in the original by position here; one more than there are characters, for the end. */
  origins: Uint32Array;
}

const replacements: Record<string, string> = {
  '…': '...',
  '\u00ad': '',
  '\u200b': '',
  '\u200e': '',
  '\u200f': '',
  '\u2060': '',
  '\ufeff': '',
};
for (const mark of '“”„‟«»‹›〝〞＂') replacements[mark] = '"';
for (const mark of '‘’‚‛′`´ʼ') replacements[mark] = "'";
for (const mark of '‐‑‒–—―−－') replacements[mark] = '-';
for (let code = 0x202a; code <= 0x202e; code++) replacements[String.fromCharCode(code)] = '';
for (let code = 0x2066; code <= 0x2069; code++) replacements[String.fromCharCode(code)] = '';

/**
 * NFKC (so that ligatures and full-width characters are their letters), plain quotes, hyphens and ellipses, no invisible characters, single spaces. Case
 * stays, and so do raised digits and fractions: "10²" is not "102".
 */
export function normalise(original: string): Normalised {
  const parts: string[] = [];
  const origins = new Uint32Array(original.length * 4 + 1_000);
  let length = 0;
  let isSpace = true;
  for (const { 0: unit, index } of original.matchAll(/[\x20-\x7e](?!\p{M})|[\u1100-\u11ff]+|\P{M}\p{M}{0,8}|\p{M}/gu)) {
    const plain = unit.length === 1 && unit <= '~' && unit > ' ' && unit !== '`' ? unit : plainOf(unit);
    for (const character of plain) {
      const space = /\s/.test(character);
      if (space && isSpace) continue;
      isSpace = space;
      // What one character becomes is at most eighteen; a text of nothing but those is not a text.
      if (length + 2 > origins.length) return { text: parts.join(''), origins: origins.subarray(0, length + 1) };
      parts.push(space ? ' ' : character);
      for (let unitAt = 0; unitAt < character.length; unitAt++) origins[length++] = index;
    }
  }
  origins[length] = original.length;
  return { text: parts.join(''), origins: origins.subarray(0, length + 1) };
}

const plainOf = (unit: string) =>
  replacements[unit] ??
  (/^\p{No}/u.test(unit)
    ? unit
    : unit
        .normalize('NFKC')
        .replace(/[‐‑‒–—―−]/g, '-')
        .replace(/[‘’]/g, "'"));

/** A word, number or telling sign of a text. */
export interface Word {
  /** In lower case, without accents. */
  folded: string;
  written: string;
  start: number;
  end: number;
  /** Whether a sentence begins here, where a capital says nothing. */
  isFirst: boolean;
}

const wordPattern =
  /[-+±<>≤≥≈~]?(?:[$€£¥]\s?)?\d[\d.,:/'\p{No}]*(?:\s?[%‰°$€£¥])?(?:\p{L}+)?|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+(?:['.&@/_](?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}\p{N}])+)*|[?]|[%‰°§#$€£¥+=<>≤≥≈±≠×÷¬]/gu;

/** The words of a normalised text. A question mark is one: what is asked is not said. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let end = 0;
  for (const found of text.matchAll(wordPattern)) {
    const part = found[0].replace(/[.,:/']+$/, '');
    const written = part.replaceAll(' ', '');
    const start = found.index;
    const between = text.slice(end, start);
    words.push({
      folded: fold(written),
      written,
      start,
      end: start + part.length,
      isFirst: words.length === 0 || /[.!?:;"(]| - /.test(between) || words.at(-1)!.written === '?',
    });
    end = start + part.length;
  }
  return words;
}

const fold = (written: string) =>
  /^[\x20-\x7e]+$/.test(written)
    ? written.toLowerCase()
    : written.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC').toLowerCase();
