import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSocket } from '../support/connections.ts';
import { type HttpPerson, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer('embedded');
}, 60_000);
afterAll(() => server.stop(), 30_000);

/** Posts an operation and reads status, headers and answer. */
async function ask(
  query: string,
  { headers, ...body }: { headers?: Record<string, string>; extensions?: object } = {},
) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify({ query, ...body }),
  });
  return { status: response.status, headers: response.headers, answer: (await response.json()) as any };
}

/** 10 goals of 10 entries: estimated far above what somebody without goals is answered. */
const goals = '{ viewer { goals(first: 10) { nodes { id entries(first: 10) { nodes { id } } } } } }';
/** 9,303 points, charged once when it begins and not given back. */
const dear =
  'subscription { progressUpdated { goal { id entries(first: 100) { nodes { id goal { entries(first: 90) { nodes { id } } } } } } } }';

/** Spends most of a bucket of 20,000 points. */
async function spend(headers: Record<string, string>) {
  const client = await openSocket(server.url, headers);
  for (const id of ['1', '2']) client.say({ id, type: 'subscribe', payload: { query: dear } });
  await until('both are charged', async () => {
    const { data } = await client.run('{ rateLimit { remaining } }');
    return data.rateLimit.remaining < 5_000;
  });
  return client;
}

describe('what an operation costs', () => {
  let ana: HttpPerson;
  beforeAll(async () => {
    ana = await server.person('ana@example.com');
  });

  test('is in the headers of every answer, and in the answer for those who ask by header or extension', async () => {
    const plain = await ask(goals, ana);
    expect(plain.headers.get('ratelimit-policy')).toBe('"cost";q=20000;w=20');
    expect(plain.headers.get('ratelimit')).toMatch(/^"cost";r=\d+;t=\d+$/);
    expect(plain.answer.extensions).toEqual({ requestId: expect.any(String) });
    for (const shown of [
      await ask(goals, { headers: { ...ana.headers, 'x-cost': '1' } }),
      await ask(goals, { ...ana, extensions: { cost: true } }),
    ]) {
      const { requested, actual, remaining, resetAt } = shown.answer.extensions.cost;
      expect(requested).toBeGreaterThan(100);
      expect(actual).toBeLessThan(10);
      expect(remaining).toBeGreaterThan(20_000 - requested);
      expect(Date.parse(resetAt)).not.toBeNaN();
    }
  });

  test('is estimated before, and what was not used is given back: a hundred requests leave nearly everything', async () => {
    for (let n = 0; n < 100; n++) expect((await ask(goals, ana)).status).toBe(200);
    const { data } = (await ask('{ rateLimit { limit cost remaining resetAt } }', ana)).answer;
    expect(data.rateLimit).toMatchObject({ limit: 20_000, cost: 0, resetAt: expect.any(String) });
    expect(data.rateLimit.remaining).toBeGreaterThan(19_000);
  });

  test('is told by Query.rateLimit beside other fields, after what they may cost was taken', async () => {
    const { data } = (await ask(`{ rateLimit { cost remaining } ${goals.slice(1)}`, ana)).answer;
    expect(data.rateLimit.cost).toBeGreaterThan(100);
    expect(data.rateLimit.remaining).toBeLessThanOrEqual(20_000 - data.rateLimit.cost + 10);
  });

  test('is told over WebSocket as well', async () => {
    const client = await openSocket(server.url, ana.headers);
    client.say({ id: 'cost', type: 'subscribe', payload: { query: goals, extensions: { cost: true } } });
    await until('the answer', () => client.received.some(({ id }) => id === 'cost'));
    const { payload } = client.received.find(({ id }) => id === 'cost');
    expect(payload.extensions.cost).toMatchObject({ requested: expect.any(Number), actual: expect.any(Number) });
    client.socket.close();
  });

  test('may be too much for anybody at once: refused before anything runs', async () => {
    const nested = '{ viewer { goals(first: 100) { nodes { entries(first: 100) { nodes { goal { id } } } } } } }';
    const { status, answer } = await ask(nested, ana);
    expect([status, answer.data]).toEqual([400, undefined]);
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'COST_LIMIT_EXCEEDED', requested: expect.any(Number), maximum: 10_000 } },
    ]);
  });
});

describe('whoever has spent the budget', () => {
  test('gets 429 with Retry-After over HTTP, the same error over WebSocket, and still what costs nothing', async () => {
    const ben = await server.person('ben@example.com');
    const client = await spend(ben.headers);
    const expensive = '{ viewer { goals(first: 95) { nodes { entries(first: 95) { nodes { id } } } } } }';
    const { status, headers, answer } = await ask(expensive, ben);
    expect([status, answer.errors[0].extensions.code]).toEqual([429, 'RATE_LIMITED']);
    const retryAfter = Number(headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(answer.errors[0].extensions).toMatchObject({ retryAfter, requested: expect.any(Number) });
    const overSocket = await client.run(expensive);
    expect(overSocket.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
    expect((await ask('{ rateLimit { remaining } }', ben)).status).toBe(200);
    client.socket.close();
  });

  test('is that person alone, and not the keys that the person gave to others', async () => {
    const carl = await server.person('carl@example.com');
    const dora = await server.person('dora@example.com');
    const { createApiKey } = await carl.ask(
      'mutation { createApiKey(input: { name: "key", scopes: ["goals:read"] }) { key errors { message } } }',
    );
    const client = await spend(carl.headers);
    const remaining = async (headers: Record<string, string>) =>
      (await ask('{ rateLimit { remaining } }', { headers })).answer.data.rateLimit.remaining;
    expect(await remaining(carl.headers)).toBeLessThan(5_000);
    expect(await remaining(dora.headers)).toBe(20_000);
    expect(await remaining({ authorization: `Bearer ${createApiKey.key}` })).toBe(20_000);
    client.socket.close();
  });

  test('may be an address from which nobody has signed in, with a smaller budget', async () => {
    const { answer, headers } = await ask('{ rateLimit { limit remaining } }');
    const { limit, remaining } = answer.data.rateLimit;
    expect(limit).toBe(5_000);
    expect(headers.get('ratelimit-policy')).toBe('"cost";q=5000;w=10');
    const refused = await ask('{ viewer { goals(first: 100) { nodes { entries(first: 60) { nodes { id } } } } } }');
    expect([refused.status, refused.answer.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    // What it may not ask takes nothing of it.
    expect((await ask('{ rateLimit { remaining } }')).answer.data.rateLimit.remaining).toBeGreaterThanOrEqual(
      remaining,
    );
  });
});
