import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../subgraphs/shared/errors.ts';
import type { Caller } from './caller.ts';
import type { Operation, RefusedDocument } from './documents.ts';

/** Who may read the schema: everybody, or developers. `__typename` is open to all. */
export type IntrospectionPolicy = 'open' | 'developers';

type Asker = Pick<Caller, 'isAuthenticated' | 'isDeveloper'>;

/** Why this caller may not run an operation that reads the schema, or null when it may, or the operation reads none. */
export function checkIntrospection(
  policy: IntrospectionPolicy,
  caller: Asker,
  operation: Pick<Operation, 'introspects'>,
): GraphQLError | null {
  if (!operation.introspects || policy === 'open' || caller.isDeveloper) return null;
  return caller.isAuthenticated
    ? refuse('FORBIDDEN', 403, 'The schema is open to developers only: "__schema" and "__type" are not for you.')
    : concealing();
}

/**
 * What a caller may be told about a document that was refused. Where the schema is closed, somebody unknown must not learn
 * from validation which names exist: an invalid document is answered as a valid one that needs somebody signed in.
 */
export function errorsFor(
  policy: IntrospectionPolicy,
  caller: Asker,
  { errors, stage }: RefusedDocument,
): readonly GraphQLError[] {
  return stage === 'validation' && policy === 'developers' && !caller.isAuthenticated ? [concealing()] : errors;
}

/**
 * The one answer to somebody unknown, while the schema is closed, for everything that would tell what it has: give it also
 * where authorization misses somebody signed in, without path or coordinate.
 */
export const concealing = (): GraphQLError =>
  refuse(
    'UNAUTHENTICATED',
    401,
    'The document is not valid, or needs somebody signed in: send "Authorization: Bearer …".',
  );

const refuse = (code: ErrorCode, status: number, message: string) =>
  new GraphQLError(message, { extensions: { code, http: { status } } });
