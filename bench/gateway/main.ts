import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Pool } from 'undici';
import { freePort } from '../../tests/support/process.ts';
import { type Answer, type CandidateName, candidate, candidateNames, described } from './candidates.ts';
import { type QueryName, type Scenario, type ScenarioName, scenarios } from './scenario.ts';

/**
 * `npm run bench -- gateway [--scenario public] [--rounds 5] [--milliseconds 1500] [--connections 8]`
 *
 * The candidates take turns, in this process with subgraphs that answer at once, then over HTTP with each gateway and the subgraphs in
 * processes of their own. Answers are checked, figures are medians. Read the ratios: machines differ and are noisy. CPU is the gateway's own.
 * Every process has the young generation that `npm start` and `npm run gateway` have.
 */
const text = (name: string, otherwise: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return (at === -1 ? undefined : process.argv[at + 1]) ?? otherwise;
};
const option = (name: string, otherwise: number) => Number(text(name, String(otherwise)));
const rounds = option('rounds', 5);
const milliseconds = option('milliseconds', 1_500);
const connections = option('connections', 8);

interface Figure {
  readonly cpu: number;
  readonly rate: number;
}
interface Runner {
  readonly name: keyof typeof titles;
  readonly measure: (query: QueryName) => Promise<Figure>;
}

const titles = {
  ...described,
  ours: 'npm run gateway: admission, engine, transport',
  embedded: 'compiled executor alone, subgraphs in process',
  mercurius: 'Mercurius gateway, jit (Federation 1)',
  'hive js': 'Hive Gateway, JS planner, jit',
  'hive rust': 'Hive Gateway, Rust planner',
  fetches: 'limit: the same fetches, nothing parsed',
  canned: 'limit: canned bytes',
};

const nodeOptions = ['--max-semi-space-size=64', '--import', 'tsx'];
let scenarioName: ScenarioName = 'public';
let scenario: Scenario = scenarios.public;
let expected: Partial<Record<QueryName, string>> = {};
const bodyOf = (query: QueryName) => JSON.stringify({ query: scenario.queries[query] });

/** Every candidate must answer the same as the first. */
function check(query: QueryName, text: string) {
  const { data: given, errors } = JSON.parse(text);
  const data = JSON.stringify({ data: given, errors: errors ?? undefined });
  expected[query] ??= data;
  if (data !== expected[query] || errors || !data.startsWith('{"data":{"'))
    throw new Error(`Another answer: ${data.slice(0, 300)}`);
}

async function inProcess(name: CandidateName): Promise<Runner> {
  const answer: Answer = await candidate(name, scenario);
  for (const query of ['big', 'small'] as const) check(query, await answer(bodyOf(query)));
  return {
    name,
    async measure(query) {
      const body = bodyOf(query);
      const started = performance.now();
      const cpu = process.cpuUsage();
      let count = 0;
      for (; performance.now() - started < milliseconds; count++) await answer(body);
      const { user, system } = process.cpuUsage(cpu);
      return { cpu: (user + system) / 1000 / count, rate: (count * 1000) / (performance.now() - started) };
    },
  };
}

const running: ChildProcess[] = [];
const directory = mkdtempSync(join(tmpdir(), 'gateway-bench-'));

/** Starts a process that prints a line with its port at the end of an address, or alone. */
async function spawned(command: readonly string[], cwd?: string): Promise<{ url: string; pid: number }> {
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' },
    cwd,
  });
  running.push(child);
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      const found = /^(\d+)$|:(\d+)\/graphql/m.exec(String(chunk));
      if (found) resolve((found[1] ?? found[2]) as string);
    });
    child.once('exit', (code) => reject(new Error(`${command.join(' ')} ended with ${code}.`)));
  });
  return { url: `http://127.0.0.1:${port}`, pid: child.pid! };
}

/** Starts a process of `serve.ts`. */
const start = (...args: string[]) =>
  spawned([...nodeOptions, join(import.meta.dirname, 'serve.ts'), scenarioName, ...args]);

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

async function overHttp(name: CandidateName | 'embedded' | 'fetches' | 'canned', subgraphs: string): Promise<Runner> {
  const { url, pid } = await start(name, subgraphs);
  return client(name, `${url}/`, pid);
}

/** Asks a gateway in another process, with several connections at once. */
async function client(name: Runner['name'], url: string, pid: number): Promise<Runner> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections });
  const ask = async (asked: string) => {
    const headers = { 'content-type': 'application/json' };
    const { body } = await pool.request({ path, method: 'POST', headers, body: asked });
    return body.text();
  };
  for (const query of ['big', 'small'] as const) check(query, await ask(bodyOf(query)));
  return {
    name,
    async measure(query) {
      const body = bodyOf(query);
      const cpu = cpuOf(pid);
      const started = performance.now();
      let count = 0;
      const client = async () => {
        for (; performance.now() - started < milliseconds; count++) await ask(body);
      };
      await Promise.all(Array.from({ length: connections }, client));
      return { cpu: (cpuOf(pid) - cpu) / count, rate: (count * 1000) / (performance.now() - started) };
    },
  };
}

/** The gateway as `npm run gateway` serves any supergraph, with its whole admission. Nothing is refused for its cost. */
async function ourGateway(subgraphs: string): Promise<Runner> {
  const file = supergraphFile(subgraphs);
  const options = ['--port', '0', '--log-level', 'error', '--demand-control', 'measure'];
  const command = [...nodeOptions, join(import.meta.dirname, '../../gateway/serve.ts'), '--supergraph', file];
  const { url, pid } = await spawned([...command, ...options]);
  return client('ours', `${url}/graphql`, pid);
}

const peers = join(import.meta.dirname, 'peers');
const hive = join(peers, 'node_modules/.bin/hive-gateway');

/** Other gateways, where they are installed (`npm ci --prefix bench/gateway/peers`). */
async function peerRunners(subgraphs: string): Promise<Runner[]> {
  if (!existsSync(hive)) {
    console.log('Peers are not installed: npm ci --prefix bench/gateway/peers');
    return [];
  }
  const runners: Runner[] = [];
  if (scenario.hasFederation1) {
    const command = [nodeOptions[0]!, join(peers, 'mercurius.mjs'), subgraphs, ...scenario.subgraphNames];
    const { url, pid } = await spawned(command, peers);
    runners.push(await client('mercurius', `${url}/graphql`, pid));
  }
  runners.push(await hiveGateway('hive js', subgraphs, ['--jit']));
  runners.push(await hiveGateway('hive rust', subgraphs, ['--hive-router-runtime']));
  return runners;
}

async function hiveGateway(name: 'hive js' | 'hive rust', subgraphs: string, more: string[]): Promise<Runner> {
  const file = supergraphFile(subgraphs);
  const port = await freePort();
  const options = ['--host', '127.0.0.1', '--port', String(port), ...more];
  const child = spawn(process.execPath, [nodeOptions[0]!, hive, 'supergraph', file, ...options], {
    stdio: 'ignore',
    cwd: dirname(file),
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error' },
  });
  running.push(child);
  const url = `http://127.0.0.1:${port}/graphql`;
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/healthcheck`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) break;
    if (tries > 200) throw new Error('Hive Gateway did not start.');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return client(name, url, child.pid!);
}

function supergraphFile(subgraphs: string): string {
  const file = join(directory, `${scenarioName}.graphql`);
  writeFileSync(file, scenario.supergraph(subgraphs));
  return file;
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
        titles[name].padEnd(46),
        `${cpu.toFixed(3)} ms CPU`.padStart(14),
        `${(base.cpu / cpu).toFixed(1)}×`.padStart(8),
        `${rate.toFixed(0)}/s`.padStart(10),
        `${(rate / base.rate).toFixed(1)}×`.padStart(8),
      ];
      console.log(columns.join(' '));
    }
  }
}

/** One scenario: in this process where that is possible, then over HTTP. */
async function run(name: ScenarioName): Promise<void> {
  scenarioName = name;
  scenario = scenarios[name];
  expected = {};
  console.log(`\n== ${scenario.title}`);
  if (name === 'public') {
    const local: Runner[] = [];
    for (const candidate of candidateNames) local.push(await inProcess(candidate));
    await compare('In process', local);
  }
  const subgraphs = await start('subgraphs');
  const remote: Runner[] = [];
  for (const candidate of ['stock', 'compiled'] as const) remote.push(await overHttp(candidate, subgraphs.url));
  remote.push(await ourGateway(subgraphs.url));
  remote.push(await overHttp('direct', subgraphs.url));
  if (name === 'public') remote.push(await overHttp('embedded', subgraphs.url));
  remote.push(...(await peerRunners(subgraphs.url)));
  for (const limit of ['fetches', 'canned'] as const) remote.push(await overHttp(limit, subgraphs.url));
  await compare(`HTTP, ${connections} connections`, remote);
  for (const child of running.splice(0)) child.kill();
}

try {
  console.log(`${rounds} rounds of ${milliseconds} ms each, Node ${process.version}`);
  const asked = text('scenario', 'public,jarvis').split(',') as ScenarioName[];
  for (const name of asked) await run(name);
} finally {
  for (const child of running) child.kill();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
