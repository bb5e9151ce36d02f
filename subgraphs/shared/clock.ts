/** Time for what waits and measures; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch: what dates are compared with. */
  now(): number;
  /** Milliseconds that only grow, whatever happens to the time of day: what durations are measured in. */
  elapsed(): number;
  /** Calls back once after so many milliseconds. Returns what prevents it. The process does not stay for it. */
  after(milliseconds: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

/** Waits so long, or until the signal says to stop; then it throws the signal's reason. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      forget();
      reject(signal?.reason);
    };
    const forget = clock.after(milliseconds, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
}
