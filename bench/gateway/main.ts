import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { type Answer, type CandidateName, candidate, candidateNames, described } from './candidates.ts';
import { type QueryName, queries, supergraph } from './scenario.ts';

/**
 * `node --import tsx bench/gateway/main.ts [--rounds 5] [--milliseconds 600] [--connections 8]`
 *
 * The candidates take turns, in this process with subgraphs that answer at once, then over HTTP with each gateway and the subgraphs in
 * processes of their own. Answers are checked, figures are medians. Read the ratios: machines differ and are noisy. CPU is the gateway's own.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const rounds = option('rounds', 5);
const milliseconds = option('milliseconds', 600);
const connections = option('connections', 8);

interface Figure {
  readonly cpu: number;
  readonly rate: number;
}
interface Runner {
  readonly name: CandidateName | 'hive';
  readonly measure: (query: QueryName) => Promise<Figure>;
}

const bodies = Object.fromEntries(
  Object.entries(queries).map(([name, query]) => [name, JSON.stringify({ query })]),
) as Record<QueryName, string>;
const expected: Partial<Record<QueryName, string>> = {};

/** Every candidate must answer the same as the first. */
function check(query: QueryName, text: string) {
  const { data: given, errors } = JSON.parse(text);
  const data = JSON.stringify({ data: given, errors });
  expected[query] ??= data;
  if (data !== expected[query] || !data.startsWith('{"data":{"users":[{'))
    throw new Error(`Another answer: ${data.slice(0, 300)}`);
}

async function inProcess(name: CandidateName): Promise<Runner> {
  const answer: Answer = await candidate(name);
  for (const query of ['big', 'small'] as const) check(query, await answer(bodies[query]));
  return {
    name,
    async measure(query) {
      const started = performance.now();
      const cpu = process.cpuUsage();
      let count = 0;
      for (; performance.now() - started < milliseconds; count++) await answer(bodies[query]);
      const { user, system } = process.cpuUsage(cpu);
      return { cpu: (user + system) / 1000 / count, rate: (count * 1000) / (performance.now() - started) };
    },
  };
}

const running: ChildProcess[] = [];

/** Starts a process of `serve.ts`. */
async function start(...args: string[]): Promise<{ url: string; pid: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'serve.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  running.push(child);
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}.`)));
  });
  return { url: `http://127.0.0.1:${port}`, pid: child.pid! };
}

/** Milliseconds of CPU that a process has used (Linux; elsewhere not known). */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

async function overHttp(name: CandidateName, subgraphs: string): Promise<Runner> {
  const { url, pid } = await start(name, subgraphs);
  return client(name, `${url}/`, pid);
}

/** Asks a gateway in another process, with several connections at once. */
async function client(name: Runner['name'], url: string, pid: number): Promise<Runner> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections });
  const ask = async (query: QueryName) => {
    const headers = { 'content-type': 'application/json' };
    const { body } = await pool.request({ path, method: 'POST', headers, body: bodies[query] });
    return body.text();
  };
  for (const query of ['big', 'small'] as const) check(query, await ask(query));
  return {
    name,
    async measure(query) {
      const cpu = cpuOf(pid);
      const started = performance.now();
      let count = 0;
      const client = async () => {
        for (; performance.now() - started < milliseconds; count++) await ask(query);
      };
      await Promise.all(Array.from({ length: connections }, client));
      return { cpu: (cpuOf(pid) - cpu) / count, rate: (count * 1000) / (performance.now() - started) };
    },
  };
}

const hive = join(import.meta.dirname, 'peers/node_modules/.bin/hive-gateway');

/** Hive Gateway with its Rust planner, where the peers are installed (`npm ci --prefix bench/gateway/peers`). */
async function peer(subgraphs: string): Promise<Runner[]> {
  if (!existsSync(hive)) return [];
  const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const file = join(directory, 'supergraph.graphql');
  writeFileSync(file, supergraph(subgraphs));
  const port = 20_000 + (process.pid % 20_000);
  const options = ['--host', '127.0.0.1', '--port', String(port), '--hive-router-runtime'];
  const child = spawn(process.execPath, [hive, 'supergraph', file, ...options], { stdio: 'ignore', cwd: directory });
  running.push(child);
  const url = `http://127.0.0.1:${port}/graphql`;
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/healthcheck`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) break;
    if (tries > 100) throw new Error('Hive Gateway did not start.');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return [await client('hive', url, child.pid!)];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function compare(title: string, runners: readonly Runner[]) {
  for (const query of ['big', 'small'] as const) {
    const figures = new Map<Runner['name'], Figure[]>(runners.map(({ name }) => [name, []]));
    // The first round warms up.
    for (let round = -1; round < rounds; round++)
      for (const { name, measure } of runners) {
        const figure = await measure(query);
        if (round >= 0) figures.get(name)!.push(figure);
      }
    const size = ((expected[query]?.length ?? 0) / 1000).toFixed(1);
    console.log(`\n${title}, ${query} query (${size} kB)`);
    const [first] = runners;
    const base = {
      cpu: median(figures.get(first!.name)!.map(({ cpu }) => cpu)),
      rate: median(figures.get(first!.name)!.map(({ rate }) => rate)),
    };
    for (const { name } of runners) {
      const cpu = median(figures.get(name)!.map(({ cpu }) => cpu));
      const rate = median(figures.get(name)!.map(({ rate }) => rate));
      const columns = [
        (name === 'hive' ? 'Hive Gateway, Rust planner' : described[name]).padEnd(44),
        `${cpu.toFixed(3)} ms CPU`.padStart(14),
        `${(base.cpu / cpu).toFixed(1)}×`.padStart(8),
        `${rate.toFixed(0)}/s`.padStart(10),
        `${(rate / base.rate).toFixed(1)}×`.padStart(8),
      ];
      console.log(columns.join(' '));
    }
  }
}

try {
  console.log(`${rounds} rounds of ${milliseconds} ms each, Node ${process.version}`);
  const local: Runner[] = [];
  for (const name of candidateNames) local.push(await inProcess(name));
  await compare('In process', local);

  const subgraphs = await start('subgraphs');
  const remote: Runner[] = [];
  for (const name of candidateNames) remote.push(await overHttp(name, subgraphs.url));
  remote.push(...(await peer(subgraphs.url)));
  await compare(`HTTP, ${connections} connections`, remote);
} finally {
  for (const child of running) child.kill();
}
process.exit(0);
