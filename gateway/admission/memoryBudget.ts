import type { Bucket, Budget, Standing } from './budget.ts';

export interface MemoryBudgetOptions {
  /** Accounts to remember; those that were quiet longest are forgotten first, and have a full bucket then. */
  readonly accounts?: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

export interface MemoryBudget extends Budget {
  charge(account: string, points: number, bucket: Bucket): Standing;
  /** Accounts that it remembers. */
  readonly size: number;
}

interface State {
  points: number;
  at: number;
}

/** The budget of one process. */
export function createMemoryBudget({
  accounts = 100_000,
  now = () => performance.now(),
}: MemoryBudgetOptions = {}): MemoryBudget {
  // The account that was quiet longest comes first.
  const states = new Map<string, State>();
  /** The account that was not quiet last. */
  let youngest: string | undefined;

  const restored = (account: string, { capacity, restorePerSecond }: Bucket): State => {
    const time = now();
    const state = states.get(account);
    if (!state) return { points: capacity, at: time };
    state.points = Math.min(capacity, state.points + (Math.max(0, time - state.at) / 1000) * restorePerSecond);
    state.at = time;
    return state;
  };
  const keep = (account: string, state: State) => {
    if (account === youngest && states.has(account)) return;
    states.delete(account);
    states.set(account, state);
    youngest = account;
    if (states.size > accounts) states.delete(states.keys().next().value as string);
  };

  return {
    charge(account, points, bucket) {
      const state = restored(account, bucket);
      const granted = points === 0 || points <= state.points;
      if (granted && points > 0) {
        state.points -= points;
        keep(account, state);
      }
      return { granted, remaining: state.points };
    },
    settle(account, _standing, { charged, actual }, bucket) {
      const state = restored(account, bucket);
      state.points = Math.max(-bucket.capacity, Math.min(bucket.capacity, state.points + charged - actual));
      // A full bucket is the same as none.
      if (state.points === bucket.capacity) states.delete(account);
      else keep(account, state);
    },
    get size() {
      return states.size;
    },
  };
}
