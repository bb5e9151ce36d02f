import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from '../../../subgraphs/shared/http.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { type Internet, pages, redirect, startInternet } from '../../support/internet.ts';
import { until } from '../../support/until.ts';

let internet: Internet;
let client: HttpClient;
const bodies: string[] = [];
beforeAll(async () => {
  internet = await startInternet({
    'hook.example': pages({
      '/': async (request, response) => {
        let body = '';
        for await (const piece of request) body += piece;
        bodies.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}');
      },
      '/away': redirect('https://other.example/', 307),
      '/gone': (_, response) => response.writeHead(410).end('gone'),
      '/busy': (_, response) => response.writeHead(503, { 'retry-after': '120' }).end(),
      '/silent': () => {},
    }),
    'other.example': pages({ '/': 'other' }),
  });
});
afterAll(() => internet.stop());
beforeEach(() => {
  internet.visits.length = 0;
  client = createHttpClient({}, internet);
});
afterEach(() => client.close());

const refusal = (code: string, more: object = {}) => expect.objectContaining({ name: 'FetchRefused', code, ...more });

test('sends what is to be sent and gives the answer', async () => {
  const sent = await client.send('POST', 'http://hook.example/', {
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer of.the.hook', 'User-Agent': 'Mine' },
    body: '{"größe":1}',
  });
  expect({ ...sent, body: Buffer.from(sent.body).toString() }).toEqual({
    status: 200,
    contentType: 'application/json',
    charset: null,
    body: '{"ok":true}',
    retryAfter: null,
  });
  expect(bodies.at(-1)).toBe('{"größe":1}');
  expect(internet.visits).toHaveLength(1);
  expect(internet.visits[0]?.headers).toMatchObject({
    host: 'hook.example',
    'content-type': 'application/json',
    authorization: 'Bearer of.the.hook',
    'user-agent': 'Mine',
    'content-length': '13',
  });
});

test('does not take what it says to one address to another', async () => {
  const headers = { authorization: 'Bearer of.the.hook', cookie: 'a=b' };
  await expect(client.send('POST', 'http://hook.example/away', { headers, body: 'secret' })).rejects.toEqual(
    refusal('HTTP_STATUS', { status: 307 }),
  );
  expect(internet.visits.map(({ url }) => url)).toEqual(['http://hook.example/away']);
});

test('refuses no other status: what it means is the sender’s to say', async () => {
  const at = Date.now();
  expect(await client.send('PUT', 'http://hook.example/gone')).toMatchObject({ status: 410, retryAfter: null });
  const { status, retryAfter } = await client.send('DELETE', 'http://hook.example/busy');
  expect(status).toBe(503);
  expect(retryAfter!.getTime()).toBeGreaterThanOrEqual(at + 120_000);
});

test.each<Record<string, string>>([
  { Host: 'other.example' },
  { 'content-length': '1' },
  { 'Transfer-Encoding': 'chunked' },
  { connection: 'upgrade' },
  { 'Proxy-Authorization': 'x' },
  { 'x-a': 'b\r\nx-c: d' },
  { 'x-a\r\nx-c': 'd' },
  { 'x a': 'b' },
  { '': 'b' },
  { 'x-a': 'ü' },
  { 'x-a': 'a'.repeat(9_000) },
])('refuses headers that are not for the sender to set, or none: %j', async (headers) => {
  await expect(client.send('POST', 'http://hook.example/', { headers })).rejects.toEqual(refusal('FORBIDDEN_HEADER'));
  expect(internet.visits).toEqual([]);
});

test('an address that hangs does not hold up the others', async () => {
  const clock = new FakeClock();
  const busy = createHttpClient({}, { ...internet, clock });
  const hanging = [1, 2, 3, 4].map(() => busy.send('POST', 'http://hook.example/silent').catch((error) => error));
  expect((await busy.send('POST', 'http://other.example/')).status).toBe(200);
  await until('two hang', () => internet.visits.length === 3);
  await clock.advance(15_000);
  await until('the other two hang', () => internet.visits.length === 5);
  await clock.advance(15_000);
  expect(await Promise.all(hanging)).toEqual(Array(4).fill(refusal('TOO_SLOW')));
  await busy.close();
});
