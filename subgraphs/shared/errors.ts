import { GraphQLError } from 'graphql';

/**
 * The closed list of `extensions.code`. Documented for clients in the README; add nothing without adding it there.
 */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'CONFLICT',
  'RATE_LIMITED',
  'COST_LIMIT_EXCEEDED',
  'PAYLOAD_TOO_LARGE',
  'UPSTREAM_FAILED',
  'INTERNAL_SERVER_ERROR',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Codes of `UserError`, the mistakes a person can put right. Same words as `enum UserErrorCode` in the schema. */
export type UserErrorCode =
  | 'INVALID'
  | 'REQUIRED'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'TAKEN'
  | 'LIMIT'
  | 'EXPIRED'
  | 'FORBIDDEN';

/** What a person can mend, with the path into the mutation's input. */
export interface UserError {
  code: UserErrorCode;
  message: string;
  path: string[];
}

/**
 * Thrown by domain functions for what the user can fix. The mutation's transaction is rolled back and the payload carries
 * these errors, together with `payload` (for instance the current object after a version conflict).
 */
export class UserErrors extends Error {
  override name = 'UserErrors';
  readonly errors: UserError[];
  readonly payload: Record<string, unknown>;
  constructor(errors: UserError[], payload: Record<string, unknown> = {}) {
    super(errors.map((error) => error.message).join(' '));
    this.errors = errors;
    this.payload = payload;
  }
}

const userError = (
  code: UserErrorCode,
  path: (string | number)[],
  message: string,
  payload?: Record<string, unknown>,
) => new UserErrors([{ code, message, path: path.map(String) }], payload);

/** The value is not acceptable; the message says what would be. */
export const invalid = (path: (string | number)[], message: string) => userError('INVALID', path, message);
/** A value is missing that this kind of object needs. */
export const required = (path: (string | number)[], message: string) => userError('REQUIRED', path, message);
/** Absent, or someone else's: the two cannot be told apart. */
export const notFound = (path: (string | number)[], what: string) =>
  userError('NOT_FOUND', path, `There is no such ${what}.`);
/** Someone changed it meanwhile, or the id or key was used with other input. `payload` holds the current object. */
export const conflict = (path: (string | number)[], message: string, payload?: Record<string, unknown>) =>
  userError('CONFLICT', path, message, payload);
/** Something else already has this unique value. */
export const taken = (path: (string | number)[], message: string) => userError('TAKEN', path, message);
/** More than one may have or send. */
export const limit = (path: (string | number)[], message: string) => userError('LIMIT', path, message);
/** Too late: the link, code or challenge has ended. */
export const expired = (path: (string | number)[], message: string) => userError('EXPIRED', path, message);
/** Understood, but not allowed to this user or key. */
export const refused = (path: (string | number)[], message: string) => userError('FORBIDDEN', path, message);

const graphqlError = (code: ErrorCode, message: string, extensions: Record<string, unknown> = {}) =>
  new GraphQLError(message, { extensions: { code, ...extensions } });

/** No identity, or one that has ended. */
export const unauthenticated = (message = 'Sign in, or send an API key, as "Authorization: Bearer …".') =>
  graphqlError('UNAUTHENTICATED', message);
/** The identity lacks a scope or role. */
export const forbidden = (message: string) => graphqlError('FORBIDDEN', message);
/** An argument of a query is not acceptable. */
export const badInput = (message: string) => graphqlError('BAD_USER_INPUT', message);
/** What a query or subscription names does not exist, or belongs to someone else. */
export const notThere = (message: string) => graphqlError('NOT_FOUND', message);
/** Too many requests; `retryAfter` is in seconds. */
export const rateLimited = (message: string, retryAfter: number) =>
  graphqlError('RATE_LIMITED', message, { retryAfter });
/** The database cannot be reached at the moment: HTTP 503, to be tried again soon. */
export const databaseAway = () =>
  graphqlError('UPSTREAM_FAILED', 'The database does not answer at the moment. Try again soon.', {
    http: { status: 503 },
    retryAfter: 2,
  });
/** A service that we depend on failed or was too slow. */
export const upstreamFailed = (message: string) => graphqlError('UPSTREAM_FAILED', message);
