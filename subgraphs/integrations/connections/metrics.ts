import { Counter } from 'prom-client';
import { domainMetrics } from '../../shared/metrics.ts';

/** How syncs end, by provider: DONE, or the kind of failure. */
export const syncsEnded = new Counter({
  name: 'jarvis_syncs_total',
  help: 'Syncs of connections that have ended, by provider and outcome.',
  labelNames: ['provider', 'outcome'] as const,
  registers: [domainMetrics],
});
