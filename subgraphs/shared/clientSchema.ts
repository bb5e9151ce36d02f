import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  isScalarType,
  type OperationDefinitionNode,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Scope } from './context.ts';
import { scalars } from './scalars.ts';

/**
 * The graph as clients see it, made of the supergraph by `npm run generate`: so a domain can tell whether a document that a person stores fits,
 * and what it needs, without knowing the gateway. The gateway's own checks hold as ever when it is sent.
 */
export const clientSchemaFile = join(import.meta.dirname, 'clientSchema.json');

/** What the file holds. */
export interface WrittenClientSchema {
  /** SDL of what clients see. */
  readonly schema: string;
  /** Scopes that a field needs, by `Type.field`; fields that need none are absent. */
  readonly scopes: Readonly<Record<string, readonly Scope[]>>;
}

let read: { schema: GraphQLSchema; scopes: ReadonlyMap<string, readonly Scope[]> } | undefined;

/** Read once, when it is first needed. @throws Error when it was not generated. */
function clientSchema() {
  if (read) return read;
  const written: WrittenClientSchema = JSON.parse(readFileSync(clientSchemaFile, 'utf8'));
  const schema = buildSchema(written.schema, { assumeValidSDL: true });
  for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
    const type = schema.getType(name);
    if (isScalarType(type)) Object.assign(type, { parseValue, parseLiteral });
  }
  read = { schema, scopes: new Map(Object.entries(written.scopes)) };
  return read;
}

/** What speaks against a document; empty when it fits the graph. */
export const problemsOf = (document: DocumentNode): readonly GraphQLError[] =>
  validate(clientSchema().schema, document, undefined, { maxErrors: 3 });

/** What speaks against the variables of an operation that fits; empty when nothing does. */
export const variableProblemsOf = (
  { variableDefinitions }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] =>
  getVariableValues(clientSchema().schema, variableDefinitions ?? [], variables, { maxErrors: 3 }).errors ?? [];

/** Scopes that a document needs which fits the graph, in the order of the alphabet. */
export function scopesOf(document: DocumentNode): Scope[] {
  const { schema, scopes } = clientSchema();
  const info = new TypeInfo(schema);
  const found = new Set<Scope>();
  visit(
    document,
    visitWithTypeInfo(info, {
      Field({ name }) {
        for (const scope of scopes.get(`${info.getParentType()?.name}.${name.value}`) ?? []) found.add(scope);
      },
    }),
  );
  return [...found].sort();
}
