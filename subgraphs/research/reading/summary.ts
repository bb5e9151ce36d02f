import type { Document } from './document.ts';
import { line } from './lines.ts';
import { cosine, type Ranked, rank } from './ranking.ts';
import { sentencesOf } from './sentences.ts';

export interface Summary {
  title: string;
  summary: string;
  claims: { text: string; quote: string; sourceIndex: number }[];
}

const mostClaims = 12;
const mostInSummary = 5;
/** Characters of the summary after which no further sentence is added to the first three. */
const longEnough = 700;
/** What is looked at of one document. */
const longestText = 60_000;
/** Cosines from which two sentences say the same, and from which the second of two is not worth a place of its own. */
const same = 0.6;
const penalty = 0.5;
/** From so many claims of one source on, others come first. */
const mostOfOne = 4;

/**
 * A summary without a model: sentences of the documents, word for word (see `rank` for which). Chosen one after another by maximal marginal relevance
 * (Carbonell and Goldstein 1998): the score less half of the likeness to what is chosen already. Deterministic. Null when no document has a sentence
 * that can be quoted.
 */
export function summarise(documents: readonly Document[], prompt: string): Summary | null {
  const rankable = documents.map(({ text, title, published, language }) => {
    const part = text.slice(0, longestText);
    return { text: part, title, published, sentences: sentencesOf(part, language ?? 'en') };
  });
  const chosen = choose(rank(rankable, prompt));
  if (chosen.length === 0) return null;
  const claims = chosen.map(({ text, source }) => ({
    text: text.replace(/\s+/g, ' '),
    quote: text,
    sourceIndex: source,
  }));
  const summary = shortest(chosen)
    .map(({ text }) => text.replace(/\s+/g, ' '))
    .join(' ');
  return {
    title: line(documents[bestSource(chosen)]!.title, 200),
    summary,
    claims,
  };
}

/** Where enough is about the prompt, nothing else is told. */
function choose(all: readonly Ranked[]): Ranked[] {
  const fitting = all.filter(({ fits }) => fits > 0);
  const ranked = fitting.length >= 3 ? fitting : all;
  const chosen: Ranked[] = [];
  const left = ranked.map((sentence) => ({ sentence, likeness: 0 }));
  while (chosen.length < mostClaims) {
    let best: (typeof left)[number] | null = null;
    let value = Number.NEGATIVE_INFINITY;
    for (const one of left) {
      if (one.likeness >= same) continue;
      const isCrowded = chosen.filter(({ source }) => source === one.sentence.source).length >= mostOfOne;
      const worth = one.sentence.score - penalty * one.likeness - (isCrowded ? 1 : 0);
      if (worth > value) [best, value] = [one, worth];
    }
    if (best === null) break;
    const { sentence } = best;
    chosen.push(sentence);
    for (const one of left)
      one.likeness = Math.max(
        one.likeness,
        one.sentence === sentence ? 1 : cosine(one.sentence.vector, sentence.vector),
      );
  }
  return chosen;
}

/** The source whose chosen sentences have the highest scores together. */
function bestSource(chosen: readonly Ranked[]): number {
  const sums = new Map<number, number>();
  for (const { source, score } of chosen) sums.set(source, (sums.get(source) ?? 0) + score);
  return [...sums].reduce((best, one) =>
    one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best,
  )[0];
}

/** The first three to five, the best source first, and each in its own order, so that they read like a text. */
function shortest(chosen: readonly Ranked[]): Ranked[] {
  const few: Ranked[] = [];
  let length = 0;
  for (const sentence of chosen.slice(0, mostInSummary)) {
    if (few.length >= 3 && length + sentence.text.length > longEnough) break;
    few.push(sentence);
    length += sentence.text.length;
  }
  const sources = few.map(({ source }) => source);
  return few.toSorted((a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || a.place - b.place);
}
