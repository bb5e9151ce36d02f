import type { FetchDataKeyRenamer, FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Data, isData, isOfType, newData, own } from './data.ts';
import type { ResponsePath, Target } from './targets.ts';

const CONDITION = '... on ';

/**
 * Applies the planner's rewrites to a representation before it is sent, or to what a subgraph answered: setting a value (the type name
 * under which an interface object is known) or renaming a key (an alias that kept apart fields which do not merge).
 */
export function applyRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
  value: unknown,
): void {
  for (const rewrite of rewrites ?? []) {
    const key = rewrite.path.at(-1);
    if (key === undefined) continue;
    for (const data of objectsAt(schema, value, rewrite.path.slice(0, -1))) {
      if (rewrite.kind === 'ValueSetter') {
        data[key] = rewrite.setValueTo;
      } else if (Object.hasOwn(data, key)) {
        // Whatever the value is: false, zero and null are renamed too.
        if (data[key] !== undefined) data[rewrite.renameKeyTo] = data[key];
        delete data[key];
      }
    }
  }
}

/** Undoes the renaming of keys in the path of an error. */
export function renamePath(rewrites: readonly FetchDataRewrite[] | undefined, path: ResponsePath): ResponsePath {
  let renamed = path;
  for (const rewrite of rewrites ?? []) {
    if (rewrite.kind !== 'KeyRenamer') continue;
    const names = rewrite.path.filter((element) => !element.startsWith(CONDITION));
    let matched = 0;
    renamed = renamed.map((element) => {
      if (typeof element === 'number' || matched < 0 || matched >= names.length) return element;
      if (element !== names[matched]) {
        matched = -1;
        return element;
      }
      return ++matched === names.length ? rewrite.renameKeyTo : element;
    });
  }
  return renamed;
}

/**
 * The values of a fetch's context arguments for one target, or undefined when one of them is not known. A path climbs with ".." from the
 * target, one field at a time, and then goes down.
 */
export function contextArguments(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataKeyRenamer[],
  target: Target,
): Data | undefined {
  const values = newData();
  for (const { path, renameKeyTo } of rewrites) {
    if (values[renameKeyTo] !== undefined) continue;
    const ups = path.filter((element) => element === '..').length;
    const start = ups ? target.ancestors[target.ancestors.length - ups] : target.data;
    const down = path.slice(ups);
    const key = down.at(-1);
    if (!start || key === undefined) continue;
    for (const data of objectsAt(schema, start, down.slice(0, -1))) {
      const value = own(data, key);
      if (value !== undefined) values[renameKeyTo] = value;
    }
  }
  return rewrites.every(({ renameKeyTo }) => values[renameKeyTo] !== undefined) ? values : undefined;
}

function objectsAt(schema: GraphQLSchema, value: unknown, path: readonly string[]): Data[] {
  if (Array.isArray(value)) return value.flatMap((item) => objectsAt(schema, item, path));
  if (!isData(value)) return [];
  const [first, ...rest] = path;
  if (first === undefined) return [value];
  if (!first.startsWith(CONDITION)) return objectsAt(schema, own(value, first), rest);
  return isOfType(schema, value, first.slice(CONDITION.length)) ? objectsAt(schema, value, rest) : [];
}
