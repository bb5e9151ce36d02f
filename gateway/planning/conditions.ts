import {
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { tooComplex } from './refusals.ts';
import { plannedName } from './variableNames.ts';

/** One operation of a document with the fragments that it reaches. */
export interface OperationParts {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Names of the variables that decide a `@skip` or `@include`, sorted. */
  readonly conditionVariables: readonly string[];
  /** Whether a `@defer` is among them, and the names of the variables that decide one, sorted. */
  readonly hasDefers: boolean;
  readonly deferVariables: readonly string[];
}

/** The values of an operation's condition variables. */
export type ConditionValues = ReadonlyMap<string, boolean>;

const isCondition = (directive: DirectiveNode) => directive.name.value === 'skip' || directive.name.value === 'include';

/** Whether the conditions of a selection, if it has any, let it be part of the operation. */
export const isIncluded = ({ directives }: SelectionNode, values: ConditionValues): boolean =>
  (directives ?? []).every((directive) => {
    if (!isCondition(directive)) return true;
    const value = directive.arguments?.[0]?.value;
    const holds =
      value?.kind === Kind.BOOLEAN ? value.value : value?.kind === Kind.VARIABLE && values.get(value.name.value);
    return holds === (directive.name.value === 'include');
  });

/**
 * Finds an operation, the fragments that it reaches and the variables that its conditions depend on.
 * @throws GraphQLError (BAD_USER_INPUT) when the name is unknown, or missing where a document has several operations.
 */
export function operationParts(document: DocumentNode, operationName: string | null | undefined): OperationParts {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const operation = operationName
    ? operations.find((candidate) => candidate.name?.value === operationName)
    : operations.length === 1
      ? operations[0]
      : undefined;
  if (!operation) {
    const message = operationName
      ? `Unknown operation named "${operationName}".`
      : 'Must provide operation name if query contains multiple operations.';
    throw badInput(message);
  }
  const known = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) known.set(definition.name.value, definition);

  const fragments = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  const deferVariables = new Set<string>();
  let hasDefers = false;
  // Not by recursion: a chain of fragments may be longer than the stack.
  const reached: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  for (const node of reached)
    visit(node, {
      FragmentSpread: {
        enter({ name }) {
          const fragment = known.get(name.value);
          if (!fragment || fragments.has(name.value)) return;
          fragments.set(name.value, fragment);
          reached.push(fragment);
        },
      },
      Directive: {
        enter(directive) {
          const isDefer = directive.name.value === 'defer';
          hasDefers ||= isDefer;
          if (!isDefer && !isCondition(directive)) return;
          const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
          if (value?.kind === Kind.VARIABLE) (isDefer ? deferVariables : variables).add(value.name.value);
        },
      },
    });
  return {
    operation,
    fragments,
    conditionVariables: [...variables].sort(),
    hasDefers,
    deferVariables: [...deferVariables].sort(),
  };
}

/**
 * The request's values of the variables that conditions depend on, given their names.
 * @throws GraphQLError (BAD_USER_INPUT) when a value is missing or not a Boolean.
 */
export function conditionValues(
  parts: OperationParts,
  variables: Readonly<Record<string, unknown>>,
  schema: GraphQLSchema,
  names: readonly string[] = parts.conditionVariables,
): ConditionValues {
  const values = new Map<string, boolean>();
  for (const name of names) {
    const value = variables[name];
    if (typeof value === 'boolean') values.set(name, value);
  }
  // What was sent as it should be needs no coercion: most requests end here.
  if (values.size === names.length) return values;
  const definitions = (parts.operation.variableDefinitions ?? []).filter(({ variable }) =>
    names.includes(variable.name.value),
  );
  const { coerced = {}, errors } = getVariableValues(schema, definitions, variables);
  // graphql-js's own errors: Apollo Server knows them and answers 400.
  if (errors?.[0]) throw asBadInput(errors[0]);
  for (const name of names) {
    const value = coerced[name];
    // A nullable variable with a default may decide a condition, and be given null all the same.
    if (typeof value !== 'boolean')
      throw badInput(`Variable "$${name}" decides a @skip, @include or @defer and must be true or false.`);
    values.set(name, value);
  }
  return values;
}

/**
 * The operation as the planner should see it: conditions decided, emptied selections filled with `__typename`, an aliased `__typename`
 * plain, introspection and unused variables and fragments gone, variables that the planner has names for renamed. The client's own
 * document shapes the answer later, so nothing that is added or renamed here shows.
 *
 * Deciding conditions before planning costs one plan for each combination of values, and avoids the planner's faults with nested
 * conditional fragments, which lose data or yield documents that conflict.
 */
export function foldConditions(parts: OperationParts, values: ConditionValues): DocumentNode {
  const folded = new Map<string, SelectionNode[]>();

  const foldSet = (set: SelectionSetNode): SelectionNode[] => set.selections.flatMap(foldSelection);

  const foldSelection = (selection: SelectionNode): SelectionNode[] => {
    if (!isIncluded(selection, values)) return [];
    const directives = selection.directives?.filter((directive) => !isCondition(directive)) ?? [];
    switch (selection.kind) {
      case Kind.FIELD:
        return [foldField(selection, directives)];
      case Kind.FRAGMENT_SPREAD:
        return foldFragment(selection.name.value).length ? [{ ...selection, directives }] : [];
      case Kind.INLINE_FRAGMENT: {
        const selections = foldSet(selection.selectionSet);
        if (!selection.typeCondition && !directives.length) return selections;
        return selections.length ? [{ ...selection, directives, selectionSet: selectionSet(selections) }] : [];
      }
    }
  };

  const foldField = (field: FieldNode, directives: DirectiveNode[]): FieldNode => {
    if (field.name.value === '__typename') return TYPENAME;
    if (field.alias?.value === '__typename')
      throw badInput('The alias "__typename" is reserved for the field of that name.', field);
    if (!field.selectionSet) return { ...field, directives };
    const selections = foldSet(field.selectionSet);
    return { ...field, directives, selectionSet: selectionSet(selections.length ? selections : [TYPENAME]) };
  };

  const foldFragment = (name: string): SelectionNode[] => {
    const known = folded.get(name);
    if (known) return known;
    folded.set(name, []);
    const fragment = parts.fragments.get(name);
    const selections = fragment ? foldSet(fragment.selectionSet) : [];
    folded.set(name, selections);
    return selections;
  };

  let rootSpreads = 0;
  const rootSelections = (selections: readonly SelectionNode[]): SelectionNode[] =>
    selections.flatMap((selection): SelectionNode[] => {
      // Introspection too: the planner takes it out itself, though not of what is deferred.
      if (selection.kind === Kind.FIELD) return selection.name.value.startsWith('__') ? [] : [selection];
      // Here alone fragments are written out, and a few lines of them may stand for millions.
      if (selection.kind === Kind.FRAGMENT_SPREAD && ++rootSpreads > MOST_ROOT_SPREADS) throw tooComplex();
      const inline: SelectionNode =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : {
              kind: Kind.INLINE_FRAGMENT,
              typeCondition: parts.fragments.get(selection.name.value)?.typeCondition,
              directives: selection.directives,
              selectionSet: selectionSet(foldFragment(selection.name.value)),
            };
      const inner = rootSelections(inline.selectionSet.selections);
      return inner.length ? [{ ...inline, selectionSet: selectionSet(inner) }] : [];
    });

  const operation = {
    ...parts.operation,
    selectionSet: selectionSet(rootSelections(foldSet(parts.operation.selectionSet))),
  };
  const { variables, spreads } = uses(operation, folded);
  const definitions = [...spreads].map((name) => ({
    ...(parts.fragments.get(name) as FragmentDefinitionNode),
    selectionSet: selectionSet(folded.get(name) as SelectionNode[]),
  }));
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        variableDefinitions: operation.variableDefinitions?.filter((definition) =>
          variables.has(definition.variable.name.value),
        ),
      },
      ...definitions,
    ],
  };
  return visit(document, {
    Variable: {
      enter(variable) {
        const value = plannedName(variable.name.value);
        return value === variable.name.value ? undefined : { ...variable, name: { kind: Kind.NAME, value } };
      },
    },
  });
}

/** Names of the root fields of a folded operation that subgraphs must answer. */
export function rootFields(folded: DocumentNode): string[] {
  const fields: string[] = [];
  const walk = (set: SelectionSetNode) => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet);
      else if (selection.kind === Kind.FIELD && !selection.name.value.startsWith('__'))
        fields.push(selection.name.value);
    }
  };
  walk((folded.definitions[0] as OperationDefinitionNode).selectionSet);
  return fields;
}

/** Variables and fragments that an operation uses once it is folded. */
function uses(operation: OperationDefinitionNode, folded: ReadonlyMap<string, SelectionNode[]>) {
  const variables = new Set<string>();
  const spreads = new Set<string>();
  const read = (node: SelectionSetNode | DirectiveNode) =>
    visit(node, {
      Variable: { enter: ({ name }) => void variables.add(name.value) },
      FragmentSpread: {
        enter({ name }) {
          if (spreads.has(name.value)) return;
          spreads.add(name.value);
          read(selectionSet(folded.get(name.value) ?? []));
        },
      },
    });
  read(operation.selectionSet);
  for (const directive of operation.directives ?? []) read(directive);
  return { variables, spreads };
}

const MOST_ROOT_SPREADS = 10_000;

const selectionSet = (selections: readonly SelectionNode[]): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections,
});

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** The same error with the code of a client's mistake. */
export function asBadInput(error: GraphQLError): GraphQLError {
  error.extensions.code = 'BAD_USER_INPUT';
  return error;
}

export const badInput = (message: string, node?: ASTNode) =>
  new GraphQLError(message, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } });
