import { FetchFailure } from '../execution/errors.ts';

/** A subgraph that answered over HTTP, but with a status and no answer. Clients never read this. */
export class StatusFailure extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The subgraph answered with status ${status}.`);
    this.status = status;
  }
}

/** The subgraph's share of the request's time is over. */
export const tooLate = () => new FetchFailure('did not answer in time');

/** Not asked, since it has failed too often of late. */
export class NotAsked extends FetchFailure {
  constructor() {
    super('is not available at the moment');
  }
}

/**
 * Whether asking again may help: nobody was reached, the connection broke, or a proxy found nobody behind it. Status 429 is none of
 * these: it asks for less.
 */
export function isTransient(cause: unknown): boolean {
  const status = statusOf(cause);
  if (status !== undefined) return status === 502 || status === 503 || status === 504;
  const code = codeOf(cause) ?? codeOf((cause as { cause?: unknown } | null)?.cause);
  return code !== undefined && (systemError.test(code) || brokenConnections.has(code));
}

/** Whether not a byte of a call has left us: even a mutation may then be sent again. */
export function wasNeverSent(cause: unknown): boolean {
  const code = codeOf(cause) ?? codeOf((cause as { cause?: unknown } | null)?.cause);
  return code !== undefined && neverConnected.has(code);
}

/**
 * Whether a rejected call says that the subgraph is ill. Most of 4xx says that it is well and does not like the request: otherwise one
 * client with a bad token could cut a subgraph off for everybody.
 */
export function isFault(cause: unknown): boolean {
  const status = statusOf(cause);
  return status === undefined || status < 400 || status >= 500 || status === 408 || status === 429;
}

/** Such as ECONNREFUSED or EAI_AGAIN; what Node refuses to do itself starts with ERR_. */
const systemError = /^E(?!RR_)[A-Z_]+$/;
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const brokenConnections = new Set(['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT']);

function statusOf(cause: unknown): number | undefined {
  const { status } = (cause ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}

function codeOf(cause: unknown): string | undefined {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
