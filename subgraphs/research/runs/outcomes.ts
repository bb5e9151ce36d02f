import type { StoredClaim } from '../rows.ts';
import type { RunStepRow } from './rows.ts';

/** What each step leaves for those after it, as it is stored with its entry of the log. */
export interface Outcomes {
  PLAN: { addresses: string[]; query: string | null };
  /** Ids of snapshots, in the order in which statements refer to them. */
  GATHER: { snapshots: string[]; failures: Failure[] };
  EXTRACT: { title: string; summary: string; claims: { text: string; quote: string | null; source: number | null }[] };
  VERIFY: { claims: StoredClaim[] };
}

/** An address that could not be read, and why. */
export interface Failure {
  url: string;
  code: string;
  message: string;
}

/** What a step has come to. */
export interface StepResult<Step extends keyof Outcomes = keyof Outcomes> {
  outcome: Outcomes[Step];
  /** One sentence. */
  note: string;
  counts: Record<string, number>;
  /** What changes in the run's own numbers. */
  progress?: Progress;
  /** US dollars. */
  cost?: string;
}

export type Progress = Partial<Record<'planned' | 'fetched' | 'failed' | 'claims', number>>;

/** What the steps that are done have left. */
export function outcomesOf(entries: readonly Pick<RunStepRow, 'step' | 'outcome'>[]): Partial<Outcomes> {
  return Object.fromEntries(entries.filter(({ outcome }) => outcome !== null).map((one) => [one.step, one.outcome]));
}
