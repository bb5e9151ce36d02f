import { dayOf, periodAt, sentence } from '../answers.ts';
import { type ToldGoal, toldGoal } from '../goals.ts';
import { readGoal } from '../items.ts';
import type { NewGoal } from '../requests.ts';
import { ask, type Setting, type Task, write } from '../task.ts';
import { at, numberAt, textAt } from '../values.ts';

/** Makes a goal as it was told; asks what it is to be where that was left out. */
export function* createGoal(told: NewGoal, setting: Setting): Task {
  const { phrases } = setting.grammar;
  const word = told.kind === 'HABIT' ? 'habit' : 'goal';
  const goal =
    told.title === '' ? yield* ask(phrases.goalWhat, (answer) => namedIn(answer, setting, word), 'ANY') : told;
  if (goal === null) return phrases.declined;
  const made = yield* proposeGoal({ ...goal, unit: goal.amount?.unit ?? null });
  return made ? createdSentence(made, setting) : phrases.unreadable;
}

function namedIn(answer: string, { grammar, moment }: Setting, word: string): NewGoal | null | undefined {
  if (grammar.answers.no.test(answer.trim())) return null;
  const request = readGoal(answer.trim(), grammar, moment, word);
  return request?.kind === 'create' ? request.goal : undefined;
}

/** Proposes a goal; null when the answer does not tell which one it became. */
export function* proposeGoal(goal: NewGoal & { unit: string | null }): Task<ToldGoal | null> {
  const { title, kind, amount, unit, frequency, deadline } = goal;
  // "20 km a week" is what the week comes to; "30 minutes every day" is what a day must have.
  const sums = kind === 'HABIT' && amount !== null && frequency?.times === 1 && frequency.period !== 'DAY';
  const data = yield* write('CreateGoal', {
    title,
    kind,
    targetValue: amount?.value,
    unit: unit ?? undefined,
    frequency: frequency ? { times: frequency.times, period: frequency.period, interval: 1 } : undefined,
    cumulative: sums || undefined,
    deadline: deadline ?? undefined,
  });
  return toldGoal(at(data, 'createGoal', 'goal'));
}

/** Tells what was made, from the answer. */
export function createdSentence(
  { title, told, target, unit }: ToldGoal,
  { grammar: { phrases }, moment }: Setting,
): string {
  const [times, period] = [numberAt(told, 'frequency', 'times'), periodAt(told, 'frequency', 'period')];
  const deadline = dayOf(textAt(told, 'deadline'));
  return sentence(
    phrases.created(title),
    target === null ? null : phrases.targetIs(phrases.amount(target, unit)),
    times === null || period === null ? null : phrases.frequency(times, period),
    deadline && phrases.until(phrases.date(deadline, moment.today)),
  );
}
