import { afterEach, describe, expect, test } from '@jest/globals';
import { createBrave } from '../../../subgraphs/research/reading/search/brave.ts';
import { createSearxng } from '../../../subgraphs/research/reading/search/searxng.ts';
import { startBraveServer } from '../../support/search/braveServer.ts';
import { plainGet, type SearchServer } from '../../support/search/searchServer.ts';
import { startSearxngServer } from '../../support/search/searxngServer.ts';

const servers: SearchServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
const started = async (starting: Promise<SearchServer>) => {
  const server = await starting;
  servers.push(server);
  return server;
};
const searxng = async (settings: Parameters<typeof startSearxngServer>[0]) => {
  const server = await started(startSearxngServer({ formats: ['html', 'json'], ...settings }));
  return { server, provider: createSearxng({ url: `${server.url}/`, get: plainGet, language: 'en' }) };
};
const brave = async (settings: Partial<Parameters<typeof startBraveServer>[0]>, apiKey = 'right-key') => {
  const server = await started(startBraveServer({ key: 'right-key', ...settings }));
  return { server, provider: createBrave({ url: server.url, get: plainGet, apiKey }) };
};

const hits = (excerpt: string) => [
  {
    url: 'https://example.org/a',
    title: 'A &amp; <strong>B</strong>',
    [excerpt]: 'The <strong>words</strong> around it.',
    engine: 'x',
  },
  { url: 'https://example.org/a/?utm_source=x', title: 'The same again', [excerpt]: '' },
  { url: 'javascript:alert(1)', title: 'No page' },
  { url: 'ftp://example.org/file', title: 'No page either' },
  { title: 'Nowhere' },
  null,
  { url: 'https://example.org/b', title: null, [excerpt]: null },
];
const found = [
  { url: 'https://example.org/a', title: 'A & B', excerpt: 'The words around it.' },
  { url: 'https://example.org/b', title: 'https://example.org/b', excerpt: '' },
];
const many = Array.from({ length: 40 }, (_, index) => ({
  url: `https://example.org/${index}`,
  title: `N ${index}`,
  content: 'x',
  description: 'x',
}));

describe('SearXNG', () => {
  test('finds pages, each once, as plain text', async () => {
    const { server, provider } = await searxng({ results: hits('content') as object[] });
    expect(await provider.search('sleep & health')).toEqual(found);
    expect(Object.fromEntries(server.requests[0]!.query)).toEqual({
      q: 'sleep & health',
      format: 'json',
      language: 'en',
      pageno: '1',
      safesearch: '1',
    });
  });

  test('gives as many as were asked for, and at most twenty', async () => {
    const { provider } = await searxng({ results: many });
    expect(await provider.search('x', { count: 3 })).toHaveLength(3);
    expect(await provider.search('x', { count: 100 })).toHaveLength(20);
  });

  test('nothing found is nothing found', async () => {
    const { provider } = await searxng({});
    expect(await provider.search('x')).toEqual([]);
  });

  test.each([
    [
      'JSON is switched off',
      { formats: ['html'] },
      { code: 'NOT_ALLOWED', message: expect.stringContaining('settings.yml') },
    ],
    ['it has had enough', { limited: true }, { code: 'TOO_MANY', retryAfter: 30 }],
    ['it is broken', { broken: true }, { code: 'UNAVAILABLE' }],
    [
      'none of its engines answers',
      { unresponsive: [['brave', 'too many requests']] as [string, string][] },
      { code: 'UNAVAILABLE' },
    ],
  ])('says so when %s', async (_, settings, failure) => {
    const { provider } = await searxng(settings);
    await expect(provider.search('x')).rejects.toMatchObject({ name: 'SearchFailed', ...failure });
  });

  test.each([
    ['HTML', '<!doctype html><title>Welcome</title>'],
    ['a list', '[]'],
    ['no results', '{"query": "x"}'],
  ])('says so when it answers with %s', async (_, body) => {
    const provider = createSearxng({
      url: 'https://search.example.org',
      get: async () => ({ status: 200, body: new TextEncoder().encode(body) }),
    });
    await expect(provider.search('x')).rejects.toMatchObject({ code: 'UNREADABLE' });
  });
});

describe('Brave Search', () => {
  test('finds pages, with the key in a header', async () => {
    const { server, provider } = await brave({ results: hits('description') as object[] });
    expect(await provider.search('sleep')).toEqual(found);
    expect(server.requests[0]!.headers['x-subscription-token']).toBe('right-key');
    expect(server.requests[0]!.query.get('count')).toBe('20');
  });

  test('nothing found is nothing found', async () => {
    const { provider } = await brave({});
    expect(await provider.search('x')).toEqual([]);
  });

  test('takes prompts of any length', async () => {
    const { provider } = await brave({ results: many });
    expect(await provider.search(`${'word '.repeat(300)}\n\nand ${'x'.repeat(900)}`, { count: 5 })).toHaveLength(5);
    expect(await provider.search('x'.repeat(900), { count: -1 })).toHaveLength(1);
  });

  test.each([
    ['the key is wrong', {}, 'wrong-key', { code: 'WRONG_KEY' }],
    ['there were too many', { limited: 'RATE_LIMITED' as const }, 'right-key', { code: 'TOO_MANY', retryAfter: 1 }],
    [
      'the month is used up',
      { limited: 'QUOTA_LIMITED' as const },
      'right-key',
      { code: 'TOO_MANY', retryAfter: null },
    ],
    ['it answers with HTML', { html: true }, 'right-key', { code: 'UNREADABLE' }],
  ])('says so when %s, without the key', async (_, settings, key, failure) => {
    const { provider } = await brave(settings, key);
    const error: Error = await provider.search('x').then(
      () => Promise.reject(new Error('It found something.')),
      (failed) => failed,
    );
    expect(error).toMatchObject({ name: 'SearchFailed', ...failure });
    expect(JSON.stringify(error) + error.message).not.toContain(key);
  });

  test('what the client throws comes through', async () => {
    const refused = new Error('FORBIDDEN_ADDRESS');
    const provider = createBrave({ apiKey: 'k', get: () => Promise.reject(refused) });
    await expect(provider.search('x')).rejects.toBe(refused);
  });

  test('stops when nobody wants it any more', async () => {
    const { provider } = await brave({ results: many });
    await expect(provider.search('x', { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
