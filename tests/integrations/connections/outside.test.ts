import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createOutside, readRest } from '../../../subgraphs/integrations/connections/outside.ts';
import { ProviderFault } from '../../../subgraphs/integrations/providers/provider.ts';
import { readConfig } from '../../../subgraphs/shared/config.ts';

const now = new Date('2026-03-10T12:00:00.000Z');
let server: Server;
let elsewhere: Server;
let url: string;
const visits: string[] = [];
const cookies: unknown[] = [];
const addressOf = (one: Server) => `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
const listen = (one: Server) => new Promise<void>((done) => one.listen(0, '127.0.0.1', done));

beforeAll(async () => {
  elsewhere = createServer((request, response) => {
    visits.push(request.headers.authorization ?? '');
    response.end('{}');
  });
  await listen(elsewhere);
  server = createServer((request, response) => {
    cookies.push(request.headers.cookie);
    const to = (status: number, location: string) => response.writeHead(status, { location }).end();
    if (request.url === '/near') return to(302, '/here');
    if (request.url === '/far') return to(307, `${addressOf(elsewhere)}/`);
    if (request.url === '/round') return to(302, '/round');
    if (request.url === '/long') return void response.end('x'.repeat(2_000));
    if (request.url === '/bomb')
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)));
    if (request.url === '/drip') return void response.write('{');
    response.writeHead(200, { 'set-cookie': 'a=b' }).end(JSON.stringify({ at: request.url, method: request.method }));
  });
  await listen(server);
  url = addressOf(server);
});
afterAll(() => {
  for (const one of [server, elsewhere]) {
    one.closeAllConnections();
    one.close();
  }
});

const outside = createOutside({ config: readConfig({}), now: () => now }, { deadline: 2_000, longest: 1_000 });
const fault = async (path: string, options = {}) => {
  const caught = await outside.fetch(`${url}${path}`, options).catch((error: unknown) => error);
  expect(caught).toBeInstanceOf(ProviderFault);
  expect((caught as Error).message).not.toContain('127.0.0.1');
  return (caught as ProviderFault).kind;
};

test('redirects are followed where they stay with the same server, and nowhere else', async () => {
  const { status, json } = await outside.fetch(`${url}/near`, { headers: { authorization: 'Bearer x' } });
  expect([status, json()]).toEqual([200, { at: '/here', method: 'GET' }]);
  expect(await fault('/far', { headers: { authorization: 'Bearer x' } })).toBe('REFUSED');
  expect(await fault('/near', { method: 'POST', body: {} })).toBe('REFUSED');
  expect(await fault('/round')).toBe('REFUSED');
  expect(visits).toEqual([]);
});

test('answers are read up to a limit and within a time, and cookies are not kept', async () => {
  expect(await fault('/long')).toBe('REFUSED');
  expect(await fault('/bomb')).toBe('REFUSED');
  expect(await fault('/drip')).toBe('UNAVAILABLE');
  await outside.fetch(`${url}/here`);
  await outside.fetch(`${url}/here`);
  expect(cookies.slice(-2)).toEqual([undefined, undefined]);
  expect(new Set(cookies)).toEqual(new Set([undefined]));
});

test('work that is broken off says why, not that the service is away', async () => {
  const work = new AbortController();
  const call = createOutside({ config: readConfig({}), now: () => now }, { signal: work.signal }).fetch(`${url}/drip`);
  work.abort(new Error('enough'));
  await expect(call).rejects.toThrow('enough');
});

test.each([
  ['120', 120],
  ['Tue, 10 Mar 2026 12:01:00 GMT', 60],
  ['Tue, 10 Mar 2026 11:00:00 GMT', 0],
  ['999999999', 86_400],
  ['soon', null],
  ['-5', null],
  [null, null],
])('Retry-After %s is a rest of %s seconds', (value, seconds) => {
  expect(readRest(new Headers(value === null ? {} : { 'retry-after': value }), now)).toBe(seconds);
});
