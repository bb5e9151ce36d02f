import {
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type ConditionValues, isIncluded } from '../planning/conditions.ts';
import { type DeferredLabels, deferredLabel } from '../planning/deferral.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import { isData, own } from './data.ts';

/** What is needed to read a client's selections. */
export interface ClientDocument {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly conditions: ConditionValues;
  /** Labels of the parts that come later, where any do. */
  readonly deferred: DeferredLabels | undefined;
}

/** The client's document of a plan. */
export function clientDocument({ apiSchema: schema, document, conditions, deferred }: PreparedPlan): ClientDocument {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return { schema, fragments, conditions, deferred };
}

/**
 * The object type of a value in a field of an abstract type; undefined when it is none of the field's.
 *
 * A subgraph that knows an interface as an object (`@interfaceObject`) answers the interface's name or none, and the plan does not ask
 * others for the exact one where the client's selections read the same of every type. Any type does then.
 */
export function runtimeType(
  document: ClientDocument,
  type: GraphQLAbstractType,
  sets: readonly SelectionSetNode[],
  value: unknown,
): GraphQLObjectType | undefined {
  const { schema } = document;
  const name = isData(value) ? own(value, '__typename') : null;
  const named = typeof name === 'string' ? schema.getType(name) : undefined;
  if (isObjectType(named)) return schema.isSubType(type, named) ? named : undefined;
  const isUnknown = name === undefined || isAbstractType(named);
  return isUnknown && !dependsOnType(document, type, sets) ? schema.getPossibleTypes(type)[0] : undefined;
}

/**
 * Whether selections ask something else of some objects of the type than of others: their type's name, or fields of some types only. What
 * comes later is not looked at: the type may be known by then.
 */
function dependsOnType(
  { schema, fragments, conditions, deferred }: ClientDocument,
  type: GraphQLAbstractType,
  sets: readonly SelectionSetNode[],
): boolean {
  /** Those that a type condition, if there is one, lets through. */
  const narrowed = (objects: readonly GraphQLObjectType[], condition: string | undefined) => {
    const wanted = condition === undefined ? undefined : schema.getType(condition);
    if (!wanted) return objects;
    return objects.filter(
      (object) => object === wanted || (isAbstractType(wanted) && schema.isSubType(wanted, object)),
    );
  };
  const isAsked = (selection: SelectionNode) =>
    isIncluded(selection, conditions) && deferredLabel(selection, deferred) === undefined;
  /**
   * Whether anything is asked of some of the objects: plans do not know of what conditions leave out, nor of what no object can be, as a
   * book that is a film.
   */
  const asks = (set: SelectionSetNode, objects: readonly GraphQLObjectType[]): boolean =>
    objects.length > 0 &&
    set.selections.some((selection) => {
      if (!isAsked(selection)) return false;
      if (selection.kind === Kind.FIELD) return true;
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      return inner !== undefined && asks(inner.selectionSet, narrowed(objects, inner.typeCondition?.name.value));
    });
  const all = schema.getPossibleTypes(type);
  const visited = new Set<string>();
  const depends = (set: SelectionSetNode): boolean =>
    set.selections.some((selection) => {
      if (!isAsked(selection)) return false;
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename';
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!inner) return false;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(selection.name.value)) return false;
        visited.add(selection.name.value);
      }
      const objects = narrowed(all, inner.typeCondition?.name.value);
      return objects.length === all.length ? depends(inner.selectionSet) : asks(inner.selectionSet, objects);
    });
  return sets.some(depends);
}
