import { type EventType, events } from '../../shared/events.ts';
import type { Checks } from '../../shared/input.ts';
import { shorten } from '../../shared/storable.ts';
import type { Action, Trigger } from './rule.ts';

/**
 * Texts of actions may name what set the rule off: `{{event.subjectId}}`. A name stands for one value and nothing else: there are no
 * expressions, and what is filled in is never looked through again. A text that is nothing but one name becomes the value itself, so that a
 * number stays a number. What is not known then is left empty (null for a whole text).
 */

type Path = (string | number)[];
/** What names stand for in one run; a name that is absent is not known. */
export type Values = Readonly<Record<string, unknown>>;

const name = String.raw`\{\{\s*([A-Za-z]+(?:\.[A-Za-z]+){0,3})\s*\}\}`;
const somewhere = new RegExp(name, 'g');
const whole = new RegExp(`^${name}$`);
/** Longest text that one name may become, in characters. */
const longestValue = 1_000;
/** Longest that an action may become. */
export const longestRendered = 40_000;

const everywhere = ['now', 'today', 'rule.id', 'rule.name', 'run.id'];
const ofGoal = ['goal.id', 'goal.title', 'goal.value'];
const ofEvent = ['event.id', 'event.type', 'event.at', 'event.subjectId'];

/** Names that mean something when one of these triggers sets a rule off. */
export function namesOf(triggers: readonly Trigger[]): Set<string> {
  const names = new Set(everywhere);
  const add = (some: readonly string[]) => {
    for (const one of some) names.add(one);
  };
  for (const trigger of triggers) {
    if (trigger.type === 'schedule') add(['occurrence']);
    if (trigger.type === 'condition') add(ofGoal);
    if (trigger.type !== 'event') continue;
    const { subject, data } = events[trigger.event as EventType];
    add(ofEvent);
    add(Object.keys(data.shape).map((field) => `event.data.${field}`));
    if (subject === 'goal' || 'goalId' in data.shape) add(ofGoal);
  }
  return names;
}

/** Whether a text names anything. */
export const isTemplate = (text: string): boolean => text.includes('{{');

const asText = (value: unknown): string =>
  value == null ? '' : shorten(typeof value === 'string' ? value : JSON.stringify(value), longestValue);

/** A text with its names filled in. */
const renderText = (text: string, values: Values): string =>
  text.replace(somewhere, (_, found: string) => asText(values[found]));

/** Likewise every text in a JSON value; names of members stay as they are. */
function renderJson(value: unknown, values: Values): unknown {
  if (typeof value === 'string') {
    const found = whole.exec(value)?.[1];
    return found === undefined ? renderText(value, values) : (values[found] ?? null);
  }
  if (Array.isArray(value)) return value.map((item) => renderJson(item, values));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderJson(item, values)]));
}

/** A body of a call: in JSON what is filled in stays within its text, whatever quotes it holds. */
function renderBody(body: string, values: Values): string {
  try {
    return JSON.stringify(renderJson(JSON.parse(body), values));
  } catch {
    return renderText(body, values);
  }
}

/** An action with every text that may be filled in filled in. */
export function renderAction(action: Action, values: Values): Action {
  switch (action.type) {
    case 'notification': {
      const subjectId = action.subjectId === null ? null : renderText(action.subjectId, values) || null;
      const title = shorten(renderText(action.title, values).trim(), 200);
      const body = action.body === null ? null : shorten(renderText(action.body, values), 2_000);
      return { ...action, title, body, subjectId };
    }
    case 'dataUpdate':
      return { ...action, variables: renderJson(action.variables, values) as Record<string, unknown> };
    case 'apiCall':
      return { ...action, body: action.body === null ? null : renderBody(action.body, values) };
    case 'aiTask': {
      const subjectIds = action.subjectIds.map((id) => renderText(id, values)).filter((id) => id !== '');
      return { ...action, prompt: renderText(action.prompt, values), subjectIds };
    }
  }
}

/** The texts of an action that may be filled in, each with the way to it in the input. */
export function* textsOf(action: Action): Generator<[Path, string]> {
  switch (action.type) {
    case 'notification':
      for (const part of ['title', 'body', 'subjectId'] as const) if (action[part]) yield [[part], action[part]];
      return;
    case 'dataUpdate':
      yield* textsIn(action.variables, ['variables']);
      return;
    case 'apiCall':
      if (action.body !== null) yield [['body'], action.body];
      return;
    case 'aiTask':
      yield [['prompt'], action.prompt];
      for (const [i, id] of action.subjectIds.entries()) yield [['subjectIds', i], id];
  }
}

function* textsIn(value: unknown, path: Path): Generator<[Path, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, key]);
  }
}

/** Notes every name that means nothing with these triggers, and braces that hold no name. */
export function checkTemplates(checks: Checks, path: Path, action: Action, triggers: readonly Trigger[]): void {
  const names = namesOf(triggers);
  for (const [way, text] of textsOf(action)) {
    if (!isTemplate(text)) continue;
    const here = [...path, action.type, ...way];
    for (const [, found] of text.matchAll(somewhere)) {
      checks.that(names.has(found!), here, `"{{${found}}}" means nothing here. Known: ${[...names].join(', ')}.`);
    }
    const rest = text.replaceAll(somewhere, '');
    checks.that(!rest.includes('{{'), here, 'Within {{ and }} stands one name, such as {{event.subjectId}}.');
  }
}
