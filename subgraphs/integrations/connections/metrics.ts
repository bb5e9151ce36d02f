import { Counter, Histogram } from 'prom-client';
import { domainMetrics } from '../../shared/metrics.ts';
import type { Outside } from '../providers/provider.ts';

const registers = [domainMetrics];

/** How syncs end, by provider: DONE, or the kind of failure. */
export const syncsEnded = new Counter({
  name: 'jarvis_syncs_total',
  help: 'Syncs of connections that have ended, by provider and outcome.',
  labelNames: ['provider', 'outcome'] as const,
  registers,
});
const calls = new Counter({
  name: 'jarvis_provider_calls_total',
  help: 'Calls to providers, by outcome: ok, limited (429), refused (another 4xx), failing (5xx), unreachable',
  labelNames: ['provider', 'outcome'] as const,
  registers,
});
const durations = new Histogram({
  name: 'jarvis_provider_call_seconds',
  help: 'Time from a call to a provider to the end of its answer',
  labelNames: ['provider'] as const,
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  registers,
});

const outcomeOf = (status: number) =>
  status === 429 ? 'limited' : status >= 500 ? 'failing' : status >= 400 ? 'refused' : 'ok';

/** The same way outside, with its calls counted for a provider. */
export function counted(outside: Outside, provider: string): Outside {
  return {
    ...outside,
    async fetch(url, request) {
      const began = performance.now();
      let outcome = 'unreachable';
      try {
        const answer = await outside.fetch(url, request);
        outcome = outcomeOf(answer.status);
        return answer;
      } finally {
        calls.inc({ provider, outcome });
        durations.observe({ provider }, (performance.now() - began) / 1_000);
      }
    },
  };
}
