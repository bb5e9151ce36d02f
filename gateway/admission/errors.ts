import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ErrorCode, errorCodes } from '../../subgraphs/shared/errors.ts';
import { Refusal } from './operation.ts';

/** What of an error's extensions clients are told, besides its code. */
const told = ['retryAfter', 'resumable', 'limit', 'requested', 'maximum', 'subgraph'] as const;

/** How errors are told to clients. */
export interface ErrorFormat {
  readonly now: () => Date;
  /** Codes that may be told as they are. All others are faults of ours: masked. Without a list every code passes. */
  readonly codes?: readonly string[];
}

/** The closed list of Jarvis's codes. */
export const closedCodes: readonly string[] = errorCodes;

/**
 * The form in which every error leaves us: a code, the request id, the time, and for a value that does not fit, the way into the variables
 * (`inputPath`).
 */
export function formatError(
  error: GraphQLFormattedError,
  requestId: string,
  { now, codes }: ErrorFormat,
): GraphQLFormattedError {
  const { code: given = 'BAD_USER_INPUT', ...extensions } = error.extensions ?? {};
  const isKnown = !codes || codes.includes(given as string);
  const code = isKnown ? String(given) : 'INTERNAL_SERVER_ERROR';
  const message = code === 'INTERNAL_SERVER_ERROR' ? OUR_FAULT : error.message;
  const inputPath =
    code === 'BAD_USER_INPUT' ? /^Variable "\$.+?" got invalid value .* at "(.+?)";/s.exec(message)?.[1] : undefined;
  const more: Record<string, unknown> = {};
  for (const name of told) if (extensions[name] !== undefined) more[name] = extensions[name];
  return {
    message,
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
    extensions: {
      code,
      ...(inputPath && { inputPath: inputPath.split('.') }),
      ...more,
      requestId,
      timestamp: now().toISOString(),
    },
  };
}

const OUR_FAULT = 'Something went wrong on our side.';

/** Any thrown thing as an error for a client. */
export function toFormatted(error: unknown): GraphQLFormattedError {
  if (error instanceof GraphQLError) return error.toJSON();
  return { message: OUR_FAULT, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

const statuses: Partial<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UPSTREAM_FAILED: 502,
  INTERNAL_SERVER_ERROR: 500,
} satisfies Partial<Record<ErrorCode, number>>;

/** Any thrown thing as the refusal of an operation. */
export function toRefusal(error: unknown, requestId: string, format: ErrorFormat): Refusal {
  if (error instanceof Refusal) return error;
  const formatted = formatError(toFormatted(error), requestId, format);
  const { http, retryAfter } = (error instanceof GraphQLError ? error.extensions : {}) as {
    http?: { status?: number };
    retryAfter?: number;
  };
  const status = http?.status ?? statuses[String(formatted.extensions?.code)] ?? 400;
  return new Refusal([formatted], status, retryAfter);
}
