import { type EventType, events, type LoggedEvent, subscriptionEvents } from '../shared/events.ts';
import { kinds } from '../shared/ids.ts';
import type { Checks } from '../shared/input.ts';
import type { AutomationEventType, EventChange, EventFilterInput } from './generated.ts';

/** A condition on an event as it is stored: one of its values is one of these. */
export interface EventFilter {
  field: string;
  oneOf: string[];
}

const fieldsOf = (type: EventType): string[] => ['subjectId', ...Object.keys(events[type].data.shape)];

/** The events that rules can wait for, as the graph shows them. */
export const automationEventTypes: readonly AutomationEventType[] = (Object.keys(events) as EventType[])
  .sort()
  .map((name) => ({
    name,
    subjectType: kinds[events[name].subject].type,
    change: events[name].change.toUpperCase() as EventChange,
    fields: fieldsOf(name),
  }));

/** True for the name of an event. */
export const isEventType = (name: string): name is EventType => Object.hasOwn(events, name);

/** The events that feed a subscription field, or undefined when there is no such field. */
export const findEventTypes = (subscriptionField: string): readonly EventType[] | undefined =>
  Object.hasOwn(subscriptionEvents, subscriptionField) ? subscriptionEvents[subscriptionField] : undefined;

/** Checks filters over events of these types: every one of them must name a value that one of the events has. */
export function checkFilters(
  checks: Checks,
  path: (string | number)[],
  filters: readonly EventFilterInput[],
  types: readonly EventType[],
): void {
  if (!checks.list(path, filters, 10)) return;
  const fields = new Set(types.flatMap(fieldsOf));
  filters.forEach(({ field, oneOf }, i) => {
    checks.that(fields.has(field), [...path, i, 'field'], `A filter can be by ${[...fields].join(', ')}.`);
    if (!checks.list([...path, i, 'oneOf'], oneOf, 50, 1)) return;
    oneOf.forEach((value, j) => {
      checks.text([...path, i, 'oneOf', j], value, 200);
    });
  });
}

/** Filters as they are stored. */
export const storedFilters = (filters: readonly EventFilterInput[]): EventFilter[] =>
  filters.map(({ field, oneOf }) => ({ field, oneOf: [...oneOf] }));

/** Whether an event has, for each filter, one of the values that it asks for. */
export function passes(
  filters: readonly EventFilter[],
  { subjectId, data }: Pick<LoggedEvent, 'subjectId' | 'data'>,
): boolean {
  const values: Record<string, unknown> = { ...data, subjectId };
  return filters.every(({ field, oneOf }) => values[field] != null && oneOf.includes(String(values[field])));
}
