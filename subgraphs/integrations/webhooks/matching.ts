import { type ArgumentNode, type FieldNode, Kind, type OperationDefinitionNode, valueFromASTUntyped } from 'graphql';
import type { Webhook } from '../../../prisma/generated/client.ts';
import { type EventType, type LoggedEvent, subscriptionEvents, subscriptionSubjects } from '../../shared/events.ts';
import { Checks } from '../../shared/input.ts';
import { readOperation } from '../documents.ts';
import { type EventFilter, passes } from '../eventTypes.ts';

/** What chooses a webhook's events. */
export type Choosing = Pick<Webhook, 'document' | 'variables' | 'filters'>;

interface Root {
  types: readonly EventType[];
  /** The argument that narrows it to the events of one object, where it is given. */
  narrowing: ArgumentNode | undefined;
  operation: OperationDefinitionNode;
}

/** Documents are read for every event: the last ones are remembered. */
const roots = new Map<string, Root | null>();
const mostRoots = 500;

function rootOf(document: string): Root | null {
  let root = roots.get(document);
  if (root === undefined) {
    const operation = readOperation(new Checks(), [], document, 'subscription');
    const field = operation?.selectionSet.selections[0] as FieldNode | undefined;
    const name = field?.name.value ?? '';
    const narrowing = field?.arguments?.find((argument) => argument.name.value === subscriptionSubjects[name]);
    root = operation ? { types: subscriptionEvents[name] ?? [], narrowing, operation } : null;
    if (roots.size >= mostRoots) roots.delete(roots.keys().next().value!);
    roots.set(document, root);
  }
  return root;
}

/** The events of a webhook's subscription field. */
export const typesOf = ({ document }: Pick<Choosing, 'document'>): readonly EventType[] =>
  rootOf(document)?.types ?? [];

/** Whether a webhook is for an event: by its field, the arguments and variables of that, and its filters. */
export function wants(webhook: Choosing, event: LoggedEvent): boolean {
  const root = rootOf(webhook.document);
  if (!root?.types.includes(event.type)) return false;
  const subject = subjectOf(root, webhook.variables as Record<string, unknown>);
  if (subject != null && subject !== event.subjectId) return false;
  return passes(webhook.filters as unknown as EventFilter[], event);
}

function subjectOf({ narrowing, operation }: Root, variables: Record<string, unknown>): unknown {
  const value = narrowing?.value;
  if (value?.kind !== Kind.VARIABLE) return value && valueFromASTUntyped(value);
  const name = value.name.value;
  if (Object.hasOwn(variables, name)) return variables[name];
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return definition?.defaultValue && valueFromASTUntyped(definition.defaultValue);
}
