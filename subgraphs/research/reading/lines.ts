/** Single spaces, at most one empty line in a row, no invisible characters that could hide something. */
export const tidy = (text: string) =>
  text
    .replace(/[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/(?![\t\n])\p{Cc}/gu, ' ')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();

/** The same on one line, cut at a length: for titles. */
export function line(text: string, longest = 300): string {
  const flat = tidy(text).replace(/\s+/g, ' ');
  return flat.length <= longest ? flat : `${cut(flat, longest - 1).trimEnd()}…`;
}

/** At most so long, and no half of a character at the end. */
export const cut = (text: string, longest: number) =>
  text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
