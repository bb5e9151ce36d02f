import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExplorerHandler } from '../../../gateway/explorer/serve.ts';

const script = 'console.log("explorer");'.repeat(50);
const folder = mkdtempSync(join(tmpdir(), 'explorer-'));
const build = join(folder, 'dist');
let handler = createExplorerHandler(build);
const server = createServer((req, res) => {
  if (!handler(req, res)) res.writeHead(418).end('not the explorer');
});

/** node:http rather than fetch, which tidies paths before it sends them. */
function get(
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
) {
  const { port } = server.address() as AddressInfo;
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    const sent = request({ port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on('error', reject).end();
  });
}

beforeAll(async () => {
  writeFileSync(join(folder, 'secret.html'), 'outside the build');
  await new Promise<void>((resolve) => server.listen(0, resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

test('without a build the page says what to run, and appears once it is built', async () => {
  const before = await get('/');
  expect(before.status).toBe(503);
  expect(before.body.toString()).toContain('npm run generate');

  mkdirSync(join(build, 'assets'), { recursive: true });
  writeFileSync(join(build, '.built-from'), 'hash');
  writeFileSync(join(build, 'index.html'), '<!doctype html><title>Jarvis</title>');
  writeFileSync(join(build, 'assets/index-abc.js'), script);
  writeFileSync(join(build, 'assets/index-abc.js.br'), brotliCompressSync(script));
  writeFileSync(join(build, 'assets/index-abc.js.gz'), gzipSync(script));
  const after = await get('/?query=1');
  expect(after.status).toBe(200);
  expect(after.headers['content-type']).toBe('text/html; charset=utf-8');
});

describe('a build', () => {
  beforeAll(() => {
    handler = createExplorerHandler(build);
  });

  test('is served under a policy that lets in no script from elsewhere and none written into the page', async () => {
    const { headers } = await get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('http');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('caches hashed files for ever and the page not at all', async () => {
    expect((await get('/assets/index-abc.js')).headers['cache-control']).toContain('immutable');
    expect((await get('/')).headers['cache-control']).toBe('no-cache');
  });

  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['identity', undefined],
    ['', undefined],
  ])('answers Accept-Encoding "%s" with %s', async (accepted, encoding) => {
    const { headers, body } = await get('/assets/index-abc.js', { headers: { 'accept-encoding': accepted } });
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers.vary).toBe('accept-encoding');
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    if (encoding === 'br') expect(brotliDecompressSync(body).toString()).toBe(script);
    if (!encoding) expect(body.toString()).toBe(script);
  });

  test('answers a known ETag with 304, per encoding', async () => {
    const { headers } = await get('/assets/index-abc.js', { headers: { 'accept-encoding': 'br' } });
    const tagged = { 'if-none-match': headers.etag! };
    const known = await get('/assets/index-abc.js', { headers: { ...tagged, 'accept-encoding': 'br' } });
    expect([known.status, known.body.length]).toEqual([304, 0]);
    expect((await get('/assets/index-abc.js', { headers: tagged })).status).toBe(200);
  });

  test('answers HEAD with the headers of GET and refuses other methods', async () => {
    const head = await get('/assets/index-abc.js', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(script.length), 0]);
    const post = await get('/', { method: 'POST' });
    expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test.each([
    '/graphql',
    '/health/live',
    '/assets/',
    '/assets/missing.js',
    '/assets/index-abc.js.br',
    '/.built-from',
    '/../secret.html',
    '/assets/../../secret.html',
    '/assets/%2e%2e/%2e%2e/secret.html',
    '/..%2fsecret.html',
    '/%00',
    '//localhost/',
    '/__proto__',
  ])('leaves %s to others', async (path) => {
    expect((await get(path)).status).toBe(418);
  });
});
