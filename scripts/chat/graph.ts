import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type Manifest, manifestFile } from '../../gateway/admission/manifest.ts';
import type { Delta, UserError } from './answers.ts';

/** A sentence for the person who sits there, instead of a stack. */
export class Refusal extends Error {
  override name = 'Refusal';
}

/** Who speaks: somebody who signs in as in development, or the holder of a token or API key. */
export type Credentials = { email: string } | { token: string };

/** The graph, by the shared operations: each is named as its file in `operations/`. */
export interface Graph {
  /** @throws Refusal with the first error, when there is one. */
  ask<Data>(operation: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Asks for one change. @throws Refusal with what its payload finds wrong. */
  change<Payload extends { errors: UserError[] }>(operation: string, input: Record<string, unknown>): Promise<Payload>;
  /** The deltas of a reply to its end, each once, however often the connection is lost. */
  deltas(messageId: string): AsyncGenerator<Delta, void>;
  close(): void;
}

interface Tokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
}

/** A token that ends within this many milliseconds is exchanged before it is used. */
const renewalLead = 30_000;
/** Attempts to connect again, one after the other without any news. */
const mostAttempts = 8;

const manifest: Manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
const documents = new Map(manifest.operations.map(({ name, body }) => [name, body]));

/** @throws Refusal when nobody answers there, or this person is not let in. */
export async function openGraph(address: string, credentials: Credentials): Promise<Graph> {
  const url = new URL('/graphql', address);
  let tokens: Tokens | null = null;

  const authorization = async (): Promise<{ authorization?: string }> => {
    if ('token' in credentials) return { authorization: `Bearer ${credentials.token}` };
    if (tokens && Date.parse(tokens.accessTokenExpiresAt) - Date.now() < renewalLead) {
      tokens = await signIn('RefreshSession', { refreshToken: tokens.refreshToken });
    }
    return tokens ? { authorization: `Bearer ${tokens.accessToken}` } : {};
  };
  const signIn = async (operation: string, input: object): Promise<Tokens> =>
    granted(first(await send(url, operation, { input }, {})));
  const ask: Graph['ask'] = async (operation, variables = {}) =>
    (await send(url, operation, variables, await authorization())) as never;

  if ('email' in credentials) tokens = await signIn('SignInForDevelopment', { email: credentials.email });
  const socket = createClient({
    url: url.href.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: authorization,
    // Connecting again is done below, for it goes on after the last delta.
    retryAttempts: 0,
  });

  return {
    ask,
    change: async (operation, input) => granted(first(await ask(operation, { input }))),
    async *deltas(messageId) {
      let after = 0;
      for (let attempt = 0; ; attempt++) {
        try {
          const query = documents.get('MessageStream')!;
          for await (const { data, errors } of socket.iterate<{ messageStream: Delta | null }>({
            query,
            variables: { messageId, after },
          })) {
            if (errors) throw new Refusal(errors[0]!.message);
            const delta = data?.messageStream;
            if (!delta) continue;
            after = delta.sequence;
            attempt = 0;
            yield delta;
            if (delta.kind === 'END') return;
          }
          return;
        } catch (error) {
          if (error instanceof Refusal) throw error;
          if (Array.isArray(error)) throw new Refusal(error[0].message);
          if (attempt >= mostAttempts) throw new Refusal('The connection was lost, and does not come back.');
          await pause(Math.min(100 * 2 ** attempt, 5_000));
        }
      }
    },
    close: () => void socket.dispose(),
  };
}

async function send(url: URL, operation: string, variables: object, headers: Record<string, string>) {
  const query = documents.get(operation);
  if (!query) throw new Error(`There is no shared operation "${operation}".`);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query, operationName: operation, variables }),
  }).catch(() => {
    throw new Refusal(
      `Nobody answers at ${url.origin}. Start Jarvis with "npm start", or name another address with --url.`,
    );
  });
  const { data, errors } = await (response.json() as Promise<{ data?: object; errors?: { message: string }[] }>).catch(
    () => {
      throw new Refusal(`${url.href} does not answer as a graph does (status ${response.status}).`);
    },
  );
  if (errors) throw new Refusal(errors[0]!.message);
  return data;
}

/** The answer to the one field of a mutation. */
const first = (data: unknown) => Object.values(data as object)[0];

function granted<Payload extends { errors: UserError[] }>(payload: Payload): Payload {
  const [problem] = payload.errors;
  if (problem) throw new Refusal(problem.message);
  return payload;
}
