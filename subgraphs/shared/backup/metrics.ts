import { Counter, Gauge } from 'prom-client';
import { domainMetrics } from '../metrics.ts';

const registers = [domainMetrics];

/** Read from the record of attempts by whichever process looks: over processes, the largest is true. */
export const lastSuccess = new Gauge({
  name: 'jarvis_backup_last_success_timestamp_seconds',
  help: 'When the snapshot of the newest complete backup was taken, in seconds since 1970',
  registers,
});
export const lastDuration = new Gauge({
  name: 'jarvis_backup_duration_seconds',
  help: 'How long the latest complete backup took, in seconds',
  registers,
});
export const lastBytes = new Gauge({
  name: 'jarvis_backup_bytes',
  help: 'Bytes that the latest complete backup has in the bucket',
  registers,
});
export const failures = new Counter({
  name: 'jarvis_backup_failures_total',
  help: 'Backups that failed in this process',
  registers,
});
