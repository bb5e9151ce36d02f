import { storableText } from '../../shared/storable.ts';

/** Texts of others: made fit for our tables. */

/** As PostgreSQL can hold it (no NUL, no half of a surrogate pair), and not longer than `most`. */
export function storable(text: string, most: number): string {
  return storableText(text.length > most ? text.slice(0, most) : text);
}

/** On one line. */
export const oneLine = (text: string, most: number): string => storable(text.replaceAll(/\s+/g, ' ').trim(), most);
