import { activeGoals, type ToldGoal, toldGoals } from '../goals.ts';
import type { Grammar } from '../language/grammar.ts';
import { bestMatches } from '../matching.ts';
import { takeAmount } from '../quantities.ts';
import type { Amount } from '../requests.ts';
import { ask, each, read, type Setting, type Task } from '../task.ts';
import { plain } from '../values.ts';

/** Titles in a question or a sentence: the first few. */
export const titles = (goals: readonly ToldGoal[], most = 8): string[] =>
  goals.slice(0, most).map(({ title }) => title);

export const isYes = (answer: string, { answers }: Grammar) => answers.yes.test(answer.trim());
export const isNo = (answer: string, { answers }: Grammar) => answers.no.test(answer.trim());

/** One of the goals by its place or its name, all of them, or none. Undefined when the answer is none of that. */
export function chosen(answer: string, goals: readonly ToldGoal[], grammar: Grammar): ToldGoal[] | undefined {
  const text = answer.trim();
  if (isNo(text, grammar)) return [];
  if (grammar.answers.all.test(text)) return [...goals];
  const place = grammar.answers.ordinals.findIndex((pattern) => pattern.test(text));
  if (place >= 0) return place < goals.length ? [goals[place]!] : undefined;
  const named = bestMatches(goals, { subject: text, unit: null, fillers: grammar.fillers });
  return named.length === 1 ? named : undefined;
}

interface Search {
  readonly goals: ToldGoal[];
  readonly matches: ToldGoal[];
}

/** With so many goals the list may have left some out. */
const manyGoals = 30;

const longestWord = (subject: string, { fillers }: Grammar): string =>
  (subject.match(/\p{L}{3,40}/gu) ?? [])
    .filter((word) => !fillers.has(word.toLowerCase()))
    .reduce((longest, word) => (word.length > longest.length ? word : longest), '');

/** Looks among the goals: those that run come first, the others only when none of them fits. */
export function* findGoals(subject: string, unit: string | null, setting: Setting): Task<Search> {
  const all = toldGoals(yield* read('ListGoals'));
  const active = activeGoals(all);
  const wanted = { subject, unit, fillers: setting.grammar.fillers };
  const matches = bestMatches(active, wanted);
  if (matches.length === 0 && all.length >= manyGoals) {
    const word = longestWord(subject, setting.grammar);
    const found = word === '' ? [] : toldGoals(yield* read('ListGoals', { search: word }));
    return { goals: active, matches: bestMatches(found, wanted) };
  }
  return {
    goals: active,
    matches:
      matches.length > 0
        ? matches
        : bestMatches(
            all.filter((goal) => !active.includes(goal)),
            wanted,
          ),
  };
}

/** The one goal that is meant, after asking where it is not clear; null when there is none, or none was chosen. */
export function* settleGoals(subject: string, { goals, matches }: Search, setting: Setting): Task<ToldGoal[]> {
  const { grammar } = setting;
  const candidates = matches.length > 0 ? matches : goals;
  if (matches.length === 1 || candidates.length === 0) return matches;
  const shown = candidates.slice(0, 8);
  const question = grammar.phrases.whichGoal(plain(subject, 80), grammar.phrases.or(titles(shown)));
  return yield* ask(question, (answer) => chosen(answer, shown, grammar), titles(shown));
}

/** Does something with each of the goals that were settled on; none is the person's wish as well. */
export function* forEach(goals: readonly ToldGoal[], task: (goal: ToldGoal) => Task, { grammar }: Setting): Task {
  if (goals.length === 0) return grammar.phrases.declined;
  return yield* goals.length === 1 ? task(goals[0]!) : each(goals.map(task));
}

/** Tells that nothing fits, and what there is. */
export const noSuchGoal = (subject: string, goals: readonly ToldGoal[], { grammar: { phrases } }: Setting): string =>
  phrases.noSuchGoal(plain(subject, 80), phrases.and(titles(goals)));

/** Does something with the goals that a subject names, where nothing else would help if there is none. */
export function* withNamed(subject: string, setting: Setting, task: (goal: ToldGoal) => Task): Task {
  const search = yield* findGoals(subject, null, setting);
  if (search.goals.length === 0 && search.matches.length === 0) return setting.grammar.phrases.noGoals;
  if (subject !== '' && search.matches.length === 0) return noSuchGoal(subject, search.goals, setting);
  return yield* forEach(yield* settleGoals(subject, search, setting), task, setting);
}

/** An amount that was asked for; null when the person wants none after all. */
export const amountIn =
  (grammar: Grammar) =>
  (answer: string): Amount | null | undefined => {
    const found = takeAmount(answer, grammar.numbers) ?? takeAmount(`${answer.trim()} x`, grammar.numbers);
    if (found) return found.value;
    return isNo(answer, grammar) ? null : undefined;
  };
