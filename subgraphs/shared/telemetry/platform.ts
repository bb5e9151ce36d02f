import type { QueueFigures } from '../jobs.ts';
import type { Platform } from '../platform.ts';
import { readDueWork, readersOf, readLag, type Waiting } from './backlog.ts';
import { watchBusiness } from './business.ts';
import type { Figure } from './distribution.ts';
import { lately } from './lately.ts';
import type { Metrics } from './metrics.ts';
import { watchSeries } from './series.ts';

/**
 * Shows what this process stands on: its connections to the database, and of the subgraphs that run in it the queues, the reactions and what is
 * due. Processes that run the same subgraph show the same backlog: take the highest, not the sum.
 */
export function watchPlatform(metrics: Metrics, platform: Platform, subgraphs: readonly string[]): void {
  watchDatabase(metrics, platform);
  watchQueues(metrics, platform, subgraphs);
  // It is about people as a whole, so it is told where they are.
  if (platform.config.BUSINESS_METRICS === 'yes' && subgraphs.includes('users')) watchBusiness(metrics, platform);
  const { db, now } = platform;
  const domains = platform.domains.filter(({ name }) => subgraphs.includes(name));
  const readers = readersOf(domains, platform);
  watchWaiting(metrics, {
    name: 'reaction_lag',
    label: 'reader',
    about: 'Events that a reader of the log has not gone past',
    read: lately(() => readLag(db, readers, now())),
  });
  watchWaiting(metrics, {
    name: 'due_work',
    label: 'work',
    about: 'Work that is due and that nobody is at',
    read: lately(() => readDueWork(db, domains, now())),
  });
}

function watchDatabase(metrics: Metrics, { db, database: { pool, statements } }: Platform): void {
  const answers = lately(() => db.$queryRaw`SELECT 1`);
  metrics.watch('jarvis_database_up', 'Whether the database answers: 1 or 0', async () => [
    { labels: {}, value: Number((await answers()) !== null) },
  ]);
  metrics.watchDurations('jarvis_database_connection_wait_seconds', 'How long was waited for a connection', () => [
    { labels: {}, durations: statements.waits },
  ]);
  metrics.watch('jarvis_database_connections', 'Connections to the database, by what they do', () => [
    { labels: { state: 'idle' }, value: pool.idleCount },
    { labels: { state: 'busy' }, value: pool.totalCount - pool.idleCount },
  ]);
  metrics.watch('jarvis_database_connections_limit', 'Connections that there may be', () => pool.options.max);
  metrics.watch('jarvis_database_waiting', 'Who waits for a connection', () => pool.waitingCount);
  watchSeries(metrics, {
    name: 'sql_statement',
    about: 'SQL statements, by their first word and outcome',
    all: () => [...statements.series.values()],
  });
  metrics.watch(
    'jarvis_sql_slow_statements_total',
    'SQL statements that took SLOW_QUERY_MS or longer',
    () => statements.slow,
    'counter',
  );
}

function watchQueues(metrics: Metrics, { jobs }: Platform, subgraphs: readonly string[]): void {
  const queues = subgraphs.map((queue) => ({ queue, read: lately(() => jobs.figures(queue)) }));
  const each = async (show: (queue: string, figures: QueueFigures) => Figure[]) =>
    (
      await Promise.all(
        queues.map(async ({ queue, read }) => {
          const figures = await read();
          return figures ? show(queue, figures) : [];
        }),
      )
    ).flat();
  metrics.watch('jarvis_queue_jobs', 'Jobs in the queues, by their state', () =>
    each((queue, { counts }) => Object.entries(counts).map(([state, value]) => ({ labels: { queue, state }, value }))),
  );
  metrics.watch('jarvis_queue_oldest_seconds', 'For how long the job that waits longest has been due', () =>
    each((queue, { oldestMs }) => [{ labels: { queue }, value: oldestMs / 1_000 }]),
  );
}

function watchWaiting(
  metrics: Metrics,
  { name, label, about, read }: { name: string; label: string; about: string; read(): Promise<Waiting[] | null> },
): void {
  const figures = async (value: (waiting: Waiting) => number) =>
    ((await read()) ?? []).map((waiting) => ({ labels: { [label]: waiting.what }, value: value(waiting) }));
  metrics.watch(`jarvis_${name}`, about, () => figures(({ count }) => count));
  metrics.watch(`jarvis_${name}_oldest_seconds`, `${about}: age of the oldest`, () =>
    figures(({ oldestSeconds }) => oldestSeconds),
  );
}
