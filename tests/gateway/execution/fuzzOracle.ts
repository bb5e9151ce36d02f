import assert from 'node:assert/strict';
import {
  type DirectiveNode,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FieldNode,
  type GraphQLObjectType,
  GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { answeredName } from '../../../gateway/planning/aliases.ts';
import { operationParts } from '../../../gateway/planning/conditions.ts';
import { labelDefers } from '../../../gateway/planning/deferral.ts';
import type { PreparedPlan } from '../../../gateway/planning/planner.ts';
import { callOf, resolve, selfOf, type Thing, thingOf } from './fuzzData.ts';
import { type Field, fieldsOf, type Graph } from './fuzzGraph.ts';
import type { InParts } from './inParts.ts';

// What one graphql-js schema over all data answers, at once and in parts: what the gateway must answer.

type Path = readonly (string | number)[];

interface Told {
  readonly data?: unknown;
  readonly errors?: readonly { path?: Path }[];
}

interface ToldPart extends Told {
  readonly path: Path;
  readonly label: string | undefined;
}

/** What the one schema's resolvers do besides. */
export interface Watch {
  /** Told of each field of a mutation that runs. */
  readonly onMutation?: (field: string) => void;
  /** Whether no subgraph answers a field. */
  readonly isLost?: (field: Field) => boolean;
}

export async function answerOfOne(
  graph: Graph,
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
  { onMutation, isLost, rootValue = {} }: Watch & { readonly rootValue?: Thing } = {},
): Promise<ExecutionResult> {
  const types = fieldsOf(graph);
  const fieldOf = (type: string, name: string): Field =>
    [...(types.get(type) ?? []), ...graph.mediaFields].find((field) => field.name === name)!;
  const result = await execute({
    schema,
    document,
    variableValues,
    rootValue,
    fieldResolver: (parent: Thing, given, _, { parentType, fieldName }) => {
      if (fieldName === 'id') return parent.id;
      if (fieldName === 'self_') return selfOf(parent);
      const field = fieldOf(parentType.name, fieldName);
      if (parentType.name === 'Mutation') onMutation?.(callOf(field, given));
      if (isLost?.(field)) throw new Error('Nobody answers this.');
      return resolve(graph, parent, field, given);
    },
    typeResolver: ({ __typename }: { __typename: string }) => __typename,
  });
  return JSON.parse(JSON.stringify(result)) as ExecutionResult;
}

/**
 * Where errors are told that belong to a field of the answer. Of what a null took away, each executor may tell more or less, and a plan may
 * fetch for one type what was selected for another.
 */
export function visibleErrors({ data, errors = [] }: Told, at: Path = []) {
  const isVisible = (path: Path) => {
    let value = data;
    for (const element of path.slice(0, -1)) value = (value as Record<string | number, unknown> | null)?.[element];
    return typeof value === 'object' && value !== null && (path.at(-1) as string) in value;
  };
  const paths = errors.map(({ path = [] }) => path.slice(at.length)).filter(isVisible);
  return [...new Set(paths.map((path) => path.join('.')))].sort();
}

/** The answer in parts, the first of them at the root: each part is an operation of its own on the object that it belongs to. */
export async function partsOfOne(
  graph: Graph,
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
): Promise<ToldPart[]> {
  const { marked, fragments } = withMarks(document, variables);
  const parts: ToldPart[] = [];
  const answer = async (root: GraphQLSchema, asked: DocumentNode, self: Thing, path: Path, label?: string) => {
    const { data, errors } = await answerOfOne(graph, root, asked, variables, { rootValue: self });
    const found: { number: number; type: string; id: string | null; path: Path }[] = [];
    parts.push({
      data: takeMarks(data, path, found),
      errors: errors?.map((error) => ({ path: [...path, ...(error.path ?? [])] })),
      path,
      label,
    });
    for (const { number, type, id, path } of found) {
      const { label, selectionSet } = fragments[number]!;
      const object = schema.getType(type) as GraphQLObjectType;
      const inner =
        object === schema.getQueryType() ? schema : new GraphQLSchema({ ...schema.toConfig(), query: object });
      await answer(inner, withSelection(marked, selectionSet), thingOf(id), path, label);
    }
  };
  await answer(schema, marked, {}, []);
  return parts;
}

/**
 * The document whose parts a plan promises, for `partsOfOne`: the client's, or where the planner left some parts out, the plan's own under the
 * client's labels.
 */
export function promised({ document, deferred, conditions, aliases }: PreparedPlan, asked: DocumentNode): DocumentNode {
  if (deferred?.size === labelDefers(operationParts(asked, undefined), conditions).labels.size) return asked;
  return visit(document, {
    Field: {
      enter({ alias, ...field }) {
        return alias && { ...field, alias: { ...alias, value: answeredName(aliases, alias.value) } };
      },
    },
    Directive: {
      enter(directive) {
        const [argument] = directive.arguments ?? [];
        if (directive.name.value !== 'defer' || argument?.value.kind !== Kind.STRING) return undefined;
        const value = deferred?.get(argument.value.value);
        const label = { ...argument, value: { ...argument.value, value: value ?? '' } };
        return { ...directive, arguments: value === undefined ? [] : [label] };
      },
    },
  });
}

/**
 * Compares parts as sets: a fragment that is spread twice at one place may come twice. One of which its conditions left nothing is no part:
 * nobody need be told.
 */
export function compareInParts({ initial, parts }: InParts, [first, ...others]: readonly ToldPart[]): void {
  assert.equal(JSON.stringify(initial.data), JSON.stringify(first?.data));
  assert.deepEqual(visibleErrors(initial), visibleErrors(first as Told));
  const texts = (all: readonly (Told & { readonly path: Path; readonly label?: string | undefined })[]) =>
    [
      ...new Set(
        all
          .map((part) => JSON.stringify([part.path, part.label ?? null, part.data, visibleErrors(part, part.path)]))
          .filter((text) => !text.endsWith(',{},[]]')),
      ),
    ].sort();
  assert.deepEqual(texts(parts), texts(others));
  for (const { data, errors } of parts)
    assert.ok(data !== null || errors?.length, 'A part is null and no error says why.');
}

/** The document with marks in the place of what is deferred: the type and the object of whoever a part belongs to. */
function withMarks(document: DocumentNode, variables: Record<string, unknown>) {
  const definitions = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const values: Record<string, unknown> = { yes: true, no: false, ...variables };
  const fragments: { label: string | undefined; selectionSet: SelectionSetNode }[] = [];
  const isDefer = ({ name }: DirectiveNode) => name.value === 'defer';
  const argument = (directive: DirectiveNode, name: string) =>
    directive.arguments?.find((one) => one.name.value === name)?.value;
  const mark = (number: number, name: string): FieldNode => ({
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: `${name}_${number}` },
    name: { kind: Kind.NAME, value: name === 'type' ? '__typename' : 'self_' },
  });
  const marked = visit(document, {
    // Leaving, what lies inside is marked already.
    InlineFragment: { leave: (node) => replaced(node, node.directives ?? [], node.typeCondition, node.selectionSet) },
    FragmentSpread: {
      leave(node) {
        const { typeCondition } = definitions.get(node.name.value)!;
        const spread = { ...node, directives: node.directives?.filter((one) => !isDefer(one)) };
        const set: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [spread] };
        return replaced(node, node.directives ?? [], typeCondition, set);
      },
    },
  });
  function replaced(
    _: unknown,
    directives: readonly DirectiveNode[],
    typeCondition: InlineFragmentNode['typeCondition'],
    selectionSet: SelectionSetNode,
  ) {
    const defer = directives.find(isDefer);
    if (!defer) return undefined;
    const condition = argument(defer, 'if');
    const holds =
      condition?.kind === Kind.VARIABLE
        ? values[condition.name.value]
        : condition?.kind !== Kind.BOOLEAN || condition.value;
    const others = directives.filter((one) => !isDefer(one));
    if (!holds) return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives: others, selectionSet };
    const label = argument(defer, 'label');
    const number = fragments.push({ label: label?.kind === Kind.STRING ? label.value : undefined, selectionSet }) - 1;
    const marks: SelectionSetNode = {
      kind: Kind.SELECTION_SET,
      selections: [mark(number, 'type'), mark(number, 'self')],
    };
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives: others, selectionSet: marks };
  }
  return { marked: marked as DocumentNode, fragments };
}

const withSelection = (document: DocumentNode, selectionSet: SelectionSetNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((one) =>
    one.kind === Kind.OPERATION_DEFINITION
      ? ({ ...one, operation: OperationTypeNode.QUERY, selectionSet } as OperationDefinitionNode)
      : one,
  ),
});

/** The data without marks, which are added to those found. */
function takeMarks(
  value: unknown,
  path: Path,
  found: { number: number; type: string; id: string | null; path: Path }[],
): unknown {
  if (Array.isArray(value)) return value.map((item, index) => takeMarks(item, [...path, index], found));
  if (typeof value !== 'object' || value === null) return value;
  const data = value as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(data)) {
    const [, name, number] = /^(type|self)_(\d+)$/.exec(key) ?? [];
    if (name === 'type')
      found.push({ number: Number(number), type: inner as string, id: data[`self_${number}`] as string | null, path });
    if (name) continue;
    Object.defineProperty(result, key, {
      value: takeMarks(inner, [...path, key], found),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}
