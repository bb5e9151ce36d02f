import { type FieldNode, type GraphQLObjectType, isAbstractType, Kind, type SelectionSetNode } from 'graphql';
import { isIncluded } from '../planning/conditions.ts';
import { deferredLabel } from '../planning/deferral.ts';
import type { ClientDocument } from './runtimeType.ts';

/** Fields by response name, in the order in which the answer has them; those of one name are merged. */
export type CollectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/** What selection sets ask of an object: now, and in parts that come later, by their labels. */
export interface Collected {
  readonly fields: CollectedFields;
  readonly deferred: ReadonlySet<string>;
}

/**
 * What selection sets ask of an object of the type, as CollectFields of the GraphQL specification (§6.3.2) has it, with conditions decided.
 * Where the type is not sure yet, parts that come later are taken whatever type they are for.
 */
export function collect(
  { schema, fragments, conditions, deferred: labels }: ClientDocument,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  isSure = true,
): Collected {
  const fields = new Map<string, FieldNode[]>();
  const deferred = new Set<string>();
  const visited = new Set<string>();

  const fits = (condition: string | undefined) => {
    if (!condition || condition === type.name) return true;
    const wanted = schema.getType(condition);
    return isAbstractType(wanted) && schema.isSubType(wanted, type);
  };
  const collectFrom = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!isIncluded(selection, conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = fields.get(key);
        if (known) known.push(selection);
        else fields.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const label = deferredLabel(selection, labels);
        const isFit = fits(selection.typeCondition?.name.value);
        if (label === undefined && isFit) collectFrom(selection.selectionSet);
        else if (label !== undefined && (isFit || !isSure)) deferred.add(label);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (!fragment || visited.has(selection.name.value)) continue;
        visited.add(selection.name.value);
        if (fits(fragment.typeCondition.name.value)) collectFrom(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) collectFrom(set);
  return { fields, deferred };
}

/** The fields that are asked of an object with all that comes later. */
export const collectFields = (document: ClientDocument, type: GraphQLObjectType, sets: readonly SelectionSetNode[]) =>
  collect({ ...document, deferred: undefined }, type, sets).fields;

/** The fields of a selection that answer under a name, whatever type they are for, without those that come later. */
export const fieldsNamed = (
  document: Pick<ClientDocument, 'fragments' | 'deferred'>,
  set: SelectionSetNode,
  name: string,
): readonly FieldNode[] =>
  set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value === name ? [selection] : [];
    if (deferredLabel(selection, document.deferred) !== undefined) return [];
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : document.fragments.get(selection.name.value);
    return inner ? fieldsNamed(document, inner.selectionSet, name) : [];
  });
