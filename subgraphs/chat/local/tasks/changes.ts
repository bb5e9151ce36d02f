import { dayOf, sentence, streakOf } from '../answers.ts';
import { type ToldGoal, toldGoal } from '../goals.ts';
import type { Request } from '../requests.ts';
import { type Setting, type Task, write } from '../task.ts';
import { at, plain, textAt } from '../values.ts';
import { withNamed } from './choices.ts';
import { inUnitOf, logOn } from './logging.ts';

type Change = Extract<Request, { kind: 'change' }>;
type Retarget = Extract<Request, { kind: 'retarget' }>;
type Skip = Extract<Request, { kind: 'skip' }>;

/** Completes, pauses or resumes a goal. */
export const changeGoal = (request: Change, setting: Setting): Task =>
  withNamed(request.subject, setting, (goal) => changeOne(goal, request, setting));

function* changeOne(goal: ToldGoal, { change, subject }: Change, setting: Setting): Task {
  const { phrases } = setting.grammar;
  if (change === 'DONE' && goal.kind === 'HABIT') {
    // A habit that is done for today has what a day must have.
    const amount = goal.target === null ? null : { value: String(goal.target), unit: null };
    return yield* logOn(goal, { subject, amount, date: null, note: null }, setting);
  }
  if (change === 'COMPLETE' || change === 'DONE') {
    const data = yield* write('CompleteGoal', { goalId: goal.id });
    return phrases.completed(toldGoal(at(data, 'completeGoal', 'goal'))?.title ?? goal.title);
  }
  const data = yield* write('UpdateGoal', { goalId: goal.id, status: change === 'PAUSE' ? 'PAUSED' : 'ACTIVE' });
  const { title } = toldGoal(at(data, 'updateGoal', 'goal')) ?? goal;
  return change === 'PAUSE' ? phrases.paused(title) : phrases.resumed(title);
}

/** Gives a goal another target. */
export const retarget = (request: Retarget, setting: Setting): Task =>
  withNamed(request.subject, setting, (goal) => retargetOne(goal, request, setting));

function* retargetOne(goal: ToldGoal, { amount }: Retarget, { grammar: { phrases } }: Setting): Task {
  const value = inUnitOf(goal, amount);
  if (value === null) {
    const said = phrases.amount(Number(amount.value), plain(amount.unit ?? '', 40));
    return phrases.notInUnit(said, goal.title, goal.unit ?? '');
  }
  const data = yield* write('UpdateGoal', { goalId: goal.id, targetValue: value });
  const { title, target, unit } = toldGoal(at(data, 'updateGoal', 'goal')) ?? goal;
  return sentence(`${title}: ${target === null ? phrases.changed : phrases.targetIs(phrases.amount(target, unit))}`);
}

/** Excuses a day of a goal. */
export const skipDay = (request: Skip, setting: Setting): Task =>
  withNamed(request.subject, setting, (goal) => skipOne(goal, request, setting));

function* skipOne(goal: ToldGoal, { date, note }: Skip, { grammar: { phrases }, moment }: Setting): Task {
  const data = yield* write('SkipDay', { goalId: goal.id, localDate: date ?? undefined, note: note ?? undefined });
  const told = toldGoal(at(data, 'skipDay', 'goal')) ?? goal;
  const day = dayOf(textAt(data, 'skipDay', 'entry', 'localDate') ?? date) ?? moment.today;
  const streak = streakOf(told, phrases);
  const living = streak !== null && Number(at(told.told, 'streak', 'current')) > 0;
  return sentence(
    phrases.skipped(told.title, phrases.onDay(phrases.date(day, moment.today))),
    living ? phrases.keepsStreak(streak) : null,
  );
}
