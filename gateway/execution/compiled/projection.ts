import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLLeafType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type InlineFragmentNode,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { answeredName } from '../../planning/aliases.ts';
import type { PreparedPlan } from '../../planning/planner.ts';
import { foundError, MISFIT } from '../answerErrors.ts';
import { type Data, isData, own } from '../data.ts';
import type { Pending } from '../incremental.ts';
import { asSet, isFor, partsOf, partType } from '../parts.ts';
import { clientDocument, runtimeType } from '../runtimeType.ts';
import { collect } from '../selections.ts';
import { evaluate, isObjectCode, literal, read } from './code.ts';
import { compileIntrospection } from './introspection.ts';
import { quote } from './quote.ts';
import { type SharedTexts, writingOnce } from './shared.ts';

/** Something that was found while an answer was written. The path is built from its end to its start. */
interface Finding {
  readonly field: Field | undefined;
  readonly message: string;
  readonly path: (string | number)[];
}

/** A part that comes later, for an object that is written. The path is built from its end to its start. */
interface Postponed extends Omit<Pending, 'path'> {
  readonly path: (string | number)[];
}

/** What one answer, or a part of it that comes later, is written with. */
export class Projection {
  readonly findings: Finding[] = [];
  readonly postponed: Postponed[] = [];
  /** Of what is written, where the plan says how to weigh. */
  weight = 0;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether no string of what is written needs an escape. */
  readonly isPlain: boolean;
  /** Lists and objects that are at several places of the answer, with their texts as soon as they are written. */
  readonly shared: SharedTexts | undefined;

  constructor(variables: Readonly<Record<string, unknown>>, isPlain: boolean, shared?: SharedTexts) {
    this.variables = variables;
    this.isPlain = isPlain;
    this.shared = shared;
  }

  fail(field: Field | undefined, message: string, key?: string | number): undefined {
    this.findings.push({ field, message, path: key === undefined ? [] : [key] });
  }

  /** Says of what was found from `start` on that it lies under the key. */
  under(start: number, key: string | number): void {
    for (let index = start; index < this.findings.length; index++) (this.findings[index] as Finding).path.push(key);
  }

  postpone(label: string, type: GraphQLCompositeType): void {
    this.postponed.push({ label, type, path: [] });
  }

  /** Says of what comes later from `start` on that it lies under the key. */
  postponedUnder(start: number, key: string | number): void {
    for (let index = start; index < this.postponed.length; index++) (this.postponed[index] as Postponed).path.push(key);
  }

  get errors(): GraphQLError[] {
    return this.findings.map(({ field, message, path }) => foundError(message, field?.nodes, path.toReversed()));
  }

  get pending(): Pending[] {
    return this.postponed.map((one) => ({ ...one, path: one.path.toReversed() }));
  }
}

/** Fields of one response name in an object of one type. */
export interface Field {
  /** The type of object. */
  readonly parent: string;
  readonly nodes: readonly FieldNode[];
  readonly isNull: string;
}

/** Writes a value as JSON. Undefined where a null must be carried up; why was told to the projection. */
export interface Writer {
  write(value: unknown, projection: Projection): string | undefined;
}

/** What writes the answers of one plan. */
export interface Writers {
  /** The JSON of an answer, without what comes later. */
  write(root: Data, projection: Projection): string;
  /** The JSON of a part that comes later; undefined where its object is of a type that the part is not for. */
  writePart(pending: Pending, data: unknown, projection: Projection): string | undefined;
}

/**
 * Compiles the client's selection to functions that write the merged data as the JSON of the answer: fields in the order of the
 * specification, leaves checked, nulls carried up, paths of errors kept. Each type of object at each place gets its function when the first
 * one comes by, so that abstract types cost what the data has and not what the schema allows.
 */
export function compileProjection(plan: PreparedPlan): Writers {
  const { apiSchema: schema, operation, weigh } = plan;
  const document = clientDocument(plan);
  const introspection = compileIntrospection(plan);

  const numbers = new Map<FieldNode, number>();
  const numberOf = (node: FieldNode) => {
    const number = numbers.get(node) ?? numbers.size;
    numbers.set(node, number);
    return number;
  };
  const objects = new Map<string, Writer>();
  const objectWriter = (type: GraphQLObjectType, nodes: readonly FieldNode[], known: GraphQLCompositeType = type) => {
    const key = `${type.name} ${known.name} ${nodes.map(numberOf).join()}`;
    let writer = objects.get(key);
    if (!writer) {
      const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      writer = lazily(() => compileObject(type, sets, known));
      objects.set(key, writer);
    }
    return writer;
  };

  const weightOf = ({ parent, nodes }: Field, type: GraphQLNamedType) =>
    weigh?.(parent, (nodes[0] as FieldNode).name.value, type.name) ?? 0;
  /** The writer of a list or object, that also weighs it: what is carried up as null weighs nothing. */
  const weighed = (writer: Writer, field: Field, type: GraphQLOutputType): Writer => {
    if (!weigh) return writer;
    const weight = isObjectType(type) ? weightOf(field, type) : 0;
    return {
      write(value, projection) {
        const before = projection.weight;
        const text = writer.write(value, projection);
        if (text === undefined) projection.weight = before;
        else projection.weight += weight;
        return text;
      },
    };
  };

  const abstractWriter = (type: GraphQLAbstractType, field: Field): Writer => {
    const sets = field.nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const writers = new Map<unknown, Writer>();
    return {
      write(value, projection) {
        const name = isData(value) ? own(value, '__typename') : null;
        let writer = writers.get(name);
        if (!writer) {
          const object = runtimeType(document, type, sets, value);
          if (!object) return projection.fail(field, MISFIT);
          const known = object.name === name ? object : type;
          writer = weighed(objectWriter(object, field.nodes, known), field, object);
          writers.set(name, writer);
        }
        return writer.write(value, projection);
      },
    };
  };

  /** @param known what is known of the type: the type, or an abstract one that it stands for */
  const compileObject = (
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    known: GraphQLCompositeType,
  ): Writer['write'] => {
    const program = new Program();
    let separator = '{';
    const { fields, deferred } = collect(document, type, sets, known === type);
    for (const label of deferred) program.add(`p.postpone(${literal(label)}, ${program.constant(known)});`);
    for (const [key, nodes] of fields) {
      const name = (nodes[0] as FieldNode).name.value;
      const isNull = `Cannot return null for non-nullable field ${type.name}.${name}.`;
      const field: Field = { parent: type.name, nodes, isNull };
      const prefix = `${separator}${JSON.stringify(answeredName(plan.aliases, key))}:`;
      const definition = type.getFields()[name];
      if (name === '__typename') {
        program.add(`t += ${literal(prefix + JSON.stringify(type.name))};`);
      } else if (definition) {
        program.add(`v = ${read('d', key)};`);
        program.add(complete(program, definition.type, field, literal(key)));
        program.add(`t += ${literal(prefix)} + s;`);
      } else if (introspection && type === schema.getQueryType()) {
        program.add(`v = d;`);
        program.add(carry(program.constant(introspection(key, field)), literal(key), 'return undefined;'));
        program.add(`t += ${literal(prefix)} + s;`);
      } else {
        continue;
      }
      separator = ',';
    }
    const end = separator === '{' ? '"{}"' : 't + "}"';
    return program.finish(`function writeObject(d, p) {
      if (!${isObjectCode('d')}) d = NOTHING;
      let v, s, n, m, t = "";
      ${program.body}
      return ${end};
    }`);
  };

  const listWriter = (type: GraphQLOutputType, field: Field): Writer => {
    const program = new Program();
    const item = complete(program, type, field, 'i');
    const write = program.finish<Writer['write']>(`function writeList(list, p) {
      if (!Array.isArray(list)) return p.fail(${program.constant(field)}, MISFIT);
      let v, s, n, m, t = "[";
      for (let i = 0; i < list.length; i++) { v = list[i]; ${item} t += i === 0 ? s : "," + s; }
      return t + "]";
    }`);
    return { write };
  };

  /** Code that writes `v`, a value of the type, to `s`, or leaves the function where a null must be carried up. */
  const complete = (program: Program, type: GraphQLOutputType, field: Field, key: string): string => {
    const isRequired = isNonNullType(type);
    const inner = isRequired ? type.ofType : type;
    const at = program.constant(field);
    const asNull = isRequired ? 'return undefined;' : 's = "null";';
    const onNull = isRequired ? `return p.fail(${at}, ${at}.isNull, ${key});` : 's = "null";';
    const start = `if (v === null || v === undefined) { ${onNull} }`;
    if (isLeafType(inner)) {
      const leaf = program.constant(leafWriter(inner));
      const weight = weightOf(field, inner);
      return `${start} ${plainLeaf(inner)} else { s = ${leaf}(v); if (s === undefined) { p.fail(${at}, MISFIT, ${key}); ${asNull} } }${weight ? ` if (s !== "null") p.weight += ${literal(weight)};` : ''}`;
    }
    const writer = isListType(inner)
      ? listWriter(inner.ofType, field)
      : isAbstractType(inner)
        ? abstractWriter(inner, field)
        : objectWriter(inner, field.nodes);
    // One object may be selected in several ways: each has its writer, and a text goes with the writer that made it.
    const once = writingOnce(weighed(writer, field, inner));
    return `${start} else { ${carry(program.constant(once), key, asNull)} }`;
  };

  /** Code that has another writer write `v` to `s`. */
  const carry = (writer: string, key: string, onUndefined: string) => {
    const start = `n = p.findings.length; s = ${writer}.write(v, p); if (p.findings.length > n) p.under(n, ${key});`;
    if (!document.deferred) return `${start} if (s === undefined) { ${onUndefined} }`;
    // What was to come for objects that a null takes away does not come.
    return `m = p.postponed.length; ${start} if (s === undefined) { p.postponed.length = m; ${onUndefined} } else p.postponedUnder(m, ${key});`;
  };

  const type = schema.getRootType(operation.operation);
  if (!type) throw new Error(`The schema has no ${operation.operation} type.`);
  const root = lazily(() => compileObject(type, [operation.selectionSet], type));

  const parts = partsOf(plan);
  const partWriters = new Map<string, Writer>();
  const partWriter = (label: string, part: InlineFragmentNode, object: GraphQLObjectType): Writer => {
    const key = `${object.name} ${label}`;
    const writer = partWriters.get(key) ?? lazily(() => compileObject(object, [asSet(part)], object));
    partWriters.set(key, writer);
    return writer;
  };

  return {
    write(data, projection) {
      const text = root.write(data, projection);
      if (text === undefined) {
        projection.postponed.length = 0;
        projection.weight = 0;
      }
      return text ?? 'null';
    },
    writePart({ label, type }, data, projection) {
      const part = parts.get(label) as InlineFragmentNode;
      const object = partType(document, type, part, data);
      if (!object) {
        projection.fail(undefined, MISFIT);
        return 'null';
      }
      if (!isFor(document, part, object)) return undefined;
      const text = partWriter(label, part, object).write(data, projection);
      if (text === undefined) projection.postponed.length = 0;
      return text ?? 'null';
    },
  };
}

/** Code for the values that a scalar of the specification nearly always has. */
function plainLeaf({ name }: GraphQLLeafType): string {
  switch (name) {
    case 'String':
    case 'ID':
      return `else if (typeof v === "string") s = p.isPlain ? '"' + v + '"' : quote(v);`;
    case 'Int':
      return 'else if (typeof v === "number" && (v | 0) === v) s = "" + v;';
    case 'Float':
      return 'else if (typeof v === "number" && Number.isFinite(v)) s = "" + v;';
    case 'Boolean':
      return 'else if (v === true) s = "true"; else if (v === false) s = "false";';
    default:
      return '';
  }
}

/** Writes any value of a leaf, checked by its type; undefined where it does not fit. */
function leafWriter(type: GraphQLLeafType): (value: unknown) => string | undefined {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name, value }) => [value as unknown, JSON.stringify(name)]));
    return (value) => texts.get(value);
  }
  return (value) => {
    try {
      const serialized = type.serialize(value);
      return serialized === null || serialized === undefined ? undefined : JSON.stringify(serialized);
    } catch {
      return undefined;
    }
  };
}

/** A writer that is compiled when it is first needed. */
function lazily(compile: () => Writer['write']): Writer {
  const writer: Writer = {
    write(value, projection) {
      writer.write = compile();
      return writer.write(value, projection);
    },
  };
  return writer;
}

const NOTHING: Data = Object.freeze({});

/** One function while its code is written. */
class Program {
  body = '';
  readonly #constants: Record<string, unknown> = { quote, MISFIT, NOTHING };
  #count = 0;

  add(code: string): void {
    this.body += `${code}\n`;
  }

  /** Names a value that the code uses. */
  constant(value: unknown): string {
    const name = `c${this.#count++}`;
    this.#constants[name] = value;
    return name;
  }

  finish<Value>(expression: string): Value {
    return evaluate(this.#constants, expression);
  }
}
