import type { FormattedExecutionResult } from 'graphql';
import type { SubgraphCall } from '../subgraph.ts';
import type { Metrics } from './metrics.ts';
import { count, partBounds, type Series, series, watchSeries } from './series.ts';

/** The kind of an operation, by its first word. */
export const kindOf = (query: string) => /^\s*(query|mutation|subscription)\b/.exec(query)?.[1] ?? 'query';

/**
 * Counts the calls that this process answers for its gateways: how many run, how they ended (`ok`, `errors` in the answer, `failed` without one)
 * and how long they took, by kind of operation.
 */
export function countCalls(
  metrics: Metrics,
  subgraph: string,
): (call: SubgraphCall, execute: () => Promise<FormattedExecutionResult>) => Promise<FormattedExecutionResult> {
  const kinds = new Map<string, Series>();
  let running = 0;
  watchSeries(metrics, {
    name: 'answered_call',
    about: 'Calls of gateways that this process has answered, by kind of operation and outcome',
    all: () => [...kinds.values()],
  });
  metrics.watch('jarvis_answered_calls_running', 'Calls of gateways that run now', () => [
    { labels: { subgraph }, value: running },
  ]);
  return async ({ query }, execute) => {
    const kind = kindOf(query);
    const seen = kinds.get(kind) ?? series({ subgraph, kind }, partBounds);
    kinds.set(kind, seen);
    const began = performance.now();
    let outcome = 'failed';
    running++;
    try {
      const answer = await execute();
      outcome = answer.errors?.length ? 'errors' : 'ok';
      return answer;
    } finally {
      running--;
      seen.durations.add(performance.now() - began);
      count(seen, outcome);
    }
  };
}
