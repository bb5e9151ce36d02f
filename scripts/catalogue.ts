import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GraphQLSchema, isObjectType, Kind, parse, print, printSchema, validate } from 'graphql';
import { stripSecurityDirectives } from '../gateway/planning/authorization.ts';
import { createPlanner } from '../gateway/planning/planner.ts';
import type { Tool, Traits, WrittenCatalogue } from '../subgraphs/chat/tools/catalogue.ts';
import { traitsOf } from '../subgraphs/chat/tools/reading.ts';
import type { WrittenClientSchema } from '../subgraphs/shared/clientSchema.ts';
import { argumentsSchema } from './argumentsSchema.ts';
import { fieldTraits } from './fieldTraits.ts';

/** The assistant's tools: every document of the folder, with all that the chat subgraph must know to offer and to check it. */
export function makeCatalogue(supergraph: string, folder: string): WrittenCatalogue {
  const { supergraphSdl, authorization } = stripSecurityDirectives(supergraph);
  const { apiSchema } = createPlanner(supergraphSdl);
  const fields = fieldTraits(supergraphSdl, apiSchema, authorization);
  const tools = readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) =>
      makeTool(file.slice(0, -'.graphql'.length), readFileSync(join(folder, file), 'utf8'), apiSchema, fields),
    );
  return {
    tools,
    queryDescription: queryDescription(apiSchema, fields),
    fields: Object.fromEntries(fields),
    schema: printSchema(apiSchema),
  };
}

/** The graph as clients see it, with the scopes of its fields: for who checks documents that people store. */
export function clientSchemaOf({ schema, fields }: WrittenCatalogue): WrittenClientSchema {
  const scoped = Object.entries(fields).filter(([, { scopes }]) => scopes.length > 0);
  return { schema, scopes: Object.fromEntries(scoped.map(([coordinate, { scopes }]) => [coordinate, scopes])) };
}

export const printCatalogue = (catalogue: WrittenCatalogue): string => `${JSON.stringify(catalogue)}\n`;

/** @throws Error for a document that could not be a tool. */
function makeTool(name: string, text: string, schema: GraphQLSchema, fields: ReadonlyMap<string, Traits>): Tool {
  const document = parse(text);
  const refuse = (why: string): never => {
    throw new Error(`operations/assistant/${name}.graphql ${why}`);
  };
  const [error] = validate(schema, document);
  if (error) refuse(`does not fit the schema: ${error.message}`);
  const [operation, ...others] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0 || operation.operation === 'subscription') {
    return refuse('must hold one query or mutation, and nothing else.');
  }
  const description = headComment(text) || refuse('needs a comment at its head that tells a model what it is for.');
  return {
    name,
    kind: operation.operation === 'query' ? 'READ' : 'WRITE',
    description,
    document: print(document),
    parameters: argumentsSchema(operation, schema),
    ...traitsOf(document, schema, fields),
  };
}

/** The comment before the first definition, its lines joined. */
const headComment = (text: string) =>
  (/^(?:#.*\n)+/.exec(text)?.[0] ?? '')
    .split('\n')
    .map((line) => line.replace(/^#\s?/, ''))
    .join(' ')
    .trim();

function queryDescription(schema: GraphQLSchema, fields: ReadonlyMap<string, Traits>): string {
  // What manages the account is never open to the assistant.
  const namesOf = (name: string) => {
    const type = schema.getType(name);
    const all = isObjectType(type) ? Object.keys(type.getFields()) : [];
    return all.filter((field) => !fields.get(`${name}.${field}`)?.scopes.includes('account:manage')).join(', ');
  };
  return [
    'Asks the person’s graph anything that no other tool answers: one GraphQL query, never a mutation. Prefer the other tools.',
    `Fields of Query: ${namesOf('Query')}.`,
    `Fields of viewer (type User): ${namesOf('User')}.`,
    'Lists are connections: `goals(first: 20) { nodes { id title } }`. Look a type up before you guess:',
    '`{ __type(name: "Goal") { fields { name description args { name } type { name kind ofType { name } } } } }`.',
  ].join(' ');
}
