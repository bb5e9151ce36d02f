import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from '../../../subgraphs/shared/http.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { type Internet, pages, type Site, startInternet } from '../../support/internet.ts';
import { until } from '../../support/until.ts';

let internet: Internet;
let clock: FakeClock;
let client: HttpClient;
let robots: Site;
let page: Site;
const held: (() => void)[] = [];
const says =
  (status: number, body = '', headers: Record<string, string> = {}): Site =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

beforeAll(async () => {
  const site = pages({
    '/robots.txt': (request, response) => robots(request, response),
    '/held': (_, response) => void held.push(() => response.end()),
    '/elsewhere': says(302, '', { location: 'http://b.example/private' }),
  });
  const all: Site = (request, response) =>
    request.url?.startsWith('/page') || request.url?.startsWith('/private')
      ? page(request, response)
      : site(request, response);
  internet = await startInternet(Object.fromEntries([...'ab'].map((letter) => [`${letter}.example`, all])));
});
afterAll(() => internet.stop());
beforeEach(() => {
  robots = says(404);
  page = says(200, 'page');
  held.length = 0;
  internet.visits.length = 0;
  clock = new FakeClock();
  client = createHttpClient({}, { ...internet, clock });
});
afterEach(() => client.close());

const refusal = (code: string, more: object = {}) => expect.objectContaining({ name: 'FetchRefused', code, ...more });
const visited = () => internet.visits.map(({ url }) => url.replace('http://', '').replace('.example', ''));
/** Moves the clock on whenever somebody waits for it, until the work is done. */
async function finish<T>(work: Promise<T>): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  await until('it ends', async () => {
    if (!over) await clock.advance(500);
    return over;
  });
  return work;
}
/** For who has nothing to do but to wait for its turn. */
const asleep = () => until('it sleeps', () => clock.waiting === 1);

describe('turns', () => {
  test('a host is asked one thing at a time, with a second in between', async () => {
    await finish(client.get('http://a.example/page'));
    const work = [client.get('http://a.example/held'), client.get('http://a.example/page')];
    await asleep();
    await clock.advance(999);
    expect(clock.waiting).toBe(1);
    await clock.advance(1);
    await until('the first page is asked for', () => held.length === 1);
    held[0]!();
    await work[0];
    await asleep();
    expect(visited()).toEqual(['a/robots.txt', 'a/page', 'a/held']);
    await clock.advance(1_000);
    await work[1];
    expect(visited()).toHaveLength(4);
  });

  test('a host that asks for rest gets it', async () => {
    page = says(429, '', { 'retry-after': '40' });
    const at = clock.now();
    const error = await finish(client.get('http://a.example/page1').catch((error) => error));
    expect(error).toEqual(refusal('HTTP_STATUS', { status: 429 }));
    expect(error.retryAfter.getTime() - at).toBeGreaterThanOrEqual(41_000);
    page = says(200);
    const next = client.get('http://a.example/page2');
    await asleep();
    await clock.advance(38_000);
    expect(clock.waiting).toBe(1);
    await clock.advance(2_000);
    expect((await next).status).toBe(200);
  });

  test('a host that asks for a long rest is not waited for', async () => {
    page = says(503, '', { 'retry-after': new Date(clock.now() + 7_200_000).toUTCString() });
    await expect(finish(client.get('http://a.example/page1'))).rejects.toEqual(refusal('HTTP_STATUS', { status: 503 }));
    await expect(client.get('http://a.example/page2')).rejects.toEqual(
      refusal('HTTP_STATUS', { status: 503, message: 'The site asks to be left alone for a while.' }),
    );
    expect(visited()).toHaveLength(2);
    page = says(200);
    await clock.advance(3_600_000);
    expect((await finish(client.get('http://a.example/page3'))).status).toBe(200);
  });

  test('a busy host that does not say for how long is left alone for half a minute', async () => {
    page = says(503);
    await expect(finish(client.get('http://a.example/page1'))).rejects.toEqual(
      refusal('HTTP_STATUS', { retryAfter: null }),
    );
    page = says(200);
    const next = client.get('http://a.example/page2');
    await asleep();
    await clock.advance(28_000);
    expect(clock.waiting).toBe(1);
    await clock.advance(2_000);
    expect((await next).status).toBe(200);
  });
});

describe('robots.txt', () => {
  beforeEach(() => {
    client = createHttpClient({ pause: 0 }, { ...internet, clock });
  });

  test('is heeded at every step, and read once an hour', async () => {
    robots = says(200, 'User-agent: *\nDisallow: /private');
    await expect(client.get('http://a.example/private')).rejects.toEqual(refusal('ROBOTS'));
    await expect(client.get('http://a.example/elsewhere')).rejects.toEqual(refusal('ROBOTS'));
    await client.get('http://a.example/page');
    expect(visited()).toEqual(['a/robots.txt', 'a/elsewhere', 'b/robots.txt', 'a/page']);
    await clock.advance(3_599_000);
    await client.get('http://a.example/page');
    expect(visited()).toHaveLength(5);
    robots = says(200, '');
    await clock.advance(1_000);
    await client.get('http://a.example/private');
    expect(visited().slice(5)).toEqual(['a/robots.txt', 'a/private']);
  });

  test('is read once for all who come at the same time', async () => {
    await Promise.all([1, 2, 3].map((page) => client.get(`http://a.example/page${page}`)));
    expect(visited().filter((url) => url === 'a/robots.txt')).toHaveLength(1);
  });

  test('does not apply to what is sent to an address', async () => {
    robots = says(200, 'User-agent: *\nDisallow: /');
    expect((await client.send('POST', 'http://a.example/page')).status).toBe(200);
    expect(visited()).toEqual(['a/page']);
  });

  test.each([401, 403, 404, 410])('that answers %i forbids nothing', async (status) => {
    robots = says(status);
    expect((await client.get('http://a.example/page')).status).toBe(200);
  });

  test.each([429, 500, 503])('that answers %i forbids everything for a while', async (status) => {
    robots = says(status, '', { 'retry-after': '5' });
    await expect(client.get('http://a.example/page')).rejects.toEqual(refusal('ROBOTS'));
    robots = says(200);
    await expect(client.get('http://a.example/page')).rejects.toEqual(refusal('ROBOTS'));
    expect(visited()).toHaveLength(1);
    await clock.advance(60_000);
    expect((await client.get('http://a.example/page')).status).toBe(200);
  });

  test('that redirects without end forbids nothing', async () => {
    robots = says(302, '', { location: '/robots.txt' });
    expect((await client.get('http://a.example/page')).status).toBe(200);
  });

  test('that is too long is read as far as it goes', async () => {
    robots = says(200, `User-agent: *\nDisallow: /private\n${'# more\n'.repeat(200_000)}Disallow: /page`);
    await expect(client.get('http://a.example/private')).rejects.toEqual(refusal('ROBOTS'));
    expect((await client.get('http://a.example/page')).status).toBe(200);
  });

  test('sets the pace, up to half a minute', async () => {
    robots = says(200, 'User-agent: JarvisBot\nCrawl-delay: 600');
    await client.get('http://a.example/page1');
    const next = client.get('http://a.example/page2');
    await asleep();
    await clock.advance(29_999);
    expect(clock.waiting).toBe(1);
    await clock.advance(1);
    expect((await next).status).toBe(200);
  });

  test('of a site that cannot be reached is not the reason', async () => {
    await expect(client.get('http://nobody.example/page')).rejects.toEqual(refusal('UNREACHABLE'));
  });
});
