import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Data, isData, isOfType, own } from '../data.ts';
import { evaluate, literal, read } from './code.ts';
import { quote } from './quote.ts';

/** The JSON of what a subgraph needs to know of an object, or undefined when a part of it is not at hand. */
export type RepresentationWriter = (data: Data) => string | undefined;

/** Compiles what an entity fetch requires. Each type of object gets its own function when the first of its kind comes by. */
export function compileRepresentation(
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
): RepresentationWriter {
  const write = compileSelections(schema, requires, (fields) =>
    // Without the name of its type nobody can be asked for an entity; fragments that it does not fit leave it out.
    fields.has('__typename') ? compileFields(schema, fields) : () => undefined,
  );
  return (data) => (typeof own(data, '__typename') === 'string' ? write(data) : undefined);
}

function compileSelections(
  schema: GraphQLSchema,
  selections: readonly QueryPlanSelectionNode[],
  compile = (fields: Fields) => compileFields(schema, fields),
): RepresentationWriter {
  if (!selections.some(({ kind }) => kind === 'InlineFragment')) return compile(fieldsOf(schema, selections, ''));
  const writers = new Map<string, RepresentationWriter>();
  return (data) => {
    const name = own(data, '__typename');
    const type = typeof name === 'string' ? name : '';
    let write = writers.get(type);
    if (!write) {
      write = compile(fieldsOf(schema, selections, type));
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
