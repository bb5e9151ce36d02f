import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { subgraphNames } from '../subgraphs/shared/config.ts';
import { startEmbeddedPostgres } from '../subgraphs/shared/embeddedPostgres.ts';
import { createCertificate } from './certificate.ts';
import { configureNginx, type Nginx } from './nginx.ts';
import { createProcesses } from './processes.ts';

/** One of two sets of processes: which of them serves is nginx's business (deploy/switch.sh). */
export type SetName = 'main' | 'next';

export interface StackOptions {
  /** Folder for data, secrets, configuration and logs; made when absent. */
  readonly directory: string;
  /** Folder of the compiled program (`npm run build`). */
  readonly dist: string;
  /** Variables of all processes beyond those that the stack sets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly httpsPort?: number;
  readonly httpPort?: number;
  /** A PostgreSQL to use instead of the embedded one. */
  readonly databaseUrl?: string;
  /** Lines of redis.conf that come after ours. */
  readonly redisSettings?: Readonly<Record<string, string>>;
  /** See NginxOptions. */
  readonly addressRate?: number;
  readonly onProgress?: (what: string) => void;
}

export interface Stack {
  /** Where clients come in: nginx, with TLS. */
  readonly url: string;
  /** What clients must trust, as PEM. */
  readonly certificate: string;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Environment and commands with which deploy/switch.sh reaches this stack. */
  readonly switchEnv: Readonly<Record<string, string>>;
  /** Names of the processes that run, `nginx` and `redis` among them. */
  names(): string[];
  /** The process id behind a name, as it is now. */
  pid(name: string): number | undefined;
  /** Sends a signal to one; what ends without being told to is started again, as Docker would. */
  kill(name: string, signal: NodeJS.Signals): void;
  /** Resolves when every process that should be there says that it is ready. @throws Error after a minute. */
  ready(): Promise<void>;
  /**
   * Restarts these processes one after another without anybody noticing: a gateway while the other one serves, a subgraph while the
   * other set's stands in.
   */
  roll(names?: readonly string[]): Promise<void>;
  /** Starts processes beside those that run, such as those of the other set (`processesOf('next')`), and waits until they are ready. */
  start(names: readonly string[]): Promise<void>;
  /** Tells processes to leave, and waits until they have. */
  end(names: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Longest wait for one process to be ready, in milliseconds. */
const patience = 60_000;
const gateways = ['gateway-1', 'gateway-2'] as const;
const nameIn = (set: SetName, name: string) => (set === 'main' ? name : `${name}-next`);
/** The names of a set's processes: five subgraphs and two gateways. */
export const processesOf = (set: SetName) => [...subgraphNames, ...gateways].map((name) => nameIn(set, name));

/**
 * Jarvis as docker-compose.yml has it, of this machine's own programs: two gateways behind nginx, five subgraphs with their workers, PostgreSQL,
 * Redis, with the same configuration files. Needs nginx and redis-server (Debian: apt-get install nginx redis-server).
 * @throws Error with a sentence when a program is not installed, or a process does not come up; its log tells why.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { directory, dist, env = {}, onProgress = () => {} } = options;
  const folder = (name: string) => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const logs = folder('logs');
  for (const program of ['nginx', 'redis-server'])
    if (spawnSync(program, ['-v']).error)
      throw new Error(`${program} is not installed (Debian: apt-get install nginx redis-server).`);
  const processes = createProcesses(logs, onProgress);

  const secrets = folder('secrets');
  /** The file of a secret, which is made when there is none. */
  const secret = (name: string) => {
    const file = join(secrets, name);
    if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
    return { file, value: readFileSync(file, 'utf8') };
  };

  onProgress('PostgreSQL');
  const postgres = options.databaseUrl
    ? null
    : await startEmbeddedPostgres({
        directory: folder('postgres'),
        settings: { max_connections: '200', idle_in_transaction_session_timeout: '60s' },
        onProgress,
      });
  const databaseUrl = options.databaseUrl ?? postgres!.url();
  writeFileSync(join(secrets, 'database_url'), databaseUrl, { mode: 0o600 });

  const names = [...processesOf('main'), ...processesOf('next')];
  const listening = [4100, ...subgraphNames.flatMap((_, index) => [4101 + index, 4201 + index])];
  const free = await freePorts(names.length + listening.length + 3);
  const ports = Object.fromEntries(names.map((name, index) => [name, free[index]!]));
  const internalPorts = Object.fromEntries(listening.map((port, index) => [port, free[names.length + index]!]));
  const httpsPort = options.httpsPort ?? free.at(-1)!;
  const httpPort = options.httpPort ?? free.at(-2)!;
  const redisPort = free.at(-3)!;
  const url = `https://localhost:${httpsPort}`;
  /** The port of nginx for the processes themselves. */
  const graph = `http://127.0.0.1:${internalPorts[4100]}`;
  const redisPassword = secret('redis_password');
  const redisUrl = `redis://:${redisPassword.value}@127.0.0.1:${redisPort}`;
  writeFileSync(join(secrets, 'redis_url'), redisUrl, { mode: 0o600 });
  const redisFolder = folder('redis');
  processes.run('redis', () => {
    const child = spawn('redis-server', ['-'], { stdio: ['pipe', 'pipe', 'pipe'] });
    const settings = { bind: '127.0.0.1', port: redisPort, dir: redisFolder, requirepass: redisPassword.value };
    child.stdin.on('error', () => {});
    child.stdin.end(
      [
        readFileSync(join(import.meta.dirname, 'redis/redis.conf'), 'utf8'),
        ...Object.entries({ ...settings, ...options.redisSettings }).map(([name, value]) => `${name} ${value || '""'}`),
      ].join('\n'),
    );
    return child;
  });

  const [certFile, keyFile] = [join(secrets, 'fullchain.pem'), join(secrets, 'privkey.pem')];
  if (!existsSync(certFile) || !existsSync(keyFile)) {
    const made = createCertificate('localhost');
    writeFileSync(keyFile, made.key, { mode: 0o600 });
    writeFileSync(certFile, made.cert);
  }
  const certificate = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };

  const common = (set: SetName): Record<string, string> => ({
    ...Object.fromEntries(
      ['PATH', 'HOME'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]!]])),
    ),
    HOST: '127.0.0.1',
    DATA_DIR: folder('data'),
    PUBLIC_URL: url,
    GATEWAY_URL: `${graph}/graphql`,
    DATABASE_URL_FILE: join(secrets, 'database_url'),
    REDIS_URL_FILE: join(secrets, 'redis_url'),
    SUBGRAPH_SECRET_FILE: secret('subgraph_secret').file,
    ENCRYPTION_KEY_FILE: secret('encryption_key').file,
    METRICS_TOKEN_FILE: secret('metrics_token').file,
    ...Object.fromEntries(
      subgraphNames.map((name, index) => [
        `${name.toUpperCase()}_URL`,
        `http://127.0.0.1:${internalPorts[(set === 'main' ? 4101 : 4201) + index]}/`,
      ]),
    ),
    ...env,
  });
  const startProcess = (name: string) => {
    const set = name.endsWith('-next') ? 'next' : 'main';
    const subgraph = subgraphNames.find((one) => name === nameIn(set, one));
    const program = subgraph ? [join(dist, 'subgraphs/main.js'), subgraph] : [join(dist, 'gateway/main.js')];
    processes.run(name, () =>
      spawn(process.execPath, ['--max-semi-space-size=64', ...program], {
        env: { ...common(set), PORT: String(ports[name]) },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  };
  const untilReady = (name: string) =>
    untilAnswers(
      `http://127.0.0.1:${ports[name]}/health/ready`,
      `${name} was not ready in a minute: see ${join(logs, `${name}.log`)}.`,
    );
  const start = async (which: readonly string[]) => {
    for (const name of which) startProcess(name);
    await Promise.all(which.map(untilReady));
  };

  const endAll = async (which: (name: string) => boolean) => {
    await Promise.all(
      processes
        .names()
        .filter(which)
        .map((name) => processes.end(name)),
    );
  };
  async function stop(): Promise<void> {
    // Whoever asks before whoever is asked: gateways answer what is running, and send their sockets elsewhere.
    await endAll((name) => name.startsWith('gateway'));
    await processes.end('nginx', 'SIGQUIT');
    await endAll((name) => name !== 'redis');
    await processes.end('redis');
    await postgres?.stop({ force: true });
  }

  let nginx: Nginx;
  try {
    onProgress('five subgraphs and two gateways');
    await promisify(execFile)(process.execPath, [join(dist, 'subgraphs/migrate.js')], { env: common('main') });
    await start(processesOf('main'));
    onProgress('nginx');
    nginx = await configureNginx({
      directory: folder('nginx'),
      ports,
      internalPorts,
      httpPort,
      httpsPort,
      publicUrl: url,
      certificate,
      addressRate: options.addressRate,
    });
    processes.run('nginx', nginx.start);
    await untilAnswers(`${graph}/set`, `nginx does not answer: see ${join(logs, 'nginx.log')}.`);
  } catch (error) {
    await stop();
    throw error;
  }

  /** A gateway restarts while the other serves; a subgraph while that of the other set stands in. */
  async function rollOne(name: string): Promise<void> {
    const subgraph = subgraphNames.find((one) => name === one || name === `${one}-next`);
    const standIn = subgraph && (name === subgraph ? `${subgraph}-next` : subgraph);
    const borrowed = standIn !== undefined && !processes.child(standIn);
    if (borrowed) {
      startProcess(standIn);
      await untilReady(standIn);
    }
    await processes.end(name);
    startProcess(name);
    await untilReady(name);
    if (borrowed) await processes.end(standIn);
  }

  return {
    url,
    certificate: certificate.cert,
    databaseUrl,
    redisUrl,
    switchEnv: {
      CONF: join(directory, 'nginx/conf'),
      NGINX: nginx.command,
      CURL: 'curl',
      IN: '',
      GRAPH: graph,
    },
    names: processes.names,
    pid: (name) => processes.child(name)?.pid,
    kill(name, signal) {
      const child = processes.child(name);
      if (!child) throw new Error(`There is no process ${name}: there are ${processes.names().join(', ')}.`);
      // nginx is a group: workers whose master was killed would go on, and keep its ports.
      if (name === 'nginx' && signal === 'SIGKILL') process.kill(-child.pid!, signal);
      else child.kill(signal);
    },
    async ready() {
      await Promise.all(
        processes
          .names()
          .filter((name) => name in ports)
          .map(untilReady),
      );
    },
    async roll(which = processes.names().filter((name) => name in ports)) {
      for (const name of which) {
        onProgress(`restarting ${name}`);
        await rollOne(name);
      }
      await nginx.reload();
    },
    start,
    async end(which) {
      await Promise.all(which.map((name) => processes.end(name)));
    },
    stop,
  };
}

/** Waits until an address answers with 200. @throws Error with `otherwise` when it does not in time. */
async function untilAnswers(url: string, otherwise: string): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    const isThere = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    if (Date.now() > end) throw new Error(otherwise);
    await pause(50);
  }
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Different ports, each free now. */
async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, () => {
      const probe = createServer();
      return new Promise<typeof probe>((done, fail) => {
        probe.once('error', fail).listen(0, '127.0.0.1', () => done(probe));
      });
    }),
  );
  const ports = probes.map((probe) => (probe.address() as { port: number }).port);
  await Promise.all(probes.map((probe) => new Promise((done) => probe.close(done))));
  return ports;
}
