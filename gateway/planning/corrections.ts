import {
  type ASTVisitor,
  type ConstDirectiveNode,
  type DocumentNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  visit,
} from 'graphql';

/** A change to the supergraph that keeps its meaning and avoids a fault of the planner. */
export type Correction = (supergraph: DocumentNode) => DocumentNode;

/**
 * Puts the keys of an entity that a subgraph can resolve before those that it cannot.
 *
 * The planner enters a subgraph by the first key whose fields are at hand and does not look at `resolvable`: with a key of
 * `resolvable: false` listed first it asks a subgraph for an entity that it cannot give, and the answer is null without an error.
 */
export const resolvableKeysFirst: Correction = (supergraph) => {
  const reorder = <Node extends ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>(node: Node): Node => ({
    ...node,
    // Array.prototype.sort is stable: keys of one kind keep their order.
    directives: [...(node.directives ?? [])].sort((a, b) => Number(isUnresolvable(a)) - Number(isUnresolvable(b))),
  });
  const visitor: ASTVisitor = { ObjectTypeDefinition: reorder, InterfaceTypeDefinition: reorder };
  return visit(supergraph, visitor);
};

const isUnresolvable = (directive: ConstDirectiveNode) =>
  directive.name.value === 'join__type' &&
  !!directive.arguments?.some(
    ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
  );

/** All corrections in the order in which they are made. A new one joins this list, with a test that fails without it. */
export const corrections: readonly Correction[] = [resolvableKeysFirst];

/** The supergraph as the planner should see it. */
export const correctSupergraph: Correction = (supergraph) =>
  corrections.reduce((corrected, correction) => correction(corrected), supergraph);

/**
 * Whether a subgraph of the supergraph knows an interface as one object type. The planner asks such a subgraph for all types at once, and
 * then goes on with what was selected for one of them as if it were for all: an error there takes away what another type has. It must fetch
 * by type instead (`typeConditionedFetching`), which costs others fetches and so is not for every supergraph.
 */
export const hasInterfaceObjects = (supergraph: DocumentNode): boolean =>
  supergraph.definitions.some(
    (definition) =>
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION &&
      definition.directives?.some((directive) =>
        directive.arguments?.some(
          ({ name, value }) => name.value === 'isInterfaceObject' && value.kind === Kind.BOOLEAN && value.value,
        ),
      ),
  );
