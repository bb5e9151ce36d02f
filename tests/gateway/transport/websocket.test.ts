import { afterEach, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import type { Operations, Sink } from '../../../gateway/admission/operation.ts';
import { startSockets } from '../../support/sockets.ts';
import { until } from '../../support/until.ts';

const EVENTS = 'subscription ($after: ID) { happened(after: $after) { number } }';

let house: Awaited<ReturnType<typeof startSockets>>;
afterEach(() => house.stop());

describe('the protocol', () => {
  test('lets a client in once', async () => {
    house = await startSockets();
    const client = await house.enter();
    expect(client.received).toEqual([{ type: 'connection_ack' }]);
    client.say({ type: 'connection_init' });
    expect(await client.closed()).toBe(4429);
  });

  test('takes a second initialisation for one too many before the first is answered, too', async () => {
    house = await startSockets({ connect: () => new Promise(() => {}) });
    const client = await house.open();
    client.say({ type: 'connection_init' });
    client.say({ type: 'connection_init' });
    expect(await client.closed()).toBe(4429);
  });

  test('closes a socket that is not initialised in time, by its clock', async () => {
    house = await startSockets();
    const client = await house.open();
    await client.settled();
    house.clock.time += 4_999;
    house.sweep();
    await client.settled();
    house.clock.time += 1;
    house.sweep();
    expect(await client.closed()).toBe(4408);
    expect(client.state.reason).toBe('Connection initialisation timeout');
  });

  test('forbids who is not let in, and asks to try again when that could not be found out', async () => {
    house = await startSockets();
    const nobody = await house.open();
    nobody.say({ type: 'connection_init' });
    expect(await nobody.closed()).toBe(4403);
    const unlucky = await house.open();
    unlucky.say({ type: 'connection_init', payload: { account: 'broken' } });
    expect(await unlucky.closed()).toBe(1013);
    expect(house.faults).toEqual([new Error('The database is away.')]);
    expect(house.sockets.connections).toBe(0);
  });

  test('runs nothing before the acknowledgement', async () => {
    house = await startSockets();
    const client = await house.open();
    client.subscribe('1', '{ goal { id } }');
    expect(await client.closed()).toBe(4401);
  });

  test('knows its subprotocol only', async () => {
    house = await startSockets();
    const client = await house.open([]);
    expect(await client.closed()).toBe(4406);
  });

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['null', 'null'],
    ['an unknown type', '{"type":"start"}'],
    ['no type', '{}'],
    ['a payload that is no object', '{"type":"ping","payload":"x"}'],
    ['an initialisation with a list', '{"type":"connection_init","payload":[]}'],
    ['an operation without id', '{"type":"subscribe","payload":{"query":"{ goal { id } }"}}'],
    ['an empty id', '{"id":"","type":"subscribe","payload":{"query":"{ goal { id } }"}}'],
    ['a number as id', '{"id":1,"type":"complete"}'],
    ['an id without end', JSON.stringify({ id: 'x'.repeat(129), type: 'complete' })],
    ['an operation without payload', '{"id":"1","type":"subscribe"}'],
    ['a query that is no text', '{"id":"1","type":"subscribe","payload":{"query":5}}'],
    ['no query', '{"id":"1","type":"subscribe","payload":{}}'],
    ['variables that are no object', '{"id":"1","type":"subscribe","payload":{"query":"{ a }","variables":[]}}'],
    ['a name that is no text', '{"id":"1","type":"subscribe","payload":{"query":"{ a }","operationName":1}}'],
    ['extensions that are no object', '{"id":"1","type":"subscribe","payload":{"query":"{ a }","extensions":"x"}}'],
  ])('closes with 4400 for %s', async (_what, text) => {
    house = await startSockets();
    const client = await house.enter();
    client.say(text);
    expect(await client.closed()).toBe(4400);
  });

  test('answers pings with their payload, at any time, and takes pongs', async () => {
    house = await startSockets();
    const client = await house.open();
    client.say({ type: 'ping', payload: { n: 1 } });
    client.say({ type: 'ping', payload: null });
    client.say({ type: 'pong' });
    await until('both pongs', () => client.received.length === 2);
    expect(client.received).toEqual([{ type: 'pong', payload: { n: 1 } }, { type: 'pong' }]);
  });

  test('answers queries and mutations once, and completes them', async () => {
    house = await startSockets();
    const client = await house.enter();
    client.subscribe('q', '{ goal { id talks } }');
    client.subscribe('m', 'mutation ($n: Int!) { add(number: $n) }', { n: 4 });
    await until('both are complete', () => client.of('complete').length === 2);
    expect(client.received.filter(({ id }) => id === 'q')).toEqual([
      { id: 'q', type: 'next', payload: { data: { goal: { id: 'ana', talks: ['one'] } } } },
      { id: 'q', type: 'complete' },
    ]);
    expect(client.received.filter(({ id }) => id === 'm')).toEqual([
      { id: 'm', type: 'next', payload: { data: { add: 5 } } },
      { id: 'm', type: 'complete' },
    ]);
  });

  test('refuses an operation alone, with a list of errors and nothing after it', async () => {
    house = await startSockets();
    const client = await house.enter();
    client.subscribe('bad', '{ nothing }');
    client.subscribe('wrong', EVENTS, { after: {} });
    await until('both are refused', () => client.of('error').length === 2);
    await client.settled();
    expect(client.of('error')).toEqual([
      { id: 'bad', type: 'error', payload: [expect.objectContaining({ message: expect.stringContaining('nothing') })] },
      { id: 'wrong', type: 'error', payload: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })] },
    ]);
    expect(client.of('complete')).toEqual([]);
    client.subscribe('bad', '{ goal { id } }');
    await until('the id is free again', () => client.of('next').length === 1);
  });

  test('masks a fault of ours', async () => {
    const operations: Operations = { admit: () => Promise.reject(new Error('at 10.0.0.1')) };
    house = await startSockets({ operations });
    const client = await house.enter();
    client.subscribe('1', '{ goal { id } }');
    await until('the error', () => client.of('error').length);
    expect(client.of('error')[0].payload).toMatchObject([
      {
        message: 'Something went wrong on our side.',
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1' },
      },
    ]);
    expect(house.faults).toHaveLength(1);
  });

  test('has one operation an id, whichever kind it is', async () => {
    house = await startSockets();
    const client = await house.enter();
    client.subscribe('1', EVENTS);
    client.subscribe('1', '{ goal { id } }');
    expect(await client.closed()).toBe(4409);
    expect(client.state.reason).toBe('Subscriber for 1 already exists');
    await until('its subscription has ended', () => house.live.size === 0);
  });

  test('keeps each of several subscriptions under its id, which may hold anything', async () => {
    house = await startSockets();
    const client = await house.enter();
    const ids = ['plain', '"}\\ \u2028 ☃', '__proto__'];
    for (const id of ids) client.subscribe(id, EVENTS);
    await until('they have begun', () => house.operations.fanOut.subscribers === 3);
    await client.settled();
    house.happen();
    await until('each is told', () => client.of('next').length === 3);
    expect(client.of('next')).toEqual(
      ids.map((id) => ({ id, type: 'next', payload: { data: { happened: { number: 1 } } } })),
    );
    expect(house.asked).toEqual([1]);
  });

  test('tells nothing more once the client has completed, even what was under way', async () => {
    house = await startSockets();
    const client = await house.enter();
    let goOn = () => {};
    house.work.wait = () =>
      new Promise((go) => {
        goOn = go;
      });
    client.subscribe('1', EVENTS);
    await until('it has begun', () => house.live.size === 1);
    await client.settled();
    house.happen();
    client.say({ id: '1', type: 'complete' });
    client.say({ id: '1', type: 'complete' });
    client.say({ id: 'unknown', type: 'complete' });
    await client.settled();
    goOn();
    await until('the source has ended', () => house.live.size === 0);
    await client.settled();
    expect([...client.of('next'), ...client.of('complete')]).toEqual([]);
    house.work.wait = null;
    client.subscribe('1', EVENTS);
    await until('the id is free again', () => house.live.size === 1);
  });

  test('ends a subscription that is completed before it has begun', async () => {
    house = await startSockets();
    const client = await house.enter();
    client.subscribe('1', EVENTS);
    client.say({ id: '1', type: 'complete' });
    await client.settled();
    expect([house.live.size, house.operations.fanOut.subscribers]).toEqual([0, 0]);
  });

  test('completes a subscription whose source ends, and says why one failed', async () => {
    house = await startSockets();
    const client = await house.enter();
    for (const failure of [undefined, new Error('secret')]) {
      client.subscribe('1', EVENTS);
      await until('it has begun', () => house.live.size === 1);
      await client.settled();
      for (const listener of house.live) listener.end(failure);
      house.live.clear();
      await until('it is over', () => client.of(failure ? 'error' : 'complete').length);
    }
    expect(client.of('error')[0]).toMatchObject({
      id: '1',
      payload: [{ message: 'The subgraph "goals" did not answer.' }],
    });
    expect(client.of('complete')).toHaveLength(1);
  });

  test('ends what ran on a socket that is gone', async () => {
    house = await startSockets();
    const client = await house.enter();
    client.subscribe('1', EVENTS);
    await until('it has begun', () => house.live.size === 1);
    client.socket.terminate();
    await until('it has ended', () => house.live.size === 0 && house.sockets.connections === 0);
  });
});

describe('the limits', () => {
  test('a message that is too large closes with 1009, one that is not text with 1003, one that is not UTF-8 with 1007', async () => {
    house = await startSockets({ limits: { messageBytes: 1_000 } });
    const [large, binary, broken] = [await house.enter(), await house.enter(), await house.enter()];
    large.say('x'.repeat(1_001));
    expect(await large.closed()).toBe(1009);
    binary.socket.send(Buffer.from('{"type":"ping"}'));
    expect(await binary.closed()).toBe(1003);
    broken.socket.send(Buffer.from([0x7b, 0xff]), { binary: false });
    expect(await broken.closed()).toBe(1007);
  });

  test('operations beyond those of a socket are refused, the others go on', async () => {
    house = await startSockets({ limits: { operationsPerSocket: 2 } });
    const client = await house.enter();
    for (const id of ['1', '2', '3']) client.subscribe(id, EVENTS);
    await until('the third is refused', () => client.of('error').length);
    expect(client.of('error')).toMatchObject([
      { id: '3', payload: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }] },
    ]);
    await until('two run', () => house.operations.fanOut.subscribers === 2);
    client.say({ id: '1', type: 'complete' });
    client.subscribe('3', EVENTS);
    await client.settled();
    await until('the third has its place', () => house.operations.fanOut.subscribers === 2);
    expect(client.of('error')).toHaveLength(1);
  });

  test('sockets beyond those of an account are closed so that their clients try again', async () => {
    house = await startSockets({ limits: { socketsPerAccount: 2 } });
    const [first] = [await house.enter(), await house.enter(), await house.enter({ account: 'ben' })];
    const third = await house.open();
    third.say({ type: 'connection_init', payload: { account: 'ana' } });
    expect(await third.closed()).toBe(4292);
    first!.socket.close();
    await until('there is a place again', () => house.sockets.connections === 2);
    await house.enter();
  });

  test('messages beyond those of a second close the socket', async () => {
    house = await startSockets({ limits: { messagesPerSecond: 5 } });
    const [calm, hasty] = [await house.enter(), await house.enter({ account: 'ben' })];
    for (let i = 0; i < 4; i++) calm.say({ type: 'pong' });
    house.sweep();
    await until('the pause is over', () => calm.socket.bufferedAmount === 0);
    for (let i = 0; i < 6; i++) hasty.say({ type: 'pong' });
    expect(await hasty.closed()).toBe(4291);
    expect(calm.state.code).toBe(0);
  });

  test('a client that reads too slowly is closed so that it resumes, and the others hear everything', async () => {
    const sinks: Sink[] = [];
    let left = 0;
    const operations: Operations = {
      admit: async () => ({
        kind: 'subscription',
        run: () => Promise.reject(new Error('A subscription.')),
        runInParts: () => Promise.reject(new Error('A subscription.')),
        abandon: () => {},
        async listen(sink) {
          sinks.push(sink);
          return () => left++;
        },
      }),
    };
    house = await startSockets({ operations, limits: { bufferedBytes: 100_000 } });
    const [slow, quick] = [await house.enter(), await house.enter()];
    for (const client of [slow, quick]) client.subscribe('1', EVENTS);
    await until('both have begun', () => sinks.length === 2);
    slow.socket.pause();
    const text = JSON.stringify({ data: 'x'.repeat(100_000) });
    let told = 0;
    // What the network keeps for a client is not known: until that is full.
    while (left === 0 && told < 1_000) {
      for (const sink of sinks) sink.next(text);
      told++;
      await until('the quick one has heard', () => quick.of('next').length === told);
    }
    expect(left).toBe(1);
    for (const sink of sinks) sink.next(text);
    await until('the quick one goes on hearing', () => quick.of('next').length === told + 1);
    slow.socket.resume();
    expect(await slow.closed()).toBe(4290);
    expect(slow.of('next').length).toBeLessThan(told);
  });
});

describe('time', () => {
  test('closes with 4403 when a credential ends, and tells nothing after that', async () => {
    house = await startSockets();
    const client = await house.enter({ account: 'ana', expiresAt: house.clock.time + 2_000 });
    const other = await house.enter();
    for (const one of [client, other]) one.subscribe('1', EVENTS);
    await until('both have begun', () => house.operations.fanOut.subscribers === 2);
    house.clock.time += 1_999;
    house.sweep();
    house.happen();
    await until('both are told', () => client.of('next').length === 1 && other.of('next').length === 1);
    // The sweep has not come round yet.
    house.clock.time += 1;
    house.happen();
    expect(await client.closed()).toBe(4403);
    await until('the other is told', () => other.of('next').length === 2);
    expect(client.of('next')).toHaveLength(1);
    const idle = await house.enter({ account: 'ana', expiresAt: house.clock.time + 1 });
    house.clock.time += 1;
    house.sweep();
    expect(await idle.closed()).toBe(4403);
  });

  test('ends a socket from which nothing has come since the last ping, and no other', async () => {
    house = await startSockets({ limits: { pingSeconds: 3 } });
    const [alive, dead] = [await house.enter(), await house.enter({ account: 'ben' })];
    let pings = 0;
    alive.socket.on('ping', () => pings++);
    const deaf = dead.socket as unknown as { _autoPong: boolean };
    deaf._autoPong = false;
    for (let i = 0; i < 3; i++) house.sweep();
    await until('it is pinged', () => pings === 1);
    await alive.settled();
    for (let i = 0; i < 3; i++) house.sweep();
    expect(await dead.closed()).toBe(1006);
    await until('it is pinged again', () => pings === 2);
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('closes at once whoever is found not to be valid any more', async () => {
    house = await startSockets();
    const [phone, laptop, ben] = [
      await house.enter({ account: 'ana', name: 'phone' }),
      await house.enter({ account: 'ana', name: 'laptop' }),
      await house.enter({ account: 'ben' }),
    ];
    phone.subscribe('1', EVENTS);
    await until('it has begun', () => house.live.size === 1);
    const looked: string[] = [];
    await house.sockets.recheck(
      ({ account }) => account === 'ana',
      async ({ name }) => {
        looked.push(name);
        return name === 'laptop';
      },
    );
    expect(looked).toEqual(['phone', 'laptop']);
    expect(house.live.size).toBe(0);
    expect(await phone.closed()).toBe(4403);
    await Promise.all([laptop.settled(), ben.settled()]);
  });

  test('sends everybody elsewhere with 1001 when it stops, and lets nobody in', async () => {
    house = await startSockets();
    const clients = [await house.enter(), await house.open()];
    await house.sockets.stop(0);
    expect(await Promise.all(clients.map((client) => client.closed()))).toEqual([1001, 1001]);
    const late = await house.open();
    expect(late.socket.readyState).not.toBe(WebSocket.OPEN);
  });
});
