import type { GraphQLSchema } from 'graphql';
import { type Data, merge } from '../data.ts';
import { evaluate, literal, read, write } from './code.ts';
import type { Shape } from './places.ts';

/**
 * Adds an answer to an object, as `merge` does, but takes the answer's objects instead of copying them: the caller must not need them any
 * more. Only what was asked for is taken.
 */
export type Merger = (target: Data, answer: Data) => void;

export function compileMerger(schema: GraphQLSchema, shape: Shape): Merger {
  const mergeField = (target: Data, key: string, value: unknown) => merge(schema, target, single(key, value));
  const parts = [...shape].map(([key, inner]) => {
    const present = read('target', key);
    const set = write('target', key, 'v');
    // Null never replaces a value. Where objects or lists meet, and where two know the type of one object, the general merge decides.
    const general = `mergeField(target, ${literal(key)}, v)`;
    const meet = inner || key === '__typename' ? general : `if (typeof v === "object") ${general}; else ${set}`;
    return `v = ${read('answer', key)}; if (v !== undefined) { if (${present} === undefined) ${set}; else if (v !== null) { ${meet}; } }`;
  });
  return evaluate({ mergeField }, `function merge(target, answer) { let v; ${parts.join('\n')} }`);
}

function single(key: string, value: unknown): Data {
  const data: Data = {};
  Object.defineProperty(data, key, { value, enumerable: true });
  return data;
}

/** A copy of what JSON can hold. */
export function copyOf<Value>(value: Value): Value;
export function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const copy: Data = {};
  for (const key of Object.keys(value)) {
    const inner = copyOf((value as Data)[key]);
    if (key === '__proto__')
      Object.defineProperty(copy, key, { value: inner, enumerable: true, configurable: true, writable: true });
    else copy[key] = inner;
  }
  return copy;
}
