import type { AiDataClass } from '../../shared/models/dataClasses.ts';
import type { ToolDefinition } from '../../shared/models/provider.ts';
import type { ArgumentsSchema, Catalogue, Tool, Traits } from './catalogue.ts';

/** What one task may use. */
export interface Allowance {
  /** Classes of data that may go to whoever is asked; all of them when nothing leaves this machine. */
  readonly classes: ReadonlySet<AiDataClass>;
  /** Scopes of the person or key in whose name the assistant works. */
  readonly scopes: ReadonlySet<string>;
}

/** The tool for whatever has no tool of its own. */
export const queryTool = 'query';

export const queryParameters: ArgumentsSchema = {
  type: 'object',
  properties: {
    query: { type: 'string', description: 'A GraphQL document with one query operation.' },
    variables: { type: 'object', description: 'Values of the variables that the operation declares.' },
  },
  required: ['query'],
  additionalProperties: false,
};

/** The tools that a model is offered: a tool that would be refused is not shown. */
export function toolDefinitions(catalogue: Catalogue, allowed: Allowance): ToolDefinition[] {
  const tools = [...catalogue.tools.values()].filter((tool) => missing(tool, allowed) === null);
  return [
    ...tools.map(({ name, description, parameters }) => ({ name, description, parameters: { ...parameters } })),
    { name: queryTool, description: catalogue.queryDescription, parameters: { ...queryParameters } },
  ];
}

/** Scopes of the token that one call is run with: no more than its document needs. */
export const scopesOf = ({ scopes }: Pick<Tool, 'scopes'>): readonly string[] => scopes;

/** What is not allowed, as a sentence for the model; null when all of it is. */
export function missing({ dataClasses, scopes }: Traits, allowed: Allowance): string | null {
  const classes = dataClasses.filter((dataClass) => !allowed.classes.has(dataClass));
  if (classes.length > 0) {
    return `The person has not agreed that data of these classes is sent to this model: ${classes.join(', ')}. Ask for something else, or tell them.`;
  }
  const lacking = scopes.filter((scope) => !allowed.scopes.has(scope));
  return lacking.length > 0 ? `This is not open to the assistant here: it needs ${lacking.join(', ')}.` : null;
}
