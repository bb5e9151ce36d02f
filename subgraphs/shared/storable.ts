/** Texts of others, made fit for our tables. */

/** What PostgreSQL's text and JSON cannot store: NUL, and half of a surrogate pair. */
const unstorable = /[\0\p{Surrogate}]/u;
const everyUnstorable = new RegExp(unstorable, 'gu');

/** Whether PostgreSQL can store a text. */
export const isStorable = (text: string): boolean => !unstorable.test(text);

/** A text without what PostgreSQL cannot store. */
export const storableText = (text: string): string => text.replace(everyUnstorable, '');

/** A text of at most so many characters (code points) that can be stored; one that was longer ends with an ellipsis. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return storableText(text);
  const characters = [...text];
  return storableText(characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`);
}

/** Values deeper than this are nobody's; they would also take the stack of whoever walks through them. */
const deepest = 32;

/** A JSON value whose texts can be stored; what lies too deep is null. */
export function storableJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return storableText(value);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (depth > deepest) return null;
  if (Array.isArray(value)) return value.map((member) => storableJson(member, depth + 1));
  const members = Object.entries(value).map(([name, member]) => [storableText(name), storableJson(member, depth + 1)]);
  return Object.fromEntries(members);
}
