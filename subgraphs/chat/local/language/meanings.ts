import { takeDate, takeWhen } from '../dates.ts';
import { readGoal, readItem } from '../items.ts';
import type { Moment } from '../moment.ts';
import { takeAmount } from '../quantities.ts';
import type { Reminder, Request, When } from '../requests.ts';
import type { CalendarWords, NumberWords } from './grammar.ts';

/** The words of a language that requests are told with. */
interface Words {
  readonly calendar: CalendarWords;
  readonly numbers: NumberWords;
  /** What a habit is called, as against a goal. */
  readonly habit: RegExp;
  /** What may stand before the words that are looked for. */
  readonly beforeQuery: RegExp;
  /** A goal's name, without the words around it. */
  readonly subjectOf: (text: string | undefined) => string;
  /** What a reminder is of, without the words around it. */
  readonly messageOf: (text: string) => string;
}

type Of<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>;

/** What the rules of a language make of the words that they have found: the same in every language. */
export function meaningsOf({ calendar, numbers, habit, beforeQuery, subjectOf, messageOf }: Words) {
  const vocabulary = { calendar, numbers };
  const goal = (text: string, moment: Moment, word?: string) => readGoal(text, vocabulary, moment, word);

  /** A reminder in the words that stand behind "remind me". */
  function reminder(text: string, moment: Moment): Reminder {
    const found = takeWhen(text, calendar, moment);
    const when = found?.value ?? { date: null, time: null, weekdays: [] };
    return { kind: 'remind', message: messageOf(found?.rest ?? text), when };
  }

  return {
    goal,
    reminder,
    /** What is logged in the words of a clause. */
    log: (text: string, moment: Moment): Request | null => readItem(text, vocabulary, moment),
    standing: (subject: string | undefined, focus: Of<'standing'>['focus'] = 'PACE'): Request => ({
      kind: 'standing',
      subject: subjectOf(subject),
      focus,
    }),
    find: (where: Of<'find'>['where'], query = ''): Request => ({
      kind: 'find',
      where,
      query: query.replace(beforeQuery, '').trim(),
    }),
    change: (change: Of<'change'>['change'], text: string | undefined): Request => ({
      kind: 'change',
      change,
      subject: subjectOf(text),
    }),
    /** A goal of which nothing is said but that it is to be. */
    unnamed: (word: string): Request => ({
      kind: 'create',
      goal: {
        title: '',
        kind: habit.test(word) ? 'HABIT' : 'MILESTONE',
        amount: null,
        frequency: null,
        deadline: null,
      },
    }),
    retarget(subject: string | undefined, text: string): Request | null {
      const amount = takeAmount(text, numbers)?.value;
      return amount ? { kind: 'retarget', subject: subjectOf(subject), amount } : null;
    },
    skip(text: string, note: string | undefined, moment: Moment): Request {
      const day = takeDate(text, calendar.dates, moment.today, 'FUTURE');
      return {
        kind: 'skip',
        subject: subjectOf(day?.rest ?? text),
        date: day?.value.toString() ?? null,
        note: note?.trim() || null,
      };
    },
    /** A wish is a goal only if it says how much, how often or by when: "I want to talk" is none. */
    wish(text: string, moment: Moment): Request | null {
      const request = goal(text, moment);
      if (request?.kind !== 'create') return request;
      return request.goal.kind !== 'MILESTONE' || request.goal.deadline ? request : null;
    },
    /** A reminder as the answer to what it is to be; `when` was said before. */
    readReminder(answer: string, moment: Moment, when: When): Reminder | null {
      const told = reminder(answer, moment);
      const timed = told.when.date !== null || told.when.time !== null || told.when.weekdays.length > 0;
      return told.message === '' ? null : { ...told, when: timed ? told.when : when };
    },
  };
}
