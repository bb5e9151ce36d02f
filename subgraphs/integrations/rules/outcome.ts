import type { Tx } from '../../shared/db.ts';
import { type GraphAnswer, GraphUnreachable } from '../../shared/graph.ts';
import type { Platform } from '../../shared/platform.ts';
import { AnswerRefused } from './numbers.ts';
import type { RuleRow } from './rule.ts';
import type { RunRow } from './run.ts';

/** What a step is given. */
export interface Work {
  readonly platform: Platform;
  readonly run: RunRow;
  readonly rule: Pick<RuleRow, 'id' | 'name'>;
  /** Aborted when the run is to be broken off. */
  readonly signal: AbortSignal;
}

/** What has come of a step. What is an effect in our own database happens in the transaction that stores the outcome. */
export type StepOutcome =
  | { state: 'DONE'; output: string | ((change: { db: Tx; now: () => Date }) => Promise<string>) }
  | { state: 'NOT_MET'; output: string }
  | { state: 'FAILED'; error: string }
  /** It may pass: to be tried again, not before `until`. */
  | { state: 'LATER'; error: string; until?: Date | null };

/** Who does what a run does: its scopes are cut down for each step. */
export const askerOf = ({ run }: Work) => ({
  userId: run.userId,
  taskId: run.id,
  scopes: run.scopes,
  author: run,
  causationId: run.id,
});

const mayPass = new Set(['UPSTREAM_FAILED', 'RATE_LIMITED']);

/** What an answer of the graph to a mutation means for the step. */
export function outcomeOf({ data, errors }: GraphAnswer): StepOutcome {
  const [error] = errors ?? [];
  if (error) {
    const code = String(error.extensions?.code ?? '');
    if (code === 'UNAUTHENTICATED') return { state: 'FAILED', error: 'The API key that wrote this rule has ended.' };
    return mayPass.has(code)
      ? { state: 'LATER', error: error.message }
      : { state: 'FAILED', error: code ? `${error.message} (${code})` : error.message };
  }
  const refused = Object.values(data ?? {}).flatMap((field) => (Array.isArray(field?.errors) ? field.errors : []));
  if (refused.length > 0) {
    return {
      state: 'FAILED',
      error: refused
        .map(({ message, code, path }: { message?: string; code?: string; path?: string[] }) =>
          [message ?? code, path?.length ? `(${path.join('.')})` : ''].filter(Boolean).join(' '),
        )
        .join(' '),
    };
  }
  return { state: 'DONE', output: JSON.stringify(data ?? {}) };
}

/** A graph that cannot be asked may be there again in a moment; what it refuses is an outcome. @throws whatever else it was */
export async function orLater(work: Promise<StepOutcome>): Promise<StepOutcome> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AnswerRefused) return outcomeOf(error.answer);
    if (!(error instanceof GraphUnreachable)) throw error;
    return { state: 'LATER', error: 'The graph could not be asked just now.' };
  }
}
