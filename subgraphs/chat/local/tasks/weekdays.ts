const names = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** ISO weekdays as the graph names them. */
export const weekdayNames = (days: readonly number[]): string[] => days.map((day) => names[day - 1] ?? 'MONDAY');

/** Weekdays of the graph as ISO numbers; empty for every day, also when all seven are named. */
export function weekdayNumbers(days: unknown): number[] {
  if (!Array.isArray(days)) return [];
  const numbers = days.slice(0, 7).flatMap((day) => names.indexOf(day) + 1 || []);
  return numbers.length === 7 ? [] : numbers;
}
