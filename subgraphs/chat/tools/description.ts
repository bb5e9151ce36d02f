import { kindOf } from '../../shared/ids.ts';
import type { Tool, ValueSchema } from './catalogue.ts';

/** What a person is shown of a call before they approve it. */
export interface CallDescription {
  readonly title: string;
  readonly details: readonly CallDetail[];
}

export interface CallDetail {
  readonly name: string;
  readonly value: string;
  /** Id of the object that the value names, so that clients can show it; null for a plain value. */
  readonly objectId: string | null;
}

/** Every argument is shown, in the order of the tool's own list: what is approved must be seen. */
export function describeCall(
  { name, parameters }: Pick<Tool, 'name' | 'parameters'>,
  variables: Readonly<Record<string, unknown>>,
): CallDescription {
  const order = Object.keys(parameters.properties);
  const given = Object.keys(variables).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return {
    title: capital(words(name)),
    details: given.map((key) => {
      const value = variables[key];
      const isObject = typeof value === 'string' && kindOf(value) !== null;
      return {
        name: capital(names[key] ?? words(key)),
        value: inWords(value, parameters.properties[key]),
        objectId: isObject ? value : null,
      };
    }),
  };
}

/** Arguments that are not called in the graph what people call them. */
const names: Readonly<Record<string, string>> = {
  localDate: 'day',
  targetValue: 'target',
  startValue: 'start',
  startDate: 'first day',
  timeOfDay: 'time',
  weekdays: 'days of the week',
  daysBeforeDeadline: 'days before the deadline',
  cumulative: 'values add up',
};

/** `lifeAreaId` → `life area`, `LogProgress` → `log progress`. */
const words = (name: string) =>
  name
    .replace(/Id$/, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Free text stays as it is, to the letter; only what the graph itself names is put into words. */
function inWords(value: unknown, schema: ValueSchema | undefined): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'string') return schema?.enum ? capital(value.toLowerCase().replaceAll('_', ' ')) : value;
  if (Array.isArray(value)) return value.map((item) => inWords(item, schema?.items)).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${words(key)}: ${inWords(inner, schema?.properties?.[key])}`)
    .join('; ');
}
