import { setMaxListeners } from 'node:events';
import { createPostgresBackend, Queue, runMigrations, UnrecoverableError, Worker, withBackend } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import pg from 'pg';
import { sha256 } from './crypto.ts';
import { openPool } from './db.ts';
import type { Log } from './log.ts';
import { jobMetrics } from './telemetry/jobs.ts';

/**
 * Work in the background. Data carries ids only, never secrets or copies of rows: the job reads what is so when it runs.
 * It names objects, never people: an erasure finds a person's jobs by asking whose objects they name (`forget`).
 * Delivery is at least once, so a job's effect must be safe to repeat.
 */
export interface JobDefinition {
  /** `subgraph.what`, e.g. `users.export`. */
  name: string;
  /** `closing` is aborted when the process is about to end and the job should hand back what it cannot finish at once. */
  run(data: Record<string, string>, closing: AbortSignal): Promise<void>;
  /** Runs by itself every so many milliseconds. */
  every?: number;
  /** How many of these a process runs at the same time, at least. Default 4. */
  concurrency?: number;
  /** Attempts in all; between them the wait doubles from one second. Default 5. */
  attempts?: number;
}

export interface Jobs {
  /**
   * Hands a job to the queue. `delay` is in milliseconds. The same `id` twice is one job, for as long as the queue remembers
   * it (until it is done, or a day when it failed): it saves work, it does not replace effects that are safe to repeat.
   */
  add(name: string, data: Record<string, string>, options?: { id?: string; delay?: number }): Promise<void>;
  /** Starts working on these jobs in this process, unless it is closing. */
  work(definitions: readonly JobDefinition[]): Promise<void>;
  /** How a subgraph's queue stands. */
  figures(subgraph: string): Promise<QueueFigures>;
  /** Jobs of a subgraph that were given up within the last day, the latest first, at most a thousand. */
  failed(subgraph: string): Promise<FailedJob[]>;
  /**
   * Removes the jobs that name somebody's objects, whatever their state, and what the queues noted about jobs in passing.
   * One that is running stays: it ends by itself.
   * @param theirs which of these values of jobs' data belong to whom is to be forgotten
   * @returns how many were removed
   */
  forget(subgraphs: readonly string[], theirs: (values: string[]) => Promise<ReadonlySet<string>>): Promise<number>;
  /** Puts a job that was given up back on its queue; false when there is none of that id. */
  retry(subgraph: string, id: string): Promise<boolean>;
  /**
   * Takes no more jobs. Those that run have some seconds to finish, and as long again to hand back what they cannot finish. Jobs can still be
   * added: for others, and for later.
   */
  rest(): Promise<void>;
  /** Rests, then closes. */
  close(): Promise<void>;
}

/** A job that was given up: it failed as often as it may, or its workers died of it. */
export interface FailedJob {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly failedAt: Date;
}

export interface QueueFigures {
  /** Jobs by their state: waiting, active, delayed, failed. */
  readonly counts: Readonly<Record<string, number>>;
  /** For how many milliseconds the first that waits has been due; 0 when none waits. */
  readonly oldestMs: number;
}

/** Makes BullMQ's tables (in the schema `bullmq`) where the queues are on PostgreSQL; BullMQ locks against others doing the same. */
export async function migrateQueues(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await runMigrations(client as never).finally(() => client.end());
}

/** Times in milliseconds; tests shorten them. */
export interface JobTimes {
  /** Short, so that a killed worker's jobs are taken over within seconds rather than a minute. */
  lock: number;
  /** How often a worker looks for jobs whose lock has ended. */
  stalledCheck: number;
  /** Before the second attempt; doubles after each. */
  backoff: number;
  /** How long `rest` waits for running jobs. */
  closing: number;
  /** How often it is seen to that the queue still knows what runs by itself. */
  watch: number;
}
const usualTimes: JobTimes = { lock: 10_000, stalledCheck: 5_000, backoff: 1_000, closing: 10_000, watch: 5_000 };

/** So many workers may die of a job; then it is given up. What it was for stands in PostgreSQL, where sweeps find it. */
const deaths = 3;

/** What the queue is told; a definition's own number counts, and the worker, which knows it, sees to that. */
const mostAttempts = 20;
const usualAttempts = 5;

/** BullMQ on Redis when there is one, else on PostgreSQL. One queue a subgraph: `users.export` goes to queue `users`. */
export function createJobs(
  connection: { redisUrl?: string | undefined; databaseUrl: string },
  log: Log,
  times: JobTimes = usualTimes,
): Jobs {
  const workerSettings = {
    lockDuration: times.lock,
    stalledInterval: times.stalledCheck,
    maxStalledCount: deaths - 1,
  };
  const {
    queue: openQueue,
    worker: openWorker,
    forgetEvents,
    close: closeConnections,
  } = connection.redisUrl
    ? onRedis(connection.redisUrl, workerSettings, log)
    : onPostgres(connection.databaseUrl, workerSettings, log);
  const queues = new Map<string, Queue>();
  const workers: Worker[] = [];
  const watches: NodeJS.Timeout[] = [];
  let resting: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  const leaving = new AbortController();
  // Each running job may listen.
  setMaxListeners(0, leaving.signal);
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
  const settings = {
    removeOnComplete: true,
    removeOnFail: { age: 24 * 3600 },
    attempts: mostAttempts,
    backoff: { type: 'exponential', delay: times.backoff },
  };
  return {
    async add(name, data, { id, delay } = {}) {
      // BullMQ takes no colons in ids, nor ids that are numbers. It also notes them where nobody looks again: a hash names nothing.
      const jobId = id && `id-${sha256(id)}`;
      await queueOf(name).add(name, data, { ...settings, ...(jobId && { jobId }), ...(delay && { delay }) });
    },
    async work(definitions) {
      const bySubgraph = groupBySubgraph(definitions);
      for (const [subgraph, jobs] of bySubgraph) {
        const queue = queueOf(`${subgraph}.`);
        const repeated = new Map(jobs.flatMap(({ name, every }) => (every ? [[name, every]] : [])));
        const repeat = (name: string, every: number) =>
          queue.upsertJobScheduler(name, { every }, { name, data: {}, opts: settings });
        for (const [name, every] of repeated) await repeat(name, every);
        // What an earlier version repeated and this one does not know would fail for ever.
        for (const { key } of await queue.getJobSchedulers()) {
          if (!repeated.has(key)) await queue.removeJobScheduler(key);
        }
        // A Redis may come back without what it held. What has to be done stands in PostgreSQL; who looks there must not be forgotten.
        const lookAfter = async () => {
          const known = new Set((await queue.getJobSchedulers()).map(({ key }) => key));
          for (const [name, every] of repeated) if (!known.has(name) && !resting) await repeat(name, every);
        };
        const onFailure = (error: Error) =>
          log.warn({ error: error.message, queue: subgraph }, 'what runs by itself could not be looked after');
        if (connection.redisUrl && repeated.size > 0)
          watches.push(setInterval(() => void lookAfter().catch(onFailure), times.watch).unref());
        // A worker that nobody closes would ask a pool that has ended, without a pause: the process would do nothing else.
        if (resting) return;
        const byName = new Map(jobs.map((job) => [job.name, job]));
        const concurrency = Math.max(4, ...jobs.map((job) => job.concurrency ?? 0));
        const worker = openWorker(`jarvis-${subgraph}`, concurrency, async (job) => {
          const definition = byName.get(job.name);
          const began = performance.now();
          try {
            if (!definition) throw new Error(`No job is called ${job.name}. Known: ${[...byName.keys()].join(', ')}`);
            await definition.run(job.data as Record<string, string>, leaving.signal);
            jobMetrics.ended(job.name, 'done', performance.now() - began);
          } catch (error) {
            const again = job.attemptsMade + 1 < (definition?.attempts ?? usualAttempts);
            const name = definition ? job.name : 'unknown';
            jobMetrics.ended(name, again ? 'tried again' : 'failed', performance.now() - began);
            if (again) throw error;
            throw new UnrecoverableError((error as Error).message);
          }
        });
        worker.on('failed', (job, error) =>
          log.error({ job: job?.name, id: job?.id, error: error.message }, 'a job failed'),
        );
        worker.on('error', (error) => log.warn({ error: error.message, queue: subgraph }, 'a worker is in trouble'));
        workers.push(worker);
        await worker.waitUntilReady();
      }
    },
    async figures(subgraph) {
      const queue = queueOf(`${subgraph}.`);
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
      // The two stores do not agree on which end is the first.
      const last = Math.max(0, counts.waiting! - 1);
      const ends = await Promise.all([0, last].map((at) => queue.getJobs(['waiting'], at, at, true)));
      const now = Date.now();
      const due = ends.flat().map(({ timestamp, opts }) => timestamp + (opts.delay ?? 0));
      return { counts, oldestMs: now - Math.min(now, ...due) };
    },
    async failed(subgraph) {
      const jobs = await queueOf(`${subgraph}.`).getJobs(['failed'], 0, 999);
      return jobs.map(({ id = '', name, data, failedReason, finishedOn = 0 }) => ({
        id,
        name,
        data,
        reason: failedReason ?? '',
        failedAt: new Date(finishedOn),
      }));
    },
    async forget(subgraphs, theirs) {
      let removed = 0;
      for (const subgraph of subgraphs) {
        const queue = queueOf(`${subgraph}.`);
        removed += await forgetJobs(queue, theirs);
        await forgetEvents(queue.name);
      }
      return removed;
    },
    async retry(subgraph, id) {
      const job = await queueOf(`${subgraph}.`).getJob(id);
      if (!job || !(await job.isFailed())) return false;
      await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      return true;
    },
    rest,
    close: () => (closing ??= close()),
  };

  function rest(): Promise<void> {
    resting ??= handBack();
    return resting;
  }

  async function handBack(): Promise<void> {
    for (const watch of watches) clearInterval(watch);
    const closed = Promise.all(workers.map((worker) => worker.close()));
    // Half of the time for jobs to finish, the other half to hand back what they cannot.
    await withinTime(closed, times.closing / 2);
    leaving.abort();
    // A job that does not end must not keep the process: its lock runs out, and another worker takes it over.
    await withinTime(closed, times.closing / 2);
  }

  async function close(): Promise<void> {
    await rest();
    await withinTime(Promise.all([...queues.values()].map((queue) => queue.close())), 1_000);
    await withinTime(closeConnections(), 1_000);
  }
}

function withinTime(work: Promise<unknown>, milliseconds: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise((done) => {
    timer = setTimeout(done, milliseconds);
  });
  return Promise.race([work, end]).finally(() => clearTimeout(timer));
}

function groupBySubgraph(definitions: readonly JobDefinition[]): Map<string, JobDefinition[]> {
  const groups = new Map<string, JobDefinition[]>();
  for (const job of definitions) {
    const subgraph = job.name.split('.')[0]!;
    groups.set(subgraph, [...(groups.get(subgraph) ?? []), job]);
  }
  return groups;
}

/** Jobs read at once when one looks through a queue. */
const page = 500;

/** Those that move while one looks are about to run, and go when they have found nothing to do. */
async function forgetJobs(queue: Queue, theirs: (values: string[]) => Promise<ReadonlySet<string>>): Promise<number> {
  const found = new Set<string>();
  for (const state of ['waiting', 'prioritized', 'delayed', 'failed', 'completed'] as const) {
    for (let start = 0; ; start += page) {
      // A job that ends while it is read is not there any more.
      const jobs = (await queue.getJobs([state], start, start + page - 1)).filter((job) => job?.id !== undefined);
      if (jobs.length === 0) break;
      const valuesOf = (data: object) => Object.values(data ?? {}).map(String);
      const named = await theirs(jobs.flatMap(({ data }) => valuesOf(data)));
      for (const { id, data } of jobs) if (valuesOf(data).some((value) => named.has(value))) found.add(id!);
    }
  }
  let removed = 0;
  for (const id of found) {
    // Null while a worker is at it, or when it is gone already.
    if (await queue.remove(id)) removed++;
  }
  return removed;
}

type Run = (job: { name: string; data: unknown; attemptsMade: number }) => Promise<void>;
type WorkerSettings = { lockDuration: number; stalledInterval: number; maxStalledCount: number };

function onRedis(url: string, settings: WorkerSettings, log: Log) {
  const open = (options: RedisOptions) =>
    new Redis(url, options).on('error', (error) => log.warn({ error: error.message }, 'the queues lost Redis'));
  // A producer answers a request, so it fails fast; a worker waits for Redis to come back.
  const producer = open({ maxRetriesPerRequest: 1, commandTimeout: 2_000 });
  const consumers: Redis[] = [];
  return {
    queue: (name: string) => new Queue(name, { connection: producer }),
    worker: (name: string, concurrency: number, run: Run) => {
      // Asks Redis for work for five seconds at a time: one that says nothing for longer is gone.
      const connection = open({ maxRetriesPerRequest: null, socketTimeout: 20_000 });
      consumers.push(connection);
      return new Worker(name, run, { connection, concurrency, ...settings });
    },
    /** BullMQ's stream of what happened to jobs. Nobody here reads it. */
    forgetEvents: async (name: string) => {
      await producer.del(`bull:${name}:events`);
    },
    close: async () => {
      for (const client of [producer, ...consumers]) client.disconnect();
    },
  };
}

function onPostgres(connectionString: string, settings: WorkerSettings, log: Log) {
  const backed = withBackend(createPostgresBackend);
  // One pool for all queues of the process. Each worker keeps one of its connections to LISTEN on.
  const pool = openPool(
    { connectionString, max: 12, connectionTimeoutMillis: 5_000, silence: 10_000, options: '-c search_path=bullmq' },
    log,
  );
  return {
    queue: (name: string) => new backed.Queue(name, { connection: pool }) as unknown as Queue,
    worker: (name: string, concurrency: number, run: Run) =>
      new backed.Worker(name, run, { connection: pool, concurrency, ...settings }) as unknown as Worker,
    forgetEvents: async (name: string) => {
      await pool.query('DELETE FROM event WHERE queue = $1', [name]);
    },
    close: () => pool.end(),
  };
}
