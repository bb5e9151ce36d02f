import { type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, type ValueNode } from 'graphql';

/** Fields of an operation that answer under one name in one place. */
interface Group {
  count: number;
  /** Of the fields together. */
  weight: number;
  readonly sets: SelectionSetNode[];
}

/**
 * How much validation will have to compare to know that fields merge: it takes all pairs that answer under one name in
 * one place, and prints their arguments for each. Counted as fields times what they weigh with their arguments, in one
 * walk of the expanded operation.
 */
export function countComparisons(
  operation: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): number {
  const weights = new Map<FieldNode, number>();
  const weigh = (field: FieldNode): number => {
    const known = weights.get(field);
    if (known !== undefined) return known;
    const weight = 1 + (field.arguments?.reduce((sum, { value }) => sum + countValues(value), 0) ?? 0);
    weights.set(field, weight);
    return weight;
  };

  const group = (set: SelectionSetNode, groups: Map<string, Group>, spread: Set<string>): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const found = groups.get(name) ?? { count: 0, weight: 0, sets: [] };
        groups.set(name, found);
        found.count++;
        found.weight += weigh(selection);
        if (selection.selectionSet) found.sets.push(selection.selectionSet);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) group(selection.selectionSet, groups, spread);
      else {
        const fragment = fragments.get(selection.name.value);
        // A fragment is never compared with itself.
        if (!fragment || spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
        group(fragment.selectionSet, groups, spread);
      }
    }
  };

  const count = (sets: readonly SelectionSetNode[]): number => {
    const groups = new Map<string, Group>();
    const spread = new Set<string>();
    for (const set of sets) group(set, groups, spread);
    let comparisons = 0;
    for (const { count: fields, weight, sets: below } of groups.values())
      comparisons += (fields - 1) * weight + (below.length ? count(below) : 0);
    return comparisons;
  };
  return count([operation]);
}

function countValues(value: ValueNode): number {
  if (value.kind === Kind.LIST) return value.values.reduce((sum, item) => sum + countValues(item), 1);
  if (value.kind === Kind.OBJECT) return value.fields.reduce((sum, field) => sum + countValues(field.value), 1);
  return 1;
}
