import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { FormattedExecutionResult } from 'graphql';
import { subgraphs as definitions } from '../../subgraphs/index.ts';
import { type Bus, createMemoryBus } from '../../subgraphs/shared/bus.ts';
import { type Config, readConfig } from '../../subgraphs/shared/config.ts';
import { type RequestInfo, scopes, type Viewer } from '../../subgraphs/shared/context.ts';
import { createSecrets } from '../../subgraphs/shared/crypto.ts';
import { type Db, openDb } from '../../subgraphs/shared/db.ts';
import { createHttpClient, type HttpClient } from '../../subgraphs/shared/http.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import type { JobDefinition, Jobs } from '../../subgraphs/shared/jobs.ts';
import { createLog } from '../../subgraphs/shared/log.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { createSubgraph, type Subgraph } from '../../subgraphs/shared/subgraph.ts';
import { identify } from '../../subgraphs/users/identity.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { createTestExecutor } from './executor.ts';

/** A clock that stands still until it is told to move. */
export interface TestClock {
  now(): Date;
  set(time: string | Date): void;
  advance(milliseconds: number): void;
}

export type Variables = Record<string, unknown>;
export type Answer = FormattedExecutionResult<Record<string, any>>;

/** Somebody who uses the graph. */
export interface Person {
  userId: string;
  viewer: Viewer;
  /** Runs an operation and returns the whole answer, errors included. */
  run(document: string, variables?: Variables, request?: Partial<RequestInfo>): Promise<Answer>;
  /** Runs an operation that must succeed and returns its data. */
  data(document: string, variables?: Variables, request?: Partial<RequestInfo>): Promise<Record<string, any>>;
}

export interface TestGraph {
  platform: Platform;
  db: Db;
  clock: TestClock;
  subgraphs: Map<string, Subgraph>;
  /** Signs somebody up (straight into the database) with every scope, or those given. */
  person(options?: {
    email?: string;
    timeZone?: string;
    scopes?: readonly string[];
    roles?: Viewer['roles'];
  }): Promise<Person>;
  /** The same account with another viewer, e.g. an API key with few scopes. */
  as(viewer: Viewer | null): Person;
  /** Every event so far has had its reactions. */
  settle(): Promise<void>;
  /** Runs every job that was added and is due by the clock, and those it adds. */
  runJobs(): Promise<void>;
  /** SQL statements sent to PostgreSQL while `work` runs. */
  countQueries<T>(work: () => Promise<T>): Promise<{ result: T; count: number }>;
  stop(): Promise<void>;
}

export const testTime = '2026-03-10T12:00:00.000Z';

/**
 * The whole graph in this process on a database of its own: the five subgraphs behind the gateway's executor. Requests
 * skip HTTP and token checks (the tests under tests/gateway have those); everything after them is what production runs.
 */
export async function startGraph(
  options: {
    env?: Record<string, string>;
    time?: string;
    log?: string;
    http?: HttpClient;
    /** One that is there already; it is dropped at the end like a fresh one. */
    database?: TestDatabase;
  } = {},
): Promise<TestGraph> {
  const database = options.database ?? (await createDatabase());
  const config: Config = readConfig({
    NODE_ENV: 'test',
    PORT: '4000',
    DATABASE_URL: database.url,
    // Otherwise one would be made and kept in the checkout.
    ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    ...options.env,
  });
  const log = createLog(options.log ?? process.env.TEST_LOG ?? 'silent');
  const { db, pool, statements, close } = openDb(database.url, { connections: 10, log });
  // Loads Prisma's query compiler now: Jest refuses imports between two hooks, where the first sweep for events may run.
  await db.$connect();
  let time = new Date(options.time ?? testTime);
  const clock: TestClock = {
    now: () => new Date(time),
    set(to) {
      time = new Date(to);
    },
    advance(ms) {
      time = new Date(time.getTime() + ms);
    },
  };
  const queue = createJobList(clock);
  const memory = createMemoryBus(log);
  /** While statements are counted, readers of the log hear nothing: what they do in the background is not counted. */
  let held: (() => void)[] | null = null;
  const bus: Bus = {
    ...memory,
    publish: (topic, text) => (held ? void held.push(() => memory.publish(topic, text)) : memory.publish(topic, text)),
  };
  const platform: Platform = {
    config,
    db,
    database: { pool, statements },
    tracing: null,
    databaseUrl: database.url,
    bus,
    jobs: queue.jobs,
    secrets: createSecrets([randomBytes(32)]),
    log,
    now: clock.now,
    graph: {
      async ask({ token, query, variables, event, idempotencyKey, requestId }) {
        const { viewer } = await identify(platform, token);
        const request = { requestId: requestId ?? 'task', viewer, ip: null, userAgent: null };
        return execute(query, variables ?? {}, { ...request, idempotencyKey: idempotencyKey ?? null }, event);
      },
    },
    http: options.http ?? createHttpClient(),
    domains: Object.values(definitions),
  };
  const subgraphs = new Map(Object.values(definitions).map((d) => [d.name, createSubgraph(d, platform)]));
  for (const subgraph of subgraphs.values()) await subgraph.work();
  const execute = createTestExecutor(subgraphs, db);

  /** Who has statements counted: not the sweeps that come by their own timers meanwhile. */
  const counting = new AsyncLocalStorage<{ queries: number }>();
  pool.on('connect', (client) => {
    const query = client.query;
    client.query = function (this: typeof client, ...args: unknown[]) {
      const counter = counting.getStore();
      if (counter) counter.queries++;
      return (query as (...a: unknown[]) => unknown).apply(this, args);
    } as typeof client.query;
  });

  // Reactions cause events that others react to: go round until nobody has anything left.
  async function settle() {
    for (let round = 0; round < 3; round++) for (const subgraph of subgraphs.values()) await subgraph.settle();
  }
  const as = (viewer: Viewer | null): Person => {
    const run: Person['run'] = (document, variables, request) =>
      execute(document, variables ?? {}, {
        requestId: 'test',
        viewer,
        ip: '127.0.0.1',
        userAgent: 'tests',
        idempotencyKey: null,
        ...request,
      });
    return {
      userId: viewer?.userId ?? '',
      viewer: viewer as Viewer,
      run,
      async data(document, variables, request) {
        const answer = await run(document, variables, request);
        if (answer.errors) throw new Error(`The operation failed: ${JSON.stringify(answer.errors, null, 2)}`);
        return answer.data!;
      },
    };
  };

  return {
    platform,
    db,
    clock,
    subgraphs,
    as,
    async person({ email, timeZone = 'Europe/Berlin', scopes: granted = scopes, roles = ['USER'] as const } = {}) {
      const userId = newId('user', clock.now());
      const now = clock.now();
      await db.user.create({
        data: { id: userId, email: email ?? `${userId}@example.com`, timeZone, createdAt: now, updatedAt: now },
      });
      const credentialId = newId('session', now);
      const expiresAt = new Date(now.getTime() + 30 * 86_400_000);
      await db.session.create({
        data: { userId, id: credentialId, method: 'development', createdAt: now, lastUsedAt: now, expiresAt },
      });
      return as({
        userId,
        kind: 'session',
        credentialId,
        scopes: granted as Viewer['scopes'],
        roles,
      });
    },
    settle,
    runJobs: queue.run,
    async countQueries(work) {
      // What happened before may still be reacted to.
      await settle();
      const waiting: (() => void)[] = [];
      held = waiting;
      const counter = { queries: 0 };
      try {
        const result = await counting.run(counter, work);
        return { result, count: counter.queries };
      } finally {
        held = null;
        for (const publish of waiting) publish();
      }
    },
    async stop() {
      for (const subgraph of subgraphs.values()) await subgraph.stop();
      await close();
      await database.drop();
    },
  };
}

/** A queue in memory on the test's clock. BullMQ itself has tests of its own. */
function createJobList(clock: TestClock) {
  const definitions = new Map<string, JobDefinition>();
  const closing = new AbortController().signal;
  let waiting: { name: string; data: Record<string, string>; id: string | undefined; due: number }[] = [];
  const jobs: Jobs = {
    async add(name, data, { id, delay = 0 } = {}) {
      if (id && waiting.some((job) => job.id === id)) return;
      waiting.push({ name, data, id, due: clock.now().getTime() + delay });
    },
    async work(added) {
      for (const definition of added) definitions.set(definition.name, definition);
    },
    figures: async () => ({ counts: {}, oldestMs: 0 }),
    failed: async () => [],
    retry: async () => false,
    async forget(_, theirs) {
      const named = await theirs(waiting.flatMap(({ data }) => Object.values(data)));
      const kept = waiting.filter(({ data }) => !Object.values(data).some((value) => named.has(value)));
      const removed = waiting.length - kept.length;
      waiting = kept;
      return removed;
    },
    async rest() {},
    async close() {},
  };
  return {
    jobs,
    async run() {
      for (const definition of definitions.values()) if (definition.every) await definition.run({}, closing);
      for (;;) {
        const due = waiting.filter((job) => job.due <= clock.now().getTime());
        if (due.length === 0) return;
        waiting = waiting.filter((job) => !due.includes(job));
        for (const job of due) await definitions.get(job.name)!.run(job.data, closing);
      }
    },
  };
}
