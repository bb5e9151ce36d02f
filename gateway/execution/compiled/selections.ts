import { type FieldNode, type GraphQLObjectType, isAbstractType, Kind, type SelectionSetNode } from 'graphql';
import { isIncluded } from '../../planning/conditions.ts';
import type { ClientDocument } from '../runtimeType.ts';

/** Fields by response name, in the order in which the answer has them; those of one name are merged. */
export type CollectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/**
 * The fields that selection sets ask of an object of the type, as CollectFields of the GraphQL specification (§6.3.2) has them, with
 * conditions decided.
 */
export function collectFields(
  { schema, fragments, conditions }: ClientDocument,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): CollectedFields {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();

  const fits = (condition: string | undefined) => {
    if (!condition || condition === type.name) return true;
    const wanted = schema.getType(condition);
    return isAbstractType(wanted) && schema.isSubType(wanted, type);
  };
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = fields.get(key);
        if (known) known.push(selection);
        else fields.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (fits(selection.typeCondition?.name.value)) collect(selection.selectionSet);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (!fragment || visited.has(selection.name.value)) continue;
        visited.add(selection.name.value);
        if (fits(fragment.typeCondition.name.value)) collect(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) collect(set);
  return fields;
}
