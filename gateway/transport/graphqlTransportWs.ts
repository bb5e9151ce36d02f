import type { GraphQLFormattedError } from 'graphql';
import type { OperationRequest } from '../admission/operation.ts';

/** The subprotocol's name (the package graphql-ws has its specification). */
export const subprotocol = 'graphql-transport-ws';

/**
 * Why a socket is closed. The first are the protocol's; the client of graphql-ws takes those for final, but for 4403 and 4408. After the
 * others it connects again and subscribes anew, so that a client with `after` misses nothing.
 */
export const closeCodes = {
  invalidMessage: 4400,
  unauthorized: 4401,
  /** Not let in, or not any more: the credential has ended. */
  forbidden: 4403,
  unknownSubprotocol: 4406,
  initialisationTimeout: 4408,
  subscriberExists: 4409,
  tooManyInitialisations: 4429,
  unsupportedData: 1003,
  /** The server is stopping: another one is there. */
  goingAway: 1001,
  tryAgainLater: 1013,
  /** More waits for the client than is kept for it. */
  readsTooSlowly: 4290,
  tooManyMessages: 4291,
  tooManySockets: 4292,
} as const;

type Payload = Record<string, unknown> | null | undefined;

export type ClientMessage =
  | { readonly type: 'connection_init' | 'ping' | 'pong'; readonly payload?: Payload }
  | { readonly type: 'subscribe'; readonly id: string; readonly payload: OperationRequest }
  | { readonly type: 'complete'; readonly id: string };

/** Longest id of an operation; it comes back with every answer. */
const longestId = 128;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isOptional = (value: unknown, check: (value: unknown) => boolean) => value == null || check(value);

/** Reads what a client sent. Returns a sentence when it is no message of the protocol. */
export function readMessage(text: string): ClientMessage | string {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return 'The message is not JSON.';
  }
  if (!isObject(message)) return 'A message is an object.';
  const { type, id, payload } = message;
  switch (type) {
    case 'connection_init':
    case 'ping':
    case 'pong':
      return isOptional(payload, isObject) ? { type, payload: payload as Payload } : '"payload" is an object.';
    case 'subscribe':
    case 'complete':
      if (typeof id !== 'string' || id === '' || id.length > longestId) return `"id" has 1 to ${longestId} characters.`;
      if (type === 'complete') return { type, id };
      return isObject(payload) && isOperation(payload) ? { type, id, payload } : '"payload" is no operation.';
    default:
      return 'The message has an unknown type.';
  }
}

/** A registered operation comes without text, and with its hash in `extensions`. */
function isOperation({ query, operationName, variables, extensions }: Record<string, unknown>): boolean {
  if (typeof query !== 'string' && !(query === undefined && isObject(extensions))) return false;
  return (
    isOptional(operationName, (name) => typeof name === 'string') &&
    isOptional(variables, isObject) &&
    isOptional(extensions, isObject)
  );
}

/** What the server sends, as text. Answers are written in as they are: they are shared by many sockets. */
export const frames = {
  connectionAck: '{"type":"connection_ack"}',
  pong: (payload: Payload) => JSON.stringify({ type: 'pong', ...(payload && { payload }) }),
  next: (id: string, text: string) => `{"id":${JSON.stringify(id)},"type":"next","payload":${text}}`,
  error: (id: string, errors: readonly GraphQLFormattedError[]) =>
    JSON.stringify({ id, type: 'error', payload: errors }),
  complete: (id: string) => JSON.stringify({ id, type: 'complete' }),
};
