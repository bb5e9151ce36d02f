import { sameDimension } from './quantities.ts';

/** Words in either language that mean the same thing to do. */
const concepts: ReadonlyMap<string, number> = new Map(
  [
    'run ran runs running jog jogs jogged jogging lauf laufen gelaufen lief laufe joggen gejoggt rennen gerannt',
    'read reads reading book books lesen gelesen lese las buch bucher lekture',
    'walk walks walked walking step steps spazieren spaziergang gehen gegangen ging schritt schritte',
    'drink drank drinking drunk water trinken getrunken trank trinke wasser',
    'meditate meditated meditating meditation meditieren meditiert meditiere',
    'swim swam swimming swum schwimmen geschwommen schwamm',
    'cycle cycled cycling bike biked biking rode ride rad radeln geradelt radfahren fahrrad',
    'sleep slept sleeping schlafen geschlafen schlief schlaf',
    'weigh weighed weight wiege wiegen gewogen gewicht kg lb',
    'save saved saving savings aside sparen gespart sparte money geld',
    'exercise exercised workout gym train trained training sport trainieren trainiert',
    'coffee coffees kaffee',
    'guitar gitarre',
    'spanish spanisch',
    'write wrote writing written journal schreiben geschrieben schrieb tagebuch',
    'stretch stretched stretching dehnen gedehnt',
    'study studied studying learn learned lernen gelernt',
  ].flatMap((words, concept) => words.split(' ').map((word) => [word, concept] as const)),
);

/** A text's words, folded: lower case, without accents. At most 40 of 40 letters. */
function wordsOf(text: string): string[] {
  const folded = text.slice(0, 2000).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
  return (folded.match(/[\p{L}]{1,40}/gu) ?? []).slice(0, 40);
}

/** How much two folded words are alike, 0 to 1: the same, its other forms, its beginning, a typing error, common trigrams. */
export function likeness(one: string, other: string): number {
  if (one === other) return 1;
  const concept = concepts.get(one);
  if (concept !== undefined && concept === concepts.get(other)) return 0.9;
  if (stem(one) === stem(other)) return 0.95;
  const shorter = Math.min(one.length, other.length);
  const longer = Math.max(one.length, other.length);
  if (shorter >= 4 && shorter / longer >= 0.7 && (one.startsWith(other) || other.startsWith(one))) return 0.8;
  if (shorter >= 4 && one[0] === other[0] && edits(one, other) <= (shorter >= 8 ? 2 : 1)) return 0.8;
  if (shorter < 4) return 0;
  const shared = trigramShare(one, other);
  return shared >= 0.65 ? shared : 0;
}

const stem = (word: string) => {
  const cut = word.replace(/(?:ings?|ed|ies|es|en|s|e|y)$/, '');
  return cut.length >= 3 ? cut.replace(/([^aeiou])\1$/, '$1') : word;
};

/** Optimal string alignment: insertions, deletions, exchanged letters and neighbours that changed places. */
function edits(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return 3;
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let least = Math.min(last[column]! + 1, now[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) least = Math.min(least, before[column - 2]! + 1);
      now.push(least);
    }
    [before, last] = [last, now];
  }
  return last[other.length]!;
}

function trigramShare(one: string, other: string): number {
  const [first, second] = [trigrams(one), trigrams(other)];
  const shared = [...first].filter((trigram) => second.has(trigram)).length;
  return (2 * shared) / (first.size + second.size);
}

const trigrams = (word: string) =>
  new Set(Array.from({ length: word.length }, (_, index) => ` ${word} `.slice(index, index + 3)));

/** What is looked for among the goals. */
interface Wanted {
  readonly subject: string;
  readonly unit: string | null;
  readonly fillers: ReadonlySet<string>;
}

interface Matchable {
  readonly title: string;
  readonly unit: string | null;
}

/** Those that fit best: one when it is clear, several when they fit equally well, none when nothing does. */
export function bestMatches<Goal extends Matchable>(goals: readonly Goal[], wanted: Wanted): Goal[] {
  const named = namedIn(wanted.subject, goals);
  if (named.length > 0) return fitting(named, wanted.unit);
  const words = wordsOf(wanted.subject).filter((word) => !wanted.fillers.has(word));
  const scored = goals.map((goal) => ({ goal, score: score(goal, words, wanted) })).filter((one) => one.score > 0);
  const best = Math.max(0, ...scored.map((one) => one.score));
  return scored.filter((one) => one.score >= best - 0.05).map((one) => one.goal);
}

/** Those whose title a text is, or holds whole, as in "run on Run 900 km in a year". A title of one word may be a word like others. */
function namedIn<Goal extends Matchable>(text: string, goals: readonly Goal[]): Goal[] {
  const folded = wordsOf(text).join(' ');
  const titled = goals.map((goal) => ({ goal, title: wordsOf(goal.title).join(' ') }));
  const held = titled.filter(
    ({ title }) => title !== '' && (title === folded || (title.includes(' ') && ` ${folded} `.includes(` ${title} `))),
  );
  const longest = Math.max(...held.map(({ title }) => title.length));
  return held.filter(({ title }) => title.length === longest).map(({ goal }) => goal);
}

/** Of goals of the same name, those with a fitting unit, if there are any. */
function fitting<Goal extends Matchable>(goals: Goal[], unit: string | null): Goal[] {
  const fit = goals.filter((goal) => unit !== null && goal.unit !== null && unitsFit(goal.unit, unit));
  return fit.length > 0 ? fit : goals;
}

function score({ title, unit }: Matchable, words: readonly string[], wanted: Wanted): number {
  const known = wanted.unit !== null && unit !== null;
  const fits = known && unitsFit(unit, wanted.unit!);
  // A word behind a number that is no unit, as in "2 coffees", may be what it is about.
  const counted = wanted.unit && !fits ? wordsOf(wanted.unit).filter((word) => !sameDimension(word, word)) : [];
  if (words.length + counted.length === 0) return fits ? 0.5 : 0;
  const titleWords = wordsOf(`${title} ${unit ?? ''}`).filter((word) => !wanted.fillers.has(word));
  const likenesses = [...words, ...counted].map((word) =>
    Math.max(0, ...titleWords.map((other) => likeness(word, other))),
  );
  const most = Math.max(0, ...likenesses);
  if (most < 0.5) return 0;
  const mean = likenesses.reduce((sum, value) => sum + value, 0) / likenesses.length;
  const begins = wordsOf(title).join(' ').startsWith(words.join(' ')) ? 0.05 : 0;
  return most * 0.6 + mean * 0.4 + begins + (fits ? 0.3 : 0) - (known && !fits ? 0.2 : 0);
}

/** Whether a value in one unit can be one in the other: the same word, its plural, or the same dimension. */
export function unitsFit(one: string, other: string): boolean {
  if (sameDimension(one, other)) return true;
  if (other.toLowerCase() === 'k') return sameDimension(one, 'km');
  const [first, second] = [wordsOf(one).join(' '), wordsOf(other).join(' ')];
  return first !== '' && (first === second || stem(first) === stem(second) || unitPairs.has(`${first} ${second}`));
}

const unitPairs = new Set(
  [
    'pages seiten',
    'books bucher',
    'books buch',
    'book bucher',
    'steps schritte',
    'things dinge',
    'pages seite',
    'sets satze',
  ].flatMap((pair) => [pair, pair.split(' ').reverse().join(' ')]),
);
