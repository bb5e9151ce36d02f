import { badInput } from '../../subgraphs/shared/errors.ts';
import { exceeded, type Limits } from './limits.ts';

export type Variables = Readonly<Record<string, unknown>>;

const none: Variables = Object.freeze(Object.create(null));

/**
 * The variables that a client sent, within the limits. The object that comes back has no prototype: a variable named
 * `constructor` that was not sent is not there.
 * @throws GraphQLError
 */
export function checkVariables(variables: unknown, limits: Limits): Variables {
  if (variables === undefined || variables === null) return none;
  if (typeof variables !== 'object' || Array.isArray(variables))
    throw badInput('Variables must be an object, by the names of the variables.');
  let values = 0;
  const walk = (value: unknown, depth: number): void => {
    if (++values > limits.variableValues) throw exceeded(limits, 'variableValues', values, 'The object of variables');
    if (typeof value !== 'object' || value === null) return;
    if (depth > limits.variableDepth) throw exceeded(limits, 'variableDepth', depth, 'The object of variables');
    if (Array.isArray(value)) for (const item of value) walk(item, depth + 1);
    else
      for (const key of Object.keys(value)) {
        if (key === '__proto__') throw badInput('"__proto__" is no name to use in variables.');
        walk((value as Record<string, unknown>)[key], depth + 1);
      }
  };
  walk(variables, 1);
  return Object.assign(Object.create(null), variables);
}
