import {
  type DirectiveNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { badInput, type ConditionValues, isIncluded, type OperationParts } from './conditions.ts';

/** Parts of an operation that come later: the client's label, if it gave one, by the label that a part has in plan and document. */
export type DeferredLabels = ReadonlyMap<string, string | undefined>;

/** Parts that one operation may have come later. Bounds what inlining makes of fragments, too. */
const MOST = 100;

/** The operation with no `@defer`: everything comes at once. */
export function withoutDefers(parts: OperationParts): OperationParts {
  const strip = <Node extends OperationParts['operation'] | FragmentDefinitionNode>(node: Node): Node =>
    visit(node, { Directive: { enter: (directive) => (isDefer(directive) ? null : undefined) } });
  const fragments = new Map([...parts.fragments].map(([name, fragment]) => [name, strip(fragment)]));
  return { ...parts, operation: strip(parts.operation), fragments };
}

/**
 * The operation with each `@defer` decided and named: those that do not hold are gone, the others have labels of our own. A fragment that
 * leads to one is inlined, so that each place where it is spread is a part of its own, as it is for the client, whose label they share.
 *
 * At the root of a mutation there is nothing to defer: its fields run in series. In introspection there is nothing to wait for.
 *
 * @param values of the conditions and of the variables that decide a `@defer`
 * @throws GraphQLError (BAD_USER_INPUT) for a label that is a variable or stands twice in the document, or for too many parts
 */
export function labelDefers(
  parts: OperationParts,
  values: ConditionValues,
): { readonly parts: OperationParts; readonly labels: DeferredLabels } {
  checkLabels(parts);
  const labels = new Map<string, string | undefined>();
  const defers = defersIn(parts);

  const expand = (set: SelectionSetNode, mode: Mode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (!isIncluded(selection, values)) return [];
      if (selection.kind === Kind.FIELD) {
        if (!selection.selectionSet) return [selection];
        const inner: Mode = mode === 'never' || selection.name.value.startsWith('__') ? 'never' : 'always';
        return [{ ...selection, selectionSet: expand(selection.selectionSet, inner) }];
      }
      const defer = selection.directives?.find(isDefer);
      if (selection.kind === Kind.FRAGMENT_SPREAD && !defer && !defers.has(selection.name.value)) return [selection];
      const { typeCondition, selectionSet } =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : (parts.fragments.get(selection.name.value) as FragmentDefinitionNode);
      const isDeferred = defer && mode === 'always' && holds(defer, values);
      const label = isDeferred ? labelled(defer) : undefined;
      const inner = expand(selectionSet, mode);
      if (!inner.selections.length) return [];
      const directives = selection.directives?.filter((directive) => !isDefer(directive)) ?? [];
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition,
          directives: label === undefined ? directives : [...directives, deferAs(label)],
          selectionSet: inner,
        },
      ];
    }),
  });
  const labelled = (defer: DirectiveNode): string => {
    if (labels.size === MOST) throw badInput(`An operation may defer ${MOST} parts at most.`, defer);
    const label = String(labels.size);
    labels.set(label, labelOf(defer));
    return label;
  };

  const { operation } = parts;
  const mode = { query: 'always', mutation: 'below', subscription: 'never' } as const;
  const selectionSet = expand(operation.selectionSet, mode[operation.operation]);
  return { parts: { ...parts, operation: { ...operation, selectionSet } }, labels };
}

/** Where a `@defer` counts: everywhere, below the first field, or nowhere. */
type Mode = 'always' | 'below' | 'never';

/** What a selection is called among the parts that come later, in an operation of `labelDefers`. */
export function deferredLabel(selection: SelectionNode, labels: DeferredLabels | undefined): string | undefined {
  const defer = labels && selection.directives?.find(isDefer);
  return defer && labelOf(defer);
}

export const isDefer = (directive: DirectiveNode) => directive.name.value === 'defer';

const argument = (defer: DirectiveNode, name: string) =>
  defer.arguments?.find((candidate) => candidate.name.value === name)?.value;

function labelOf(defer: DirectiveNode): string | undefined {
  const label = argument(defer, 'label');
  return label?.kind === Kind.STRING ? label.value : undefined;
}

function holds(defer: DirectiveNode, values: ConditionValues): boolean {
  const condition = argument(defer, 'if');
  if (condition?.kind === Kind.VARIABLE) return values.get(condition.name.value) === true;
  return condition?.kind !== Kind.BOOLEAN || condition.value;
}

/** Clients know parts by their labels, so a label stands once in a document, though its fragment may be spread several times. */
function checkLabels({ operation, fragments }: OperationParts): void {
  const known = new Set<string>();
  for (const node of [operation, ...fragments.values()])
    visit(node, {
      Directive: {
        enter(directive) {
          if (!isDefer(directive)) return;
          if (argument(directive, 'label')?.kind === Kind.VARIABLE)
            throw badInput('The label of a @defer must be a string and no variable.', directive);
          const label = labelOf(directive);
          if (label === undefined) return;
          if (known.has(label)) throw badInput(`The label "${label}" stands at more than one @defer.`, directive);
          known.add(label);
        },
      },
    });
}

/** The fragments that lead to a `@defer`. */
function defersIn({ fragments }: OperationParts): ReadonlySet<string> {
  const found = new Map<string, boolean>();
  const leads = (name: string): boolean => {
    const known = found.get(name);
    if (known !== undefined) return known;
    found.set(name, false);
    let does = false;
    const fragment = fragments.get(name);
    if (fragment)
      visit(fragment, {
        Directive: {
          enter(directive) {
            if (isDefer(directive)) does = true;
          },
        },
        FragmentSpread: {
          enter(spread) {
            if (leads(spread.name.value)) does = true;
          },
        },
      });
    found.set(name, does);
    return does;
  };
  return new Set([...fragments.keys()].filter(leads));
}

const deferAs = (label: string): DirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'defer' },
  arguments: [
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'label' },
      value: { kind: Kind.STRING, value: label },
    },
  ],
});
