import { Decimal } from 'decimal.js';
import { dayOf, sentence, standing } from '../answers.ts';
import { type ToldGoal, toldGoal } from '../goals.ts';
import { readGoal } from '../items.ts';
import { unitsFit } from '../matching.ts';
import { convert, isUnit, sameDimension } from '../quantities.ts';
import type { Amount, LogItem } from '../requests.ts';
import { ask, type Setting, say, type Task, write } from '../task.ts';
import { at, numberAt, plain, textAt } from '../values.ts';
import { amountIn, chosen, findGoals, forEach, isYes, noSuchGoal, settleGoals, titles } from './choices.ts';
import { createdSentence, proposeGoal } from './creation.ts';

/** Logs one thing that was done, on the goal that it is for. */
export function* logProgress(item: LogItem, setting: Setting): Task {
  const unit = item.amount?.unit ?? null;
  const search = yield* findGoals(item.subject, unit, setting);
  const nameless = item.subject === '' && unit === null;
  const { matches } = search;
  if (matches.length === 0 && !(nameless && search.goals.length > 0))
    return yield* offerGoal(item, search.goals, setting);
  if (!countsForAll(matches, item))
    return yield* logOnAll(yield* settleGoals(item.subject, search, setting), item, setting);
  const { phrases } = setting.grammar;
  yield* say(phrases.countsFor(phrases.and(titles(matches))));
  return yield* logOnAll(matches, item, setting);
}

/** A habit and a sum of the same doing are no choice to make: an amount that both can take counts for both. */
function countsForAll(goals: readonly ToldGoal[], { subject, amount }: LogItem): boolean {
  const kinds = goals.map(({ kind }) => kind).sort();
  if (subject === '' || amount === null || kinds.join() !== 'HABIT,NUMERIC') return false;
  return goals.every((goal) => inUnitOf(goal, amount) !== null || countsDaysOnly(goal));
}

function* logOnAll(goals: readonly ToldGoal[], item: LogItem, setting: Setting): Task {
  return yield* forEach(goals, (goal) => logOn(goal, item, setting), setting);
}

/** Nothing fits: tells what goals there are, and makes one if the person wants that. The name of one that is there does as well. */
function* offerGoal(item: LogItem, existing: readonly ToldGoal[], setting: Setting): Task {
  const { grammar, moment } = setting;
  const { phrases } = grammar;
  const unit = item.amount?.unit ?? null;
  // "Smoked 3 cigarettes" is about cigarettes: what was counted says more than what was done with it.
  const what = plain(unit !== null && unit !== 'k' && !isUnit(unit) ? unit : item.subject || unit || '', 60);
  const nothing = noSuchGoal(what, existing, setting);
  const request = readGoal(what, grammar, moment, 'habit');
  if (request?.kind !== 'create') return nothing;
  const question = `${nothing} ${phrases.offerHabit(request.goal.title)}`;
  const answer = yield* ask(
    question,
    (text) => (isYes(text, grammar) ? 'NEW' : chosen(text, existing, grammar)),
    titles(existing, 50),
  );
  if (answer !== 'NEW') return yield* logOnAll(answer, item, setting);
  // A habit without an amount that a day must have: every day with an entry is kept.
  const made = yield* proposeGoal({ ...request.goal, amount: null, unit: unit === 'k' ? 'km' : unit });
  return made ? `${createdSentence(made, setting)}\n${yield* logOn(made, item, setting)}` : phrases.unreadable;
}

/** Logs on a goal that is known. */
export function* logOn(goal: ToldGoal, item: LogItem, setting: Setting): Task {
  const { phrases } = setting.grammar;
  const value = yield* valueFor(goal, item.amount, setting);
  if (value === null) return phrases.declined;
  const data = yield* write('LogProgress', {
    goalId: goal.id,
    value: value.value,
    localDate: item.date ?? undefined,
    note: value.note === null ? (item.note ?? undefined) : [value.note, item.note].filter(Boolean).join(', '),
  });
  const { entry, goal: after } = (at(data, 'logProgress') ?? {}) as { entry?: unknown; goal?: unknown };
  const told = toldGoal(after) ?? goal;
  const amount = numberAt(entry, 'value');
  const date = dayOf(textAt(entry, 'localDate'));
  const day = date && !date.equals(setting.moment.today) ? phrases.date(date, setting.moment.today) : null;
  const logged =
    amount === null || (told.unit === null && amount === 1)
      ? phrases.loggedOnce(told.title, day)
      : phrases.logged(phrases.amount(amount, told.unit), told.title, day);
  const parts = after === undefined || after === null ? [] : standing(told, phrases);
  return parts.length > 0 ? sentence(`${logged}: ${parts.join(', ')}`) : sentence(logged);
}

interface Value {
  readonly value: string;
  /** What was said and is no part of the value: the 30 minutes of a habit that only counts days. */
  readonly note: string | null;
}

/** A habit that keeps a day by any entry. */
const countsDays = ({ kind, target }: ToldGoal) => kind === 'HABIT' && target === null;
const countsDaysOnly = (goal: ToldGoal) => countsDays(goal) && goal.unit === null;

/** The amount in the goal's unit; asks where there is none, or none that fits. Null when the person gives up. */
function* valueFor(goal: ToldGoal, amount: Amount | null, setting: Setting): Task<Value | null> {
  const { grammar } = setting;
  const { phrases } = grammar;
  if (amount === null) {
    if (countsDays(goal) || (goal.kind === 'HABIT' && goal.unit === null)) return { value: '1', note: null };
    const given = yield* ask(phrases.howMany(goal.title, goal.unit), amountIn(grammar));
    return given === null ? null : yield* valueFor(goal, given, setting);
  }
  const fitting = inUnitOf(goal, amount);
  if (fitting !== null) {
    if (amount.unit !== null && goal.unit !== null && fitting !== amount.value && amount.unit !== 'k') {
      const said = phrases.amount(Number(amount.value), amount.unit);
      yield* say(phrases.convert(said, phrases.amount(Number(fitting), goal.unit), goal.title));
    }
    return { value: fitting, note: null };
  }
  if (countsDaysOnly(goal)) return { value: '1', note: `${amount.value} ${amount.unit}` };
  const said = phrases.amount(Number(amount.value), plain(amount.unit ?? '', 40));
  const given = yield* ask(phrases.wrongUnit(said, goal.title, goal.unit ?? ''), amountIn(grammar));
  if (given === null) return null;
  return { value: inUnitOf(goal, given) ?? given.value, note: null };
}

/** An amount's number in a goal's unit; null when it cannot be that. A word that is no unit, as in "2 coffees", says nothing against it. */
export function inUnitOf({ unit, title }: ToldGoal, amount: Amount): string | null {
  if (amount.unit === null) return amount.value;
  const thousand = amount.unit.toLowerCase() === 'k';
  if (thousand)
    return unit !== null && sameDimension(unit, 'km')
      ? convert(amount.value, 'km', unit)
      : new Decimal(amount.value).times(1000).toFixed();
  if (unit === null) return isUnit(amount.unit) ? null : amount.value;
  const converted = convert(amount.value, amount.unit, unit);
  if (converted !== null) return converted;
  if (unitsFit(unit, amount.unit)) return amount.value;
  return !isUnit(amount.unit) && namedIn(title, amount.unit) ? amount.value : null;
}

/** "2 coffees" for "At most two coffees a day" in cups: the word is what the goal is about, not another unit. */
const namedIn = (title: string, word: string) => title.split(/\s+/).some((one) => unitsFit(one, word));
