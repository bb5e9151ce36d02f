/** How a language writes numbers and days. */
export const formatsOf = (locale: string) => ({
  number: new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }),
  day: new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' }),
  dayAndYear: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }),
});

/** Items with commas between them, and a word before the last. */
export function listed(items: readonly string[], word: string): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}
