import { Counter } from 'prom-client';
import type { Log } from './log.ts';
import { domainMetrics } from './metrics.ts';

const rejections = new Counter({
  name: 'jarvis_unhandled_rejections_total',
  help: 'Promises that failed with nobody waiting for them',
  registers: [domainMetrics],
});

/**
 * What becomes of what nobody waited for. A promise that failed has failed one piece of work and left the rest as it was: it is logged and counted
 * (each is a mistake of ours, and an alert), and the process goes on answering. After an exception that nobody caught, nothing is known of what was
 * left half done: the process says so and ends, as it would by itself.
 */
export function watchRejections(log: Log): void {
  process.on('unhandledRejection', (reason) => {
    rejections.inc();
    const error = reason instanceof Error ? { message: reason.message, stack: reason.stack } : String(reason);
    log.error({ error }, 'a promise failed and nobody waited for it');
  });
  process.on('uncaughtException', ({ message, stack }) => {
    log.error({ error: { message, stack } }, 'an exception was not caught: ending');
    process.exit(1);
  });
}
