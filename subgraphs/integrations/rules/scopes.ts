import { parse } from 'graphql';
import { scopesOf } from '../../shared/clientSchema.ts';
import type { Scope, Viewer } from '../../shared/context.ts';
import type { Checks } from '../../shared/input.ts';
import type { Action, Condition, Trigger } from './rule.ts';

/** What a rule may do: what whoever wrote it might, but never manage the account. */

export const scopesOfAuthor = ({ scopes }: Viewer): Scope[] => scopes.filter((scope) => scope !== 'account:manage');

/** Scopes of the token that one part of a rule is worked off with. */
export function scopesFor(part: Trigger | Condition | Action, given: readonly Scope[]): Scope[] {
  switch (part.type) {
    case 'condition':
    case 'goal':
      return ['goals:read'];
    case 'dataUpdate':
      return scopesOf(parse(part.document, { noLocation: true }));
    case 'aiTask':
      // The assistant may look at what the rule may look at, and propose what the rule might do.
      return [...new Set<Scope>(['chat:write', ...given])];
    default:
      return [];
  }
}

/** Notes what a rule's parts need that it may not do. Documents must fit the graph. */
export function checkScopes(
  checks: Checks,
  parts: Record<'triggers' | 'conditions' | 'actions', readonly (Trigger | Condition | Action)[]>,
  scopes: readonly Scope[],
): void {
  for (const [list, some] of Object.entries(parts)) {
    for (const [i, part] of some.entries()) {
      const missing = scopesFor(part, scopes).filter((scope) => !scopes.includes(scope));
      const message = `This needs ${missing.join(', ')}, which whoever writes the rule does not have.`;
      checks.that(missing.length === 0, [list, i, part.type], message, 'FORBIDDEN');
    }
  }
}
