import type { Platform } from '../../shared/platform.ts';
import type { ResearchRunErrorCode } from '../generated.ts';
import type { CategoryRow } from '../rows.ts';
import type { Means } from './means.ts';
import type { Failure, Outcomes, Progress } from './outcomes.ts';
import type { RunRow } from './rows.ts';

/** What one run may take. */
export interface Budget {
  /** Milliseconds that one go at it may take. */
  time: number;
  /** Share of them for reading; the steps after it need some too. */
  reading: number;
  /** Texts that are read. */
  documents: number;
  /** Texts that are read of one feed. */
  itemsOfFeed: number;
  /** Addresses that a search adds. */
  hits: number;
  /** What is fetched at the same time. */
  atOnce: number;
  /** US dollars. */
  cost: string;
}

export const usualBudget: Budget = {
  time: 5 * 60_000,
  reading: 0.7,
  documents: 20,
  itemsOfFeed: 10,
  hits: 5,
  atOnce: 4,
  cost: '0.25',
};

/** What a step is given. */
export interface Work {
  readonly platform: Platform;
  readonly means: Means;
  readonly budget: Budget;
  readonly run: RunRow;
  readonly category: CategoryRow;
  /** What the steps before have left. */
  readonly outcomes: Partial<Outcomes>;
  /** Aborted when the run is to be broken off. */
  readonly signal: AbortSignal;
  /** Tells how far it has come; now and then is enough. */
  report(progress: Progress): Promise<void>;
}

/** A run cannot go on: the reason for programs and for people, and what could not be read. */
export class RunFailure extends Error {
  override name = 'RunFailure';
  readonly code: ResearchRunErrorCode;
  readonly failures: readonly Failure[];
  constructor(code: ResearchRunErrorCode, message: string, failures: readonly Failure[] = []) {
    super(message);
    this.code = code;
    this.failures = failures;
  }
}
