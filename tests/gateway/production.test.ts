import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { manifestFile, readManifest } from '../../gateway/admission/manifest.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { openSocket } from '../support/connections.ts';
import { startServer, type TestServer } from '../support/server.ts';

// What is only so in production: closed schema, no development sign-in, a token for the metrics.
let server: TestServer;
let developer: Record<string, string>;
let program: Record<string, string>;
let listed: Record<string, string>;

const metricsToken = 'scraper-token-1234567890';
const app = 'https://app.example.com';

beforeAll(async () => {
  server = await startServer('embedded', {
    NODE_ENV: 'production',
    METRICS_TOKEN: metricsToken,
    ALLOWED_ORIGINS: app,
    SAFELIST_CLIENTS: 'kiosk',
    PUBLIC_URL: 'https://jarvis.example.com',
  });
  const { db } = server.platform;
  const at = new Date();
  const userId = newId('user');
  await db.user.create({ data: { id: userId, timeZone: 'Europe/Berlin', createdAt: at, updatedAt: at } });
  const keyWith = async (...scopes: string[]) => {
    const key = `jrv_${randomBytes(16).toString('hex')}`;
    const hash = createHash('sha256').update(key).digest('hex');
    await db.apiKey.create({
      data: { userId, id: newId('apikey'), name: 'key', prefix: key.slice(0, 12), hash, scopes, createdAt: at },
    });
    return { authorization: `Bearer ${key}` };
  };
  developer = await keyWith('schema:read', 'goals:read', 'profile:read');
  program = await keyWith('goals:read', 'profile:read');
  listed = { ...program, 'apollographql-client-name': 'kiosk' };
}, 60_000);
afterAll(() => server.stop(), 30_000);

async function ask(query: string, headers: Record<string, string> = {}, more: object = {}, search = '') {
  const response = await fetch(`${server.url}/graphql${search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query, ...more }),
  });
  return { status: response.status, headers: response.headers, answer: (await response.json()) as any };
}
const told = async (query: string, headers?: Record<string, string>, more?: object, search?: string) => {
  const { status, answer } = await ask(query, headers, more, search);
  return [status, answer.errors?.[0].extensions.code ?? 'answered'];
};

const introspection = '{ __schema { types { name } } }';
const typeByFragment = '{ ...__schema } fragment __schema on Query { __type(name: "User") { fields { name } } }';

describe('the schema', () => {
  test.each([introspection, typeByFragment])('is told to developers only: %s', async (query) => {
    expect(await told(query, developer)).toEqual([200, 'answered']);
    expect(await told(query, program)).toEqual([403, 'FORBIDDEN']);
    expect(await told(query)).toEqual([401, 'UNAUTHENTICATED']);
    const client = await openSocket(server.url, program);
    expect((await client.run(query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    client.socket.close();
  });

  test('cannot be found out by guessing: strangers get one answer, whatever is wrong', async () => {
    const answers = new Set<string>();
    for (const query of [
      '{ vieweer { id } }',
      '{ viewer { passwrd } }',
      '{ goal(id: 5, hack: 1) { id } }',
      introspection,
    ]) {
      const { status, answer } = await ask(query);
      const { extensions, message } = answer.errors[0];
      answers.add(JSON.stringify([status, answer.errors.length, message, extensions.code]));
    }
    expect(answers.size).toBe(1);
    const { answer } = await ask('{ vieweer { id } }', program);
    expect(answer.errors[0].message).not.toMatch(/did you mean/i);
  });

  test('has no way in for development', async () => {
    const { answer } = await ask(
      'mutation { signInForDevelopment(input: { email: "a@example.com" }) { accessToken errors { code } } }',
    );
    expect(JSON.stringify(answer)).not.toMatch(/"accessToken":"/);
  });
});

describe('the query plan', () => {
  const query = '{ viewer { id goals(first: 1) { nodes { title } } } }';

  test('is shown to developers: beside the answer, or alone', async () => {
    const beside = await ask(query, developer, {}, '?plan');
    expect(beside.answer).toMatchObject({
      data: { viewer: { id: expect.any(String) } },
      extensions: { queryPlan: { text: expect.stringContaining('Fetch(service: "users")') } },
    });
    const alone = await ask(query, developer, { extensions: { plan: 'only' } });
    expect(alone.answer).toMatchObject({ data: null, extensions: { queryPlan: { graph: { kind: 'Sequence' } } } });
    expect(alone.answer.errors).toBeUndefined();
  });

  test('is shown to nobody else', async () => {
    expect(await told(query, program, {}, '?plan')).toEqual([403, 'FORBIDDEN']);
    expect(await told(query, program, { extensions: { plan: 'only' } })).toEqual([403, 'FORBIDDEN']);
    expect((await ask('{ viewer { id } }', {}, {}, '?plan')).answer.extensions.queryPlan).toBeUndefined();
    expect((await ask(query, program)).answer.extensions.queryPlan).toBeUndefined();
  });
});

describe('a client of the safelist', () => {
  test('runs what is in the manifest, by hash or by text, and nothing else', async () => {
    expect(await told('{ viewer { id } }', listed)).toEqual([403, 'FORBIDDEN']);
    expect(await told('{ __typename }', { 'apollographql-client-name': 'kiosk' })).toEqual([403, 'FORBIDDEN']);
    const { operations } = readManifest(readFileSync(manifestFile, 'utf8'));
    const { id, body } = operations.find(({ name }) => name === 'LifeAreas')!;
    expect(await told(body, listed)).toEqual([200, 'answered']);
    const byHash = { extensions: { persistedQuery: { version: 1, sha256Hash: id } } };
    expect(await told(undefined as never, listed, byHash)).toEqual([200, 'answered']);
    expect(await told('{ viewer { id } }', program)).toEqual([200, 'answered']);
    // Whoever develops the client is free.
    expect(await told('{ viewer { id } }', { ...listed, ...developer })).toEqual([200, 'answered']);
  });
});

describe('pages of other origins', () => {
  const url = () => `${server.url}/graphql?query=${encodeURIComponent('{ __typename }')}`;

  test('get nothing by requests that they may send unasked', async () => {
    const get = (headers: Record<string, string>) => fetch(url(), { headers }).then(({ status }) => status);
    expect(await get({ origin: 'https://evil.example' })).toBe(403);
    expect(await get({ origin: 'null' })).toBe(403);
    expect(await get({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await get({ origin: app })).toBe(200);
    expect(await get({})).toBe(200);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': type, origin: app },
        body: Buffer.from('{"query":"{ __typename }"}'),
      });
      expect([type, response.status]).toEqual([type, 415]);
    }
  });

  test('may ask only when their origin is on the list: with the headers of our clients, reading ours, without cookies', async () => {
    const preflight = async (origin: string, headers: string) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
      });
      return response.headers;
    };
    const sent =
      'authorization, content-type, x-cost, idempotency-key, apollographql-client-name, apollographql-client-version, x-request-id';
    const allowed = await preflight(app, sent);
    expect(allowed.get('access-control-allow-origin')).toBe(app);
    const names = allowed.get('access-control-allow-headers')!.split(', ');
    expect(sent.split(', ').filter((name) => !names.includes(name))).toEqual([]);
    expect(allowed.get('access-control-allow-credentials')).toBeNull();
    expect(allowed.get('vary')).toBe('origin');
    expect((await preflight('https://evil.example', sent)).get('access-control-allow-origin')).toBeNull();
    const { headers } = await ask('{ __typename }', { origin: app });
    expect(headers.get('access-control-allow-origin')).toBe(app);
    const readable = headers.get('access-control-expose-headers')!.split(', ');
    expect(readable.sort()).toEqual(['ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id']);
  });

  test('open no socket; our own, those on the list and programs do', async () => {
    const open = async (options: { origin?: string }) => {
      const client = await openSocket(server.url, program, options);
      client.socket.close();
      return client.received.length > 0;
    };
    for (const origin of ['https://evil.example', `${app}.evil.example`, 'http://app.example.com', 'null'])
      expect([origin, await open({ origin })]).toEqual([origin, false]);
    for (const origin of [app, 'https://jarvis.example.com', server.url])
      expect([origin, await open({ origin })]).toEqual([origin, true]);
    expect(await open({})).toBe(true);
  });
});

test('metrics are for whoever has the token, not even for this machine without it', async () => {
  const scrape = (authorization?: string) =>
    fetch(`${server.url}/metrics`, { headers: authorization ? { authorization } : {} });
  expect((await scrape()).status).toBe(404);
  expect((await scrape('Bearer wrong')).status).toBe(404);
  expect((await scrape(program.authorization)).status).toBe(404);
  const answer = await scrape(`Bearer ${metricsToken}`);
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('jarvis_http_requests_total')]);
});
