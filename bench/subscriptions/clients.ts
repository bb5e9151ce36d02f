import WebSocket from 'ws';
import { type Progress, sharedClock } from './scenario.ts';

/** A socket with one subscription. */
export interface Client {
  /** Events that came, each checked to be the one after the last. */
  received: number;
  /** Resolves to the code with which the server closes it. */
  readonly closed: Promise<number>;
  /** Stops to read what comes. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Milliseconds from when an event was due until a client has read it, while somebody measures. */
export type Arrivals = { times: number[] | null };

/** Opens sockets, some at a time, and subscribes on each. */
export async function openClients(
  url: string,
  count: number,
  initOf: (index: number) => object,
  query: string,
  arrivals: Arrivals,
): Promise<Client[]> {
  const clients: Client[] = [];
  let next = 0;
  const open = async () => {
    for (let index = next++; index < count; index = next++)
      clients[index] = await openClient(url, initOf(index), query, arrivals);
  };
  await Promise.all(Array.from({ length: 50 }, open));
  return clients;
}

function openClient(url: string, init: object, query: string, arrivals: Arrivals): Promise<Client> {
  return new Promise((done, fail) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    let last = 0;
    const client: Client = {
      received: 0,
      closed: new Promise((closed) => socket.on('close', closed)),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close: () => socket.close(),
    };
    const receive = ({ at, number }: Progress) => {
      arrivals.times?.push(sharedClock() - at);
      if (last !== 0 && number !== last + 1)
        throw new Error(`Event ${number} came after ${last}: ${JSON.stringify(init)}.`);
      last = number;
      client.received++;
    };
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: init })));
    socket.on('error', fail);
    socket.on('close', (code) => fail(new Error(`closed with ${code}`)));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'next') receive(message.payload.data.progressUpdated);
      else if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        // The answer to a ping says that what was sent before it has been read.
        socket.send('{"type":"ping"}');
      } else if (message.type === 'pong') done(client);
      else fail(new Error(String(data)));
    });
  });
}
