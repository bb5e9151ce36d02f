import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMemoryBudget } from '../../gateway/admission/memoryBudget.ts';
import { connectForBudget, createRedisBudget } from '../../gateway/admission/redisBudget.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { type Bus, createPostgresBus, createRedisBus } from '../../subgraphs/shared/bus.ts';
import { createJobs, type Jobs, migrateQueues } from '../../subgraphs/shared/jobs.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { eraseDueAccounts } from '../../subgraphs/users/erase.ts';
import { openExport } from '../../subgraphs/users/exports.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { recordingLog } from '../support/platform.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { canaries, everythingOf, live, personalTables } from './life.ts';
import { allTables, type Traces, traceIn, tracesInDatabase, tracesInFiles, tracesInRedis } from './traces.ts';

/** Tables without an owner. What they hold must name nobody; a new one needs a line here that says why it does not. */
const ownerless: Record<string, string> = {
  _prisma_migrations: 'names of migrations',
  backups: 'when backups were made',
  push_provider_tokens: 'our own token for Apple',
  rate_limits: 'hashes with a count, for some minutes',
  signing_keys: 'our own keys',
  used_nonces: 'hashes of what was used, for as long as it would still hold',
  users: 'the accounts themselves, whose owner is their id',
};

/** Columns in which people write. */
const written = ['title', 'text', 'content', 'note', 'description', 'snippet', 'body', 'summary', 'subject', 'message'];

/** A job of every kind that names an object, with one of the person's. */
async function jobsOf(
  { db }: TestGraph,
  { userId }: Person,
): Promise<{ name: string; data: Record<string, string> }[]> {
  const where = { where: { userId }, select: { id: true } };
  const [dataExport, dataImport, message, run, connection, ruleRun] = await Promise.all([
    db.dataExport.findFirstOrThrow(where),
    db.dataImport.findFirstOrThrow(where),
    db.message.findFirstOrThrow(where),
    db.researchRun.findFirstOrThrow(where),
    db.connection.findFirstOrThrow(where),
    db.ruleRun.findFirstOrThrow(where),
  ]);
  return [
    { name: 'users.export', data: { exportId: dataExport.id } },
    { name: 'users.import', data: { importId: dataImport.id } },
    { name: 'chat.generate', data: { messageId: message.id } },
    { name: 'chat.summarise', data: { messageId: message.id } },
    { name: 'research.run', data: { runId: run.id } },
    { name: 'integrations.sync', data: { connectionId: connection.id } },
    { name: 'integrations.runRule', data: { runId: ruleRun.id } },
  ];
}

/** Fills a queue with jobs in every state: done, failed for good, waiting, delayed. */
async function fillQueues(open: () => Jobs, jobs: readonly { name: string; data: Record<string, string> }[]) {
  const working = open();
  let ended = 0;
  const names = [...new Set(jobs.map(({ name }) => name))];
  await working.work(
    names.map((name) => ({
      name,
      attempts: 1,
      async run(data) {
        ended++;
        if (data.fails) throw new Error(`cannot ${JSON.stringify(data)}`);
      },
    })),
  );
  for (const { name, data } of jobs) {
    const key = Object.values(data).join();
    await working.add(name, data, { id: `${name}:done:${key}` });
    await working.add(name, { ...data, fails: 'yes' }, { id: `${name}:fails:${key}` });
  }
  await until('the queue is empty', () => ended === 2 * jobs.length);
  await working.close();
  const waiting = open();
  for (const { name, data } of jobs) {
    const key = Object.values(data).join();
    await waiting.add(name, data, { id: `${name}:waits:${key}` });
    await waiting.add(name, data);
    await waiting.add(name, data, { id: `${name}:later:${key}`, delay: 3600_000 });
  }
  return waiting;
}

describe('an erasure', () => {
  let graph: TestGraph;
  let server: TestRedis | undefined;
  let folder: string;
  const closers: (() => unknown)[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jarvis-data-'));
    graph = await startGraph({ env: { DATA_DIR: folder, ENCRYPTION_KEY: randomBytes(32).toString('hex') } });
    await migrateQueues(graph.platform.databaseUrl);
    if (hasRedis()) server = await startRedis();
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    await graph?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Somebody with rows everywhere, who also had an archive made and fetched it, and signed in again. */
  const settleIn = async (email: string) => {
    const person = await graph.person({ email });
    await graph.db.user.update({ where: { id: person.userId }, data: { developmentEmail: email } });
    await live(graph, person);
    await person.data('mutation { requestDataExport { errors { code } } }');
    await graph.runJobs();
    const { viewer } = await person.data('{ viewer { dataExports { downloadUrl } } }');
    expect(await openExport(graph.platform, viewer.dataExports[0].downloadUrl)).not.toBeNull();
    const signIn =
      'mutation ($email: EmailAddress!) { signInForDevelopment(input: { email: $email }) { errors { code } } }';
    const answer = await graph.as(null).data(signIn, { email });
    expect(answer.signInForDevelopment.errors).toEqual([]);
    return person;
  };

  test('leaves nothing of the person in any table, queue, key, file or line of the log, and the others as they were', async () => {
    const { db, platform: own } = graph;
    const { log, lines } = recordingLog();
    const ana = await settleIn('ana-who-leaves@example.com');
    const bob = await settleIn('bob-who-stays@example.com');
    await graph.settle();
    const hers = await jobsOf(graph, ana);
    const his = await jobsOf(graph, bob);

    // Both kinds of queues at once: an installation has one, and what is said to it goes to both here.
    const stores = [{ databaseUrl: own.databaseUrl }, ...(server ? [{ ...own, redisUrl: server.url }] : [])];
    const queues: Jobs[] = [];
    for (const store of stores) {
      const open = () => {
        const jobs = createJobs(store, log);
        closers.push(() => jobs.close());
        return jobs;
      };
      queues.push(await fillQueues(open, [...hers, ...his]));
    }
    const jobs: Jobs = {
      ...queues[0]!,
      async forget(...args) {
        let removed = 0;
        for (const queue of queues) removed += await queue.forget(...args);
        return removed;
      },
    };
    const buses = [await createPostgresBus(own.databaseUrl, log)];
    if (server) buses.push(await createRedisBus(server.url, log));
    closers.push(() => Promise.all(buses.map((bus) => bus.close())));
    const bus = {
      ...buses[0]!,
      publish(...args: Parameters<Bus['publish']>) {
        for (const one of buses) one.publish(...args);
      },
    };
    const redis = server && connectForBudget(server.url, { patience: 5_000 });
    if (redis) {
      closers.push(() => redis.disconnect());
      await until('Redis is connected', () => redis.status === 'ready');
      const budget = createRedisBudget({ redis, fallback: createMemoryBudget() });
      const bucket = { capacity: 1_000, restorePerSecond: 0.001 };
      for (const account of [`user:${ana.userId}`, `key:${ana.viewer.credentialId}`, `webhooks:${ana.userId}`]) {
        expect((await budget.charge(account, 10, bucket)).isLocal).toBeUndefined();
      }
    }

    const traces = await tracesOf(graph, ana);
    const before = await everythingOf(graph, bob);
    expect((await tracesInDatabase(db, traces)).found.length).toBeGreaterThan(1_000);
    if (redis) expect((await tracesInRedis(redis, traces)).found.length).toBeGreaterThan(10);

    const platform: Platform = { ...own, jobs, bus, log };
    await db.user.update({ where: { id: ana.userId }, data: { deletionScheduledAt: graph.clock.now() } });
    lines.length = 0;
    // One try fails: its lines must not name anybody either.
    const dying = { name: 'users', release: () => Promise.reject(new Error('out of reach')) };
    await expect(eraseDueAccounts({ ...platform, domains: [dying, ...own.domains] })).rejects.toThrow('1 erasures');
    await eraseDueAccounts(platform);
    expect(lines.length).toBeGreaterThan(0);

    const sweep = async () => {
      const inDatabase = await tracesInDatabase(db, traces);
      const inRedis = redis ? await tracesInRedis(redis, traces) : { keys: 0, found: [] };
      const inFiles = tracesInFiles(folder, traces);
      const inLog = lines.flatMap((line) => traceIn(line, traces) ?? []);
      expect([...inDatabase.found, ...inRedis.found, ...inFiles.found, ...inLog]).toEqual([]);
      expect(await everythingOf(graph, bob)).toEqual(before);
      return { tables: inDatabase.tables, keys: inRedis.keys, files: inFiles.files };
    };
    const looked = await sweep();
    expect(looked.tables).toBeGreaterThan(80);
    if (redis) expect(looked.keys).toBeGreaterThan(20);
    console.info(
      `${traces.ids.size} ids and ${traces.texts.length} texts looked for in ${looked.tables} tables, ${looked.keys} keys of Redis, ${looked.files} files and ${lines.length} lines of the log.`,
    );
    for (const queue of queues) {
      for (const { name } of own.domains) {
        const kept = his.filter((job) => job.name.startsWith(`${name}.`)).length;
        const { counts } = await queue.figures(name);
        expect([name, counts]).toMatchObject([name, { waiting: 2 * kept, delayed: kept, failed: kept }]);
      }
    }

    // What was taken from a queue before the erasure and runs after it.
    const definitions = Object.values(subgraphs).flatMap((subgraph) => subgraph.jobs?.(platform) ?? []);
    for (const { name, data } of hers) {
      await definitions.find((job) => job.name === name)!.run(data, new AbortController().signal);
    }
    await sweep();
  }, 120_000);
});

/** Marks what the person wrote, and gathers every id of hers. */
async function tracesOf(graph: TestGraph, ana: Person): Promise<Traces> {
  const { db } = graph;
  const mark = `canary-written-${randomBytes(6).toString('hex')}`;
  const columns = await db.$queryRaw<{ table: string; column: string }[]>`
    SELECT table_name AS table, column_name AS column FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type = 'text' AND column_name = ANY(${written})
      AND table_name NOT IN ('audit_entries', 'events')`;
  const personal = new Set(await personalTables(graph));
  for (const { table, column } of columns.filter((found) => personal.has(found.table))) {
    await db.$executeRawUnsafe(
      `UPDATE "${table}" SET "${column}" = left("${column}", 20) || $2 WHERE user_id = $1 AND "${column}" IS NOT NULL`,
      ana.userId,
      ` ${mark}`,
    );
  }
  const ids = new Set([ana.userId.slice('user_'.length)]);
  for (const { schema, table } of await allTables(db)) {
    if (schema !== 'public' || !personal.has(table)) continue;
    const rows = await db.$queryRawUnsafe<{ row: Record<string, unknown> }[]>(
      `SELECT to_jsonb(t) AS row FROM "${table}" t WHERE user_id = $1`,
      ana.userId,
    );
    for (const { row } of rows) {
      const id = /^[a-z]+_([0-9a-f]{32})$/.exec(String(row.id ?? ''))?.[1];
      if (id) ids.add(id);
    }
  }
  return { ids, texts: [mark, 'ana-who-leaves', ...Object.values(canaries(ana))] };
}

test('every table either names its owner or is known to hold nothing of anybody', async () => {
  const graph = await startGraph();
  try {
    const personal = new Set(await personalTables(graph));
    const others = (await allTables(graph.db)).filter(({ table }) => !personal.has(table)).map(({ table }) => table);
    expect(others).toEqual(Object.keys(ownerless).sort());
  } finally {
    await graph.stop();
  }
});
