import { details, goalLine, list, sentence, streakOf, withUntold } from '../answers.ts';
import { activeGoals, type ToldGoal, toldGoal, toldGoals } from '../goals.ts';
import type { Request } from '../requests.ts';
import { read, type Setting, type Task } from '../task.ts';
import { at, textAt } from '../values.ts';
import { findGoals, forEach, noSuchGoal } from './choices.ts';

type Standing = Extract<Request, { kind: 'standing' }>;

/** How the person is doing: with one goal in full, or with all of them in a line each. */
export function* tellStanding({ subject, focus }: Standing, setting: Setting): Task {
  if (aboutAll(subject, setting)) return yield* overview(focus, setting);
  const { matches, goals: all } = yield* findGoals(subject, null, setting);
  if (matches.length === 0) return all.length > 0 ? noSuchGoal(subject, all, setting) : setting.grammar.phrases.noGoals;
  return yield* forEach(matches.slice(0, 3), (goal) => tellOne(goal, focus, setting), setting);
}

function* tellOne({ id, title }: ToldGoal, focus: Standing['focus'], setting: Setting): Task {
  const goal = toldGoal(at(yield* read('GoalDetail', { goalId: id }), 'goal'));
  return goal ? inFull(goal, focus, setting) : setting.grammar.phrases.noSuchGoal(title, '');
}

/** "My goals", "everything" and nothing at all mean all goals. */
const aboutAll = (subject: string, { grammar }: Setting) =>
  subject
    .toLowerCase()
    .split(/\s+/)
    .every(
      (word) =>
        word === '' ||
        /^(?:goals?|habits?|everything|all|things|general|ziele?n?|allem?|gewohnheiten|überhaupt|insgesamt)$/.test(
          word,
        ) ||
        grammar.fillers.has(word),
    );

function inFull(goal: ToldGoal, focus: Standing['focus'], setting: Setting): string {
  const { phrases } = setting.grammar;
  if (focus === 'STREAK') {
    const streak = streakOf(goal, phrases);
    return streak === null ? phrases.noStreak(goal.title) : sentence(`${goal.title}: ${streak}`);
  }
  const more = details(goal, setting);
  const first = sentence(goalLine(goal, phrases));
  return more.length > 0 ? `${first} ${sentence(capital(more.join(', ')))}` : first;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function* overview(focus: Standing['focus'], setting: Setting): Task {
  const { phrases } = setting.grammar;
  const data = yield* read('ListGoals');
  const goals = activeGoals(toldGoals(data));
  if (goals.length === 0) return phrases.noGoals;
  if (focus === 'STREAK') {
    const streaks = goals.flatMap((goal) => {
      const streak = streakOf(goal, phrases);
      return streak === null ? [] : [`${goal.title}: ${streak}`];
    });
    return streaks.length > 0
      ? streaks.map((line) => sentence(line)).join('\n')
      : phrases.noStreak(phrases.or(goals.slice(0, 3).map(({ title }) => title)));
  }
  const isBehind = ({ told }: ToldGoal) => ['BEHIND', 'MISSED'].includes(textAt(told, 'pace', 'status') ?? '');
  const behind = goals.filter(isBehind);
  const good = goals.filter((goal) => !isBehind(goal));
  const heading = phrases.goalsOnTrack(good.length, behind.length);
  const lines = [...behind, ...(behind.length > 0 ? [] : good)].map((goal) => goalLine(goal, phrases));
  return withUntold(list(heading, lines, phrases, 10), data, phrases);
}
