import WebSocket from 'ws';

/** A socket with one subscription. */
export interface Client {
  readonly socket: WebSocket;
  /** Set once the server has closed it. */
  code?: number;
}

/** Opens sockets, some at a time, and subscribes on each. */
export async function openClients(
  url: string,
  count: number,
  initOf: (index: number) => object,
  query: string,
  receive: (payload: any, index: number) => void,
): Promise<Client[]> {
  const clients: Client[] = [];
  let next = 0;
  const open = async () => {
    for (let index = next++; index < count; index = next++)
      clients[index] = await openClient(url, initOf(index), query, (payload) => receive(payload, index));
  };
  await Promise.all(Array.from({ length: 50 }, open));
  return clients;
}

function openClient(url: string, init: object, query: string, receive: (payload: any) => void): Promise<Client> {
  return new Promise((done, fail) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    const client: Client = { socket };
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: init })));
    socket.on('error', fail);
    socket.on('close', (code) => {
      client.code = code;
      fail(new Error(`closed with ${code}`));
    });
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'next') receive(message.payload);
      else if (message.type === 'connection_ack') {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        // The answer to a ping says that what was sent before it has been read.
        socket.send('{"type":"ping"}');
      } else if (message.type === 'pong') done(client);
      else fail(new Error(String(data)));
    });
  });
}
