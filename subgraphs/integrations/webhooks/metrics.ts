import { Counter, Gauge, Histogram } from 'prom-client';
import { domainMetrics } from '../../shared/metrics.ts';

const registers = [domainMetrics];

const attempts = new Counter({
  name: 'jarvis_webhook_attempts_total',
  help: 'Attempts to send deliveries of webhooks, by what came of them',
  labelNames: ['outcome'],
  registers,
});
const ended = new Counter({
  name: 'jarvis_webhook_deliveries_ended_total',
  help: 'Deliveries of webhooks that are over, by their state',
  labelNames: ['state'],
  registers,
});
const latency = new Histogram({
  name: 'jarvis_webhook_attempt_seconds',
  help: 'Time from sending a delivery to the end of the answer',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  registers,
});
const lag = new Histogram({
  name: 'jarvis_webhook_first_attempt_lag_seconds',
  help: 'Time from an event to the first attempt to deliver it',
  buckets: [0.5, 1, 2, 5, 10, 30, 60, 300],
  registers,
});
const waiting = new Gauge({
  name: 'jarvis_webhook_deliveries_due',
  help: 'Deliveries that are due and not being sent, as last counted by this process',
  registers,
});
const oldest = new Gauge({
  name: 'jarvis_webhook_oldest_due_seconds',
  help: 'For how long the delivery that has been due longest has been so, as last seen by this process',
  registers,
});

export const webhookMetrics = {
  /** `outcome`: taken, refused (another status) or unreachable. */
  attempted(outcome: 'taken' | 'refused' | 'unreachable', milliseconds: number): void {
    attempts.inc({ outcome });
    latency.observe(milliseconds / 1_000);
  },
  began: (lagMs: number): void => lag.observe(Math.max(0, lagMs) / 1_000),
  ended: (state: string): void => ended.inc({ state }),
  due(count: number, oldestMs: number): void {
    waiting.set(count);
    oldest.set(Math.max(0, oldestMs) / 1_000);
  },
};
