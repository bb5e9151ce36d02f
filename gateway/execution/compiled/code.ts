/**
 * The only place where text becomes code. Everything else in this folder writes programs with `literal`, `read` and `write`, through which
 * every name of a document passes, and hands over values as constants.
 */

/** A string or number as a literal of JavaScript. Since ES2019 all of JSON is one. */
export const literal = (value: string | number): string => JSON.stringify(value);

/** Names that every object answers to, though nobody sent them. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Code that reads an object's own value under a key. */
export const read = (object: string, key: string): string =>
  INHERITED.has(key)
    ? `(Object.hasOwn(${object}, ${literal(key)}) ? ${object}[${literal(key)}] : undefined)`
    : `${object}[${literal(key)}]`;

/** Code that sets an object's own value under a key. */
export const write = (object: string, key: string, value: string): string =>
  key === '__proto__'
    ? `Object.defineProperty(${object}, "__proto__", { value: ${value}, enumerable: true, configurable: true, writable: true })`
    : `${object}[${literal(key)}] = ${value}`;

/** Code that tells whether a value is an object and no list. */
export const isObjectCode = (value: string): string =>
  `(typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value}))`;

/** The value of an expression, usually a function, in which the constants are known by their names. */
export function evaluate<Value>(constants: Readonly<Record<string, unknown>>, expression: string): Value {
  const make = new Function(...Object.keys(constants), `"use strict"; return ${expression};`);
  return make(...Object.values(constants)) as Value;
}
