import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

/** One measured round. */
export interface Round {
  /** Answers a second. */
  rate: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** CPU milliseconds of the server's processes per answer. */
  cpu: number;
}

export interface Target {
  url: string;
  headers?: Record<string, string>;
  /** The body of the nth request. */
  body(n: number): string;
  /** Says whether an answer is right; a wrong one ends the bench. */
  check(text: string): boolean;
  /** Processes whose CPU time counts. */
  pids: number[];
}

/** Keeps `connections` requests running for `seconds`, after a warm-up of a fifth of that. */
export async function measure(target: Target, connections: number, seconds: number): Promise<Round> {
  const { origin, pathname } = new URL(target.url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  let n = 0;
  const run = async (until: number, times: number[]) => {
    while (performance.now() < until) {
      const started = performance.now();
      const { body, statusCode } = await pool.request({
        path: pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...target.headers },
        body: target.body(n++),
      });
      const text = await body.text();
      if (statusCode !== 200 || !target.check(text))
        throw new Error(`Wrong answer (${statusCode}): ${text.slice(0, 500)}`);
      times.push(performance.now() - started);
    }
  };
  const all = (until: number, times: number[]) =>
    Promise.all(Array.from({ length: connections }, () => run(until, times)));
  await all(performance.now() + seconds * 200, []);
  const times: number[] = [];
  const cpuBefore = cpuTime(target.pids);
  const started = performance.now();
  await all(started + seconds * 1_000, times);
  const elapsed = performance.now() - started;
  const cpu = cpuTime(target.pids) - cpuBefore;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { rate: (times.length / elapsed) * 1_000, p50: at(0.5), p99: at(0.99), cpu: cpu / times.length };
}

/** User and system time of processes, in milliseconds (Linux counts in ticks of 10 ms). */
export function cpuTime(pids: number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * 10;
  }, 0);
}

/** Memory of a process that is in RAM, in MB. */
export function residentMemory(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_000;
}

export const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** The medians of several rounds, figure by figure. */
export function medians(rounds: Round[]): Round {
  const of = (name: keyof Round) => median(rounds.map((round) => round[name]));
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
}
