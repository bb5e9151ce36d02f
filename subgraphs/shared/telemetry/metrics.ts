import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { Distribution, type Figure } from './distribution.ts';

/** A figure that is kept elsewhere: one number, or one for each set of labels. */
export type Reader = () => number | Iterable<Figure> | Promise<Iterable<Figure>>;

export interface Metrics {
  /** One answered HTTP request, and the seconds it took. */
  observeRequest(route: string, status: number, seconds: number): void;
  /** Reads the figure at each scrape. A `counter` only grows; it may start again from zero. */
  watch(name: string, help: string, read: Reader, type?: 'gauge' | 'counter'): void;
  /** The same for distributions: a histogram in seconds. */
  watchDurations(
    name: string,
    help: string,
    read: () => Iterable<{ readonly labels: Figure['labels']; readonly durations: Distribution }>,
  ): void;
  text(): Promise<string>;
  contentType: string;
}

/** Upper ends of the buckets of whole requests, in milliseconds. */
export const requestBounds = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/**
 * Prometheus metrics of this process, the event loop's delay and the garbage collector's among them. Labels never hold ids, addresses or
 * documents. `others` are registries that are told along. What is counted on every request is counted in plain numbers and handed to prom-client when somebody reads it.
 */
export function createMetrics(others: readonly Pick<Registry, 'metrics'>[] = []): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'jarvis_' });
  const add = (
    type: string,
    name: string,
    help: string,
    values: () => readonly Figure[] | Promise<readonly Figure[]>,
  ) => {
    const get = async () => ({ name, help, type, aggregator: 'sum', values: await values() });
    // The registry asks no more of a metric than this.
    registry.registerMetric({ name, get } as unknown as Metric<string>);
  };

  const metrics: Metrics = {
    observeRequest(route, status, seconds) {
      let seen = routes.get(route);
      if (!seen) {
        seen = { durations: new Distribution(requestBounds), statuses: new Map() };
        routes.set(route, seen);
      }
      seen.durations.add(seconds * 1_000);
      seen.statuses.set(status, (seen.statuses.get(status) ?? 0) + 1);
    },
    watch(name, help, read, type = 'gauge') {
      add(type, name, help, async () => {
        const found = await read();
        return typeof found === 'number' ? [{ labels: {}, value: found }] : [...found];
      });
    },
    watchDurations(name, help, read) {
      add('histogram', name, help, () =>
        [...read()].flatMap(({ labels, durations }) => durations.figures(name, labels)),
      );
    },
    text: async () =>
      `${await registry.metrics()}\n${(await Promise.all(others.map((other) => other.metrics()))).join('\n')}`,
    contentType: registry.contentType,
  };

  const routes = new Map<string, { durations: Distribution; statuses: Map<number, number> }>();
  metrics.watch(
    'jarvis_http_requests_total',
    'HTTP requests answered, by route and status',
    () =>
      [...routes].flatMap(([route, { statuses }]) =>
        [...statuses].map(([status, value]) => ({ labels: { route, status: String(status) }, value })),
      ),
    'counter',
  );
  metrics.watchDurations('jarvis_http_request_seconds', 'Time from the request to the end of its answer', () =>
    [...routes].map(([route, { durations }]) => ({ labels: { route }, durations })),
  );
  return metrics;
}
