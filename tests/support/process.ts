import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { build } from '../../scripts/build.ts';

const root = join(import.meta.dirname, '../..');
let built: string | undefined;
/** What production runs, made of the sources: once for a run of the tests, or for who measures. */
export function dist(): string {
  built ??= process.env.JARVIS_TEST_DIST;
  if (!built) {
    built = join(root, 'dist');
    build(built);
  }
  return built;
}

/** A process as `npm start`, `npm run gateway` or `npm run start:subgraph` makes it. */
export interface RunningProcess {
  url: string;
  port: number;
  pid: number;
  /** Everything it has printed. */
  output(): string;
  /** Sends the signal and resolves with the exit code (null after SIGKILL) once it has ended. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

/**
 * Starts a process and waits until it is ready, for at most 60 s.
 * @param what `gateway`; `supergraph` for `npm run gateway`, with its arguments; or the name of a subgraph
 * @throws Error with what it printed when it ends before that.
 */
export async function startProcess(
  what: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<RunningProcess> {
  const port = Number(env.PORT ?? (await freePort()));
  const scripts: Record<string, string[]> = {
    gateway: ['gateway/main.js'],
    supergraph: ['gateway/serve.js', '--port', String(port), ...args],
  };
  const [program, ...rest] = scripts[what] ?? ['subgraphs/main.js', what];
  const child = spawn(process.execPath, ['--max-semi-space-size=64', join(dist(), program!), ...rest], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  await untilReady(url, child, () => printed);
  return {
    url,
    port,
    pid: child.pid!,
    output: () => printed,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      const tooLong = setTimeout(() => {
        printed += `\n[still there 75 s after ${signal}: killed]`;
        console.error(printed);
        child.kill('SIGKILL');
      }, 75_000);
      return ended.finally(() => clearTimeout(tooLong));
    },
  };
}

/** A process that is expected to stop by itself. */
export interface EndingProcess {
  /** Everything it has printed so far. */
  output(): string;
  /** Writes to its standard input. */
  write(text: string): void;
  signal(signal: NodeJS.Signals): void;
  /** How it has ended. */
  ended: Promise<{ code: number | null; output: string }>;
}

/** Begins a process that is expected to stop by itself. */
export function beginProcess(script: string[], env: Record<string, string>): EndingProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', ...script], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const add = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  // What is written to a process that has ended is of no use to anybody.
  child.stdin.on('error', () => {});
  return {
    output: () => output,
    write: (text) => child.stdin.write(text),
    signal: (signal) => child.kill(signal),
    // Its streams are read to their ends, too.
    ended: new Promise((done) => child.once('close', (code) => done({ code, output }))),
  };
}

/** Runs a process that is expected to stop by itself, and returns how it ended and what it printed. */
export const runProcess = (script: string[], env: Record<string, string>) => beginProcess(script, env).ended;

async function untilReady(url: string, child: ChildProcess, printed: () => string): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The process ended with ${child.exitCode}:\n${printed()}`);
    const ready = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    if (Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`The process was not ready in 60 s:\n${printed()}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Sends one operation over HTTP. */
export async function post(
  url: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** Signs in as in development and returns the header that says so. */
export async function signIn(url: string, email: string): Promise<{ authorization: string }> {
  const { data, errors } = await post(
    url,
    `mutation ($email: EmailAddress!) { signInForDevelopment(input: { email: $email }) { accessToken errors { message } } }`,
    { email },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return { authorization: `Bearer ${data.signInForDevelopment.accessToken}` };
}
