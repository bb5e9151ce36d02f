/** A sentence of a text: exactly `text.slice(start, end)`. */
export interface Sentence {
  text: string;
  start: number;
  end: number;
}

/** What ends with a full stop and does not end a sentence. The segmenter of ICU knows few of them. */
const abbreviations =
  /(?:^|[\s("])(?:\p{Lu}|[A-Z]\.[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|vs|etc|e\.g|i\.e|cf|al|approx|Fig|fig|No|no|vol|Inc|Ltd|Corp|Co|U\.S|U\.K|z\.B|d\.h|bzw|ca|usw|Nr|Abs|p|pp|v)\.$/u;
const startsSmall = /^\p{Ll}/u;
const mostSentences = 5_000;

/** The sentences of a text, in its order (UAX #29 by Intl.Segmenter, mended at abbreviations and small letters). A line that ends ends its sentence. */
export function sentencesOf(text: string, language = 'en'): Sentence[] {
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
  const sentences: Sentence[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    let start = offset;
    let isOpen = false;
    const isLong = line.length > 20_000;
    for (const { segment, index } of isLong ? pieces(line) : segmenter.segment(line)) {
      if (!isOpen) start = offset + index;
      const end = offset + index + segment.length;
      const isLast = isLong || end >= offset + line.length;
      // What goes on with a small letter has not ended: “Is it so?” she asked.
      isOpen =
        !isLast &&
        (startsSmall.test(text.slice(end, end + 2)) ||
          abbreviations.test(text.slice(Math.max(start, end - 20), end).trimEnd()));
      if (!isOpen) push(sentences, text, start, end);
      if (sentences.length >= mostSentences) return sentences;
    }
    offset += line.length + 1;
  }
  return sentences;
}

/** A line of such a length is no prose: data, or a page without marks. */
function* pieces(line: string): Generator<{ segment: string; index: number }> {
  for (const { 0: segment, index } of line.matchAll(/[^.!?。！？]{1,1000}(?:[.!?。！？]+\s*)?|[.!?。！？]+/g))
    yield { segment, index };
}

function push(sentences: Sentence[], text: string, start: number, end: number): void {
  const part = text.slice(start, end);
  const trimmed = part.trim();
  if (trimmed === '') return;
  const from = start + part.indexOf(trimmed);
  sentences.push({ text: trimmed, start: from, end: from + trimmed.length });
}
