import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { Pool } from 'undici';
import WebSocket from 'ws';
import { type Stack, startStack } from '../../deploy/stack.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { dist } from './process.ts';

/** A stack of this test's own, in a temporary folder, which is gone afterwards. */
export async function startTestStack(
  env: Record<string, string>,
  redisSettings: Record<string, string> = {},
): Promise<{ stack: Stack; directory: string; stop(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'jarvis-stack-'));
  const stack = await startStack({
    directory,
    dist: dist(),
    redisSettings,
    addressRate: 10_000,
    env: {
      // As in production, but for the ways in and out that only tests have.
      NODE_ENV: 'test',
      MIGRATE: 'wait',
      DRAIN_LEAD_MS: '3000',
      DEMO_DATA: 'off',
      LOG_LEVEL: 'warn',
      DEMAND_CONTROL: 'measure',
      ...env,
    },
  });
  return {
    stack,
    directory,
    async stop() {
      await stack.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Somebody who uses a stack through its front, over TLS, with connections that are kept. */
export interface StackClient {
  /** One operation; `data`. @throws Error with what came instead: another status than 200, or errors. */
  ask(query: string, variables?: object, headers?: Record<string, string>): Promise<any>;
  /**
   * Follows a subscription with the argument `after` by the event seen last, through every lost connection.
   * @param pick the event's id and what shall be noted of it
   */
  follow<T>(document: string, pick: (data: any) => { id: string; seen: T }, after: string | null): Following<T>;
  close(): Promise<void>;
}

export interface Following<T> {
  readonly seen: readonly { id: string; seen: T }[];
  /** Connections that it took. */
  readonly connections: number;
  stop(): Promise<void>;
}

export async function connectToStack({ url, certificate }: Stack, email: string): Promise<StackClient> {
  const pool = new Pool(url, { connections: 10, connect: { ca: certificate }, headersTimeout: 15_000 });
  let authorization = '';
  const ask = async (query: string, variables: object = {}, headers: Record<string, string> = {}) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }), ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const text = await body.text();
    const answer = statusCode === 200 ? JSON.parse(text) : null;
    if (!answer || answer.errors) throw new Error(`${statusCode}: ${text.slice(0, 500)}`);
    return answer.data;
  };
  const { signInForDevelopment } = await ask(
    'mutation ($email: EmailAddress!) { signInForDevelopment(input: { email: $email }) { accessToken } }',
    { email },
  );
  authorization = `Bearer ${signInForDevelopment.accessToken}`;

  class Trusting extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { ca: certificate });
    }
  }
  return {
    ask,
    follow(document, pick, after) {
      const seen: ReturnType<typeof pick>[] = [];
      let connections = 0;
      let following = true;
      const client = createClient({
        url: `${url.replace('https', 'wss')}/graphql`,
        webSocketImpl: Trusting,
        connectionParams: { authorization },
        retryAttempts: 0,
        on: { connected: () => connections++ },
      });
      const over = (async () => {
        while (following) {
          try {
            const variables = { after: seen.at(-1)?.id ?? after };
            for await (const { data } of client.iterate({ query: document, variables }))
              if (data) seen.push(pick(data));
          } catch {
            // The connection is gone: on with the next, after the event seen last.
          }
          await new Promise((done) => setTimeout(done, 50));
        }
      })();
      return {
        seen,
        get connections() {
          return connections;
        },
        async stop() {
          following = false;
          await client.dispose();
          await over;
        },
      };
    },
    close: () => pool.destroy(),
  };
}

/** A goal to log progress on; its id. */
export async function createCounter({ ask }: StackClient): Promise<string> {
  const id = newId('goal');
  await ask(
    `mutation ($id: ID!) { createGoal(input: { id: $id, title: "Count", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "1000000" }) { errors { message } } }`,
    { id },
  );
  return id;
}
