import { type Clock, sleep } from '../clock.ts';
import type { Breaker } from './breaker.ts';
import { type Provider, ProviderError, type ProviderEvent, type ProviderRequest, type Usage } from './provider.ts';

/** One request to one provider, before it is sent. */
export interface Attempt {
  readonly provider: Provider;
  /** Counts from 1 in one call of `streamWithFallback`. */
  readonly number: number;
  readonly request: ProviderRequest;
  readonly startedAt: Date;
}

/** CANCELLED: the signal was aborted, or nobody read on. */
export type AttemptOutcome = 'ANSWERED' | 'FAILED' | 'CANCELLED';

export interface EndedAttempt extends Attempt {
  readonly endedAt: Date;
  /** When the first text, call or finding came. */
  readonly firstEventAt: Date | null;
  /** The last that the provider said; null where it said nothing, and the ledger must estimate. */
  readonly usage: Usage | null;
  readonly outcome: AttemptOutcome;
  readonly error: unknown;
}

export interface FallbackOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The breaker of a provider; none for the one on this machine. */
  breaker(provider: Provider): Breaker | null;
  /** Before the request is sent, and awaited: what is written down here stays when the process dies. */
  onStart?(attempt: Attempt): void | Promise<void>;
  /** Once an attempt has ended, however it did. */
  onAttempt?(attempt: EndedAttempt): void | Promise<void>;
}

/** Seconds that one waits for the same provider rather than ask the next. */
const shortWait = 2;

/**
 * An answer of the first provider that gives one. The next is asked only while nothing of an answer has been handed on: after the
 * first text or call an answer stays with its provider, and its failure is thrown. Who is busy for a moment is asked once more.
 * @param requestFor makes the request for a provider (windows and tools differ); may ask `supportsTools`, and may throw what that throws
 * @throws ProviderError the last one, when all have failed; what the signal was aborted with; and what is no ProviderError at once
 */
export async function* streamWithFallback(
  providers: readonly Provider[],
  requestFor: (provider: Provider) => ProviderRequest | Promise<ProviderRequest>,
  options: FallbackOptions,
): AsyncGenerator<{ provider: Provider; event: ProviderEvent }> {
  const { signal, clock } = options;
  let number = 0;
  let last: ProviderError | null = null;
  let soonest = Number.POSITIVE_INFINITY;
  for (const provider of providers) {
    for (let isAgain = false; ; isAgain = true) {
      signal.throwIfAborted();
      const breaker = options.breaker(provider);
      const pass = breaker?.admit() ?? 1;
      if (pass === 0) {
        soonest = Math.min(soonest, breaker!.admitsIn);
        break;
      }
      const progress: Progress = { usage: null, firstEventAt: null, error: null, outcome: 'CANCELLED' };
      try {
        yield* attempt(provider, requestFor, options, () => ++number, progress);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ProviderError) || progress.firstEventAt) throw error;
        last = error;
      } finally {
        breaker?.settle(pass, breakerOutcome(progress));
      }
      if (progress.outcome === 'ANSWERED') return;
      if (isAgain || !isBusyForAMoment(last)) break;
      await sleep(clock, last!.retryAfter! * 1_000, signal);
    }
  }
  throw (
    last ??
    new ProviderError('UNAVAILABLE', 'no provider may be asked now', Number.isFinite(soonest) ? soonest / 1_000 : null)
  );
}

interface Progress {
  usage: Usage | null;
  firstEventAt: Date | null;
  error: unknown;
  outcome: AttemptOutcome;
}

async function* attempt(
  provider: Provider,
  requestFor: (provider: Provider) => ProviderRequest | Promise<ProviderRequest>,
  { signal, clock, onStart, onAttempt }: FallbackOptions,
  nextNumber: () => number,
  progress: Progress,
): AsyncGenerator<{ provider: Provider; event: ProviderEvent }> {
  let begun: Attempt | null = null;
  let held: ProviderEvent | null = null;
  try {
    const request = await requestFor(provider);
    begun = { provider, number: nextNumber(), request, startedAt: new Date(clock.now()) };
    await onStart?.(begun);
    for await (const event of provider.stream(request, signal)) {
      if (event.kind === 'usage') progress.usage = event.usage;
      // Whoever counts must not hear of an attempt that another one may replace: `onAttempt` tells of that.
      if (event.kind === 'usage' && !progress.firstEventAt) {
        held = event;
        continue;
      }
      if (event.kind !== 'usage' && event.kind !== 'end') progress.firstEventAt ??= new Date(clock.now());
      if (event.kind === 'end') progress.outcome = 'ANSWERED';
      if (held) yield { provider, event: held };
      held = null;
      yield { provider, event };
    }
    progress.outcome = 'ANSWERED';
  } catch (error) {
    progress.error = error;
    if (!signal.aborted) progress.outcome = 'FAILED';
    throw error;
  } finally {
    if (begun) {
      const { usage, firstEventAt, error, outcome } = progress;
      await onAttempt?.({ ...begun, endedAt: new Date(clock.now()), usage, firstEventAt, error, outcome });
    }
  }
}

/** A refused request, or one that a person stopped, says nothing about the provider's health. */
function breakerOutcome({ outcome, error }: Progress) {
  if (outcome === 'ANSWERED') return 'answered';
  return error instanceof ProviderError && error.code !== 'REJECTED' && outcome === 'FAILED' ? 'failed' : 'neutral';
}

function isBusyForAMoment(error: ProviderError | null): boolean {
  if (error?.code !== 'RATE_LIMITED' && error?.code !== 'OVERLOADED') return false;
  return error.retryAfter !== null && error.retryAfter <= shortWait;
}
