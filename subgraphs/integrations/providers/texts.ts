import { storableText } from '../../shared/storable.ts';

/** A text of somebody else's as it can be stored, not too long; null for what is none, or blank. */
export function textOf(value: unknown, longest = 1_000): string | null {
  if (typeof value !== 'string') return null;
  const text = storableText(value.slice(0, longest)).trim();
  return text === '' ? null : text;
}
