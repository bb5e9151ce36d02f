import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type App, createApp } from '../../gateway/app.ts';
import { subgraphs as definitions } from '../../subgraphs/index.ts';
import { addressVariable, readConfig, subgraphNames } from '../../subgraphs/shared/config.ts';
import type { HttpClient } from '../../subgraphs/shared/http.ts';
import { createLog } from '../../subgraphs/shared/log.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { startPlatform } from '../../subgraphs/shared/start.ts';
import { createSubgraph, type Subgraph } from '../../subgraphs/shared/subgraph.ts';
import { createDatabase } from './database.ts';
import { freePort, post, type RunningProcess, signIn, startProcess } from './process.ts';
import { supergraphSdl } from './supergraph.ts';

/** `embedded`: everything in this process. `processes`: the gateway here, each subgraph in a process of its own. */
export type Topology = 'embedded' | 'processes';

export interface TestServer {
  url: string;
  app: App;
  platform: Platform;
  /** The processes of remote subgraphs, by name. */
  processes: Map<string, RunningProcess>;
  /** Ends the process of a remote subgraph and starts it again, on the same port. */
  restart(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Everything that was logged, one JSON line an event. */
  log(): string;
  /** Signs in over HTTP; `ask` throws when there are errors, `run` returns them. */
  person(email: string): Promise<HttpPerson>;
  stop(): Promise<void>;
}

export interface HttpPerson {
  headers: { authorization: string };
  run(query: string, variables?: object, headers?: Record<string, string>): Promise<any>;
  ask(query: string, variables?: object): Promise<any>;
  socket(): Client;
}

const secret = '5e'.repeat(32);

/**
 * Jarvis on real ports, a real database, real queues.
 * @param http the way outside, in place of that of the configuration
 */
export async function startServer(
  topology: Topology,
  env: Record<string, string> = {},
  http?: HttpClient,
): Promise<TestServer> {
  const database = await createDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-server-'));
  // Chosen beforehand where remote subgraphs must know it: they work in the background, and ask the graph.
  const port = topology === 'processes' ? await freePort() : 0;
  let url = `http://127.0.0.1:${port}`;
  const shared = {
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    DATA_DIR: directory,
    ENCRYPTION_KEY: 'e0'.repeat(32),
    DEMO_DATA: 'off',
    LOG_LEVEL: 'debug',
    PUBLIC_URL: 'http://localhost:4000',
    ...(topology === 'processes' && { GATEWAY_URL: `${url}/graphql` }),
    ...env,
  };
  const processes = new Map<string, RunningProcess>();
  const addresses: Record<string, string> = {};
  const start = async (name: string, more: Record<string, string> = {}) => {
    const running = await startProcess(name, { ...shared, SUBGRAPH_SECRET: secret, ...more });
    processes.set(name, running);
    return running;
  };
  if (topology === 'processes') {
    await Promise.all(
      subgraphNames.map(async (name) => {
        const running = await start(name);
        addresses[addressVariable(name)] = `${running.url}/`;
      }),
    );
  }
  const config = readConfig({ ...shared, ...addresses, ...(topology === 'processes' && { SUBGRAPH_SECRET: secret }) });
  let written = '';
  const log = createLog(config.LOG_LEVEL, 'test', {
    write(line) {
      written += line;
    },
  });
  const { platform, close } = await startPlatform(
    config,
    log,
    () => {},
    Object.values(definitions),
    'jarvis-gateway',
    () => `${url}/graphql`,
  );
  if (http) platform.http = http;
  const subgraphs = new Map<string, Subgraph>();
  if (topology === 'embedded') {
    for (const definition of Object.values(definitions))
      subgraphs.set(definition.name, createSubgraph(definition, platform));
  }
  const app = await createApp({ platform, subgraphs, supergraphSdl });
  for (const subgraph of subgraphs.values()) await subgraph.work();
  url = `http://127.0.0.1:${await app.listen(port, '127.0.0.1')}`;
  const sockets: Client[] = [];
  return {
    url,
    app,
    platform,
    processes,
    async restart(name, signal) {
      const { port: same, end } = processes.get(name)!;
      await end(signal);
      await start(name, { PORT: String(same) });
    },
    log: () => written,
    async person(email) {
      const headers = await signIn(url, email);
      const run: HttpPerson['run'] = (query, variables, more) => post(url, query, variables, { ...headers, ...more });
      return {
        headers,
        run,
        async ask(query, variables) {
          const answer = await run(query, variables);
          if (answer.errors) throw new Error(`The operation failed: ${JSON.stringify(answer.errors, null, 2)}`);
          return answer.data;
        },
        socket() {
          const client = createClient({
            url: `${url.replace('http', 'ws')}/graphql`,
            webSocketImpl: WebSocket,
            connectionParams: headers,
            retryAttempts: 0,
          });
          sockets.push(client);
          return client;
        },
      };
    },
    async stop() {
      for (const client of sockets) await client.dispose();
      await app.drain(5_000);
      for (const subgraph of subgraphs.values()) await subgraph.stop();
      await close();
      await Promise.all([...processes.values()].map((running) => running.end()));
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until `look` gives something, for at most 15 s. */
export async function until<T>(
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  what = 'it',
): Promise<T> {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited 15 s for ${what}.`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Starts a subscription and keeps what it brings. */
export function collect<Message>(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const messages: Message[] = [];
  const state: { error: unknown; ended: boolean } = { error: null, ended: false };
  const stop = client.subscribe<Message>(
    { query, variables },
    {
      next: ({ data, errors }) => {
        if (errors) state.error = errors;
        if (data) messages.push(data);
      },
      error: (error) => {
        state.error = error;
        state.ended = true;
      },
      complete: () => {
        state.ended = true;
      },
    },
  );
  return { messages, state, stop };
}
