import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { errorCodes } from '../../subgraphs/shared/errors.ts';

/** Codes of Apollo Server and graphql-js, in the words of our closed list. */
const translations: Record<string, string> = {
  GRAPHQL_PARSE_FAILED: 'BAD_USER_INPUT',
  GRAPHQL_VALIDATION_FAILED: 'BAD_USER_INPUT',
  OPERATION_RESOLUTION_FAILURE: 'BAD_USER_INPUT',
  BAD_REQUEST: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_FOUND: 'BAD_USER_INPUT',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_USER_INPUT',
};

/**
 * The form in which every error leaves us: a code of the closed list, the request id, the time, and for a value that does
 * not fit, the way into the variables (`inputPath`).
 */
export function formatError(
  error: GraphQLFormattedError,
  request: { requestId: string; now: Date },
): GraphQLFormattedError {
  const given = String(error.extensions?.code ?? 'BAD_USER_INPUT');
  const code =
    translations[given] ?? ((errorCodes as readonly string[]).includes(given) ? given : 'INTERNAL_SERVER_ERROR');
  const message = code === 'INTERNAL_SERVER_ERROR' ? 'Something went wrong on our side.' : error.message;
  const inputPath =
    code === 'BAD_USER_INPUT' ? /^Variable "\$.+?" got invalid value .* at "(.+?)";/s.exec(message)?.[1] : undefined;
  const { retryAfter } = error.extensions ?? {};
  return {
    message,
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
    extensions: {
      code,
      ...(inputPath && { inputPath: inputPath.split('.') }),
      ...(retryAfter !== undefined && { retryAfter }),
      requestId: request.requestId,
      timestamp: request.now.toISOString(),
    },
  };
}

/** Any thrown thing as an error for a client. */
export function toFormatted(error: unknown): GraphQLFormattedError {
  if (error instanceof GraphQLError) return error.toJSON();
  return { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}
