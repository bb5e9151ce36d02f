import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSupergraph } from '../gateway/compose.ts';
import { cpuTime } from './load.ts';
import { type Client, openClients } from './subscriptions/clients.ts';

/**
 * `node --import tsx bench/subscriptions.ts [--idle 10000] [--live 1000] [--rate 1000] [--seconds 10]`: what subscriptions cost. The
 * engine in a process of its own, with canned subgraphs and a feed in memory; the clients are here. First many idle sockets with one
 * subscription each, all of different accounts: memory of the whole process. Then events to the live ones, while one client has stopped
 * reading: time from event to client, and CPU of the server.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const idle = option('idle', 10_000);
const live = option('live', 1_000);
const rate = option('rate', 1_000);
const seconds = option('seconds', 10);

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key"])\n`;
const { supergraphSdl, errors } = composeSupergraph([
  {
    name: 'goals',
    url: 'http://goals.invalid',
    typeDefs: `${link} type Query { goal: Goal } type Goal @key(fields: "id") { id: ID! }
      type Progress { at: Float  goal: Goal } type Subscription { progressUpdated(after: ID): Progress }`,
  },
  {
    name: 'chat',
    url: 'http://chat.invalid',
    typeDefs: `${link} type Goal @key(fields: "id") { id: ID!  talks: [String!] }`,
  },
]);
if (!supergraphSdl) throw new Error(errors?.join());
const query = 'subscription { progressUpdated { at goal { id talks } } }';

const directory = mkdtempSync(join(tmpdir(), 'jarvis-bench-'));
let child: ChildProcess | undefined;
try {
  const file = join(directory, 'supergraph.graphql');
  writeFileSync(file, supergraphSdl);
  child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'subscriptions/engine.ts'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((done) => child!.stdout!.once('data', (data) => done(String(data).trim())));
  const pid = child.pid!;
  const url = `ws://127.0.0.1:${port}/graphql`;
  const before = memory(pid);
  const cpuBefore = cpuTime([pid]);
  const times: number[] = [];
  let isMeasuring = false;
  const clients = await openClients(
    url,
    idle,
    (index) => ({ account: String(index) }),
    query,
    (payload) => {
      if (isMeasuring) times.push(performance.timeOrigin + performance.now() - payload.data.progressUpdated.at);
    },
  );
  console.log(
    `${idle} sockets opened with ${((cpuTime([pid]) - cpuBefore) / idle).toFixed(2)} ms of CPU each; ${before.toFixed(0)} MB before, ${memory(pid).toFixed(0)} MB after`,
  );
  await pause(5_000);
  const after = memory(pid);
  const idleCpu = cpuTime([pid]);
  await pause(10_000);
  console.log(
    `Idle: ${after.toFixed(0)} MB in all, ${(((after - before) * 1_000) / idle).toFixed(1)} kB a socket, ${((cpuTime([pid]) - idleCpu) / 100).toFixed(1)} % CPU`,
  );

  // The second socket of an account whose events all the others must still get.
  const [slow] = (await openClients(
    url,
    1,
    () => ({ account: '0' }),
    query,
    () => {},
  )) as [Client];
  (slow.socket as unknown as { _socket: { pause(): void } })._socket.pause();
  for (const [name, accounts, eventsASecond] of [
    [`${live} accounts with one socket each`, live, rate],
    ['one account at full speed', 1, rate],
  ] as const) {
    await events(port, 200, 2, accounts);
    times.length = 0;
    isMeasuring = true;
    const cpu = cpuTime([pid]);
    const made = await events(port, eventsASecond, seconds, accounts);
    await pause(200);
    isMeasuring = false;
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)]?.toFixed(2);
    console.log(
      `${name}: ${made} events in ${seconds} s, ${times.length} answers here; event to client p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${times.at(-1)?.toFixed(1)} ms; CPU ${((cpuTime([pid]) - cpu) / made).toFixed(3)} ms an event; ${memory(pid).toFixed(0)} MB`,
    );
  }
  console.log(`Clients that the server closed: ${clients.filter(({ code }) => code !== undefined).length}`);
} finally {
  child?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

async function events(port: string, eventsASecond: number, time: number, accounts: number): Promise<number> {
  const response = await fetch(
    `http://127.0.0.1:${port}/events?rate=${eventsASecond}&seconds=${time}&accounts=${accounts}`,
    { method: 'POST' },
  );
  return Number(await response.text());
}

/** Resident memory of a process, in MB. */
function memory(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_000;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
