import type { Weekday } from './generated.ts';

/** In ISO order, so that the index is the ISO day less one. */
const names: readonly Weekday[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** ISO days of the week: 1 is Monday. */
export const everyDay: readonly number[] = [1, 2, 3, 4, 5, 6, 7];

/** ISO days in their order, each once. */
export const weekdayNumbers = (given: readonly Weekday[]): number[] =>
  everyDay.filter((day) => given.includes(names[day - 1]!));

/** ISO days as the graph names them. */
export const weekdayNames = (days: readonly number[]): Weekday[] => days.map((day) => names[day - 1]!);
