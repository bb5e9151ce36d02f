import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuTime, median, residentMemory } from './load.ts';
import { type Arrivals, type Client, openClients } from './subscriptions/clients.ts';
import { query } from './subscriptions/scenario.ts';
import { supergraph } from './subscriptions/supergraph.ts';
import { tableOf } from './table.ts';

/**
 * `npm run bench -- subscriptions [--idle 10000] [--live 1000] [--rate 1000] [--seconds 5] [--rounds 3]`: what subscriptions cost.
 *
 * The gateway is in a process of its own, with canned subgraphs and a feed in memory; idle clients are in another, those who measure are
 * here. First many idle sockets, each of another account and with one subscription: the memory of the gateway's whole process, its threads
 * included, once it has come to rest. Then, with all of them open, events, from when each was due until a client has read it. All events
 * must arrive, in order. Last, one client that does not read, among others of its account that do: rounds with and without it take turns.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const idle = option('idle', 10_000);
const live = option('live', 1_000);
const rate = option('rate', 1_000);
const seconds = option('seconds', 5);
const rounds = option('rounds', 3);
/** Sockets of one account in the fan-out. */
const group = 10;
/** What the account of the slow client is told: 3.2 MB a second to each of its sockets. */
const loud = { accounts: 'loud-', count: 1, rate: 200, bytes: 16_000 };

interface Events {
  readonly accounts: string;
  readonly count: number;
  readonly rate: number;
  readonly bytes?: number;
}
/** Milliseconds from event to client, and the gateway's CPU milliseconds an answer. */
interface Round {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
  readonly cpu: number;
  readonly load: number;
}

const directory = mkdtempSync(join(tmpdir(), 'jarvis-bench-'));
const file = join(directory, 'supergraph.graphql');
writeFileSync(file, supergraph());
const running: ChildProcess[] = [];
try {
  const engine = await start('engine.ts', file);
  await bench(engine.pid, `127.0.0.1:${engine.said}`);
} finally {
  for (const child of running) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

/** Starts a process of this bench. Resolves with the first that it says. */
async function start(script: string, ...args: string[]): Promise<{ pid: number; said: string }> {
  const path = join(import.meta.dirname, 'subscriptions', script);
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const said = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (data) => done(String(data).trim()));
    child.once('exit', () => fail(new Error(`${script} has ended.`)));
  });
  return { pid: child.pid!, said };
}

async function bench(pid: number, host: string): Promise<void> {
  const url = `ws://${host}/graphql`;
  const ask = async (path: string): Promise<any> => (await fetch(`http://${host}${path}`, { method: 'POST' })).json();
  const arrivals: Arrivals = { times: null };
  const quiet: Arrivals = { times: null };

  const memory: string[][] = [['Memory of the whole process', 'resident MB', 'JS heap MB', 'sockets', 'load']];
  const look = async (when: string) => {
    const { sockets, heap } = await ask('/state');
    const resident = residentMemory(pid);
    memory.push([when, resident.toFixed(0), (heap / 1e6).toFixed(0), String(sockets), loadavg()[0]!.toFixed(1)]);
    return { resident, heap: heap / 1e6 };
  };
  await look('started, with its planning thread');
  await pause(45);
  const before = await look('45 s later');
  const cpuBefore = cpuTime([pid]);
  await start('idle.ts', url, String(idle));
  const opening = (cpuTime([pid]) - cpuBefore) / idle;
  await look(`${idle} sockets have just been opened`);
  await pause(120);
  const after = await look('two minutes later');
  const idleCpu = cpuTime([pid]);
  await pause(10);
  const kilobytes = (figure: 'resident' | 'heap') => (((after[figure] - before[figure]) * 1_000) / idle).toFixed(1);
  const facts = [
    `An idle socket with its subscription: ${kilobytes('resident')} kB, of them ${kilobytes('heap')} kB JS heap; ${opening.toFixed(2)} ms of CPU to open it.`,
    `All ${idle} idle: ${((cpuTime([pid]) - idleCpu) / 100).toFixed(1)} % of a core.`,
  ];

  const groups = Math.round(live / group);
  const single = await openClients(url, live, (index) => ({ account: `single-${index}` }), query, arrivals);
  const shared = await openClients(url, live, (index) => ({ account: `group-${index % groups}` }), query, arrivals);
  const crowd = await openClients(url, live, () => ({ account: 'crowd-0' }), query, arrivals);
  const loudReaders = await openClients(url, 2, () => ({ account: 'loud-0' }), query, quiet);
  const everybody = [...single, ...shared, ...crowd, ...loudReaders];
  const toLive: Events = { accounts: 'single-', count: live, rate };
  const received = () => everybody.reduce((sum, client) => sum + client.received, 0);

  /** Events for some seconds. `readers`: how many of those who must get them listen to each account. */
  async function measure(...sets: readonly (readonly [events: Events, readers: number])[]): Promise<Round> {
    const run = (time: number) => Promise.all(sets.map(([events]) => ask(`/events?${parameters(events, time)}`)));
    const deliveries = (made: number[]) => made.reduce((sum, count, i) => sum + count * sets[i]![1], 0);
    const receivedBefore = received();
    const warmUp = deliveries(await run(2));
    const times: number[] = [];
    const cpu = cpuTime([pid]);
    arrivals.times = times;
    const told = deliveries(await run(seconds));
    const used = cpuTime([pid]) - cpu;
    await pause(0.5);
    arrivals.times = null;
    const came = received() - receivedBefore;
    if (came !== warmUp + told) throw new Error(`${came} of ${warmUp + told} answers came.`);
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
    return { p50: at(0.5), p99: at(0.99), p999: at(0.999), worst: at(1), cpu: used / told, load: loadavg()[0]! };
  }

  const closings: string[] = [];
  async function measureWithSlow(): Promise<Round> {
    const [slow] = (await openClients(url, 1, () => ({ account: 'loud-0' }), query, quiet)) as [Client];
    const { subscriptions } = await ask('/state');
    slow.pause();
    const began = performance.now();
    const watching = (async () => {
      while ((await ask('/state')).subscriptions === subscriptions) await pause(0.25);
      const after = (performance.now() - began) / 1_000;
      // What was sent before is still there to be read, and after it the reason.
      slow.resume();
      closings.push(`${await slow.closed} after ${after.toFixed(1)} s`);
    })();
    const round = await measure([toLive, 1], [loud, loudReaders.length]);
    await watching;
    return round;
  }
  async function measureWithReader(): Promise<Round> {
    const [reader] = (await openClients(url, 1, () => ({ account: 'loud-0' }), query, quiet)) as [Client];
    const round = await measure([toLive, 1], [loud, loudReaders.length]);
    reader.close();
    await reader.closed;
    return round;
  }

  const scenarios: readonly (readonly [string, () => Promise<Round>])[] = [
    [`${rate} events/s, ${live} accounts with one socket each`, () => measure([toLive, 1])],
    [
      `${rate} events/s, ${groups} accounts with ${group} sockets each`,
      () => measure([{ accounts: 'group-', count: groups, rate }, group]),
    ],
    [
      `10 events/s, one account with ${live} sockets`,
      () => measure([{ accounts: 'crowd-', count: 1, rate: 10 }, live]),
    ],
    ['as the first, beside three sockets with 3.2 MB/s each', measureWithReader],
    ['the same, but one of these three does not read', measureWithSlow],
  ];
  const results = scenarios.map((): Round[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, [, run]] of scenarios.entries()) results[i]!.push(await run());
  await look('after all events');

  const events = [['Event to client', 'p50 ms', 'p99 ms', 'p99.9 ms', 'worst ms', 'CPU ms an answer', 'load']];
  for (const [i, [name]] of scenarios.entries()) {
    const of = (figure: keyof Round) => median(results[i]!.map((round) => round[figure]));
    const [p50, p99, p999, worst] = (['p50', 'p99', 'p999', 'worst'] as const).map((figure) => of(figure).toFixed(2));
    events.push([name, p50!, p99!, p999!, worst!, of('cpu').toFixed(3), of('load').toFixed(1)]);
  }
  const p99s = results.map((all) => all.map(({ p99 }) => p99.toFixed(1)).join(', '));
  console.log(`${tableOf(memory)}\n\n${facts.join('\n')}\n\n${tableOf(events)}\n
Medians of ${rounds} rounds of ${seconds} s; every event came to every subscriber, in order. p99 round by round: ${p99s.join(' | ')}.
The client that did not read was closed with ${closings.join(', with ')}; sockets closed otherwise: ${idle + everybody.length - (await ask('/state')).sockets}.`);
}

function parameters({ accounts, count, rate, bytes = 0 }: Events, time: number): string {
  return `accounts=${accounts}&count=${count}&rate=${rate}&bytes=${bytes}&seconds=${time}`;
}

function pause(time: number): Promise<void> {
  return new Promise((done) => setTimeout(done, time * 1_000));
}
