/** A token bucket: so many points at most, and so many more each second (more than none) until it is full again. */
export interface Bucket {
  readonly capacity: number;
  readonly restorePerSecond: number;
}

/** How an account stands after a charge. */
export interface Standing {
  /** Whether the points were there; if not, none was taken. */
  readonly granted: boolean;
  /** Below zero while the account owes. */
  readonly remaining: number;
  /** It was counted in this process, because the shared budget did not answer. */
  readonly isLocal?: boolean;
}

/** Points that accounts may spend. An account that was never charged, or not for long, has a full bucket. */
export interface Budget {
  /** Takes the points if they are there; none are always there. Never rejects, never waits long. */
  charge(account: string, points: number, bucket: Bucket): Standing | Promise<Standing>;
  /**
   * Puts right what was charged too much (or too little: then the account owes, at most a bucket) where it was counted. Does not wait for
   * it to be done.
   */
  settle(account: string, standing: Standing, correction: Correction, bucket: Bucket): void;
}

export interface Correction {
  readonly charged: number;
  readonly actual: number;
}
