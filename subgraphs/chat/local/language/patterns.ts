import type { DatePattern, NumberWords, TimePattern } from './grammar.ts';

/** What calendars of every language are written with. */

/** Finds words that stand by themselves. */
export const when = (pattern: string) => new RegExp(`(?<![\\p{L}\\d-])(?:${pattern})(?![\\p{L}\\d])`, 'iu');

/** Which of the words a text is, from 1; 0 for none of them. */
export const placeOf = (words: readonly string[], text = '') =>
  words.findIndex((word) => new RegExp(`^(?:${word})$`, 'i').test(text)) + 1;

export const inDays = (pattern: string, days: number): DatePattern => ({
  pattern: when(pattern),
  date: (_match, today) => today.add({ days }),
});

export const at = (pattern: string, minutes: number): TimePattern => ({
  pattern: when(pattern),
  time: () => ({ minutes, fromNow: false }),
});

export const clockTime = (hours: number, minutes: number) =>
  hours > 24 || minutes > 59 ? null : { minutes: (hours % 24) * 60 + minutes, fromNow: false };

/** Whole numbers, in digits or in words: how they are found, and what they are. */
export function countsOf({ words }: NumberWords) {
  const whole = [...words].filter(([, value]) => !value.includes('.')).map(([word]) => word);
  return {
    pattern: `\\d{1,3}|${whole.join('|')}`,
    valueOf: (text = '') => Number(words.get(text.toLowerCase()) ?? text),
  };
}
