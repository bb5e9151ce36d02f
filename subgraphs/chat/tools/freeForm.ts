import {
  type DocumentNode,
  GraphQLError,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import type { Catalogue, Traits } from './catalogue.ts';
import { traitsOf } from './reading.ts';

/** Far more than a question needs; validation takes time with the square of it. */
const mostTokens = 2_000;

/**
 * Reads a query that a model wrote: what it would tell, or what is wrong with it in words for the model. A document that does not
 * validate is never classed; limits of depth, size and cost are the gateway's.
 */
export function readQuery(
  { schema, fields }: Catalogue,
  text: string,
  variables: Readonly<Record<string, unknown>>,
): { traits: Traits } | { problem: string } {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: mostTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { problem: `The query cannot be read: ${inWords([error])}` };
  }
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations as OperationDefinitionNode[];
  if (!operation || operations.length > 1) {
    return { problem: `The document must hold exactly one operation; it holds ${operations.length}.` };
  }
  if (operation.operation !== OperationTypeNode.QUERY) {
    return {
      problem: `Only a query can be run with this tool, never a ${operation.operation}: to change something, call the tool that is made for it.`,
    };
  }
  const errors = validate(schema, document, undefined, { maxErrors: 5 });
  if (errors.length > 0) return { problem: `The query does not fit the schema: ${inWords(errors)}` };
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variables, { maxErrors: 5 });
  if (coerced.errors) return { problem: `The variables do not fit the query: ${inWords(coerced.errors)}` };
  return { traits: traitsOf(document, schema, fields) };
}

/** Errors as sentences, with the place where GraphQL knows it. */
const inWords = (errors: readonly GraphQLError[]): string =>
  errors
    .map(({ message, locations }) => {
      const [place] = locations ?? [];
      return place ? `${message} (line ${place.line}, column ${place.column})` : message;
    })
    .join(' ');
