import type { Data } from '../data.ts';
import type { ResponsePath } from '../targets.ts';
import { evaluate, isObjectCode, read } from './code.ts';

/** Adds the objects that a path leads to, in their order. */
export type Collector = (root: Data, found: Data[]) => void;

/** Compiles a plan's path, as `targetsAt` reads it, to nested loops. */
export function compileCollector(path: ResponsePath): Collector {
  const constants: Record<string, unknown> = {};
  const step = (index: number, value: string): string => {
    const element = path[index];
    if (element === undefined) return `if ${isObjectCode(value)} found.push(${value});`;
    const [, name = '', types] = /^([^|]*)(?:\|\[(.*)\])?$/.exec(String(element)) ?? [];
    const next = `v${index}`;
    let condition = `${next} !== null && ${next} !== undefined`;
    if (types) {
      constants[`types${index}`] = new Set(types.split(','));
      // After a list's field name a type condition stands before its "@": items are looked at there.
      const ofType = `${isObjectCode(next)} && types${index}.has(${read(next, '__typename')})`;
      condition = `(Array.isArray(${next}) || (${ofType}))`;
    }
    const inner = `if (${condition}) { ${step(index + 1, next)} }`;
    if (name === '@') {
      const at = `i${index}`;
      return `if (Array.isArray(${value})) for (let ${at} = 0; ${at} < ${value}.length; ${at}++) { const ${next} = ${value}[${at}]; ${inner} }`;
    }
    if (name) return `if ${isObjectCode(value)} { const ${next} = ${read(value, name)}; ${inner} }`;
    return `{ const ${next} = ${value}; ${inner} }`;
  };
  return evaluate(constants, `function collect(root, found) { ${step(0, 'root')} }`);
}

/** The response names on a path, without lists and type conditions: one text for each place of the plan. */
export const placeOf = (path: ResponsePath): string =>
  path
    .map((element) => String(element).replace(/\|.*$/, ''))
    .filter((name) => name && name !== '@')
    .map((name) => `/${name}`)
    .join('');
