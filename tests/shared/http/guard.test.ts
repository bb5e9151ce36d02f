import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { theInternet } from '../../../subgraphs/shared/http/connections.ts';
import { createHttpClient, type HttpClient } from '../../../subgraphs/shared/http.ts';
import { settled } from '../../support/fakeClock.ts';
import { type Internet, pages, redirect, startInternet } from '../../support/internet.ts';
import { until } from '../../support/until.ts';

let internet: Internet;
let client: HttpClient;
let canary = '';
beforeAll(async () => {
  internet = await startInternet({
    'news.example': pages({
      '/': 'news',
      '/inside': (request, response) => redirect(`http://127.0.0.1:${internet.canary}/`)(request, response),
      '/inside-307': (request, response) => redirect(`http://[::1]:${internet.canary}/`, 307)(request, response),
      '/inside-name': redirect('http://trap.example/', 301),
      '/database': redirect('http://news.example:5432/'),
      '/file': redirect('file:///etc/passwd'),
      '/refresh': (_, response) =>
        response
          .writeHead(200, { 'content-type': 'text/html', refresh: `0;url=http://127.0.0.1:${internet.canary}/` })
          .end(`<meta http-equiv="refresh" content="0;url=http://127.0.0.1:${internet.canary}/">`),
    }),
    'robots.example': pages({ '/robots.txt': redirect('http://trap.example/robots.txt'), '/': 'page' }),
    'closing.example': (_, response) => response.writeHead(200, { connection: 'close' }).end(),
  });
  internet.names.set('trap.example', [{ address: '127.0.0.1', family: 4 }]);
  canary = String(internet.canary);
});
afterAll(() => internet.stop());
beforeEach(() => {
  client = createHttpClient({ pause: 0, ports: [80, 443, internet.canary] }, internet);
  internet.dials.length = 0;
  internet.lookups.length = 0;
});
afterEach(async () => {
  expect(internet.trespasses()).toBe(0);
  await client.close();
});

const refusal = (code: string) => expect.objectContaining({ name: 'FetchRefused', code });

describe('this machine, however it is spelled', () => {
  const spellings = [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '2130706433',
    '0x7f000001',
    '0x7F.1',
    '0177.0.0.1',
    '017700000001',
    '0',
    '0.0.0.0',
    '127.0.0.1.',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    'localhost',
    'localhost.',
    'LOCALHOST',
    'alias.of.hosts',
  ];

  test.each(spellings)('%s', async (host) => {
    // Real sockets, and the real names of this machine; only what not every machine has in its hosts file is ours.
    const lookup = async (name: string) =>
      name === 'alias.of.hosts' || name === 'localhost.'
        ? [{ address: '127.0.0.1', family: 4 }]
        : theInternet.lookup(name);
    const real = createHttpClient({ pause: 0, ports: [internet.canary] }, { ...theInternet, lookup });
    await expect(real.get(`http://${host}:${canary}/`)).rejects.toEqual(refusal('FORBIDDEN_ADDRESS'));
    await expect(real.send('POST', `http://${host}:${canary}/`)).rejects.toEqual(refusal('FORBIDDEN_ADDRESS'));
    await real.close();
  });

  test('is reached where a developer allows it: the canary does sing', async () => {
    const other = await startInternet({});
    const open = createHttpClient({ pause: 0, ports: [other.canary], allowPrivate: true });
    const { body } = await open.get(`http://localhost:${other.canary}/`);
    expect(Buffer.from(body).toString()).toBe('trespassed');
    expect(other.trespasses()).toBeGreaterThan(0);
    await open.close();
    await other.stop();
  });
});

test.each([
  '169.254.169.254',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '100.100.100.200',
  '224.0.0.1',
  '255.255.255.255',
  '[ff02::1]',
  '[::ffff:127.0.0.1]',
])('%s is closed even where private networks are open', async (host) => {
  const open = createHttpClient({ pause: 0, allowPrivate: true }, internet);
  await expect(open.get(`http://${host}/latest/meta-data/`)).rejects.toEqual(refusal('FORBIDDEN_ADDRESS'));
  expect(internet.dials).toEqual([]);
  await open.close();
});

test.each([
  'file:///etc/passwd',
  'gopher://news.example/',
  'data:text/html,hello',
  'ftp://news.example/',
  'javascript:1',
  'news.example',
  '',
  'http://',
  'http://news.example:22/',
  'http://news.example:6379/',
  'http://news.example:5432/',
  'http://news.example:25/',
  'http://me@news.example/',
  'http://me:secret@news.example/',
  `http://news.example/${'a'.repeat(2_100)}`,
  `http://news.example/${'ä'.repeat(1_000)}`,
  'http://[fe80::1%25eth0]/',
])('%s is no address to fetch', async (url) => {
  await expect(client.get(url)).rejects.toEqual(refusal('FORBIDDEN_URL'));
  await expect(client.send('POST', url)).rejects.toEqual(refusal('FORBIDDEN_URL'));
  expect(internet.dials).toEqual([]);
});

test('a name with one private address among public ones is refused before any is dialled', async () => {
  internet.names.set('mixed.example', [
    { address: '93.184.216.1', family: 4 },
    { address: '10.0.0.1', family: 4 },
  ]);
  await expect(client.get('http://mixed.example/')).rejects.toEqual(refusal('FORBIDDEN_ADDRESS'));
  internet.names.set('mixed.example', [
    { address: '93.184.216.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
  await expect(client.send('POST', 'http://mixed.example/')).rejects.toEqual(refusal('FORBIDDEN_ADDRESS'));
  expect(internet.dials).toEqual([]);
});

describe('a name that changes its address', () => {
  const answers = (name: string, ...addresses: string[]) => {
    let asked = 0;
    const lookup = async () => {
      internet.lookups.push(name);
      return [{ address: addresses[Math.min(asked++, addresses.length - 1)]!, family: 4 }];
    };
    return createHttpClient({ pause: 0 }, { ...internet, lookup });
  };

  test('is resolved once a connection: what was checked is what is dialled', async () => {
    const rebound = answers('news.example', '93.184.216.1', '127.0.0.1');
    const { body } = await rebound.send('GET', 'http://news.example/');
    expect(Buffer.from(body).toString()).toBe('news');
    expect(internet.lookups).toEqual(['news.example']);
    expect(internet.dials).toEqual(['93.184.216.1:80']);
    await rebound.close();
  });

  test('keeps the connection that was checked, and is checked anew for the next one', async () => {
    const rebound = answers('news.example', '93.184.216.1', '127.0.0.1');
    await rebound.send('GET', 'http://news.example/');
    await settled();
    const again = await rebound.send('GET', 'http://news.example/');
    expect(Buffer.from(again.body).toString()).toBe('news');
    expect(internet.dials).toEqual(['93.184.216.1:80']);
    internet.hangUp();
    await until('the kept connection is gone', async () => {
      const gone = await rebound.send('GET', 'http://news.example/').catch((error) => error.code);
      return gone === 'FORBIDDEN_ADDRESS';
    });
    expect(internet.dials).toEqual(['93.184.216.1:80']);
    await rebound.close();
  });

  test('between robots.txt and the page is refused with the page', async () => {
    const rebound = answers('closing.example', '93.184.216.3', '127.0.0.1');
    await expect(rebound.get('http://closing.example/')).rejects.toEqual(refusal('FORBIDDEN_ADDRESS'));
    expect(internet.visits.at(-1)?.url).toBe('http://closing.example/robots.txt');
    expect(internet.dials).toEqual(['93.184.216.3:80']);
    await rebound.close();
  });
});

test.each([
  ['/inside', 'FORBIDDEN_ADDRESS'],
  ['/inside-307', 'FORBIDDEN_ADDRESS'],
  ['/inside-name', 'FORBIDDEN_ADDRESS'],
  ['/database', 'FORBIDDEN_URL'],
  ['/file', 'FORBIDDEN_URL'],
])('a public page that redirects %s is refused there', async (path, code) => {
  await expect(client.get(`http://news.example${path}`)).rejects.toEqual(refusal(code));
});

test('what a page says to browsers is not followed', async () => {
  const { url } = await client.get('http://news.example/refresh');
  expect(url).toBe('http://news.example/refresh');
});

test('a robots.txt that redirects inside is refused, and so is its page', async () => {
  await expect(client.get('http://robots.example/')).rejects.toEqual(refusal('FORBIDDEN_ADDRESS'));
});

test('messages say nothing of what was found behind a name', async () => {
  internet.names.set('intranet.example', [{ address: '10.11.12.13', family: 4 }]);
  internet.names.set('dead.example', [{ address: '::1', family: 6 }]);
  const errors = await Promise.all(
    ['http://intranet.example/', 'http://trap.example/', 'http://nowhere.example/'].map((url) =>
      client.get(url).catch((error) => error as Error),
    ),
  );
  for (const { message } of errors as Error[]) expect(message).not.toMatch(/\d|::|ENOT|ECONN|example/);
});
