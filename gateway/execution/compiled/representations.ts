import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Data, isData, isOfType, own } from '../data.ts';
import { evaluate, literal, read } from './code.ts';
import { quote } from './quote.ts';

/** The JSON of what a subgraph needs to know of an object, or undefined when a part of it is not at hand. */
type RepresentationWriter = (data: Data) => string | undefined;

/** How objects of one type are represented. */
export interface Representation {
  readonly write: RepresentationWriter;
  /**
   * Where the text depends on leaves alone, as it nearly always does: one of them, by which equal objects are looked up, and whether all others
   * are equal too. Equal leaves make equal texts, which need not be written to be compared.
   */
  readonly key: ((data: Data) => unknown) | undefined;
  readonly hasSame: (one: Data, other: Data) => boolean;
}

/**
 * Compiles what an entity fetch requires: the way to represent an object, by its type, or undefined where it cannot be. Each type gets its
 * functions when the first of its kind comes by.
 */
export function compileRepresentation(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
): (data: Data) => Representation | undefined {
  const representations = new Map<string, Representation | undefined>();
  const compile = (type: string) => {
    const fields = fieldsOf(schema, requires, type);
    // Without the name of its type nobody can be asked for an entity; fragments that it does not fit leave it out.
    if (!fields.has('__typename')) return undefined;
    const names = [...fields.keys()].filter((name) => name !== '__typename');
    // The planner writes keys last, and they differ most.
    const key = [...fields.values()].some((inner) => inner) ? undefined : names.pop();
    const comparisons = names.map(
      (name) => `a = ${read('one', name)}; if (a !== ${read('other', name)} || isObject(a)) return false;`,
    );
    return {
      write: compileFields(schema, fields),
      key: key === undefined ? undefined : evaluate<(data: Data) => unknown>({}, `(data) => ${read('data', key)}`),
      hasSame: evaluate<Representation['hasSame']>(
        { isObject },
        `function hasSame(one, other) { let a; ${comparisons.join('\n')} return true; }`,
      ),
    };
  };
  return (data) => {
    const name = data.__typename;
    if (typeof name !== 'string') return undefined;
    let found = representations.get(name);
    if (found === undefined && !representations.has(name)) {
      found = compile(name);
      // Only types of the schema: what a subgraph calls itself must not fill our memory.
      if (schema.getType(name)) representations.set(name, found);
    }
    return found;
  };
}

function compileSelections(schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): RepresentationWriter {
  const compile = (type: string) => compileFields(schema, fieldsOf(schema, selections, type));
  if (!selections.some(({ kind }) => kind === 'InlineFragment')) return compile('');
  const writers = new Map<string, RepresentationWriter>();
  return (data) => {
    const name = own(data, '__typename');
    const type = typeof name === 'string' ? name : '';
    let write = writers.get(type);
    if (!write) {
      write = compile(type);
      // Only types of the schema: what a subgraph calls itself must not fill our memory.
      if (!type || schema.getType(type)) writers.set(type, write);
    }
    return write(data);
  };
}

/** Sub-selections by response name; undefined for leaves. */
type Fields = Map<string, QueryPlanSelectionNode[] | undefined>;

/** The fields that are read of an object of the type; "" where its type is not known. */
function fieldsOf(
  schema: GraphQLSchema,
  selections: readonly QueryPlanSelectionNode[],
  type: string,
  fields: Fields = new Map(),
): Fields {
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition } = selection;
      if (typeCondition && !(type && isOfType(schema, { __typename: type }, typeCondition))) continue;
      fieldsOf(schema, selection.selections, type, fields);
      continue;
    }
    const name = selection.alias ?? selection.name;
    const known = fields.get(name);
    fields.set(name, selection.selections && [...(known ?? []), ...selection.selections]);
  }
  return fields;
}

function compileFields(schema: GraphQLSchema, fields: Fields): RepresentationWriter {
  const constants: Record<string, unknown> = { quote, writeItems };
  const parts: string[] = [];
  let separator = '{';
  for (const [name, selections] of fields) {
    const index = parts.length;
    const prefix = literal(`${separator}${JSON.stringify(name)}:`);
    separator = ',';
    if (selections) {
      constants[`w${index}`] = compileSelections(schema, selections);
      parts.push(`
        v = ${read('data', name)};
        if (v === undefined) return undefined;
        s = v === null ? "null" : writeItems(w${index}, v);
        if (s === undefined) return undefined;
        t += ${prefix} + s;`);
    } else {
      parts.push(`
        v = ${read('data', name)};
        if (v === undefined) return undefined;
        t += ${prefix} + (typeof v === "string" ? quote(v) : JSON.stringify(v));`);
    }
  }
  const end = parts.length ? 't + "}"' : '"{}"';
  return evaluate(constants, `function represent(data) { let v, s, t = ""; ${parts.join('')} return ${end}; }`);
}

/** Texts of objects may change while the objects stay the same. */
const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** An object, or all objects of lists. */
function writeItems(write: RepresentationWriter, value: unknown): string | undefined {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return isData(value) ? write(value) : undefined;
  let text = '[';
  for (let index = 0; index < value.length; index++) {
    const item = value[index] === undefined ? undefined : writeItems(write, value[index]);
    if (item === undefined) return undefined;
    text += index ? `,${item}` : item;
  }
  return `${text}]`;
}
