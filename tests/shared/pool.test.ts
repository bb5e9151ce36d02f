import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPool } from '../../subgraphs/shared/db.ts';
import { createLog } from '../../subgraphs/shared/log.ts';

/** A message of PostgreSQL's protocol (version 3): its kind, its length, its body. */
function message(kind: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.from(`${kind}0000`);
  head.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}
const ready = message('Z', 'I');
const done = Buffer.concat([message('C', 'SELECT 0\0'), ready]);
const death = message('E', 'SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0');

/** A PostgreSQL that answers one statement of each connection, and tells in the same breath that it has died. */
let server: Server;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
      socket.once('data', () => socket.end(Buffer.concat([done, death])));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('a database that dies as it hands a connection to the next one who waits costs that one an error, not the process', async () => {
  const { port } = server.address() as AddressInfo;
  const connectionString = `postgresql://jarvis@127.0.0.1:${port}/jarvis?sslmode=disable`;
  const pool = openPool({ connectionString, max: 1, silence: 500 }, createLog('silent'));
  const first = pool.query('SELECT');
  const second = pool.connect();
  await first;
  const client = await second;
  await expect(client.query('SELECT')).rejects.toThrow('not queryable');
  client.release();
  expect((await pool.query('SELECT')).rowCount).toBe(0);
  await pool.end();
});

test('a database that says nothing any more costs whoever asks an error and the pool a connection; an idle one may be silent', async () => {
  let opened = 0;
  const hung = createServer((socket) => {
    const number = ++opened;
    sockets.add(socket);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
      // The first answers nothing.
      socket.on('data', () => number > 1 && socket.write(done));
    });
  });
  hung.listen(0, '127.0.0.1');
  await once(hung, 'listening');
  const { port } = hung.address() as AddressInfo;
  const connectionString = `postgresql://jarvis@127.0.0.1:${port}/jarvis?sslmode=disable`;
  const pool = openPool({ connectionString, max: 1, silence: 100 }, createLog('silent'));
  await expect(pool.query('SELECT')).rejects.toThrow('the database does not answer');
  expect((await pool.query('SELECT')).rowCount).toBe(0);
  await new Promise((later) => setTimeout(later, 300));
  expect((await pool.query('SELECT')).rowCount).toBe(0);
  expect(opened).toBe(2);
  await pool.end();
  hung.close();
});

test('a database that hangs after a connection has idled for long costs whoever asks then an error, too', async () => {
  let asked = 0;
  const hung = createServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
      socket.on('data', () => ++asked === 1 && socket.write(done));
    });
  });
  hung.listen(0, '127.0.0.1');
  await once(hung, 'listening');
  const { port } = hung.address() as AddressInfo;
  const connectionString = `postgresql://jarvis@127.0.0.1:${port}/jarvis?sslmode=disable`;
  const pool = openPool({ connectionString, max: 1, silence: 100 }, createLog('silent'));
  await pool.query('SELECT');
  await new Promise((later) => setTimeout(later, 300));
  await expect(pool.query('SELECT')).rejects.toThrow('the database does not answer');
  expect(asked).toBe(2);
  await pool.end();
  hung.close();
}, 5_000);
