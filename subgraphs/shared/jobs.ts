import { createPostgresBackend, Queue, runMigrations, Worker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Log } from './log.ts';

/**
 * Work in the background. Data carries ids only, never secrets or copies of rows: the job reads what is so when it runs.
 * Delivery is at least once, so a job's effect must be safe to repeat.
 */
export interface JobDefinition {
  /** `subgraph.what`, e.g. `users.export`. */
  name: string;
  run(data: Record<string, string>): Promise<void>;
  /** Runs by itself every so many milliseconds. */
  every?: number;
  /** Attempts in all; between them the wait doubles from one second. Default 5. */
  attempts?: number;
}

export interface Jobs {
  /** Hands a job to the queue. The same `id` twice is one job. `delay` is in milliseconds. */
  add(name: string, data: Record<string, string>, options?: { id?: string; delay?: number }): Promise<void>;
  /** Starts working on these jobs in this process. */
  work(definitions: readonly JobDefinition[]): Promise<void>;
  /** Finishes running jobs (for at most 20 s), then closes. */
  close(): Promise<void>;
}

/** Makes BullMQ's tables (in the schema `bullmq`) where the queues are on PostgreSQL; BullMQ locks against others doing the same. */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await runMigrations(client as never).finally(() => client.end());
}

/** The lock is short, so that a killed worker's jobs are taken over within seconds rather than a minute. */
const workerSettings = { concurrency: 4, lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 10 };

/** BullMQ on Redis when there is one, else on PostgreSQL. One queue a subgraph: `users.export` goes to queue `users`. */
export function createJobs(connection: { redisUrl?: string | undefined; databaseUrl: string }, log: Log): Jobs {
  const {
    queue: openQueue,
    worker: openWorker,
    close: closeConnections,
  } = connection.redisUrl ? onRedis(connection.redisUrl) : onPostgres(connection.databaseUrl, log);
  const queues = new Map<string, Queue>();
  const workers: Worker[] = [];
  const queueOf = (name: string) => {
    const subgraph = name.split('.')[0]!;
    let queue = queues.get(subgraph);
    if (!queue) {
      queue = openQueue(`jarvis-${subgraph}`);
      queue.on('error', (error) => log.warn({ error: error.message, queue: subgraph }, 'a queue is not reachable'));
      queues.set(subgraph, queue);
    }
    return queue;
  };
  const kept = { removeOnComplete: { count: 100 }, removeOnFail: { age: 7 * 24 * 3600 } };
  return {
    async add(name, data, { id, delay } = {}) {
      const backoff = { type: 'exponential', delay: 1_000 };
      await queueOf(name).add(name, data, {
        ...kept,
        attempts: 5,
        backoff,
        ...(id && { jobId: id }),
        ...(delay && { delay }),
      });
    },
    async work(definitions) {
      const bySubgraph = groupBySubgraph(definitions);
      for (const [subgraph, jobs] of bySubgraph) {
        const queue = queueOf(`${subgraph}.`);
        for (const { name, every } of jobs) {
          if (every) await queue.upsertJobScheduler(name, { every }, { name, data: {}, opts: kept });
        }
        const byName = new Map(jobs.map((job) => [job.name, job]));
        const worker = openWorker(`jarvis-${subgraph}`, async (job) => {
          const definition = byName.get(job.name);
          if (!definition) throw new Error(`No job is called ${job.name}. Known: ${[...byName.keys()].join(', ')}`);
          await definition.run(job.data as Record<string, string>);
        });
        worker.on('failed', (job, error) =>
          log.error({ job: job?.name, id: job?.id, error: error.message }, 'a job failed'),
        );
        worker.on('error', (error) => log.warn({ error: error.message, queue: subgraph }, 'a worker is in trouble'));
        workers.push(worker);
        await worker.waitUntilReady();
      }
    },
    async close() {
      const all = Promise.all(workers.map((worker) => worker.close()));
      await Promise.race([all, new Promise((done) => setTimeout(done, 20_000).unref())]);
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await closeConnections();
    },
  };
}

function groupBySubgraph(definitions: readonly JobDefinition[]): Map<string, JobDefinition[]> {
  const groups = new Map<string, JobDefinition[]>();
  for (const job of definitions) {
    const subgraph = job.name.split('.')[0]!;
    groups.set(subgraph, [...(groups.get(subgraph) ?? []), job]);
  }
  return groups;
}

type Run = (job: { name: string; data: unknown }) => Promise<void>;

function onRedis(url: string) {
  // A producer answers a request, so it fails fast; a worker waits for Redis to come back.
  const producer = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: 2_000 });
  const consumers: Redis[] = [];
  return {
    queue: (name: string) => new Queue(name, { connection: producer }),
    worker: (name: string, run: Run) => {
      const connection = new Redis(url, { maxRetriesPerRequest: null });
      consumers.push(connection);
      return new Worker(name, run, { connection, ...workerSettings });
    },
    close: async () => {
      for (const client of [producer, ...consumers]) client.disconnect();
    },
  };
}

function onPostgres(connectionString: string, log: Log) {
  const backed = withBackend(createPostgresBackend);
  // One pool for all queues of the process. Each worker keeps one of its connections to LISTEN on.
  const pool = new pg.Pool({ connectionString, max: 12, options: '-c search_path=bullmq' });
  pool.on('error', (error) => log.warn({ error: error.message }, 'an idle queue connection broke'));
  return {
    queue: (name: string) => new backed.Queue(name, { connection: pool }) as unknown as Queue,
    worker: (name: string, run: Run) =>
      new backed.Worker(name, run, { connection: pool, ...workerSettings }) as unknown as Worker,
    close: () => pool.end(),
  };
}
