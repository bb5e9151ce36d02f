import type { Temporal } from 'temporal-polyfill';
import type { Moment } from '../moment.ts';
import type { Reminder, Request, When } from '../requests.ts';
import type { Phrases } from './english/phrases.ts';

/** All that the built-in assistant knows of one language. */
export interface Grammar {
  readonly language: 'en' | 'de';
  readonly phrases: Phrases;
  /** Words that hardly another language has, in lower case: they tell which one is spoken. */
  readonly marks: ReadonlySet<string>;
  readonly calendar: CalendarWords;
  readonly numbers: NumberWords;
  /** How a clause begins that is a request of its own. */
  readonly starts: RegExp;
  /** Words that say nothing of what a goal is about, in lower case. */
  readonly fillers: ReadonlySet<string>;
  readonly answers: AnswerWords;
  /** Cuts courtesies off, and writes what has several spellings in one. */
  tidy(clause: string): string;
  /** What a clause asks for; null when it asks for nothing we know. */
  read(clause: string, moment: Moment): Request | null;
  /** A reminder as the answer to what it is to be; null when it says nothing of that. */
  readReminder(answer: string, moment: Moment, when: When): Reminder | null;
  /** What a clause logs when it is only a number and what it counts. */
  readLog(clause: string, moment: Moment): Request | null;
}

/** Numbers as they are spoken and written. */
export interface NumberWords {
  /** The sign between thousands. */
  readonly thousands: ',' | '.';
  readonly words: ReadonlyMap<string, string>;
  /** "A" and "an": a number only before a unit. */
  readonly articles: ReadonlySet<string>;
}

export interface CalendarWords {
  readonly dates: readonly DatePattern[];
  readonly times: readonly TimePattern[];
  readonly repetitions: readonly RepetitionPattern[];
  readonly deadlines: readonly DatePattern[];
}

/** Days before today are meant when something is logged, days to come when something is planned. */
export type Direction = 'PAST' | 'FUTURE';

export interface DatePattern {
  readonly pattern: RegExp;
  /** Null when the match is no day, as 31 February. */
  date(match: RegExpMatchArray, today: Temporal.PlainDate, direction: Direction): Temporal.PlainDate | null;
}

export interface TimePattern {
  readonly pattern: RegExp;
  /** A time of the day, or a stretch from now; null when the match is neither. */
  time(
    match: RegExpMatchArray,
  ): { readonly minutes: number; readonly fromNow: boolean; readonly evening?: boolean } | null;
}

export interface RepetitionPattern {
  readonly pattern: RegExp;
  /** ISO weekdays; empty for every day. */
  weekdays(match: RegExpMatchArray): number[];
}

interface AnswerWords {
  readonly yes: RegExp;
  readonly no: RegExp;
  readonly all: RegExp;
  /** Lower case words for the first, the second … , in order; several a place. */
  readonly ordinals: readonly RegExp[];
}
