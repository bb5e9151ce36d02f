import type { Clock } from '../clock.ts';
import { ProviderError, type ProviderErrorCode, type ProviderEvent } from './provider.ts';

/**
 * Runs one answer of a provider: whatever fails is a ProviderError afterwards. After an abort it throws the signal's reason, since
 * the SDKs end an aborted stream as if it were complete.
 */
export async function* answering(
  provider: string,
  clock: Clock,
  signal: AbortSignal,
  answer: () => Promise<AsyncIterable<ProviderEvent>>,
): AsyncGenerator<ProviderEvent> {
  try {
    signal.throwIfAborted();
    for await (const event of await answer()) {
      signal.throwIfAborted();
      yield event;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw providerErrorOf(error, provider, clock.now());
  }
}

/** What both SDKs throw: an answer with a status, or an event `error` in the stream, which has none. */
interface SdkError extends Error {
  readonly status?: number;
  readonly headers?: Headers;
  readonly error?: unknown;
}

export function providerErrorOf(error: unknown, provider: string, now: number): ProviderError {
  const chain = causes(error);
  const known = chain.find((cause) => cause instanceof ProviderError);
  const { headers } = chain[0] ?? {};
  const code = known?.code ?? codeOf(chain);
  const retryAfter = known ? known.retryAfter : headers ? retryAfterOf(headers, now) : null;
  const message = chain.map((cause) => cause.message).join(': ') || String(error);
  return new ProviderError(code, `${provider}: ${message.replace(/\s+/g, ' ').slice(0, 500)}`, retryAfter);
}

function codeOf(chain: readonly SdkError[]): ProviderErrorCode {
  const { name = '', status, error: body } = chain[0] ?? {};
  const kinds = kindsOf(body);
  if (status !== undefined) return kinds.some((kind) => broke.has(kind)) ? 'REJECTED' : codeOfStatus(status);
  if (body) return kinds.map((kind) => codesOfKinds[kind]).find(Boolean) ?? 'UNAVAILABLE';
  if (chain.some((cause) => /timed? ?out/i.test(`${cause.name} ${cause.message}`))) return 'TIMEOUT';
  // What could not be read, and what fell over it. `fetch` says TypeError too, with a cause, for whatever the network did.
  if (name === 'SyntaxError' || name === 'ZodError' || (name === 'TypeError' && chain.length === 1)) return 'PROTOCOL';
  return 'UNAVAILABLE';
}

function codeOfStatus(status: number): ProviderErrorCode {
  if (status === 429) return 'RATE_LIMITED';
  if (status === 503 || status === 529) return 'OVERLOADED';
  if (status === 408) return 'TIMEOUT';
  return status >= 500 || status === 409 || status === 425 ? 'UNAVAILABLE' : 'REJECTED';
}

/** 429 too, but waiting does not bring money. */
const broke = new Set([
  'insufficient_quota',
  'billing_not_active',
  'billing_hard_limit_reached',
  'billing_error',
  'contract_spend_limit_reached',
  'enforced_spend_limit_reached',
]);

/** Kinds of error that come as an event, after a status of 200. */
const codesOfKinds: Readonly<Record<string, ProviderErrorCode>> = {
  overloaded_error: 'OVERLOADED',
  server_overloaded: 'OVERLOADED',
  rate_limit_error: 'RATE_LIMITED',
  rate_limit_exceeded: 'RATE_LIMITED',
  timeout_error: 'TIMEOUT',
  insufficient_quota: 'REJECTED',
  billing_error: 'REJECTED',
  authentication_error: 'REJECTED',
  permission_error: 'REJECTED',
  not_found_error: 'REJECTED',
  invalid_request_error: 'REJECTED',
  request_too_large: 'REJECTED',
};

/** What an error's body calls its kind: at the top with OpenAI, one deeper, and two deeper in detail, with Anthropic. */
function kindsOf(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const { code, error_code, type, error, details } = body as Record<string, unknown>;
  return [code, error_code, type, ...kindsOf(error), ...kindsOf(details)].filter((kind) => typeof kind === 'string');
}

/** Seconds until the provider wants to hear of us, from `retry-after-ms` or `retry-after` (seconds, or a date). */
function retryAfterOf(headers: Headers, now: number): number | null {
  const milliseconds = number(headers.get('retry-after-ms'));
  if (milliseconds !== null) return milliseconds / 1_000;
  const text = headers.get('retry-after');
  const seconds = number(text);
  if (seconds !== null) return seconds;
  const date = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, (date - now) / 1_000);
}

const number = (text: string | null): number | null =>
  text !== null && /^\d{1,9}(\.\d{1,9})?$/.test(text.trim()) ? Number(text) : null;

/** An error and what it was caused by, outermost first. Told by its message: `fetch` may throw errors of another realm. */
function causes(error: unknown): SdkError[] {
  const found: SdkError[] = [];
  for (let cause = error; isError(cause) && found.length < 5; cause = cause.cause) found.push(cause);
  return found;
}

const isError = (value: unknown): value is SdkError =>
  typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
