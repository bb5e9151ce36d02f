import { type GraphQLError, getVariableValues, Kind, parse } from 'graphql';
import type { ToolRequest } from '../../shared/models/provider.ts';
import type { Catalogue, Tool, ValueSchema } from './catalogue.ts';
import { type Allowance, missing, queryParameters, queryTool } from './definitions.ts';
import { readQuery } from './freeForm.ts';

/** A call that can be run, or be proposed to the person. */
export interface ToolCall {
  /** Of the tool `query`, with what this one query reads. */
  readonly tool: Tool;
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const mostCharacters = 20_000;

/**
 * Reads what a model wants to call: a call that fits its tool and is allowed, or a sentence that tells the model what would. The
 * arguments are a model's: any text at all.
 */
export function readToolCall(
  catalogue: Catalogue,
  { name, arguments: text }: Pick<ToolRequest, 'name' | 'arguments'>,
  allowed: Allowance,
): ToolCall | { problem: string } {
  const known = catalogue.tools.get(name);
  if (!known && name !== queryTool) {
    const names = [...catalogue.tools.keys(), queryTool].join(', ');
    return { problem: `There is no tool "${name.slice(0, 100)}". The tools are: ${names}.` };
  }
  if (text.length > mostCharacters) {
    return { problem: `The arguments are too long: ${text.length} characters, of at most ${mostCharacters}.` };
  }
  const given = readObject(text);
  if ('problem' in given) return given;
  const parameters = known?.parameters ?? queryParameters;
  const stray = strayNames(given.values, parameters, '');
  if (stray)
    return { problem: `${name} has no argument "${stray.name}". It has: ${stray.known.join(', ') || 'none'}.` };
  const call = known ? readArguments(catalogue, known, given.values) : readFreeForm(catalogue, given.values);
  if ('problem' in call) return call;
  const problem = missing(call.tool, allowed);
  return problem ? { problem } : call;
}

function readObject(text: string): { values: Record<string, unknown> } | { problem: string } {
  // Models that call a tool without arguments may write nothing at all.
  if (text.trim() === '') return { values: {} };
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    return { problem: `The arguments are not valid JSON: ${(error as Error).message}` };
  }
  if (!isObject(values)) return { problem: 'The arguments must be one JSON object.' };
  return { values: withoutNulls(values) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deeper than any input of the graph. */
const depth = 8;

/**
 * Some models name every argument, with null for those they have nothing to say on. In the graph null takes a value away: no tool
 * does that by accident.
 */
function withoutNulls<Value>(value: Value, levels = depth): Value {
  if (levels === 0) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, levels - 1)) as Value;
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNulls(inner, levels - 1)])) as Value;
}

/** The first name, however deep, that the schema does not know. GraphQL itself lets strange variables pass. */
function strayNames(value: unknown, schema: ValueSchema, path: string): { name: string; known: string[] } | null {
  if (Array.isArray(value) && schema.items) {
    for (const [index, item] of value.entries()) {
      const stray = strayNames(item, schema.items, `${path}[${index}]`);
      if (stray) return stray;
    }
  }
  if (!isObject(value) || !schema.properties) return null;
  for (const [key, inner] of Object.entries(value)) {
    const name = path ? `${path}.${key}` : key;
    const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (!property) return { name: name.slice(0, 100), known: Object.keys(schema.properties) };
    const stray = strayNames(inner, property, name);
    if (stray) return stray;
  }
  return null;
}

function readArguments(
  { schema }: Catalogue,
  tool: Tool,
  variables: Record<string, unknown>,
): ToolCall | { problem: string } {
  const operation = parse(tool.document).definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const definitions = operation?.kind === Kind.OPERATION_DEFINITION ? operation.variableDefinitions : undefined;
  const { errors } = getVariableValues(schema, definitions ?? [], variables, { maxErrors: 5 });
  if (errors) return { problem: `The arguments of ${tool.name} do not fit: ${errors.map(asArgument).join(' ')}` };
  return { tool, document: tool.document, variables };
}

/** The model knows of arguments, not of variables. */
const asArgument = ({ message }: GraphQLError) => message.replace(/^Variable "\$(\w+)"/, 'Argument "$1"');

function readFreeForm(
  catalogue: Catalogue,
  { query, variables = {} }: Record<string, unknown>,
): ToolCall | { problem: string } {
  if (typeof query !== 'string') return { problem: 'Argument "query" must be the text of a GraphQL query.' };
  if (!isObject(variables)) return { problem: 'Argument "variables" must be an object.' };
  const read = readQuery(catalogue, query, variables);
  if ('problem' in read) return read;
  const { queryDescription: description } = catalogue;
  const tool = { name: queryTool, kind: 'READ', description, document: query, parameters: queryParameters } as const;
  return { tool: { ...tool, ...read.traits }, document: query, variables };
}
