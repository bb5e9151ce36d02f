import type { QueryPlan } from '@apollo/query-planner';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type TypeNode,
  visit,
} from 'graphql';
import { type StandIn, translateNode } from './standIns.ts';

type CompositeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Corrects how the planner reads a field with arguments inside `@requires`.
 *
 * The planner knows what it read by the field's name alone: a client that selects the same field with other arguments has its value sent to
 * the subgraph (or its own arguments swallowed), and two `@requires` with different arguments get one value. So each field with its
 * arguments gets a stand-in, a field without arguments that clients do not see. The planner reads stand-ins, each under its own name; the
 * finished plan is translated back: the subgraph that has the field is asked for it by an alias, the one that requires it is told it under
 * its own name, and a fetch that would be told two values under one name becomes two.
 *
 * @returns the supergraph for the planner, and what translates its plans; both do nothing where no `@requires` has arguments.
 */
export function separateRequiredArguments(supergraph: DocumentNode): {
  readonly supergraph: DocumentNode;
  translate(plan: QueryPlan): QueryPlan;
} {
  const types = new Map<string, CompositeNode>();
  for (const definition of supergraph.definitions)
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION)
      types.set(definition.name.value, definition);

  const standIns = new Map<string, StandIn>();
  const required = new Map<string, ReadonlySet<string>>();
  const byName = new Map<string, StandIn>();
  const graphNames = namesOfGraphs(supergraph);

  const standInFor = (type: string, field: FieldNode, graph: string): StandIn => {
    const key = `${type}.${field.name.value}(${field.arguments?.map(print).sort().join()})`;
    let standIn = standIns.get(key);
    if (!standIn) {
      standIn = { name: `required_${standIns.size}_${field.name.value}`, type, field, graphs: new Set() };
      standIns.set(key, standIn);
      byName.set(standIn.name, standIn);
    }
    standIn.graphs.add(graph);
    return standIn;
  };

  const replaced = (
    set: SelectionSetNode,
    type: string,
    graph: string,
    place: string,
    found: Set<string>,
  ): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const inner = selection.typeCondition?.name.value ?? type;
        return { ...selection, selectionSet: replaced(selection.selectionSet, inner, graph, place, found) };
      }
      const definition = fieldOf(types.get(type), selection.name.value);
      if (!definition) return selection;
      const below = `${place}${selection.name.value}/`;
      const selectionSet =
        selection.selectionSet && replaced(selection.selectionSet, namedType(definition.type), graph, below, found);
      if (!definition.arguments?.length) return { ...selection, selectionSet };
      const { name } = standInFor(type, selection, graph);
      found.add(place + name);
      return { ...selection, selectionSet, name: { kind: Kind.NAME, value: name }, arguments: [] };
    }),
  });

  const replaceIn = (type: CompositeNode, field: FieldDefinitionNode, join: ConstDirectiveNode): ConstDirectiveNode => {
    const requires = textArgument(join, 'requires');
    const graph = textArgument(join, 'graph');
    if (!requires || !graph) return join;
    const found = new Set<string>();
    const definition = parse(`{${requires}}`, { noLocation: true }).definitions[0] as OperationDefinitionNode;
    const text = print(replaced(definition.selectionSet, type.name.value, graph, '', found));
    if (!found.size) return join;
    required.set(`${graphNames.get(graph)}|${type.name.value}.${field.name.value}`, found);
    const value = { kind: Kind.STRING, value: stripIgnoredCharacters(text).slice(1, -1) } as const;
    return {
      ...join,
      arguments: join.arguments?.map((argument) =>
        argument.name.value === 'requires' ? { ...argument, value } : argument,
      ),
    };
  };

  const withReplaced = <Node extends CompositeNode>(type: Node): Node => ({
    ...type,
    fields: type.fields?.map((field) => ({
      ...field,
      directives: field.directives?.map((directive) => replaceIn(type, field, directive)),
    })),
  });
  const replacedSupergraph = visit(supergraph, {
    ObjectTypeDefinition: withReplaced,
    InterfaceTypeDefinition: withReplaced,
  });
  if (!standIns.size) return { supergraph, translate: (plan) => plan };

  const provided = providedNames(supergraph);
  /** Whether the type is, in the graph's own schema, of an interface that has the field. */
  const satisfies = (type: CompositeNode, graph: string, field: string, only?: string) =>
    !!type.directives?.some((directive) => {
      const name = directive.name.value === 'join__implements' && textArgument(directive, 'interface');
      if (!name || (only && name !== only) || textArgument(directive, 'graph') !== graph) return false;
      const declared = fieldOf(types.get(name), field);
      if (!declared) return false;
      const joins = declared.directives?.filter(isJoin) ?? [];
      return !joins.length || joins.some((join) => textArgument(join, 'graph') === graph);
    });

  const withStandIns = <Node extends CompositeNode>(type: Node): Node => {
    const added: FieldDefinitionNode[] = [];
    for (const standIn of standIns.values()) {
      const isOwn = type.name.value === standIn.type;
      const isHere = isOwn || type.interfaces?.some(({ name }) => name.value === standIn.type);
      const field = isHere && fieldOf(type, standIn.field.name.value);
      if (!field) continue;
      // A graph may only call external what it uses, and this graph may use other stand-ins.
      const uses = (graph: string) =>
        standIn.graphs.has(graph) && (isOwn || satisfies(type, graph, field.name.value, standIn.type));
      const joins = field.directives?.filter(
        (join) => isJoin(join) && (!isExternal(join) || uses(textArgument(join, 'graph') ?? '')),
      );
      added.push({
        ...field,
        name: { kind: Kind.NAME, value: standIn.name },
        arguments: [],
        directives: [...(joins ?? []), INACCESSIBLE],
      });
    }
    const isUnused = (field: FieldDefinitionNode, join: ConstDirectiveNode) => {
      const graph = textArgument(join, 'graph') ?? '';
      const name = field.name.value;
      return isJoin(join) && isExternal(join) && !provided.has(`${graph} ${name}`) && !satisfies(type, graph, name);
    };
    // Nobody requires a field with arguments itself any more.
    const kept = type.fields?.map((field) =>
      field.arguments?.length
        ? { ...field, directives: field.directives?.filter((directive) => !isUnused(field, directive)) }
        : field,
    );
    return { ...type, fields: [...(kept ?? []), ...added] };
  };
  const corrected = visit(replacedSupergraph, {
    ObjectTypeDefinition: withStandIns,
    InterfaceTypeDefinition: withStandIns,
  });
  return {
    supergraph: withInaccessible(corrected),
    translate: (plan) => (plan.node ? { ...plan, node: translateNode(plan.node, byName, required) } : plan),
  };
}

const isJoin = (directive: ConstDirectiveNode) => directive.name.value === 'join__field';

const isExternal = (join: ConstDirectiveNode) =>
  !!join.arguments?.some(({ name, value }) => name.value === 'external' && value.kind === Kind.BOOLEAN && value.value);

function textArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

const fieldOf = (type: CompositeNode | undefined, name: string) =>
  type?.fields?.find((field) => field.name.value === name);

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

/** Every graph with each name that one of its `@provides` mentions. */
function providedNames(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(supergraph, {
    Directive: {
      enter(directive) {
        const provides =
          isJoin(directive as ConstDirectiveNode) && textArgument(directive as ConstDirectiveNode, 'provides');
        if (!provides) return;
        const graph = textArgument(directive as ConstDirectiveNode, 'graph');
        for (const name of provides.match(/\w+/g) ?? []) names.add(`${graph} ${name}`);
      },
    },
  });
  return names;
}

/** Subgraph names by the values of `join__Graph`. */
function namesOfGraphs(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const definition of supergraph.definitions)
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph')
      for (const { name, directives } of definition.values ?? [])
        for (const directive of directives ?? []) names.set(name.value, textArgument(directive, 'name') ?? name.value);
  return names;
}

const INACCESSIBLE: ConstDirectiveNode = {
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'inaccessible' },
  arguments: [],
};

const INACCESSIBLE_FEATURE = parse(
  `schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION`,
  { noLocation: true },
);

/** The supergraph with the definition of `@inaccessible`, where it has none. */
function withInaccessible(supergraph: DocumentNode): DocumentNode {
  const [schema, directive] = INACCESSIBLE_FEATURE.definitions;
  if (schema?.kind !== Kind.SCHEMA_DEFINITION || !directive) return supergraph;
  const isDefined = supergraph.definitions.some(
    (definition) => definition.kind === Kind.DIRECTIVE_DEFINITION && definition.name.value === 'inaccessible',
  );
  if (isDefined) return supergraph;
  const definitions = supergraph.definitions.map((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION
      ? { ...definition, directives: [...(definition.directives ?? []), ...(schema.directives ?? [])] }
      : definition,
  );
  return { ...supergraph, definitions: [...definitions, directive] };
}
