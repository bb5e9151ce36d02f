import { Counter, Histogram } from 'prom-client';
import { domainMetrics } from '../metrics.ts';
import type { EndedCall } from './ledger.ts';

const registers = [domainMetrics];
const labelNames = ['provider', 'model', 'purpose', 'outcome'] as const;

const calls = new Counter({ name: 'jarvis_ai_calls_total', help: 'Calls to language models', labelNames, registers });
const tokens = new Counter({
  name: 'jarvis_ai_tokens_total',
  help: 'Tokens sent to (input, cached_input) and received from (output) language models',
  labelNames: ['provider', 'model', 'purpose', 'direction'],
  registers,
});
const cost = new Counter({
  name: 'jarvis_ai_cost_dollars_total',
  help: 'Cost of calls to language models, US dollars',
  labelNames: ['provider', 'model', 'purpose'],
  registers,
});
const latency = new Histogram({
  name: 'jarvis_ai_call_seconds',
  help: 'Time from a question to a language model to the end of its answer',
  labelNames: ['provider', 'model'],
  buckets: [0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160],
  registers,
});
const firstEvent = new Histogram({
  name: 'jarvis_ai_first_event_seconds',
  help: 'Time from a question to a language model to the first piece of its answer',
  labelNames: ['provider', 'model'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
  registers,
});

export const aiMetrics = {
  /** Counts a call that has ended. */
  observe(call: EndedCall): void {
    const { provider, model, purpose, outcome } = call;
    calls.inc({ provider, model, purpose, outcome });
    tokens.inc({ provider, model, purpose, direction: 'input' }, call.inputTokens - call.cachedInputTokens);
    tokens.inc({ provider, model, purpose, direction: 'cached_input' }, call.cachedInputTokens);
    tokens.inc({ provider, model, purpose, direction: 'output' }, call.outputTokens);
    cost.inc({ provider, model, purpose }, call.cost.toNumber());
    latency.observe({ provider, model }, call.latencyMs / 1_000);
    if (call.firstEventMs !== null) firstEvent.observe({ provider, model }, call.firstEventMs / 1_000);
  },
};
