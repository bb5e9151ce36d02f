import type { Scope } from '../shared/context.ts';
import type { UserError } from '../shared/errors.ts';
import type { Kind } from '../shared/ids.ts';
import type { Checks } from '../shared/input.ts';
import type {
  IntegrateAsGoalInput,
  IntegrateAsNoteInput,
  IntegrateAsRuleInput,
  IntegrateResearchResultInput,
} from './generated.ts';

/** What is to be made of a result in another domain: an operation of the graph. */
export interface Creation {
  /** The scope that its mutation needs. */
  scope: Scope;
  query: string;
  variables: { input: object };
  /** Id of what it makes. */
  id: string;
  /** An error of the other domain with its path in our input. */
  place(error: UserError): UserError;
}

const mutation = (field: string) => {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  return `mutation ($input: ${type}!) { made: ${field}(input: $input) { errors { code message path } } }`;
};

/** What of a result is made of each member of the input. */
const kinds = {
  goal: {
    kind: 'goal',
    scope: 'goals:write',
    query: mutation('createGoal'),
    toInput: (goal: IntegrateAsGoalInput) => ({ ...goal, targetValue: goal.targetValue?.toFixed() }),
  },
  lifeAreaNote: {
    kind: 'note',
    scope: 'goals:write',
    query: mutation('addLifeAreaNote'),
    toInput: (note: IntegrateAsNoteInput) => note,
  },
  automationRule: {
    kind: 'rule',
    scope: 'integrations:write',
    query: mutation('createAutomationRule'),
    toInput: ({ name, title, body, ...schedule }: IntegrateAsRuleInput) => ({
      name,
      triggers: [{ schedule }],
      actions: [{ notification: { title, body } }],
    }),
  },
} as const satisfies Record<string, { kind: Kind; scope: Scope; query: string; toInput(given: never): object }>;

/** Where the other domain's inputs have what ours has flat. */
const nested = /^(triggers\.0\.schedule|actions\.0\.notification)(\.|$)/;

/** Reads which one of the members is given. Null after it has noted that it is not exactly one. */
export function readCreation(checks: Checks, input: IntegrateResearchResultInput): Creation | null {
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const given = names.filter((name) => input[name] != null);
  const [name] = given;
  if (!name || given.length > 1) {
    checks.add('REQUIRED', [], `Give exactly one of ${names.join(', ')}; ${given.length} are given.`);
    return null;
  }
  const { kind, scope, query, toInput } = kinds[name];
  // It has the result's digits: whoever makes it again, makes the same.
  const id = input.id.replace(/^[a-z]+_/, `${kind}_`);
  return {
    scope,
    query,
    variables: { input: { id, ...toInput(input[name] as never) } },
    id,
    place: ({ code, message, path }) =>
      path[0] === 'id'
        ? { code, path: ['id'], message: 'Something else was already made of this result: send that input again.' }
        : { code, message, path: [name, ...path.join('.').replace(nested, '').split('.').filter(Boolean)] },
  };
}
