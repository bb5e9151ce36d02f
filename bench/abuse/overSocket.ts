import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { abuses } from '../../tests/support/abuse.ts';
import type { Attack, Attacker, Refused } from './attack.ts';
import { bearerOf } from './tenants.ts';

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: any;
}

const initOf = async (tenant: string) =>
  JSON.stringify({ type: 'connection_init', payload: { authorization: await bearerOf(tenant) } });

/** A socket that the gateway has let in. */
async function enter(url: string, tenant: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => {});
  await new Promise((done) => socket.once('open', done));
  socket.send(await initOf(tenant));
  await new Promise((done) => socket.once('message', done));
  return socket;
}

/** Documents, as operations of one socket, which it survives. */
const documents: readonly Attack[] = abuses
  .filter(
    ({ name, body, headers }) =>
      !headers &&
      typeof body === 'string' &&
      /^\{"query":".*\}$/s.test(body) &&
      body.length < 250_000 &&
      !/variables that are a list|extensions that are text/.test(name),
  )
  .map(({ name, body, code }) => ({
    name,
    expected: code,
    async start(url, tenant) {
      const socket = await enter(url, tenant);
      const waiting = new Map<string, (message: Message) => void>();
      socket.on('message', (data) => {
        const message: Message = JSON.parse(String(data));
        if (message.id) waiting.get(message.id)?.(message);
      });
      return {
        async attack(n) {
          const answered = new Promise<Message>((done) => waiting.set(String(n), done));
          const started = performance.now();
          const varied = String(body).replace('{"query":"', `{"query":"#${n}\\n`);
          socket.send(`{"id":"${n}","type":"subscribe","payload":${varied}}`);
          const { payload } = await answered;
          waiting.delete(String(n));
          // Fewer than the messages that a socket may send in a second.
          const milliseconds = performance.now() - started;
          await new Promise((done) => setTimeout(done, Math.max(0, 25 - milliseconds)));
          return { outcome: payload[0]?.extensions.code, milliseconds };
        },
        stop: () => socket.terminate(),
      };
    },
  }));

const operation = (n: number) => `{"id":"${n}","type":"subscribe","payload":{"query":"{ __typename }"}}`;
const times = (count: number, message: (n: number) => string | Buffer) => (socket: WebSocket) => {
  for (let n = 0; n < count; n++) socket.send(message(n));
};

/** The code of the close frame, when it comes: the socket ends later, once all that was sent has been read. */
function closeFrame(socket: WebSocket): Promise<number> {
  const { _receiver: receiver } = socket as unknown as { _receiver: EventEmitter };
  return new Promise((done) => receiver.once('conclude', done));
}

/** A frame of 20 MB as it goes over the wire, masked with zeros: `ws` would take longer to make it than the gateway to refuse it. */
function sendLarge(socket: WebSocket): void {
  const size = 20_000_000;
  const head = Buffer.alloc(14);
  head.set([0x81, 0x80 | 127]);
  head.writeBigUInt64BE(BigInt(size), 2);
  const { _socket: stream } = socket as unknown as { _socket: Duplex };
  stream.write(head);
  stream.write(large);
}
const large = Buffer.alloc(20_000_000, ' ');

/** What costs the socket: each attack opens one, and the time is that from the abuse to the end. */
const ended: readonly [name: string, code: number, abuse: (socket: WebSocket) => void][] = [
  ['a message of 20 MB', 1009, sendLarge],
  ['1,000 operations on a socket', 4291, times(1_000, operation)],
  ['1,000 pings on a socket', 4291, times(1_000, () => '{"type":"ping"}')],
  ['a message that is not JSON', 4400, times(1, () => '{')],
  ['a message of no known kind', 4400, times(1, () => '{"type":"hack"}')],
  ['brackets 120,000 deep', 4400, times(1, () => `${'['.repeat(120_000)}${']'.repeat(120_000)}`)],
  ['binary', 1003, times(1, () => Buffer.from([1, 2, 3]))],
  ['a second ConnectionInit', 4429, times(1, () => '{"type":"connection_init"}')],
];

const closing: readonly Attack[] = ended.map(([name, code, abuse]) => ({
  name,
  expected: String(code),
  async start(url, tenant): Promise<Attacker> {
    return {
      async attack(): Promise<Refused> {
        const socket = await enter(url, tenant);
        const closed = new Promise<number>((done) => socket.once('close', done));
        const started = performance.now();
        abuse(socket);
        return { outcome: String(await closed), milliseconds: performance.now() - started };
      },
      stop: () => {},
    };
  },
}));

const sockets: Attack = {
  name: '200 sockets at once',
  expected: '4292',
  async start(url, tenant) {
    return {
      async attack() {
        const init = await initOf(tenant);
        const open = await Promise.all(Array.from({ length: 10 }, () => enter(url, tenant)));
        const refused = await Promise.all(
          Array.from({ length: 190 }, async () => {
            const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
            await new Promise((done) => socket.once('open', done));
            const closed = closeFrame(socket);
            const asked = performance.now();
            socket.send(init);
            return { code: await closed, milliseconds: performance.now() - asked };
          }),
        );
        for (const socket of open) socket.close();
        await Promise.all(open.map((socket) => new Promise((done) => socket.once('close', done))));
        const milliseconds = Math.max(...refused.map((one) => one.milliseconds));
        return { outcome: [...new Set(refused.map(({ code }) => code))].join(','), milliseconds };
      },
      stop: () => {},
    };
  },
};

/** What is abusive over WebSocket. */
export const overSocket: readonly Attack[] = [...documents, ...closing, sockets];
