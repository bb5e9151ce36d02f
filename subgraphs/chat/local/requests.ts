/** What a person can want of the built-in assistant. Days are `YYYY-MM-DD`, times `HH:MM`, both as the person's clock has them. */
export type Request =
  | { readonly kind: 'log'; readonly item: LogItem }
  | { readonly kind: 'create'; readonly goal: NewGoal }
  | { readonly kind: 'standing'; readonly subject: string; readonly focus: 'PACE' | 'STREAK' }
  | { readonly kind: 'today'; readonly focus: 'SUMMARY' | 'DUE' | 'NEXT' }
  | { readonly kind: 'list'; readonly what: 'GOALS' | 'AREAS' | 'REMINDERS' | 'MEMORIES' }
  | Reminder
  /** DONE completes a goal, but of a habit only today. */
  | { readonly kind: 'change'; readonly change: 'COMPLETE' | 'DONE' | 'PAUSE' | 'RESUME'; readonly subject: string }
  | { readonly kind: 'retarget'; readonly subject: string; readonly amount: Amount }
  | { readonly kind: 'skip'; readonly subject: string; readonly date: string | null; readonly note: string | null }
  | { readonly kind: 'undo' }
  | { readonly kind: 'remember'; readonly text: string; readonly memory: 'FACT' | 'PREFERENCE' | 'INSTRUCTION' }
  | { readonly kind: 'find'; readonly where: 'NOTES' | 'MESSAGES' | 'RESEARCH'; readonly query: string }
  | { readonly kind: 'talk'; readonly about: 'GREETING' | 'THANKS' | 'HELP' | 'IDENTITY' | 'GOODBYE' | 'UNKNOWN' };

export interface Reminder {
  readonly kind: 'remind';
  readonly message: string;
  readonly when: When;
}

export interface LogItem {
  /** What was done, in the person's words. */
  readonly subject: string;
  readonly amount: Amount | null;
  readonly date: string | null;
  readonly note: string | null;
}

export interface Amount {
  readonly value: string;
  /** The word behind the number, which may be a unit; null when there is none. */
  readonly unit: string | null;
}

export interface NewGoal {
  /** Empty when none was said. */
  readonly title: string;
  readonly kind: 'NUMERIC' | 'HABIT' | 'MILESTONE';
  readonly amount: Amount | null;
  readonly frequency: { readonly times: number; readonly period: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR' } | null;
  readonly deadline: string | null;
}

export interface When {
  /** The one day it is for; null when it comes again and again. */
  readonly date: string | null;
  /** Null when no time was said. */
  readonly time: string | null;
  /** ISO 8601, 1 is Monday; empty for every day, where there is no date. */
  readonly weekdays: readonly number[];
}
