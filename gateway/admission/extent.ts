import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { countComparisons } from './comparisons.ts';
import { exceeded, type Limits } from './limits.ts';

/** How far an operation or fragment reaches once its fragments are expanded. */
export interface Extent {
  readonly selections: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields within fields, outside introspection. */
  readonly depth: number;
  /** Fields within fields on ways that lead through `__schema` or `__type`; 0 where nothing asks for the schema. */
  readonly introspectionDepth: number;
  readonly nesting: number;
}

type Total = { -readonly [Name in keyof Extent]: number };

const nothing: Extent = {
  selections: 0,
  rootFields: 0,
  aliases: 0,
  directives: 0,
  depth: 0,
  introspectionDepth: 0,
  nesting: 0,
};

/**
 * Measures every operation of a document. A fragment is walked once and remembered, so that the work grows with the text and
 * not with what the text expands to.
 * @throws GraphQLError for what passes a limit; for fragments that spread themselves, share a name or are not used, in
 * validation's words: it would spend its time on them first.
 */
export function measure(document: DocumentNode, limits: Limits): ReadonlyMap<OperationDefinitionNode, Extent> {
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      const { name } = definition;
      if (fragments.has(name.value))
        throw new GraphQLError(`There can be only one fragment named "${name.value}".`, { nodes: name });
      fragments.set(name.value, definition);
    }
  }
  for (const [limit, found] of [
    ['operations', operations.length],
    ['fragments', fragments.size],
  ] as const)
    if (found > limits[limit]) throw exceeded(limits, limit, found, 'The document');

  const measured = new Map<string, Extent | 'begun'>();

  const measureFragment = (name: string, level: number): Extent => {
    const known = measured.get(name);
    const fragment = fragments.get(name);
    // Validation has a sentence for spreads of what is not there.
    if (!fragment) return nothing;
    if (known === 'begun')
      throw new GraphQLError(`Cannot spread fragment "${name}" within itself.`, { nodes: fragment.name });
    if (known) {
      const nesting = level - 1 + known.nesting;
      if (nesting > limits.nesting) throw exceeded(limits, 'nesting', nesting, labelOf(fragment), { nodes: fragment });
      return known;
    }
    measured.set(name, 'begun');
    const extent = measureSet(fragment.selectionSet, level);
    extent.directives += fragment.directives?.length ?? 0;
    measured.set(name, extent);
    return extent;
  };

  const measureSet = (set: SelectionSetNode, level: number): Total => {
    if (level > limits.nesting) throw exceeded(limits, 'nesting', level, 'The document', { nodes: set });
    const total: Total = { ...nothing, nesting: 1 };
    for (const selection of set.selections) {
      total.selections++;
      total.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const inner = selection.selectionSet ? measureSet(selection.selectionSet, level + 1) : nothing;
        addWhole(total, inner);
        total.rootFields++;
        if (selection.alias) total.aliases++;
        const asksForSchema = selection.name.value === '__schema' || selection.name.value === '__type';
        const introspectionDepth = asksForSchema
          ? Math.max(inner.depth, inner.introspectionDepth) + 1
          : inner.introspectionDepth && inner.introspectionDepth + 1;
        total.introspectionDepth = Math.max(total.introspectionDepth, introspectionDepth);
        total.depth = Math.max(total.depth, asksForSchema ? 1 : inner.depth + 1);
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? measureSet(selection.selectionSet, level + 1)
            : measureFragment(selection.name.value, level + 1);
        addWhole(total, inner);
        total.rootFields += inner.rootFields;
        total.introspectionDepth = Math.max(total.introspectionDepth, inner.introspectionDepth);
        total.depth = Math.max(total.depth, inner.depth);
      }
    }
    return total;
  };

  const extents = new Map<OperationDefinitionNode, Extent>();
  for (const operation of operations) {
    const extent = measureSet(operation.selectionSet, 1);
    extent.directives += operation.directives?.length ?? 0;
    for (const variable of operation.variableDefinitions ?? []) extent.directives += variable.directives?.length ?? 0;
    hold(operation, extent, limits);
    // Only now: what was held bounds this walk, which expands the fragments.
    const comparisons = countComparisons(operation.selectionSet, fragments);
    if (comparisons > limits.comparisons)
      throw exceeded(limits, 'comparisons', comparisons, labelOf(operation), { nodes: operation });
    extents.set(operation, extent);
  }
  for (const [name, fragment] of fragments)
    if (!measured.has(name)) throw new GraphQLError(`Fragment "${name}" is never used.`, { nodes: fragment });
  return extents;
}

/** Adds what counts the same wherever it stands. */
function addWhole(total: Total, inner: Extent): void {
  total.selections += inner.selections;
  total.aliases += inner.aliases;
  total.directives += inner.directives;
  total.nesting = Math.max(total.nesting, inner.nesting + 1);
}

const held = ['selections', 'depth', 'introspectionDepth', 'rootFields', 'aliases', 'directives'] as const;

function hold(operation: OperationDefinitionNode, extent: Extent, limits: Limits): void {
  for (const name of held)
    if (extent[name] > limits[name])
      throw exceeded(limits, name, extent[name], labelOf(operation), { nodes: operation });
}

function labelOf(definition: OperationDefinitionNode | FragmentDefinitionNode): string {
  const kind = definition.kind === Kind.FRAGMENT_DEFINITION ? 'fragment' : definition.operation;
  return definition.name ? `The ${kind} "${definition.name.value}"` : `The unnamed ${kind}`;
}
