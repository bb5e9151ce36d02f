import type { ClaimVerdict } from '../generated.ts';
import { type Normalised, normalise, type Word, wordsOf } from './quoteText.ts';

/** What comparing came to, and where in the text the words are. */
export interface Found {
  verdict: ClaimVerdict;
  /** Null when they are not there, or are too few to say anything. */
  span: { start: number; end: number } | null;
}

/** Fewer words or characters are in many a text by chance. Characters of scripts without spaces count twice. */
const fewest = { characters: 20, words: 4 };
/** Longer is no quote. */
const longest = 2_000;
/** How alike the words must be where they are not the same: twice those in common over those of both, as in difflib (OpenContracts, PR 2193). */
const threshold = 0.92;
const mostPlaces = 50;

/** Whether a text has the words of a quote. */
export const verifyQuote = (quote: string, text: string): ClaimVerdict => findQuote(quote, text).verdict;

/** The same with the place. For many quotes from one text, `quotesIn` prepares the text once. */
export const findQuote = (quote: string, text: string): Found => quotesIn(text)(quote);

const absent: Found = { verdict: 'UNVERIFIED', span: null };

/**
 * Looks for quotes in a text, from the strictest comparison to the mildest:
 *
 * 1. VERBATIM: exactly these characters, from the beginning of a word to the end of one ("legal to own" is not in "illegal to own").
 * 2. SUPPORTED: the same after normalisation (`normalise`): spaces, quotation marks, dashes, ligatures, invisible characters.
 * 3. SUPPORTED: the same words in the same order but for punctuation, accents, a capital at the beginning of a sentence, and articles ("the", "a",
 *    "an"), as long as the similarity of the words is at least 0.92. Nothing else may differ: of two sentences of twenty words, one with "not" or
 *    another number are 0.95 alike and say the opposite. So every number, name and negation is there literally.
 * 4. UNVERIFIED: everything else.
 */
export function quotesIn(text: string): (quote: string) => Found {
  let normalised: Normalised | null = null;
  let index: WordIndex | null = null;
  return (quote) => {
    const wanted = quote.trim();
    if (wanted.length > longest || isTooShort(wanted)) return absent;
    const exact = placeOf(text, wanted);
    if (exact >= 0) return { verdict: 'VERBATIM', span: { start: exact, end: exact + wanted.length } };
    normalised ??= normalise(text);
    const plain = unquoted(normalise(wanted).text.trim());
    const at = placeOf(normalised.text, plain);
    if (at < 0) index ??= indexOf(normalised.text);
    const span = index === null || at >= 0 ? { start: at, end: at + plain.length } : alike(plain, index);
    return span === null ? absent : { verdict: 'SUPPORTED', span: original(span, normalised) };
  };
}

function isTooShort(quote: string): boolean {
  const words = wordsOf(normalise(quote).text).filter(({ folded }) => /[\p{L}\p{N}]/u.test(folded));
  const wide = quote.match(unspaced)?.length ?? 0;
  return quote.length + wide < fewest.characters || words.length < fewest.words;
}

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** A model often puts its quote in quotation marks. */
const unquoted = (quote: string) => /^"([^"]+)"$/.exec(quote)?.[1]?.trim() ?? quote;

/** The first place at which a part of a text stands as whole words; -1 when there is none. */
function placeOf(text: string, part: string): number {
  if (part === '') return -1;
  let at = text.indexOf(part);
  for (let tries = 0; at >= 0 && tries < mostPlaces; tries++) {
    if (isWhole(text, at, at + part.length)) return at;
    at = text.indexOf(part, at + 1);
  }
  return -1;
}

/** Whether no word and no number is cut in two at either end. */
function isWhole(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 2), start);
  const after = text.slice(end, end + 2);
  const first = text[start]!;
  const last = text[end - 1]!;
  const joins = (a: string, b: string) => isInWord(a) && isInWord(b);
  if (joins(before.slice(-1), first) || joins(last, after.slice(0, 1))) return false;
  // non-toxic, can't, 1,500, 2.5, -5, $5, 5%
  if (isInWord(first) && /[\p{L}\p{N}]['’‑-]$/u.test(before)) return false;
  if (isInWord(last) && /^['’‑-][\p{L}\p{N}]/u.test(after)) return false;
  if (/\d/.test(first) && (/\d[.,:/]$/.test(before) || /[-−+±$€£¥<>≤≥≈~]$/.test(before))) return false;
  return !(/\d/.test(last) && (/^[.,:/]\d/.test(after) || /^\s?[%‰°€$£¥]/.test(after)));
}

/** Letters and digits of scripts that put spaces between words. */
const isInWord = (character: string) => /[\p{L}\p{M}\p{N}]/u.test(character) && !character.match(unspaced);

/** The words of a text, and those that are no articles as one text to search in. */
interface WordIndex {
  text: string;
  all: Word[];
  /** Positions in `all` of what is no article. */
  core: number[];
  joined: string;
  /** Where each of `core` begins in `joined`, with the space before it. */
  starts: number[];
}

function indexOf(text: string): WordIndex {
  const all = wordsOf(text);
  const core = all.flatMap((_, at) => (isArticle(all, at) ? [] : [at]));
  const starts: number[] = [];
  let length = 0;
  for (const at of core) {
    starts.push(length);
    length += all[at]!.folded.length + 1;
  }
  return { text, all, core, joined: ` ${core.map((at) => all[at]!.folded).join(' ')} `, starts };
}

/** An article that can be left out. "A few" and "a little" are not "few" and "little". */
const isArticle = (words: readonly Word[], at: number) =>
  /^([Tt]he|[Aa]n?)$/.test(words[at]!.written) &&
  !/^(few|little|only|one|number|lot|bit|couple|most|least)$/.test(words[at + 1]?.folded ?? 'one');

/** Where the words of a quote are, but for what rule 3 lets differ. */
function alike(quote: string, text: WordIndex): Found['span'] {
  const wanted = indexOf(quote);
  if (wanted.core.length < fewest.words) return null;
  let at = text.joined.indexOf(wanted.joined);
  for (let tries = 0; at >= 0 && tries < mostPlaces; tries++) {
    const first = placeIn(text.starts, at);
    if (first >= 0 && isAlike(wanted, text, first)) {
      const span = spanOf(wanted, text, first);
      if (isWhole(text.text, span.start, span.end)) return span;
    }
    at = text.joined.indexOf(wanted.joined, at + 1);
  }
  return null;
}

/** From the article that the quote begins with, if it stands there too. */
function spanOf(wanted: WordIndex, text: WordIndex, first: number): { start: number; end: number } {
  const place = text.core[first]!;
  const article = wanted.core[0]! > 0 ? wanted.all[wanted.core[0]! - 1]!.folded : null;
  const begins = article !== null && text.all[place - 1]?.folded === article ? place - 1 : place;
  return { start: text.all[begins]!.start, end: text.all[text.core[first + wanted.core.length - 1]!]!.end };
}

function isAlike(wanted: WordIndex, text: WordIndex, first: number): boolean {
  let common = 0;
  for (const [at, position] of wanted.core.entries()) {
    const place = text.core[first + at]!;
    if (!isSame(wanted.all[position]!, text.all[place]!)) return false;
    common++;
    if (at === 0) continue;
    const article = wanted.all[position - 1]!;
    const other = text.all[place - 1]!;
    if (
      wanted.core[at - 1] !== position - 1 &&
      text.core[first + at - 1] !== place - 1 &&
      article.folded === other.folded
    ) {
      common++;
    }
  }
  const span = text.core[first + wanted.core.length - 1]! - text.core[first]! + 1;
  const own = wanted.core.at(-1)! - wanted.core[0]! + 1;
  return (2 * common) / (own + span) >= threshold;
}

/** Names and numbers are the same only as they are written; other words may have a capital where a sentence begins, and lack their accents. */
const isSame = (a: Word, b: Word) => a.written === b.written || !(isTelling(a) || isTelling(b));

const isTelling = ({ written, isFirst }: Word) =>
  /\p{N}/u.test(written) || /\p{Lu}/u.test(isFirst ? written.replace(/^\P{L}*\p{L}/u, '') : written);

/** Binary search; -1 for what is not in it. */
function placeIn(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] === value) return middle;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

const original = (span: { start: number; end: number }, { origins }: Normalised) => ({
  start: origins[span.start]!,
  // The end is that of the last character, not the beginning of the next, which may be further on.
  end: origins[span.end - 1]! + 1,
});
