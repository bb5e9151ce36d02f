import { dayOf, instantOf, sentence } from '../answers.ts';
import { takeWhen } from '../dates.ts';
import type { Reminder, When } from '../requests.ts';
import { ask, type Setting, type Task, write } from '../task.ts';
import { at, numberAt, plain, textAt } from '../values.ts';
import { findGoals, isNo } from './choices.ts';
import { weekdayNames, weekdayNumbers } from './weekdays.ts';

/** Sets a reminder: once on a day, or again and again. Asks for what was not said: of what, when, at what time. */
export function* remind(request: Reminder, setting: Setting): Task {
  const { phrases } = setting.grammar;
  const told =
    request.message === ''
      ? yield* ask(phrases.remindWhat, (answer) => toldIn(answer, request.when, setting), 'ANY')
      : request;
  if (told === null) return phrases.declined;
  const text = plain(told.message, 200);
  const day = isKnown(told.when)
    ? told.when
    : yield* ask(phrases.remindWhen(text), (answer) => whenIn(answer, setting));
  if (day === null) return phrases.declined;
  const time = day.time ?? (yield* ask(phrases.remindAt(text), (answer) => timeIn(answer, setting)));
  if (time === null) return phrases.declined;
  const data = yield* write('CreateReminder', {
    message: text,
    date: day.date ?? undefined,
    timeOfDay: time,
    weekdays: day.weekdays.length > 0 ? weekdayNames(day.weekdays) : undefined,
    goalId: yield* goalOf(text, setting),
  });
  return setSentence(at(data, 'createReminder', 'reminder'), setting);
}

const isKnown = ({ date, time, weekdays }: When) => date !== null || time !== null || weekdays.length > 0;

const toldIn = (answer: string, when: When, { grammar, moment }: Setting): Reminder | null | undefined =>
  isNo(answer, grammar) ? null : (grammar.readReminder(answer, moment, when) ?? undefined);

const whenIn = (answer: string, { grammar, moment }: Setting): When | null | undefined =>
  takeWhen(answer, grammar.calendar, moment)?.value ?? (isNo(answer, grammar) ? null : undefined);

/** A time on a day that is known: "8" alone says it as well. */
function timeIn(answer: string, setting: Setting): string | null | undefined {
  const hour = answer.trim().match(/^(\d{1,2})$/)?.[1];
  if (hour && Number(hour) < 24) return `${hour.padStart(2, '0')}:00`;
  const found = whenIn(answer, setting);
  return found === null ? null : (found?.time ?? undefined);
}

/** The goal that a reminder is about; none when none fits, or several do. */
function* goalOf(message: string, setting: Setting): Task<string | undefined> {
  if (!setting.tools.has('ListGoals')) return undefined;
  const { matches } = yield* findGoals(message, null, setting);
  return matches.length === 1 ? matches[0]!.id : undefined;
}

function setSentence(reminder: unknown, setting: Setting): string {
  const { phrases } = setting.grammar;
  const [time, message, title] = [
    textAt(reminder, 'timeOfDay'),
    textAt(reminder, 'message'),
    textAt(reminder, 'goal', 'title'),
  ];
  if (time === null) return phrases.unreadable;
  const set = phrases.reminderSet(daysOf(reminder, setting), plain(time, 10), plain(message ?? ''));
  const next = dayOf(textAt(reminder, 'date')) ? null : instantOf(textAt(reminder, 'nextOccurrenceAt'), setting);
  return sentence(set, title && phrases.forGoal(plain(title, 200)), next && phrases.nextAt(next));
}

/** The days that a reminder falls on, in words. */
export function daysOf(reminder: unknown, { grammar: { phrases }, moment }: Setting): string {
  const [date, before] = [dayOf(textAt(reminder, 'date')), numberAt(reminder, 'daysBeforeDeadline')];
  if (date) return phrases.onDay(phrases.date(date, moment.today));
  return before === null ? phrases.weekdays(weekdayNumbers(at(reminder, 'weekdays'))) : phrases.beforeDeadline(before);
}
