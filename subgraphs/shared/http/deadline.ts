import type { Clock } from '../clock.ts';
import { FetchRefused } from './refusals.ts';

/** A body that brings less than this in a window of time is a slow drip, which would hold the line to the end. */
const dripBytes = 1_024;
const dripWindow = 5_000;

/** The time that one exchange has. */
export interface Deadline {
  /** Says stop: time is up, the body drips, or the caller wants no more. Its reason is what to throw. */
  readonly signal: AbortSignal;
  /** What the promise gives, unless the time is up before. */
  within<T>(work: Promise<T>): Promise<T>;
  /** From here on bytes must come. Returns what counts them. */
  expectBytes(): (bytes: number) => void;
  end(): void;
}

export function startDeadline(clock: Clock, milliseconds: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const tooSlow = () => controller.abort(new FetchRefused('TOO_SLOW', 'The site takes too long to answer.'));
  const stop = () => controller.abort(caller?.reason);
  if (caller?.aborted) stop();
  caller?.addEventListener('abort', stop, { once: true });
  const forgetEnd = clock.after(Math.max(0, milliseconds), tooSlow);
  let forgetDrip = () => {};
  return {
    signal,
    within: (work) => untilAborted(work, signal),
    expectBytes() {
      let received = 0;
      const watch = () => {
        forgetDrip = clock.after(dripWindow, () => {
          if (received < dripBytes) return tooSlow();
          received = 0;
          watch();
        });
      };
      watch();
      return (bytes) => {
        received += bytes;
      };
    },
    end() {
      forgetEnd();
      forgetDrip();
      caller?.removeEventListener('abort', stop);
    },
  };
}

/** What the promise gives, or the signal's reason if that comes first. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    // In any case: what nobody waits for any more may still fail.
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
