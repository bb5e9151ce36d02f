import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from '../../subgraphs/shared/http.ts';
import { type Internet, pages, redirect, type Site, startInternet } from '../support/internet.ts';
import { until } from '../support/until.ts';

let internet: Internet;
let client: HttpClient;
const modified = 'Wed, 01 Apr 2026 07:00:00 GMT';
const typed =
  (type: string): Site =>
  (_, response) => {
    response.writeHead(200, type ? { 'content-type': type } : {}).end('x');
  };

beforeAll(async () => {
  internet = await startInternet({
    'news.example': pages({
      '/': 'news',
      '/feed': (request, response) => {
        const { 'if-none-match': known, 'if-modified-since': since } = request.headers;
        const headers = {
          etag: '"one"',
          'last-modified': modified,
          'content-type': 'Application/RSS+XML; charset="UTF-8"',
        };
        if (known === '"one"' || since === modified) response.writeHead(304, headers).end();
        else response.writeHead(200, headers).end('<rss/>');
      },
      '/always-304': (_, response) => response.writeHead(304).end(),
      '/image': typed('image/png'),
      '/untyped': typed(''),
      '/malformed': typed('<b>text</b>'),
      '/atom': typed('application/atom+xml'),
      '/empty': (_, response) => response.writeHead(204).end(),
      '/moved': redirect('/'),
      '/nowhere': (_, response) => response.writeHead(302).end(),
      '/loop': redirect('/loop'),
      '/ping': redirect('/pong'),
      '/pong': redirect('/ping', 307),
      '/gone': (_, response) => response.writeHead(410).end('sorry'),
      '/broken': (_, response) =>
        response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy()),
      '/away': redirect('https://other.example/here#part', 308),
      '/headers': (_, response) => response.writeHead(200, { cookie: 'x', 'x-long': 'a'.repeat(20_000) }).end(),
      ...Object.fromEntries(
        [301, 302, 303, 307, 308].map((status) => [`/by-${status}`, redirect('http://other.example/here', status)]),
      ),
      ...Object.fromEntries(
        [1, 2, 3, 4, 5, 6].map((step) => [`/step-${step}`, redirect(step === 1 ? '/' : `/step-${step - 1}`)]),
      ),
    }),
    'other.example': pages({ '/here': 'here', '/hangs': () => {}, '/down': redirect('http://other.example/here') }),
    // A server that knows GET alone, and hangs up on everything else.
    'plain.example': (request, response) => {
      if (request.method === 'GET') response.end(request.url);
      else request.destroy();
    },
  });
});
afterAll(() => internet.stop());
beforeEach(() => {
  internet.visits.length = 0;
  client = createHttpClient({ pause: 0 }, internet);
});
afterEach(() => client.close());

const refusal = (code: string, more: object = {}) => expect.objectContaining({ name: 'FetchRefused', code, ...more });
const visited = () => internet.visits.map(({ url }) => url).filter((url) => !url.endsWith('/robots.txt'));

test('gives the page as it came', async () => {
  const { body, fetchedAt, ...rest } = await client.get(' http://NEWS.example/feed#part ');
  expect(Buffer.from(body).toString()).toBe('<rss/>');
  expect(fetchedAt).toBeInstanceOf(Date);
  expect(rest).toEqual({
    requestedUrl: ' http://NEWS.example/feed#part ',
    url: 'http://news.example/feed',
    status: 200,
    contentType: 'application/rss+xml',
    charset: 'utf-8',
    etag: '"one"',
    lastModified: modified,
    notModified: false,
  });
  expect(internet.visits.at(-1)?.headers).toEqual({
    host: 'news.example',
    connection: 'keep-alive',
    'user-agent': 'JarvisBot/1.0',
    accept: '*/*',
    'accept-encoding': 'gzip, deflate, br',
  });
});

test.each([{ etag: '"one"' }, { lastModified: modified }, { etag: '"one"', lastModified: modified }])(
  'asks only for what is new: %j',
  async (known) => {
    const fetched = await client.get('http://news.example/feed', { ...known, accept: ['text/html'] });
    expect(fetched).toMatchObject({ status: 304, notModified: true, etag: '"one"', body: new Uint8Array() });
  },
);

test('sends back no validator that could be more than one header', async () => {
  await client.get('http://news.example/', { etag: '"a"\r\nx-evil: 1', lastModified: 'ä' });
  const { headers } = internet.visits.at(-1)!;
  expect(headers).not.toHaveProperty('if-none-match');
  expect(headers).not.toHaveProperty('if-modified-since');
  await expect(client.get('http://news.example/always-304')).rejects.toEqual(refusal('HTTP_STATUS', { status: 304 }));
});

test('works with servers that know no method but GET', async () => {
  const { body } = await client.get('http://plain.example/page');
  expect(Buffer.from(body).toString()).toBe('/page');
  expect(new Set(internet.visits.map(({ method }) => method))).toEqual(new Set(['GET']));
});

test('fetches a host on another port, and from an empty answer nothing', async () => {
  expect((await client.get('http://news.example:8080/')).status).toBe(200);
  expect((await client.get('http://news.example/empty')).body).toHaveLength(0);
});

describe('media types', () => {
  const accept = ['text/html', 'application/*+xml'];
  test.each(['/', '/atom', '/untyped', '/malformed'])('%s is taken', async (path) => {
    expect((await client.get(`http://news.example${path}`, { accept })).status).toBe(200);
    expect(internet.visits.at(-1)?.headers.accept).toBe('text/html, application/*+xml');
  });
  test('a picture is not', async () => {
    await expect(client.get('http://news.example/image', { accept })).rejects.toEqual(refusal('WRONG_TYPE'));
    expect((await client.get('http://news.example/image', { accept: ['image/*'] })).contentType).toBe('image/png');
    expect((await client.get('http://news.example/malformed')).contentType).toBe('');
  });
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('%i is followed, to the other site’s robots.txt first', async (status) => {
    const { url, requestedUrl } = await client.get(`http://news.example/by-${status}`);
    expect({ url, requestedUrl }).toEqual({
      url: 'http://other.example/here',
      requestedUrl: `http://news.example/by-${status}`,
    });
    expect(internet.visits.map((visit) => visit.url)).toEqual([
      'http://news.example/robots.txt',
      `http://news.example/by-${status}`,
      'http://other.example/robots.txt',
      'http://other.example/here',
    ]);
  });

  test('to a secure site are followed, and back from there are not', async () => {
    expect((await client.get('http://news.example/away')).url).toBe('https://other.example/here');
    await expect(client.get('https://other.example/down')).rejects.toEqual(refusal('FORBIDDEN_URL'));
  });

  test('may be five', async () => {
    expect((await client.get('http://news.example/step-5')).url).toBe('http://news.example/');
    await expect(client.get('http://news.example/step-6')).rejects.toEqual(refusal('TOO_MANY_REDIRECTS'));
  });

  test.each(['/loop', '/ping'])('in a loop end: %s', async (path) => {
    await expect(client.get(`http://news.example${path}`)).rejects.toEqual(refusal('TOO_MANY_REDIRECTS'));
    expect(visited()).toHaveLength(6);
  });

  test('to nowhere are an answer without a page', async () => {
    await expect(client.get('http://news.example/nowhere')).rejects.toEqual(refusal('HTTP_STATUS', { status: 302 }));
  });
});

test.each([
  ['/gone', refusal('HTTP_STATUS', { status: 410, message: 'The site answers with status 410.' })],
  ['/broken', refusal('UNREACHABLE')],
  ['/headers', refusal('TOO_LARGE')],
])('%s is refused in words', async (path, expected) => {
  await expect(client.get(`http://news.example${path}`)).rejects.toEqual(expected);
});

test('a name that nobody has, and a server that nobody runs, cannot be reached', async () => {
  internet.names.set('dead.example', [{ address: '93.184.216.250', family: 4 }]);
  const dead = createHttpClient(
    { pause: 0 },
    { ...internet, dial: (_, __) => internet.dial([{ address: '127.0.0.1', family: 4 }], 9) },
  );
  await expect(client.get('http://nobody.example/')).rejects.toEqual(refusal('UNREACHABLE'));
  await expect(dead.get('http://dead.example/')).rejects.toEqual(
    refusal('UNREACHABLE', { message: 'The site cannot be reached.' }),
  );
  await dead.close();
});

describe('certificates', () => {
  test('are checked against the name of the page', async () => {
    expect((await client.get('https://news.example/')).status).toBe(200);
    internet.names.set('impostor.example', internet.names.get('news.example')!);
    await expect(client.get('https://impostor.example/')).rejects.toEqual(
      refusal('UNREACHABLE', { message: 'The certificate of the site is not valid.' }),
    );
  });
  test('that nobody known has signed are refused', async () => {
    const strict = createHttpClient({ pause: 0 }, { ...internet, authorities: undefined });
    await expect(strict.get('https://news.example/')).rejects.toEqual(
      refusal('UNREACHABLE', { message: 'The certificate of the site is not valid.' }),
    );
    await strict.close();
  });
});

test('stops when the caller does, with the caller’s reason', async () => {
  const stop = new AbortController();
  const reason = new Error('cancelled');
  const never = createHttpClient({ pause: 0 }, { ...internet, lookup: () => new Promise(() => {}) });
  const fetched = never.get('http://news.example/', { signal: stop.signal });
  stop.abort(reason);
  await expect(fetched).rejects.toBe(reason);
  await expect(never.get('http://news.example/', { signal: stop.signal })).rejects.toBe(reason);
  await never.close();
});

test('one signal stops many, without a warning', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  const stop = new AbortController();
  const never = createHttpClient({ pause: 0 }, { ...internet, lookup: () => new Promise(() => {}) });
  const many = Array.from({ length: 30 }, (_, i) => never.get(`http://host-${i}.example/`, { signal: stop.signal }));
  await new Promise((done) => setImmediate(done));
  stop.abort(new Error('cancelled'));
  const ends = await Promise.allSettled(many);
  expect(ends.every((end) => end.status === 'rejected' && end.reason.message === 'cancelled')).toBe(true);
  process.off('warning', listen);
  expect(warnings).toEqual([]);
  await never.close();
});

test('closed in the middle of a fetch, refuses it', async () => {
  const slow = createHttpClient({ pause: 0 }, internet);
  const waiting = slow.get('http://other.example/hangs').catch((error) => error);
  await until('it has begun', () => visited().length > 0);
  await slow.close();
  expect(await waiting).toEqual(refusal('UNREACHABLE'));
  await expect(slow.get('http://news.example/')).rejects.toEqual(refusal('UNREACHABLE'));
});
