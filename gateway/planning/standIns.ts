import type { FetchDataRewrite, FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';

/** An argument-less field that stands for a field with certain arguments. */
export interface StandIn {
  readonly name: string;
  readonly type: string;
  readonly field: FieldNode;
  /** Graphs (values of `join__Graph`) whose `@requires` read it. */
  readonly graphs: Set<string>;
}

/** Stand-ins by name. */
export type Names = ReadonlyMap<string, StandIn>;
/** By subgraph, type and field: the stand-ins that it requires, each with its place below the entity. */
export type Required = ReadonlyMap<string, ReadonlySet<string>>;

/** A part of a plan with its fetches in the words of their subgraphs: fields with arguments instead of stand-ins. */
export function translateNode<Node extends NonNullable<QueryPlan['node']>>(
  node: Node,
  names: Names,
  required: Required,
): Node;
export function translateNode(
  node: NonNullable<QueryPlan['node']>,
  names: Names,
  required: Required,
): QueryPlan['node'] {
  const inner = <Inner extends PlanNode>(child: Inner) => translateNode(child, names, required);
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(inner) };
    case 'Flatten':
      return { ...node, node: inner(node.node) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause && { ifClause: inner(node.ifClause) }),
        ...(node.elseClause && { elseClause: inner(node.elseClause) }),
      };
    case 'Subscription':
      return { ...node, primary: inner(node.primary), ...(node.rest && { rest: inner(node.rest) }) };
    case 'Defer':
      return {
        ...node,
        primary: { ...node.primary, ...(node.primary.node && { node: inner(node.primary.node) }) },
        deferred: node.deferred.map((later) => ({ ...later, ...(later.node && { node: inner(later.node) }) })),
      };
    case 'Fetch':
      return translateFetch(node, names, required);
  }
}

function translateFetch(fetch: FetchNode, names: Names, required: Required): PlanNode {
  const document = fetch.operationDocumentNode ?? parse(fetch.operation, { noLocation: true });
  const operation = document.definitions[0] as OperationDefinitionNode;
  const entities = fetch.requires && operation.selectionSet.selections[0];
  const groups =
    entities?.kind === Kind.FIELD && entities.selectionSet ? groupsOf(fetch, entities.selectionSet, required) : [];
  if (groups.length < 2 || entities?.kind !== Kind.FIELD) return translated(fetch, operation, undefined, names);
  const nodes = groups.map(({ selections, used }) => {
    const selectionSet = {
      kind: Kind.SELECTION_SET,
      selections: [{ ...entities, selectionSet: { kind: Kind.SELECTION_SET, selections } }],
    } as const;
    return translated(fetch, { ...operation, selectionSet }, used, names);
  });
  return { kind: 'Parallel', nodes };
}

/** Entity fields that can be asked for at once: none of them is told another value under the same name at the same place. */
interface Group {
  readonly used: Set<string>;
  readonly selections: SelectionNode[];
}

function groupsOf(fetch: FetchNode, set: SelectionSetNode, required: Required): Group[] {
  const groups: Group[] = [];
  const fits = (group: Group, used: ReadonlySet<string>) =>
    [...used].every((one) => ![...group.used].some((other) => other !== one && meaning(other) === meaning(one)));
  const place = (selection: SelectionNode, type: string, wrap: (selection: SelectionNode) => SelectionNode) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      for (const inner of selection.selectionSet.selections)
        place(inner, selection.typeCondition?.name.value ?? type, (one) =>
          wrap({ ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections: [one] } }),
        );
      return;
    }
    const used =
      (selection.kind === Kind.FIELD && required.get(`${fetch.serviceName}|${type}.${selection.name.value}`)) ||
      new Set();
    let group = groups.find((candidate) => fits(candidate, used));
    if (!group) {
      group = { used: new Set(), selections: [] };
      groups.push(group);
    }
    for (const one of used) group.used.add(one);
    group.selections.push(wrap(selection));
  };
  for (const selection of set.selections) place(selection, '', (one) => one);
  return groups;
}

/** The place and the name under which a subgraph is told a stand-in. */
const meaning = (placeAndName: string) => placeAndName.replace(/required_\d+_(?=[^/]*$)/, '');

/** One fetch in the subgraph's own words. `used` are the stand-ins that it needs to be told; without it, all. */
function translated(
  fetch: FetchNode,
  operation: OperationDefinitionNode,
  used: ReadonlySet<string> | undefined,
  names: Names,
): FetchNode {
  const rewrites: FetchDataRewrite[] = [];
  const requires = fetch.requires && told(fetch.requires, used, names, '', [], rewrites);
  const variables = new Set<string>();
  let isChanged = used !== undefined;
  const plain = visit(operation, {
    Field: {
      enter(field) {
        const standIn = names.get(field.name.value);
        if (!standIn) return undefined;
        isChanged = true;
        return {
          ...field,
          alias: field.alias ?? field.name,
          name: standIn.field.name,
          arguments: standIn.field.arguments,
        };
      },
    },
  });
  if (!isChanged && !rewrites.length) return fetch;
  visit(plain.selectionSet, { Variable: { enter: ({ name }) => void variables.add(name.value) } });
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...plain,
        variableDefinitions: plain.variableDefinitions?.filter(({ variable }) => variables.has(variable.name.value)),
      },
    ],
  };
  return {
    ...fetch,
    requires,
    operation: stripIgnoredCharacters(print(document)),
    operationDocumentNode: document,
    variableUsages: fetch.variableUsages?.filter((name) => variables.has(name)),
    // Before the planner's own, which may change the type name that a path's condition looks at.
    inputRewrites: rewrites.length ? [...rewrites, ...(fetch.inputRewrites ?? [])] : fetch.inputRewrites,
  };
}

/** What an entity fetch needs to be told, with rewrites that give stand-ins the names of their fields. */
function told(
  selections: readonly QueryPlanSelectionNode[],
  used: ReadonlySet<string> | undefined,
  names: Names,
  place: string,
  path: readonly string[],
  rewrites: FetchDataRewrite[],
): QueryPlanSelectionNode[] {
  return selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === 'InlineFragment') {
      const inner = selection.typeCondition ? [...path, `... on ${selection.typeCondition}`] : path;
      return [{ ...selection, selections: told(selection.selections, used, names, place, inner, rewrites) }];
    }
    const standIn = names.get(selection.name);
    if (standIn && used && !used.has(place + selection.name)) return [];
    const below = `${place}${standIn ? standIn.field.name.value : selection.name}/`;
    const inner =
      selection.selections && told(selection.selections, used, names, below, [...path, selection.name], rewrites);
    // Pushed after what lies below, whose path still has the stand-in's name.
    if (standIn)
      rewrites.push({ kind: 'KeyRenamer', path: [...path, selection.name], renameKeyTo: standIn.field.name.value });
    return [inner ? { ...selection, selections: inner } : selection];
  });
}
