import { Decimal } from 'decimal.js';
import type { StoredEvidence } from '../rows.ts';
import type { Answered } from './documents.ts';

/** A number together with the query that gives it. */
export type Evidence = StoredEvidence & Required<Pick<StoredEvidence, 'document' | 'variables' | 'path'>>;

/** What is said about a number besides its value. */
interface Facts {
  label: string;
  unit?: string | null;
  from?: string | null;
  to?: string | null;
  objectId?: string | null;
  /** Places after the point at most; 2 when absent. Of numbers below 1, so many digits that count. */
  places?: number;
}

/**
 * The number at a place of an answer, as evidence. It is read from there and from nowhere else: what is said of a query is so.
 * @throws Error when there is no number at that place.
 */
export function measured(
  answered: Answered<unknown>,
  path: readonly (string | number)[],
  { label, unit = null, from = null, to = null, objectId = null, places = 2 }: Facts,
): Evidence {
  const found = follow(answered.data, path.map(String));
  if (typeof found !== 'number' && typeof found !== 'string') throw new Error(`No number at ${path.join('.')}.`);
  return {
    label,
    value: rounded(found, places),
    unit,
    from,
    to,
    objectId,
    document: answered.document,
    variables: JSON.stringify(answered.variables),
    path: path.map(String),
  };
}

/** What an answer has at a place; undefined when there is nothing. */
export function follow(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string, unknown> | null | undefined)?.[step], data);
}

/** As plain digits, however large or small. What is not 0 does not become 0. */
function rounded(number: number | string, places: number): string {
  const exact = new Decimal(number);
  if (exact.isZero()) return '0';
  const value = exact.abs().lt(1) ? exact.toSignificantDigits(Math.max(places, 1)) : exact.toDecimalPlaces(places);
  return value.toFixed();
}

/** A number with its unit, as sentences have it. */
export const shown = ({ value, unit }: Evidence): string => (unit === null ? value : `${value} ${unit}`);

/** The same without its sign, where words say which side it is on. */
export const size = (evidence: Evidence): string => shown({ ...evidence, value: evidence.value.replace('-', '') });

/** A name in a sentence. Whatever digits it has are no figures. */
export const quoted = (name: string): string => `“${name}”`;

/**
 * Whether every number in a text is one of the evidence, its sign aside. Names count for nothing as long as they are quoted, and
 * units for nothing next to their number. Numbers that cannot be read for sure (1.234,5 or ½) are not covered.
 */
export function isCovered(text: string, evidence: readonly StoredEvidence[], names: readonly string[]): boolean {
  let rest = text;
  for (const name of names) rest = rest.replaceAll(quoted(name), ' ');
  for (const { value, unit } of evidence) {
    const digits = value.replace('-', '');
    if (unit !== null && /\p{N}/u.test(unit)) rest = rest.replaceAll(`${digits} ${unit}`, `${digits} `);
  }
  const known = new Set(evidence.map(({ value }) => new Decimal(value).abs().toFixed()));
  const numbers = rest.match(/\p{N}(?:[\p{N}.,]*\p{N})?/gu) ?? [];
  return numbers.every((number) => {
    const plain = /^[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/.test(number) ? number.replaceAll(',', '') : number;
    return /^[0-9]+(\.[0-9]+)?$/.test(plain) && known.has(new Decimal(plain).toFixed());
  });
}
