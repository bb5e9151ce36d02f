import { Counter, Histogram } from 'prom-client';
import { domainMetrics } from '../metrics.ts';

const registers = [domainMetrics];

const attempts = new Counter({
  name: 'jarvis_jobs_total',
  help: 'Attempts at jobs in this process, by name and outcome: done, tried again, failed',
  labelNames: ['job', 'outcome'] as const,
  registers,
});
const durations = new Histogram({
  name: 'jarvis_job_seconds',
  help: 'How long attempts at jobs took',
  labelNames: ['job'] as const,
  buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
  registers,
});

export const jobMetrics = {
  ended(job: string, outcome: 'done' | 'tried again' | 'failed', milliseconds: number): void {
    attempts.inc({ job, outcome });
    durations.observe({ job }, milliseconds / 1_000);
  },
};
