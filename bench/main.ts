import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { newId } from '../subgraphs/shared/ids.ts';
import { freePort, post, type RunningProcess, signIn, startProcess } from '../tests/support/process.ts';
import { fillHistory } from './history.ts';
import { measure, median, medians, type Round, type Target } from './load.ts';
import { tableOf } from './table.ts';

/**
 * `npm run bench [-- --seconds 3 --rounds 5 --connections 8]`: Jarvis as `npm start` runs it, on its embedded database,
 * against a bare `node:http` server that answers the same bytes. The two take turns (A B A B), each answer is checked, and
 * figures are medians; machines differ and are noisy, so read the ratios.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const seconds = option('seconds', 3);
const rounds = option('rounds', 5);
const connections = option('connections', 8);

const root = join(import.meta.dirname, '..');
/** Shared operations with the fragments they use, as the apps send them. */
const operation = (...paths: string[]) =>
  paths.map((path) => readFileSync(join(root, 'operations', `${path}.graphql`), 'utf8')).join('\n');
const directory = mkdtempSync(join(tmpdir(), 'jarvis-bench-'));
const running: ChildProcess[] = [];
let jarvis: RunningProcess | undefined;

try {
  const env = { NODE_ENV: 'development', DATA_DIR: directory, LOG_LEVEL: 'error', PORT: String(await freePort()) };
  const firstStart = performance.now();
  jarvis = await startProcess('gateway', env);
  const firstReady = performance.now() - firstStart;
  await jarvis.end();
  const laterStart = performance.now();
  jarvis = await startProcess('gateway', env);
  const laterReady = performance.now() - laterStart;
  console.log(
    `Ready after ${Math.round(firstReady)} ms on the first start (database, demo data), ${Math.round(laterReady)} ms on a later one.`,
  );
  console.log(`${rounds} rounds of ${seconds} s with ${connections} connections; Node ${process.version}.\n`);

  const demo = await signIn(jarvis.url, 'demo@jarvis.example');
  const dashboard = {
    query: operation('dashboard/Dashboard', 'goals/GoalCard', 'live/NotificationRow', 'research/ResearchRunRow'),
  };
  const table: string[][] = [['', 'answers/s', 'p50 ms', 'p99 ms', 'CPU ms', 'rate vs bare', 'CPU vs bare']];
  const row = (name: string, ours: Round, bare: Round) => [
    name,
    ours.rate.toFixed(0),
    ours.p50.toFixed(2),
    ours.p99.toFixed(2),
    ours.cpu.toFixed(2),
    `1/${(bare.rate / ours.rate).toFixed(1)}`,
    `${(ours.cpu / bare.cpu).toFixed(1)}×`,
  ];

  await compare(
    'Dashboard (demo account)',
    dashboard,
    demo,
    (text) => text.includes('"data"') && !text.includes('"errors":[{'),
  );

  const created = await post(
    jarvis.url,
    `mutation { createGoal(input: { title: "Bench", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "100000000" }) { goal { id } errors { message } } }`,
    {},
    demo,
  );
  const goalId = created.data.createGoal.goal.id;
  const log = operation('goals/LogProgress', 'offline/OfflineEntry', 'offline/OfflineGoal', 'goals/GoalCard');
  await compare(
    'logProgress',
    () => ({ query: log, variables: { input: { id: newId('entry'), goalId, value: '1', localDate: '2026-11-01' } } }),
    demo,
    (text) => text.includes('"errors":[]'),
  );
  console.log(tableOf(table));

  await eventLatency(goalId, demo);
  await historySize();

  /** Jarvis and the bare server in turns. */
  async function compare(
    name: string,
    body: object | (() => object),
    headers: Record<string, string>,
    check: Target['check'],
  ) {
    const make = () => JSON.stringify(typeof body === 'function' ? body() : body);
    const sample = await fetch(`${jarvis!.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: make(),
    }).then((response) => response.text());
    if (!check(sample)) throw new Error(`${name}: ${sample.slice(0, 1_000)}`);
    const bare = await startBare(sample);
    const ours: Round[] = [];
    const theirs: Round[] = [];
    const target: Target = { url: `${jarvis!.url}/graphql`, headers, body: make, check, pids: [jarvis!.pid] };
    const bareTarget: Target = { url: bare.url, body: make, check: () => true, pids: [bare.pid] };
    for (let i = 0; i < rounds; i++) {
      ours.push(await measure(target, connections, seconds));
      theirs.push(await measure(bareTarget, connections, seconds));
    }
    table.push(row(`${name}, ${(sample.length / 1_000).toFixed(1)} kB`, medians(ours), medians(theirs)));
    table.push(row('  bare node:http, same bytes', medians(theirs), medians(theirs)));
  }

  async function startBare(answer: string): Promise<{ url: string; pid: number }> {
    const file = join(directory, 'answer.json');
    writeFileSync(file, answer);
    const port = await freePort();
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      join(import.meta.dirname, 'bareServer.ts'),
      file,
      String(port),
    ]);
    running.push(child);
    await new Promise((done) => child.stdout!.once('data', done));
    return { url: `http://127.0.0.1:${port}/`, pid: child.pid! };
  }

  /** From the moment a mutation is sent to the moment its event is in a client's hands, one at a time. */
  async function eventLatency(goal: string, headers: Record<string, string>) {
    const client = createClient({
      url: `${jarvis!.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: headers,
    });
    const arrivals = new Map<string, (at: number) => void>();
    client.subscribe<{ progressUpdated: { entry: { id: string } } }>(
      { query: 'subscription { progressUpdated { event { id at } entry { id value } goal { id title } } }' },
      {
        next: ({ data }) => arrivals.get(data!.progressUpdated.entry.id)?.(performance.now()),
        error: console.error,
        complete() {},
      },
    );
    const commits: number[] = [];
    const times: number[] = [];
    for (let i = 0; i < 320; i++) {
      const id = newId('entry');
      const arrived = new Promise<number>((done) => arrivals.set(id, done));
      const sent = performance.now();
      await post(jarvis!.url, log, { input: { id, goalId: goal, value: '1', localDate: '2026-11-02' } }, headers);
      const answered = performance.now();
      if (i < 20 && (await Promise.race([arrived, new Promise((done) => setTimeout(done, 500, null))])) === null)
        continue;
      const at = await arrived;
      times.push(at - sent);
      commits.push(at - answered);
    }
    await client.dispose();
    times.sort((a, b) => a - b);
    commits.sort((a, b) => a - b);
    const p99 = (values: number[]) => values[Math.floor(values.length * 0.99)]!.toFixed(1);
    console.log(
      `\nEvent to client: ${median(times).toFixed(1)} ms (p99 ${p99(times)}) from sending the mutation; ${median(commits).toFixed(1)} ms (p99 ${p99(commits)}) after its answer.`,
    );
  }

  /** The Dashboard of somebody with 1,000 entries and of somebody with 100,000, in turns. */
  async function historySize() {
    const people = [];
    for (const entries of [1_000, 100_000]) {
      const headers = await signIn(jarvis!.url, `history-${entries}@jarvis.example`);
      await fillHistory(jarvis!.url, headers, entries);
      people.push({ entries, headers, rounds: [] as Round[] });
    }
    for (let i = 0; i < rounds; i++) {
      for (const person of people) {
        const body = () => JSON.stringify(dashboard);
        const check = (text: string) => text.includes('"data"') && !text.includes('"errors":[{');
        person.rounds.push(
          await measure(
            { url: `${jarvis!.url}/graphql`, headers: person.headers, body, check, pids: [jarvis!.pid] },
            1,
            seconds,
          ),
        );
      }
    }
    const [small, large] = people.map((person) => medians(person.rounds)) as [Round, Round];
    console.log(
      `Dashboard with 1,000 entries ${small.p50.toFixed(2)} ms, with 100,000 ${large.p50.toFixed(2)} ms: ${(large.p50 / small.p50).toFixed(2)}×.`,
    );
  }
} finally {
  for (const child of running) child.kill('SIGKILL');
  await jarvis?.end();
  rmSync(directory, { recursive: true, force: true });
}
