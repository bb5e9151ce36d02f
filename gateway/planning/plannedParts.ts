import type { DeferNode, QueryPlan } from '@apollo/query-planner';
import {
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { type ConditionValues, isIncluded, type OperationParts } from './conditions.ts';
import { type DeferredLabels, deferredLabel, isDefer } from './deferral.ts';

/** What comes later in a plan. */
type Planned = DeferNode['deferred'][number];

/**
 * The operation of `labelDefers` with those of its parts only that its plan has. The planner leaves some out and fetches them with what is
 * around them, where a null that must not be may take away more than the part: the answer must come as it is fetched. What no subgraph is
 * asked for is in no plan, and may come later all the same.
 */
export function keepPlanned(
  parts: OperationParts,
  labels: DeferredLabels,
  { node }: QueryPlan,
): { readonly parts: OperationParts; readonly labels: DeferredLabels } {
  const kept = new Map<string, string | undefined>();
  for (const { label } of plannedParts(node)) if (label !== undefined) kept.set(label, labels.get(label));
  const operation = visit(parts.operation, {
    InlineFragment: {
      leave(fragment) {
        const label = deferredLabel(fragment, labels);
        if (label === undefined || kept.has(label)) return undefined;
        if (isFetched(fragment.selectionSet))
          return { ...fragment, directives: fragment.directives?.filter((directive) => !isDefer(directive)) };
        kept.set(label, labels.get(label));
        return undefined;
      },
    },
  });
  return { parts: { ...parts, operation }, labels: kept };
}

/**
 * Whether a plan can be answered in parts.
 *
 * In what comes later the planner may let a fetch run beside the one that gives it its context (`@fromContext`): what it asks for would be null
 * without an error. And it may fetch some fields of a part with what is around the part, which their nulls may take away.
 */
export function isSound(
  parts: OperationParts,
  labels: DeferredLabels,
  conditions: ConditionValues,
  plan: QueryPlan,
  text: string,
): boolean {
  if (text.includes(READS_CONTEXT)) return false;
  const planned = new Map(plannedParts(plan.node).map((one) => [one.label, one]));
  let isWhole = true;
  visit(parts.operation, {
    InlineFragment: {
      enter(fragment) {
        const one = planned.get(deferredLabel(fragment, labels));
        if (one && !hasAll(one, fragment, parts, labels, conditions)) isWhole = false;
      },
    },
  });
  return isWhole;
}

/** In a plan's JSON; inside of a string its quotes would be escaped. */
const READS_CONTEXT = '"contextRewrites":[{';

/** Whether all fields of a part are in the plan's. What is deferred inside of it is looked at by itself. */
function hasAll(
  { subselection, node }: Planned,
  part: InlineFragmentNode,
  { fragments }: OperationParts,
  labels: DeferredLabels,
  conditions: ConditionValues,
): boolean {
  const fieldsOf = (sets: readonly SelectionSetNode[], found = new Map<string, SelectionSetNode[]>()) => {
    for (const selection of sets.flatMap(({ selections }) => selections)) {
      if (!isIncluded(selection, conditions) || deferredLabel(selection, labels) !== undefined) continue;
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value.startsWith('__')) continue;
        const key = (selection.alias ?? selection.name).value;
        found.set(key, [...(found.get(key) ?? []), ...(selection.selectionSet ? [selection.selectionSet] : [])]);
      } else {
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (inner) fieldsOf([inner.selectionSet], found);
      }
    }
    return found;
  };
  const covers = (planned: readonly SelectionSetNode[], asked: readonly SelectionSetNode[]): boolean => {
    const known = fieldsOf(planned);
    return [...fieldsOf(asked)].every(([key, sets]) => {
      const inner = known.get(key);
      return inner !== undefined && covers(inner, sets);
    });
  };
  // Where parts are inside of it, it is told what is left of this one.
  const text = node?.kind === 'Defer' ? node.primary.subselection : subselection;
  const document = text === undefined ? undefined : parse(text, { noLocation: true });
  const operation = document?.definitions[0] as OperationDefinitionNode | undefined;
  return covers(operation ? [operation.selectionSet] : [], [part.selectionSet]);
}

/** Whether a subgraph must be asked for anything. */
const isFetched = (set: SelectionSetNode): boolean =>
  set.selections.some((selection) =>
    selection.kind === Kind.INLINE_FRAGMENT
      ? isFetched(selection.selectionSet)
      : selection.kind === Kind.FRAGMENT_SPREAD || !selection.name.value.startsWith('__'),
  );

/** The parts of a plan that come later. */
function plannedParts(node: QueryPlan['node']): Planned[] {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(plannedParts);
    case 'Flatten':
      return plannedParts(node.node);
    case 'Defer':
      return [
        ...plannedParts(node.primary.node),
        ...node.deferred.flatMap((later) => [later, ...plannedParts(later.node)]),
      ];
    default:
      return [];
  }
}
