import { Decimal } from 'decimal.js';

/** A text in JSON, or a number; the latter as the text that it is written with. */
const tokens = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON whose numbers come as the texts they are written with, so that no amount goes through binary fractions.
 * Undefined for what is no JSON.
 */
export function readExactJson(text: string): unknown {
  try {
    JSON.parse(text);
    return JSON.parse(text.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`)));
  } catch {
    return undefined;
  }
}

/** No amount of anything is written longer; what is would be a way to make us work. */
const longestNumber = 30;
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?$/i;

/** A number as a plain decimal text (`1e2` is `100`); null for everything else. */
export function toDecimalText(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > longestNumber || !decimal.test(value)) return null;
  const text = new Decimal(value).toFixed();
  return text.length > longestNumber ? null : text;
}

/** JSON that says at most so much, in bytes of UTF-8; null for what is no object, or longer. */
export function smallObject(value: unknown, mostBytes = 16_000): Record<string, unknown> | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  return Buffer.byteLength(JSON.stringify(value)) > mostBytes ? null : (value as Record<string, unknown>);
}
