import {
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { deferredLabel } from '../planning/deferral.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import { isData, own } from './data.ts';
import { type ClientDocument, runtimeType } from './runtimeType.ts';
import type { ResponsePath } from './targets.ts';

/** The parts of an operation that come later by their labels: what each asks for, without the directive that says so. */
export function partsOf({ deferred, operation }: PreparedPlan): ReadonlyMap<string, InlineFragmentNode> {
  const parts = new Map<string, InlineFragmentNode>();
  if (!deferred) return parts;
  visit(operation, {
    InlineFragment: {
      enter({ directives, ...part }) {
        const label = deferredLabel({ directives, ...part }, deferred);
        if (label !== undefined) parts.set(label, part);
      },
    },
  });
  return parts;
}

/** The type of the object that a part belongs to; undefined when it is still not known and the part depends on it. */
export const partType = (
  document: ClientDocument,
  type: GraphQLCompositeType,
  part: InlineFragmentNode,
  value: unknown,
): GraphQLObjectType | undefined => (isAbstractType(type) ? runtimeType(document, type, [asSet(part)], value) : type);

/** Whether a part asks anything of objects of the type. */
export function isFor({ schema }: ClientDocument, { typeCondition }: InlineFragmentNode, type: GraphQLObjectType) {
  const wanted = typeCondition && schema.getType(typeCondition.name.value);
  return !wanted || wanted === type || (isAbstractType(wanted) && schema.isSubType(wanted, type));
}

/** A part as a selection set. */
export const asSet = (part: InlineFragmentNode): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections: [part],
});

/** What is at a path of the merged data. */
export const valueAt = (root: unknown, path: ResponsePath): unknown =>
  path.reduce(
    (value: unknown, element) =>
      typeof element === 'number'
        ? Array.isArray(value)
          ? value[element]
          : undefined
        : isData(value)
          ? own(value, element)
          : undefined,
    root,
  );
