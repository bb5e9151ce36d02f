import type { Sentence } from './sentences.ts';
import { termsOf } from './terms.ts';

/** A sentence with what its rank is made of. */
export interface Ranked extends Sentence {
  /** Position of its document. */
  source: number;
  /** Its place in its document, from 0. */
  place: number;
  score: number;
  /** How much of it is about the prompt, from 0 to 1. */
  fits: number;
  vector: ReadonlyMap<string, number>;
}

interface Rankable {
  text: string;
  title: string;
  published: Date | null;
  sentences: readonly Sentence[];
}

/** Sentences that are compared with each other, at most: the cost grows with their square. */
const mostCompared = 400;
const mostOfOne = 80;
/** LexRank's threshold for "about the same" (0.1 in the paper), and the damping of PageRank. */
const related = 0.1;
const damping = 0.85;
const rounds = 30;
const weights = { centrality: 0.35, prompt: 0.4, position: 0.15, recency: 0.1 };
/** Days after which news counts half. */
const halfLife = 14;
const day = 86_400_000;

/**
 * Ranks the sentences of documents, best first:
 *
 *     score = 0.35 · centrality + 0.40 · prompt + 0.15 · position + 0.10 · recency,   each from 0 to 1
 *
 * - centrality: LexRank (Erkan and Radev 2004, JAIR 22): PageRank over the graph of sentences whose TF-IDF vectors have a cosine above 0.1, divided by
 *   the highest.
 * - prompt: the share of the prompt's terms, weighted by IDF, that the sentence has, in full from a half on; its document's title counts a quarter.
 * - position: 1 / (1 + place / 4): who writes news says the most important first (the lead baseline).
 * - recency: 0.5 ^ (days before the newest document / 14); 0.5 for who does not say when it was.
 *
 * The same input gives the same order: sums run in a fixed order, and ties fall to the earlier document and place.
 */
export function rank(documents: readonly Rankable[], prompt: string): Ranked[] {
  const perDocument = Math.max(5, Math.min(mostOfOne, Math.floor(mostCompared / Math.max(1, documents.length))));
  const chosen = documents
    .flatMap((document, source) =>
      document.sentences
        .map((sentence, place) => ({ sentence, source, place }))
        .filter(({ sentence }) => isTelling(sentence.text))
        .slice(0, perDocument),
    )
    .slice(0, mostCompared);
  const terms = chosen.map(({ sentence }) => termsOf(sentence.text));
  const weight = inverseFrequency(terms);
  const vectors = terms.map((words) => vectorOf(words, weight));
  const central = centrality(vectors);
  const asked = new Set(termsOf(prompt.slice(0, 5_000)));
  const askedWeight = [...asked].reduce((sum, term) => sum + (weight.get(term) ?? 0), 0);
  const share = (words: readonly string[]) =>
    askedWeight === 0
      ? 0
      : [...new Set(words)].reduce((sum, term) => sum + (asked.has(term) ? (weight.get(term) ?? 0) : 0), 0) /
        askedWeight;
  const titles = documents.map(({ title }) => Math.min(1, 2 * share(termsOf(title))));
  const newest = Math.max(...documents.map(({ published }) => published?.getTime() ?? 0));
  return chosen
    .map(({ sentence, source, place }, at) => {
      const published = documents[source]!.published?.getTime();
      const fits = 0.75 * Math.min(1, 2 * share(terms[at]!)) + 0.25 * titles[source]!;
      const score =
        weights.centrality * central[at]! +
        weights.prompt * fits +
        weights.position / (1 + place / 4) +
        weights.recency * (published === undefined ? 0.5 : 0.5 ** ((newest - published) / day / halfLife));
      return { ...sentence, source, place, score, fits, vector: vectors[at]! };
    })
    .sort((a, b) => b.score - a.score || a.source - b.source || a.place - b.place);
}

/** Headings, menus, credits and code are no sentences to quote. */
function isTelling(text: string): boolean {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const isWide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(text);
  if (text.length > 600 || (isWide ? text.length < 12 : text.length < 30 || words.length < 6)) return false;
  if (!/[.!?。！…"”»)]$/.test(text)) return false;
  if (
    /\b(cookies?|newsletter|subscribe|sign (up|in)|log in|all rights reserved|privacy policy|javascript|click here|read more|advertisement)\b/i.test(
      text,
    )
  )
    return false;
  return (text.match(/[\p{L}\s]/gu)?.length ?? 0) >= text.length * 0.7;
}

function inverseFrequency(sentences: readonly string[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const terms of sentences) for (const term of new Set(terms)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return new Map([...counts].map(([term, count]) => [term, Math.log(1 + sentences.length / count)]));
}

/** Of length one. */
function vectorOf(terms: readonly string[], weight: ReadonlyMap<string, number>): Map<string, number> {
  const vector = new Map<string, number>();
  for (const term of terms) vector.set(term, (vector.get(term) ?? 0) + (weight.get(term) ?? 0));
  const length = Math.sqrt([...vector.values()].reduce((sum, value) => sum + value * value, 0)) || 1;
  for (const [term, value] of vector) vector.set(term, value / length);
  return vector;
}

export function cosine(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [term, value] of a) sum += value * (b.get(term) ?? 0);
  return sum;
}

function centrality(vectors: readonly ReadonlyMap<string, number>[]): number[] {
  const neighbours = vectors.map((vector, at) =>
    vectors.flatMap((other, index) => (index !== at && cosine(vector, other) > related ? [index] : [])),
  );
  let scores: number[] = vectors.map(() => 1);
  for (let round = 0; round < rounds; round++) {
    scores = neighbours.map(
      (near) =>
        1 - damping + damping * near.reduce((sum, index) => sum + scores[index]! / neighbours[index]!.length, 0),
    );
  }
  const highest = Math.max(...scores, Number.EPSILON);
  return scores.map((score) => score / highest);
}
