import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from '../../../subgraphs/shared/http.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { type Internet, pages, redirect, type Site, startInternet } from '../../support/internet.ts';
import { until } from '../../support/until.ts';

const text = 'What is written here comes out as it went in. '.repeat(50);
/** 40 MB of nothing, small while packed. */
const nothing = Buffer.alloc(40_000_000);
const encoded =
  (encoding: string, body: Uint8Array): Site =>
  (_, response) => {
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': body.length }).end(body);
  };

let internet: Internet;
let client: HttpClient;
let sent = 0;
let clock: FakeClock;
beforeAll(async () => {
  const gzipped = gzipSync(nothing);
  internet = await startInternet({
    'news.example': pages({
      '/gzip': encoded('gzip', gzipSync(text)),
      '/x-gzip': encoded('X-GZIP', gzipSync(text)),
      '/br': encoded('br', brotliCompressSync(text)),
      '/deflate': encoded('deflate', deflateSync(text)),
      '/raw-deflate': encoded('deflate', deflateRawSync(text)),
      '/twice': encoded('gzip, br', brotliCompressSync(gzipSync(text))),
      '/identity': encoded('identity', Buffer.from(text)),
      '/nothing': encoded('gzip', Buffer.alloc(0)),
      '/members': encoded('gzip', Buffer.concat([gzipSync(text.slice(0, 100)), gzipSync(text.slice(100))])),

      '/gzip-bomb': encoded('gzip', gzipped),
      '/br-bomb': encoded('br', brotliCompressSync(nothing, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })),
      '/deflate-bomb': encoded('deflate', deflateSync(nothing)),
      '/raw-deflate-bomb': encoded('deflate', deflateRawSync(nothing)),
      '/bomb-of-bombs': encoded('gzip, gzip', gzipSync(gzipped)),
      '/bomb-of-members': encoded('gzip', Buffer.concat(Array(2_000).fill(gzipSync(Buffer.alloc(30_000))))),

      '/cut-off': encoded('gzip', gzipSync(text).subarray(0, 40)),
      '/not-gzip': encoded('gzip', Buffer.from(text)),
      '/not-br': encoded('br', Buffer.from(text)),
      '/not-deflate': encoded('deflate', Buffer.from(text)),
      '/zstd': encoded('zstd', Buffer.from(text)),
      '/thrice': encoded('gzip, gzip, gzip', Buffer.from(text)),

      '/declared': (_, response) => response.writeHead(200, { 'content-length': 50_000_000 }).flushHeaders(),
      '/endless': (_, response) => {
        const piece = Buffer.alloc(64_000, 'a');
        const more = () => {
          while (!response.destroyed && sent < 50_000_000) {
            sent += piece.length;
            if (!response.write(piece)) return void response.once('drain', more);
          }
        };
        more();
      },
      '/silent': () => {},
      '/drip': (_, response) => void response.writeHead(200).write('a'),
      // Ten seconds of the test that is running.
      '/hop': async (request, response) => {
        await clock.advance(10_000);
        redirect('/silent')(request, response);
      },
    }),
  });
});
afterAll(() => internet.stop());
beforeEach(() => {
  client = createHttpClient({ pause: 0 }, internet);
});
afterEach(() => client.close());

const at = (path: string) => `http://news.example${path}`;
const refusal = (code: string, more: object = {}) => expect.objectContaining({ name: 'FetchRefused', code, ...more });

test.each(['gzip', 'x-gzip', 'br', 'deflate', 'raw-deflate', 'twice', 'identity', 'members'])(
  'undoes %s',
  async (path) => {
    expect(Buffer.from((await client.get(at(`/${path}`))).body).toString()).toBe(text);
  },
);

test('of nothing, packed, there is nothing', async () => {
  expect((await client.get(at('/nothing'))).body).toHaveLength(0);
});

describe('sizes', () => {
  test.each(['gzip-bomb', 'br-bomb', 'deflate-bomb', 'raw-deflate-bomb', 'bomb-of-bombs', 'bomb-of-members'])(
    'a %s does not go off',
    async (path) => {
      const before = process.memoryUsage().arrayBuffers;
      const error = refusal('TOO_LARGE', { message: 'The answer is larger than 200 kB, the most that is read.' });
      await expect(client.get(at(`/${path}`), { maxBytes: 200_000 })).rejects.toEqual(error);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    },
  );

  test('50 MB are refused when they are announced, and when they come unannounced', async () => {
    const error = refusal('TOO_LARGE', { message: 'The answer is larger than 5 MB, the most that is read.' });
    await expect(client.get(at('/declared'))).rejects.toEqual(error);
    await expect(client.get(at('/endless'))).rejects.toEqual(error);
    // What lay in the buffers of both sides is all that came besides.
    expect(sent).toBeLessThan(25_000_000);
  });

  test('exactly the limit is read', async () => {
    expect((await client.get(at('/gzip'), { maxBytes: text.length })).body).toHaveLength(text.length);
    await expect(client.get(at('/gzip'), { maxBytes: text.length - 1 })).rejects.toEqual(refusal('TOO_LARGE'));
  });

  test('a sender may have the beginning instead', async () => {
    const { body } = await client.send('POST', at('/gzip-bomb'), { maxBytes: 100, overflow: 'cut' });
    expect(body).toEqual(new Uint8Array(100));
    const plain = await client.send('POST', at('/identity'), { maxBytes: 4, overflow: 'cut' });
    expect(Buffer.from(plain.body).toString()).toBe('What');
  });
});

test.each([
  ['cut-off', 'UNREACHABLE'],
  ['not-gzip', 'UNREACHABLE'],
  ['not-br', 'UNREACHABLE'],
  ['not-deflate', 'UNREACHABLE'],
  ['zstd', 'WRONG_TYPE'],
  ['thrice', 'WRONG_TYPE'],
])('what cannot be undone is refused: %s', async (path, code) => {
  await expect(client.get(at(`/${path}`))).rejects.toEqual(refusal(code));
});

describe('time', () => {
  /** A fetch under a clock that stands still, until it has asked for the last page and waits for so many things. */
  async function start(path: string, last: string, timers: number) {
    clock = new FakeClock();
    const waiting = createHttpClient({ pause: 0 }, { ...internet, clock });
    const begun = internet.visits.length;
    const fetched = waiting.get(at(path)).catch((error) => error);
    await until('it has asked', () => internet.visits.slice(begun).some(({ url }) => url === at(last)));
    await until('it waits', () => clock.waiting === timers);
    return { clock, fetched, close: () => waiting.close() };
  }

  test('ends after 15 s', async () => {
    const { clock, fetched, close } = await start('/silent', '/silent', 1);
    await clock.advance(14_999);
    expect(clock.waiting).toBe(1);
    await clock.advance(1);
    expect(await fetched).toEqual(refusal('TOO_SLOW', { message: 'The site takes too long to answer.' }));
    expect(clock.waiting).toBe(0);
    await close();
  });

  test('is one for all redirects together', async () => {
    const { clock, fetched, close } = await start('/hop', '/silent', 1);
    await clock.advance(4_999);
    expect(clock.waiting).toBe(1);
    await clock.advance(1);
    expect(await fetched).toEqual(refusal('TOO_SLOW'));
    await close();
  });

  test('a body that drips ends sooner', async () => {
    const { clock, fetched, close } = await start('/drip', '/drip', 2);
    await clock.advance(5_000);
    expect(await fetched).toEqual(refusal('TOO_SLOW'));
    await close();
  });

  test('a name server that never answers is not waited for', async () => {
    clock = new FakeClock();
    const nameless = createHttpClient({}, { ...internet, clock, lookup: () => new Promise(() => {}) });
    const fetched = nameless.get(at('/gzip')).catch((error) => error);
    await until('it waits', () => clock.waiting === 1);
    await clock.advance(15_000);
    expect(await fetched).toEqual(refusal('TOO_SLOW'));
    await nameless.close();
  });
});
