import type { Moment } from '../moment.ts';
import type { Request } from '../requests.ts';

/** One way to say something, and what it asks for. */
export interface Rule {
  readonly pattern: RegExp;
  readonly request: (match: RegExpMatchArray, moment: Moment) => Request | null;
}

export const rule = (pattern: RegExp, request: Rule['request']): Rule => ({ pattern, request });

/** What the first rule that fits makes of a clause. */
export function readBy(rules: readonly Rule[], clause: string, moment: Moment): Request | null {
  for (const { pattern, request } of rules) {
    const match = clause.match(pattern);
    const found = match && request(match, moment);
    if (found) return found;
  }
  return null;
}
