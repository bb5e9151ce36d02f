import { type Cost, type Observation, phases } from './observation.ts';

/** Told of each operation that took `threshold` milliseconds or longer, once. */
export interface SlowOperations {
  readonly threshold: number;
  report(observation: Observation, codes: readonly string[], cost?: Cost): void;
}

/**
 * Writes slow operations to the log, with where their time went. Whoever asked, what they asked with and what they got is not written: the
 * document stands as a hash, by which the persisted operations know it.
 */
export function createSlowOperations(
  log: { warn(fields: object, message: string): void },
  threshold: number,
): SlowOperations {
  return {
    threshold,
    report({ requestId, trace, kind, name, hash, milliseconds, spent, calls, callCount }, codes, cost) {
      const shown = calls ?? [];
      log.warn(
        {
          requestId,
          ...(trace && { traceId: trace.traceId }),
          operation: name,
          kind,
          hash,
          ms: rounded(milliseconds),
          phases: Object.fromEntries(phases.map((phase, index) => [phase, rounded(spent[index]!)])),
          calls: shown.map((call) => ({
            subgraph: call.subgraph,
            ms: rounded(call.milliseconds),
            outcome: call.outcome,
          })),
          ...(callCount > shown.length && { callsLeftOut: callCount - shown.length }),
          ...(cost && { cost: { requested: cost.requested, actual: cost.actual } }),
          errors: [...new Set(codes)].slice(0, 10),
        },
        'a slow operation',
      );
    },
  };
}

const rounded = (milliseconds: number) => Math.round(milliseconds * 100) / 100;
