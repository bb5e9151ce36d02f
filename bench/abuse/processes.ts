import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '../../tests/support/process.ts';
import { federationBenchmark } from '../gateway/publicScenario.ts';
import { startIssuer } from './tenants.ts';

export interface Bench {
  /** `npm run gateway` over the subgraphs of the benchmark. It knows who asks by the tokens of `tenants.ts`. */
  startGateway(...args: string[]): Promise<RunningProcess>;
  stop(): Promise<void>;
}

/**
 * The subgraphs in one process, and each gateway in one more.
 * @param isPinned whether gateways get the first core for themselves: for machines that do nothing else
 */
export async function startBench(isPinned: boolean): Promise<Bench> {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-abuse-'));
  const subgraphs = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, '../gateway/serve.ts'), 'public', 'subgraphs'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await firstLine(subgraphs);
  const file = join(directory, 'supergraph.graphql');
  writeFileSync(file, federationBenchmark.supergraph(`http://127.0.0.1:${port}`));
  const issuer = await startIssuer();
  const gateways: RunningProcess[] = [];
  if (isPinned) for (const pid of [process.pid, subgraphs.pid!]) pin(pid, `1-${cpus().length - 1}`);
  return {
    async startGateway(...args) {
      const gateway = await startProcess('supergraph', {}, [
        ...['--supergraph', file, '--jwks', issuer.jwks, '--log-level', 'silent'],
        ...args,
      ]);
      gateways.push(gateway);
      if (isPinned) pin(gateway.pid, '0');
      return gateway;
    },
    async stop() {
      await Promise.all(gateways.map((gateway) => gateway.end()));
      subgraphs.kill();
      issuer.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** All threads of a process to some cores; where `taskset` is missing they stay where they are. */
function pin(pid: number, to: string): void {
  spawnSync('taskset', ['-acp', to, String(pid)]);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    child.stdout!.once('data', (data) => done(String(data).trim()));
    child.once('exit', (code) => fail(new Error(`The subgraphs ended with ${code}.`)));
  });
}

/** A counter of the gateway's metrics, over all its labels. */
export async function counted(gateway: RunningProcess, name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}
