import { once } from 'node:events';
import WebSocket from 'ws';
import { dataClasses } from '../../../subgraphs/shared/models/dataClasses.ts';
import type { ModelServer, Reply } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { type HttpPerson, startServer, type TestServer, type Topology } from '../../support/server.ts';
import { errorsOf } from '../support.ts';

/** Replies as they come over real connections, from a server with real queues. */

export interface Delta {
  sequence: number;
  kind: 'TEXT' | 'TOOL_CALL' | 'USAGE' | 'END';
  text: string | null;
  status: string | null;
  toolCall: { id: string; state: string; confirmation: string } | null;
  toolCallState: string | null;
  usage: { outcome: string } | null;
}

export const stream = `subscription ($id: ID!, $after: Int!) { messageStream(messageId: $id, after: $after) {
  sequence kind text status toolCall { id state confirmation } toolCallState usage { outcome } } }`;

export interface Live {
  server: TestServer;
  model: ModelServer;
  /** What the model says next. */
  script: (number: number) => Reply | Promise<Reply>;
  /** Somebody who has consented. */
  person(email: string): Promise<HttpPerson>;
  say(person: HttpPerson, content: string, more?: object): Promise<{ id: string; conversationId: string }>;
  read(person: HttpPerson, id: string): Promise<any>;
  stop(): Promise<void>;
}

export async function startLive(topology: Topology, env: Record<string, string> = {}): Promise<Live> {
  let asked = 0;
  const model = await startOpenAiServer(() => live.script(++asked));
  const server = await startServer(topology, {
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.url,
    AI_SILENCE_MS: '30000',
    ...env,
  });
  const live: Live = {
    server,
    model,
    script: () => [{ text: 'Hello.' }],
    async person(email) {
      const person = await server.person(email);
      await person.ask(`mutation ($input: GrantAiConsentInput!) { grantAiConsent(input: $input) { ${errorsOf} } }`, {
        input: { provider: 'openai', dataClasses, disclosureVersion: '1' },
      });
      return person;
    },
    async say(person, content, more = {}) {
      asked = 0;
      const { sendMessage } = await person.ask(
        `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { reply { id } conversation { id } ${errorsOf} } }`,
        { input: { content, ...more } },
      );
      if (!sendMessage.reply) throw new Error(JSON.stringify(sendMessage.errors));
      return { id: sendMessage.reply.id, conversationId: sendMessage.conversation.id };
    },
    async read(person, id) {
      const { node } = await person.ask(
        `query ($id: ID!) { node(id: $id) { ... on Message { status content endedBecause lastSequence provider
          toolCalls { id state confirmation tool } } } }`,
        { id },
      );
      return node;
    },
    async stop() {
      await server.stop();
      await model.stop();
    },
  };
  return live;
}

/**
 * One connection that listens to a reply and is cut (the TCP connection, without a word) after so many deltas; earlier when they end.
 * @returns what it got.
 */
export async function glimpse(
  server: TestServer,
  person: HttpPerson,
  id: string,
  after: number,
  cutAfter: number,
): Promise<{ deltas: Delta[]; ended: boolean; errors: unknown }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws']);
  const deltas: Delta[] = [];
  let ended = false;
  let errors: unknown = null;
  const say = (message: object) => socket.send(JSON.stringify(message));
  socket.on('open', () => say({ type: 'connection_init', payload: person.headers }));
  socket.on('error', () => {});
  socket.on('message', (data) => {
    // What comes in the same turn as the cut is lost, as it is on a train.
    if (socket.readyState !== WebSocket.OPEN) return;
    const message = JSON.parse(String(data));
    if (message.type === 'connection_ack') {
      if (cutAfter === 0) setImmediate(() => socket.terminate());
      say({ id: '1', type: 'subscribe', payload: { query: stream, variables: { id, after } } });
    } else if (message.type === 'next') {
      if (message.payload.errors) {
        errors = message.payload.errors;
        socket.terminate();
        return;
      }
      deltas.push(message.payload.data.messageStream);
      if (deltas.length === cutAfter) socket.terminate();
    } else if (message.type === 'error' || message.type === 'complete') {
      if (message.type === 'error') errors = message.payload;
      else ended = true;
      socket.terminate();
    }
  });
  await once(socket, 'close');
  return { deltas, ended, errors };
}

/** Listens on one connection until the reply ends. */
export const watch = (server: TestServer, person: HttpPerson, id: string, after = 0) =>
  glimpse(server, person, id, after, Number.POSITIVE_INFINITY);

/** Listens until the reply ends, as an app should: when an answer could not be had, it goes on after the last delta that it saw. */
export async function follow(server: TestServer, person: HttpPerson, id: string): Promise<Delta[]> {
  const all: Delta[] = [];
  while (all.at(-1)?.kind !== 'END') {
    const { deltas, errors } = await watch(server, person, id, all.length);
    all.push(...deltas);
    const codes = ((errors ?? []) as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code);
    if (codes.some((code) => !code.startsWith('UPSTREAM_') && code !== 'SUBGRAPH_UNAVAILABLE'))
      throw new Error(JSON.stringify(errors));
    // Not at once: who asks without a pause has soon spent what an account may.
    if (codes.length > 0) await new Promise((done) => setTimeout(done, 100));
  }
  return all;
}

export const textOf = (deltas: readonly Delta[]) => deltas.map(({ text }) => text ?? '').join('');

/** Throws unless the numbers go on from `after` without a gap, to an end. */
export function checkNumbers(deltas: readonly Delta[], after = 0): void {
  const numbers = deltas.map(({ sequence }) => sequence);
  if (numbers.some((number, i) => number !== after + i + 1)) throw new Error(`Gaps: ${numbers}`);
  if (deltas.findIndex(({ kind }) => kind === 'END') !== deltas.length - 1)
    throw new Error('It does not end in its end.');
}

/** A small generator of numbers from 0 to 1, so that a run can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
