import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../subgraphs/shared/embeddedPostgres.ts';
import { until } from '../support/until.ts';

const room = mkdtempSync(join(tmpdir(), 'jarvis-embedded-'));
chmodSync(room, 0o711); // As root, PostgreSQL runs under another account, which must be able to walk in.
const settings = { fsync: 'off' };
const running: { stop(options?: { force?: boolean }): Promise<void> }[] = [];
const children: ChildProcess[] = [];

async function start(directory: string) {
  const progress: string[] = [];
  const server = await startEmbeddedPostgres({ directory, settings, onProgress: (what) => progress.push(what) });
  running.push(server);
  return { ...server, progress };
}

async function ask(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(sql).then(
    async ({ rows }) => {
      await client.end();
      return rows;
    },
    async (error) => {
      await client.end();
      throw error;
    },
  );
}

const pidOf = (directory: string) =>
  Number(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]);

/** initdb takes seconds: the first test makes a cluster, the others copy it once it is stopped. */
const first = join(room, 'first');
function copyOfFirst(name: string): string {
  const directory = join(room, name);
  execFileSync('cp', ['-a', first, directory]);
  return directory;
}

/** A process that starts the server and then does nothing. */
function startInChild(directory: string): ChildProcess {
  const script = join(import.meta.dirname, '../../subgraphs/shared/embeddedPostgres.ts');
  const code = `import { startEmbeddedPostgres } from ${JSON.stringify(script)};
    const server = await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)}, settings: { fsync: 'off' } });
    console.log('ready ' + server.url()); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

const urlFrom = (child: ChildProcess) =>
  new Promise<string>((done) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const url = /ready (\S+)\n/.exec(text)?.[1];
      if (url) done(url);
    });
  });

async function end(child: ChildProcess, signal: NodeJS.Signals) {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await ended;
}

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of running.splice(0)) await server.stop({ force: true });
});
afterAll(() => rmSync(room, { recursive: true, force: true }));

describe('the embedded PostgreSQL', () => {
  test('two processes that create the same cluster at once share one server', async () => {
    const child = startInChild(first);
    const [server, url] = await Promise.all([start(first), urlFrom(child)]);
    expect(url).toBe(server.url());
    expect(await ask(server.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(readdirSync(first).sort()).toEqual(['data', 'postgres.log']);
    await end(child, 'SIGKILL');
  });

  test('keeps its data over a stop and a start', async () => {
    const before = await start(first);
    await ask(before.url(), 'CREATE TABLE kept AS SELECT 42 AS value');
    await before.stop();
    expect(existsSync(join(first, 'data/postmaster.pid'))).toBe(false);
    const after = await start(first);
    expect(after.progress).toEqual([]);
    expect(await ask(after.url(), 'SELECT value FROM kept')).toEqual([{ value: 42 }]);
  });

  test('is found again after the process that started it was killed', async () => {
    const directory = copyOfFirst('adopted');
    const child = startInChild(directory);
    const url = await urlFrom(child);
    await end(child, 'SIGKILL');
    const pid = pidOf(directory);
    const server = await start(directory);
    expect(server.url()).toBe(url);
    expect(server.progress).toEqual(['found the embedded PostgreSQL of an earlier run']);
    expect(pidOf(directory)).toBe(pid);
    await server.stop();
    expect(existsSync(join(directory, 'data/postmaster.pid'))).toBe(false);
  });

  test('recovers what was committed when the server itself was killed', async () => {
    const directory = copyOfFirst('killed');
    const before = await start(directory);
    await ask(before.url(), 'CREATE TABLE committed AS SELECT 43 AS value');
    const pid = pidOf(directory);
    process.kill(pid, 'SIGKILL');
    const after = await start(directory);
    expect(pidOf(directory)).not.toBe(pid);
    expect(await ask(after.url(), 'SELECT value FROM committed')).toEqual([{ value: 43 }]);
  });

  test('comes back by itself, at the same address, when the server is killed while somebody uses it', async () => {
    const directory = copyOfFirst('returning');
    const server = await start(directory);
    await ask(server.url(), 'CREATE TABLE returned AS SELECT 44 AS value');
    const pid = pidOf(directory);
    process.kill(pid, 'SIGKILL');
    const answer = () => ask(server.url(), 'SELECT value FROM returned').catch(() => null);
    await until('the server is back', answer);
    expect(await answer()).toEqual([{ value: 44 }]);
    expect(pidOf(directory)).not.toBe(pid);
    expect(server.progress).toEqual(['the embedded PostgreSQL has ended: starting it again']);
    await server.stop();
    expect(existsSync(join(directory, 'data/postmaster.pid'))).toBe(false);
  });

  test('takes no other program for the server because it has the number of the pid file', async () => {
    const directory = copyOfFirst('stranger');
    // The stranger runs as the server's own account, which PostgreSQL alone would refuse to start beside.
    const { uid, gid } = statSync(join(directory, 'data'));
    const stranger = spawn('sleep', ['60'], { uid, gid, cwd: '/' });
    children.push(stranger);
    const lines = [stranger.pid, join(directory, 'data'), 1, 5432, '', '127.0.0.1', '', 'ready'];
    writeFileSync(join(directory, 'data/postmaster.pid'), `${lines.join('\n')}\n`);
    const server = await start(directory);
    expect(await ask(server.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test.each(['', 'not a number\n', '0\n/x\n1\n5432\n', '999999999\n/x\n1\n5432\n'])(
    'starts beside the broken pid file %j',
    async (text) => {
      const directory = copyOfFirst(`broken${Buffer.from(text).toString('hex')}`);
      writeFileSync(join(directory, 'data/postmaster.pid'), text);
      const server = await start(directory).catch((error: Error) => error);
      // PostgreSQL itself refuses an empty or illegible file, and says so: then we pass its sentence on.
      if (server instanceof Error) expect(server.message).toMatch(/does not start: .*(lock file|pid)/s);
      else expect(await ask(server.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    },
  );

  test('leaves the server to another process that is still connected', async () => {
    const directory = copyOfFirst('shared');
    const one = await start(directory);
    const two = await start(directory);
    const client = new pg.Client({ connectionString: one.url() });
    await client.connect();
    await two.stop();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    await one.stop();
    expect(existsSync(join(directory, 'data/postmaster.pid'))).toBe(false);
  });

  test('sweeps away what a killed process had half created', async () => {
    const directory = join(room, 'half');
    const dead = spawn('true');
    await new Promise((done) => dead.once('exit', done));
    mkdirSync(join(directory, `data.new-${dead.pid}`), { recursive: true });
    writeFileSync(join(directory, `data.new-${dead.pid}.password`), 'x');
    await start(directory);
    expect(readdirSync(directory).sort()).toEqual(['data', 'postgres.log']);
  });

  test('says in one sentence why it does not start', async () => {
    const directory = copyOfFirst('older');
    writeFileSync(join(directory, 'data/PG_VERSION'), '12\n');
    await expect(start(directory)).rejects.toThrow(/does not start: .*not compatible/s);
  });
});
