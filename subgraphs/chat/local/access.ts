import { catalogue } from '../tools/catalogue.ts';
import type { Setting } from './task.ts';

/** Why a tool cannot be used, in a person's words: none is offered any more in this answer, or the key that speaks here may do less. */
export function whyUnavailable(tool: string, { tools, grammar: { phrases } }: Setting): string {
  if (tools.size === 0) return phrases.tooMuch;
  const scopesOf = (name: string) => catalogue().tools.get(name)?.scopes ?? [];
  const held = new Set([...tools.keys()].flatMap(scopesOf));
  const lacking = scopesOf(tool).filter((scope) => !held.has(scope));
  const doings = lacking.flatMap((scope) => phrases.access[scope] ?? []);
  return doings.length > 0 ? phrases.noAccess(phrases.or(doings), phrases.and(lacking)) : phrases.unavailable;
}
