/** Time for what waits and measures; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch: what deadlines are told in. */
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
