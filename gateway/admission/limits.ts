import { type ASTNode, GraphQLError, type Source } from 'graphql';
import type { ErrorCode } from '../../subgraphs/shared/errors.ts';

/** What a document and its variables may cost before anybody validates or plans them. */
export interface Limits {
  /** Of the document's text, in UTF-8. */
  readonly bytes: number;
  readonly tokens: number;
  /** Brackets within brackets in the text; selection sets within selection sets once fragments are expanded. */
  readonly nesting: number;
  readonly operations: number;
  readonly fragments: number;
  /** Fields within fields. This and the following hold for each operation, with fragments expanded. */
  readonly depth: number;
  /** As `depth`, for what lies under `__schema` and `__type`: explorers ask deeply. */
  readonly introspectionDepth: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields, inline fragments and spreads. */
  readonly selections: number;
  /** Fields that answer under one name in one place, times what they weigh with their arguments: validation compares all pairs. */
  readonly comparisons: number;
  /** Lists and objects within one another in the variables. */
  readonly variableDepth: number;
  /** All values in the variables, lists and objects included. */
  readonly variableValues: number;
}

export const DEFAULT_LIMITS: Limits = {
  bytes: 100_000,
  tokens: 5_000,
  nesting: 64,
  operations: 10,
  fragments: 100,
  depth: 12,
  introspectionDepth: 20,
  rootFields: 20,
  aliases: 30,
  directives: 50,
  selections: 10_000,
  comparisons: 20_000,
  variableDepth: 20,
  variableValues: 10_000,
};

const words: Record<keyof Limits, string> = {
  bytes: 'bytes',
  tokens: 'tokens',
  nesting: 'levels of nesting',
  operations: 'operations',
  fragments: 'fragments',
  depth: 'levels of fields',
  introspectionDepth: 'levels of introspection',
  rootFields: 'root fields',
  aliases: 'aliases',
  directives: 'directives',
  selections: 'selections with fragments expanded',
  comparisons: 'comparisons of fields of one name',
  variableDepth: 'levels of lists and objects',
  variableValues: 'values',
};

/** Where a limit was passed: a place in the tree, or in the text. */
type Place = { readonly nodes: ASTNode } | { readonly source: Source; readonly positions: readonly number[] };

/**
 * The refusal of what passes a limit. Says which, how much was found and allowed, and where.
 * `found` may be where the count was given up.
 */
export function exceeded(
  limits: Limits,
  limit: keyof Limits,
  found: number,
  where: string,
  place?: Place,
): GraphQLError {
  const isTooLarge = limit === 'bytes';
  const code: ErrorCode = isTooLarge ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT';
  const allowed = limits[limit];
  // A fragment bomb of under 1 kB can mean more selections than there are atoms.
  const number = found > 1e9 ? 'more than a billion' : found;
  return new GraphQLError(`${where} has ${number} ${words[limit]}; at most ${allowed} are allowed.`, {
    ...place,
    extensions: {
      code,
      limit: { name: limit, found: Math.min(found, 1e9), allowed },
      ...(isTooLarge && { http: { status: 413 } }),
    },
  });
}
