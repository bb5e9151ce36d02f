/** Jarvis in processes that can lose what they stand on, of the test file that is running: from `beginLosses` on. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { addressVariable, type SubgraphName, subgraphNames } from '../../subgraphs/shared/config.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../subgraphs/shared/embeddedPostgres.ts';
import { freePort, post, type RunningProcess, signIn, startProcess } from '../support/process.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { hasRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

/** `FAULTS=all npx jest tests/gateway/losses` loses everything in every way; without it, the most telling of them. FAULTS_SHOW=1 prints every answer. */
const isWhole = process.env.FAULTS === 'all';
/** Milliseconds that a fault lasts; in the whole drill longer than every deadline. */
export const lasts = isWhole ? 12_000 : 2_500;
/** Longest answer, in milliseconds: a request's ten seconds, and a little for a machine that is busy. */
const longest = 11_000;
/** Milliseconds from the end of a fault until all is well. */
const healing = 5_000;
export const remote: readonly SubgraphName[] = isWhole ? subgraphNames : ['goals'];

interface Answer {
  status: number;
  body: any;
  took: number;
}

const directory = mkdtempSync(join(tmpdir(), 'jarvis-losses-'));
let postgres: EmbeddedPostgres;
export let redis: TestRedis | undefined;
export let toPostgres: TcpProxy;
export let toRedis: TcpProxy | undefined;
let gateway: RunningProcess;
export const processes = new Map<string, RunningProcess>();
export let restart: (name: string) => Promise<void>;
export let direct: pg.Client;
let headers: { authorization: string };
export let goalId: string;
let baseline: Map<string, { files: number; memory: number }>;

const cluster = () => ({
  directory: join(directory, 'postgres'),
  settings: { fsync: 'off', max_connections: '60', superuser_reserved_connections: '0' },
});
export const plainUrl = () => postgres.url();
/** After the database was away. */
export const connectedAnew = (client: pg.Client) => {
  direct = client;
};
export async function connectDirectly(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: plainUrl() });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function begin(): Promise<void> {
  postgres = await startEmbeddedPostgres(cluster());
  toPostgres = await startProxy(Number(new URL(postgres.url()).port));
  if (hasRedis()) {
    redis = await startRedis();
    toRedis = await startProxy(Number(new URL(redis.url).port));
  }
  const url = new URL(postgres.url());
  url.port = String(toPostgres.port);
  const port = await freePort();
  const env: Record<string, string> = {
    NODE_ENV: 'test',
    DATA_DIR: directory,
    DATABASE_URL: url.href,
    ...(toRedis && { REDIS_URL: `redis://127.0.0.1:${toRedis.port}` }),
    PUBLIC_URL: 'http://localhost:4000',
    GATEWAY_URL: `http://127.0.0.1:${port}/graphql`,
    SUBGRAPH_SECRET: '5e'.repeat(32),
    ENCRYPTION_KEY: 'e0'.repeat(32),
    DEMO_DATA: 'off',
    LOG_LEVEL: 'warn',
  };
  for (const name of remote) processes.set(name, await startProcess(name, env));
  const addresses = Object.fromEntries(remote.map((name) => [addressVariable(name), `${processes.get(name)!.url}/`]));
  gateway = await startProcess('gateway', { ...env, ...addresses, PORT: String(port) });
  processes.set('gateway', gateway);
  restart = async (name) => {
    const same = String(processes.get(name)!.port);
    processes.set(name, await startProcess(name, { ...env, PORT: same }));
  };
  headers = await signIn(gateway.url, 'losses@example.com');
  const created = await post(
    gateway.url,
    'mutation { createGoal(input: { title: "Run", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "1000" }) { goal { id } errors { message } } }',
    {},
    headers,
  );
  goalId = created.data.createGoal.goal.id;
  direct = await connectDirectly();
  for (let i = 0; i < 5; i++) await Promise.all([read(), write(), read(), write()]);
  baseline = measure();
}

async function end(): Promise<void> {
  await Promise.all([...processes.values()].map((running) => running.end('SIGKILL')));
  await direct?.end().catch(() => {});
  await toRedis?.stop();
  await toPostgres?.stop();
  await redis?.stop();
  await postgres?.stop({ force: true });
  rmSync(directory, { recursive: true, force: true });
}

export async function ask(path: string, body?: object): Promise<Answer> {
  const began = Date.now();
  const response = await fetch(`${gateway.url}${path}`, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
    signal: AbortSignal.timeout(60_000),
  });
  const answer: any = await response.json();
  return { status: response.status, body: answer, took: Date.now() - began };
}

/** One field of each subgraph. */
export const everything = `{ viewer { id goals(first: 1) { nodes { id title } } conversations(first: 1) { nodes { id } }
  researchCategories(first: 1) { nodes { id } } connections(first: 1) { nodes { id } } } }`;
export const fieldOf: Record<string, string> = {
  goals: 'goals',
  chat: 'conversations',
  research: 'researchCategories',
  integrations: 'connections',
};
export const read = () => ask('/graphql', { query: everything });
export let acknowledged = 0;
export const write = async () => {
  const answer = await ask('/graphql', {
    query:
      'mutation ($id: ID!) { logProgress(input: { goalId: $id, value: "1" }) { entry { id } errors { message } } }',
    variables: { id: goalId },
  });
  if (answer.body.data?.logProgress?.entry) acknowledged++;
  return answer;
};
export const isWell = ({ status, body }: Answer) => status === 200 && !body.errors;

/** Open files and resident memory of each process. */
function measure() {
  return new Map(
    [...processes].map(([name, { pid }]) => {
      const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
      return [name, { files: readdirSync(`/proc/${pid}/fd`).length, memory }];
    }),
  );
}

export interface Loss {
  /** What was answered while it lasted. */
  during: { read: Answer[]; write: Answer[]; live: Answer[]; ready: Answer[] };
  /** Everything, also what was answered only after its end. */
  all: Answer[];
  /** Milliseconds until all was well. */
  recovery: number;
}

/** Asks all the time while something is lost, and after that until all is well. */
export async function lose(begin: () => unknown, end: () => unknown, time = lasts): Promise<Loss> {
  const answers: Loss['during'] = { read: [], write: [], live: [], ready: [] };
  await begin();
  const over = Date.now() + time;
  const repeat = async (what: keyof typeof answers, once: () => Promise<Answer>) => {
    do {
      answers[what].push(await once());
      await new Promise((done) => setTimeout(done, 100));
    } while (Date.now() < over);
  };
  const client = Promise.all([
    repeat('read', read),
    repeat('read', read),
    repeat('write', write),
    repeat('live', () => ask('/health/live')),
    repeat('ready', () => ask('/health/ready')),
  ]);
  await new Promise((done) => setTimeout(done, time));
  const during = structuredClone(answers);
  await end();
  const healed = Date.now();
  let recovery = 0;
  await until(
    'all is well',
    async () => {
      const now = await Promise.all([read(), write(), ask('/health/ready')]);
      recovery = Date.now() - healed;
      return now.every(isWell) && now[2]!.body.degraded.length === 0;
    },
    40,
  );
  await client;
  const loss = { during, all: Object.values(answers).flat(), recovery };
  if (process.env.FAULTS_SHOW) show(loss);
  return loss;
}

function show({ during, recovery }: Loss): void {
  for (const [what, answers] of Object.entries(during))
    for (const { status, took, body } of answers)
      console.log(
        what,
        status,
        took,
        body.errors?.map((error: { message: string }) => error.message) ?? body.degraded ?? '',
      );
  for (const [name, { output }] of processes)
    console.log(
      name,
      output()
        .split('\n')
        .filter((line) => line.includes('"level":"error"'))
        .slice(-5)
        .join('\n'),
    );
  console.log('recovered in', recovery);
}

/** What holds whatever is lost. */
export async function expectToStand({ during, all, recovery }: Loss) {
  expect(Math.max(...all.map(({ took }) => took))).toBeLessThan(longest);
  expect(during.live.every(({ status, took }) => status === 200 && took < 1_000)).toBe(true);
  expect(recovery).toBeLessThan(healing);
  for (const { body } of all) {
    for (const error of body.errors ?? []) {
      expect(['UPSTREAM_FAILED', 'RATE_LIMITED']).toContain(error.extensions.code);
      expect(error.message).not.toMatch(/ECONN|SELECT|prisma|127\.0\.0\.1|redis/i);
    }
  }
  for (const [name, { pid, output }] of processes) {
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect([name, /nobody waited for it|was not caught/.exec(output())?.[0]]).toEqual([name, undefined]);
  }
  await until('no transaction is left open', async () => {
    const { rows } = await direct.query("SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'");
    return rows.length === 0;
  });
  // A process that was started anew has no past.
  await until('files are closed again', () =>
    [...measure()].every(([name, { files }]) => files <= baseline.get(name)!.files + 20),
  );
  for (const [name, { memory }] of measure())
    expect([name, memory < baseline.get(name)!.memory + 150]).toEqual([name, true]);
}

/** Only in the whole drill. */
export const whole: (...args: Parameters<typeof test>) => void = isWhole ? test : () => {};
export const time = 90_000;

/** Every process of a PostgreSQL. */
export async function postgresProcesses(): Promise<number[]> {
  const postmaster = Number(readFileSync(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) === postmaster;
      } catch {
        return false;
      }
    });
  return [postmaster, ...children.map(Number)];
}

/** Stops processes where they are, and lets them go on. */
export function hanging(pids: () => number[] | Promise<number[]>): [begin: () => Promise<void>, end: () => void] {
  let stopped: number[] = [];
  const begin = async () => {
    stopped = await pids();
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  };
  const end = () => {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  };
  return [begin, end];
}

/** Cuts a proxy's connections again and again. */
export function flapping(proxy: () => TcpProxy): [begin: () => void, end: () => void] {
  let timer: NodeJS.Timeout;
  const begin = () => {
    timer = setInterval(() => {
      proxy().down = !proxy().down;
      proxy().cut();
    }, 700);
  };
  const end = () => {
    clearInterval(timer);
    proxy().down = false;
  };
  return [begin, end];
}

export const slow = (proxy: () => TcpProxy): [begin: () => void, end: () => void] => [
  () => {
    proxy().delay = 500;
  },
  () => {
    proxy().delay = 0;
  },
];

/** Starts the processes for the tests of the file, and ends them. */
export function beginLosses(): void {
  beforeAll(begin, 120_000);
  afterAll(end, 60_000);
}
