import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './process.ts';
import { until } from './until.ts';

/** A real redis-server of the test's own, with its data in a temporary folder. */
export interface TestRedis {
  url: string;
  /** Of the process that runs. */
  pid(): number;
  /** Ends it as a power cut would: SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port; resolves when it answers. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const installed = spawnSync('redis-server', ['--version']).status === 0;

/**
 * Whether redis-server is installed. Where it is not, tests of it are skipped, loudly; with JARVIS_NO_SKIP they run and fail.
 */
export function hasRedis(): boolean {
  if (installed || process.env.JARVIS_NO_SKIP) return true;
  console.warn(
    'redis-server is not installed: everything about Redis is SKIPPED (Debian: apt-get install redis-server).',
  );
  return false;
}

/** @param options settings of redis.conf, e.g. `{ appendonly: 'yes' }` */
export async function startRedis(options: Record<string, string> = {}): Promise<TestRedis> {
  if (!installed) throw new Error('redis-server is not installed (Debian: apt-get install redis-server).');
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const dir = mkdtempSync(join(tmpdir(), 'jarvis-redis-'));
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    'maxmemory-policy': 'noeviction',
    ...options,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  let server: ChildProcess | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const ended = new Promise((done) => server?.once('exit', done));
    if (server?.kill(signal)) await ended;
    server = undefined;
  };
  const start = async () => {
    server = spawn('redis-server', flags, { stdio: 'ignore' });
    await until('redis-server answers', async () => {
      const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
      client.on('error', () => {});
      try {
        await client.connect();
        return (await client.ping()) === 'PONG';
      } catch {
        return false;
      } finally {
        client.disconnect();
      }
    });
  };
  await start();
  return {
    url,
    pid: () => server!.pid!,
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
