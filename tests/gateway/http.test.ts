import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type HttpPerson, startServer, type TestServer, until } from '../support/server.ts';

let server: TestServer;
let ana: HttpPerson;
let goalId: string;

beforeAll(async () => {
  server = await startServer('embedded', { ALLOWED_ORIGINS: 'https://app.example.com', MAX_BODY_BYTES: '256000' });
  ana = await server.person('ana@example.com');
  const { createGoal } = await ana.ask(
    'mutation { createGoal(input: { title: "Run", kind: NUMERIC, targetValue: 100, cumulative: true }) { goal { id } errors { message } } }',
  );
  goalId = createGoal.goal.id;
}, 60_000);
afterAll(() => server.stop(), 30_000);

const send = (
  body: string | Uint8Array,
  // By this what is wrong with an operation shows in the status.
  headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
  },
  method = 'POST',
) => fetch(`${server.url}/graphql`, { method, body, headers });

describe('the HTTP door', () => {
  test.each([
    ['no JSON', '{', 400, 'BAD_USER_INPUT'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0xfe]), 400, 'BAD_USER_INPUT'],
    ['a syntax error', '{"query":"{ viewer { "}', 400, 'BAD_USER_INPUT'],
    ['an unknown field', '{"query":"{ nothing }"}', 400, 'BAD_USER_INPUT'],
    ['an unknown operation name', '{"query":"query A { __typename }","operationName":"B"}', 400, 'BAD_USER_INPUT'],
    [
      'a document of 6,000 tokens',
      JSON.stringify({ query: `{ ${'__typename '.repeat(6_000)} }` }),
      400,
      'BAD_USER_INPUT',
    ],
    ['300 kB', JSON.stringify({ query: `{ __typename } #${'x'.repeat(300_000)}` }), 413, 'PAYLOAD_TOO_LARGE'],
    ['an array', '[]', 400, 'BAD_USER_INPUT'],
    ['null', 'null', 400, 'BAD_USER_INPUT'],
    [
      'variables of the wrong type',
      '{"query":"mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { errors { code } } }","variables":{"t":{"a":1}}}',
      400,
      'BAD_USER_INPUT',
    ],
  ])('answers %s with a clear refusal', async (_, body, status, code) => {
    const response = await send(body);
    const answer = (await response.json()) as any;
    expect([response.status, answer.errors[0].extensions.code]).toEqual([status, code]);
    expect(answer.errors[0].extensions).toMatchObject({
      requestId: response.headers.get('x-request-id'),
      timestamp: expect.any(String),
    });
    expect(JSON.stringify(answer)).not.toMatch(/node_modules|at \w+ \(/);
    expect(JSON.stringify(answer)).not.toContain(process.cwd());
  });

  test('refuses forms and plain text, which browsers send across origins unasked', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const response = await send('{"query":"{ __typename }"}', { 'content-type': type });
      expect(response.status).toBe(415);
    }
  });

  test('runs queries by GET with a preflighted header, and never mutations', async () => {
    const get = (query: string) =>
      fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
    expect(await (await get('{ __typename }')).json()).toMatchObject({ data: { __typename: 'Query' } });
    const mutation = await get(
      'mutation { signInForDevelopment(input: { email: "get@example.com" }) { accessToken } }',
    );
    expect(mutation.status).toBe(405);
  });

  test('answers aliases, again and again, and lets nobody store an answer', async () => {
    for (const version of ['v', 'w']) {
      const response = await send(JSON.stringify({ query: `{ info: serverInfo { ${version}: version } }` }));
      const answer = (await response.json()) as any;
      expect([answer.errors, Object.keys(answer.data.info)]).toEqual([undefined, [version]]);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('lets the configured web origins read, and no others', async () => {
    const preflight = (origin: string) =>
      fetch(`${server.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    expect((await preflight('https://app.example.com')).headers.get('access-control-allow-origin')).toBe(
      'https://app.example.com',
    );
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('serves health, metrics, keys and the explorer, and says where the graph is otherwise', async () => {
    expect(await (await fetch(`${server.url}/health/live`)).json()).toEqual({ status: 'live' });
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toMatchObject({
      status: 'ready',
      database: 'ok',
      degraded: [],
    });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('jarvis_http_requests_total');
    const { keys } = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as any;
    expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', kid: expect.any(String) });
    expect(keys[0].d).toBeUndefined();
    expect(await (await fetch(`${server.url}/`)).text()).toContain('<html');
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404);
    expect((await fetch(`${server.url}/__proto__`)).status).toBe(404);
  });
});

describe('an archive of everything', () => {
  test('is brought by PUT to its address, once, and to no other', async () => {
    const { beginArchiveImport } = await ana.ask('mutation { beginArchiveImport { uploadUrl } }');
    const url = new URL(beginArchiveImport.uploadUrl as string);
    const put = async (path: string, method = 'PUT') =>
      (await fetch(server.url + path, { method, body: method === 'PUT' ? 'no archive' : null })).status;
    expect(await put(url.pathname + url.search, 'GET')).toBe(405);
    expect(await put(`${url.pathname}?token=${'a'.repeat(43)}`)).toBe(404);
    expect(await put(url.pathname)).toBe(404);
    expect(await put(url.pathname + url.search)).toBe(202);
    expect(await put(url.pathname + url.search)).toBe(404);
    const over = async () => {
      const { viewer } = await ana.ask('{ viewer { dataImports { status error } } }');
      return viewer.dataImports[0].status === 'FAILED' && viewer.dataImports[0].error;
    };
    expect(await until(over, 'the import')).toContain('no manifest');
  });

  test('is fetched from its signed address, once, and from no other', async () => {
    await ana.ask('mutation { requestDataExport { errors { message } } }');
    const newPath = async () => {
      const { viewer } = await ana.ask('{ viewer { dataExports { status downloadUrl } } }');
      const url: string | null = viewer.dataExports[0].downloadUrl;
      return url && new URL(url).pathname + new URL(url).search;
    };
    const path = await until(newPath, 'the archive');
    expect((await fetch(server.url + path, { method: 'HEAD' })).status).toBe(404);
    const archive = await fetch(server.url + path);
    expect([archive.status, archive.headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect(
      Buffer.from(await archive.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
    expect((await fetch(server.url + path)).status).toBe(404);
    const another = (await newPath())!;
    expect((await fetch(server.url + another.replace(/expires=\d/, 'expires=9'))).status).toBe(404);
    expect((await fetch(server.url + another)).status).toBe(200);
    expect((await fetch(`${server.url}/exports/export_1`)).status).toBe(404);
  });

  test('Apple’s notifications are taken only when Apple signed them', async () => {
    const tell = (body: string) => fetch(`${server.url}/apple/notifications`, { method: 'POST', body });
    expect((await tell('{')).status).toBe(400);
    expect((await tell('{"payload":"a.b.c"}')).status).toBe(400);
    expect((await fetch(`${server.url}/apple/notifications`)).status).toBe(405);
  });
});

describe('bad input', () => {
  const log =
    'mutation ($input: LogProgressInput!) { logProgress(input: $input) { entry { id } errors { code path message } } }';
  const create =
    'mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } errors { code path message } } }';
  const goal = { title: 'T', kind: 'NUMERIC', targetValue: '10' };
  const cases: [string, string, () => object, string[]][] = [
    ['a malformed goal id', log, () => ({ goalId: 'nonsense', value: '1' }), ['goalId']],
    ['an id of another kind', log, () => ({ goalId: newId('area'), value: '1' }), ['goalId']],
    ['a missing goal', log, () => ({ goalId: newId('goal'), value: '1' }), ['goalId']],
    ['NaN', log, () => ({ goalId, value: 'NaN' }), ['value']],
    ['Infinity', log, () => ({ goalId, value: 'Infinity' }), ['value']],
    ['a huge number', log, () => ({ goalId, value: '1e300' }), ['value']],
    ['thirty digits', log, () => ({ goalId, value: '9'.repeat(30) }), ['value']],
    ['a date that does not exist', log, () => ({ goalId, value: '1', localDate: '2026-02-30' }), ['localDate']],
    ['a date beyond range', log, () => ({ goalId, value: '1', localDate: '9999-12-31' }), ['localDate']],
    ['NUL in a note', log, () => ({ goalId, value: '1', note: 'a\0b' }), ['note']],
    ['a note of 100 kB', log, () => ({ goalId, value: '1', note: 'x'.repeat(100_000) }), ['note']],
    ['an id of the client that is malformed', log, () => ({ id: 'entry_1', goalId, value: '1' }), ['id']],
    ['an empty title', create, () => ({ ...goal, title: '' }), ['title']],
    ['blanks as a title', create, () => ({ ...goal, title: '   ' }), ['title']],
    ['a title of 100 kB', create, () => ({ ...goal, title: 'x'.repeat(100_000) }), ['title']],
    [
      'a deadline before the start',
      create,
      () => ({ ...goal, startDate: '2026-03-01', deadline: '2026-02-01' }),
      ['deadline'],
    ],
    [
      'zero times a week',
      create,
      () => ({ title: 'T', kind: 'HABIT', frequency: { times: 0, period: 'WEEK' } }),
      ['frequency', 'times'],
    ],
    [
      'a negative frequency',
      create,
      () => ({ title: 'T', kind: 'HABIT', frequency: { times: -1, period: 'WEEK' } }),
      ['frequency', 'times'],
    ],
  ];
  test.each(cases)('%s gets a typed error with a path, and nothing is stored', async (_, mutation, input, path) => {
    const before = await server.platform.db.event.count();
    const answer = await ana.run(mutation, { input: input() });
    const payload = answer.data && (Object.values(answer.data)[0] as { errors: { path: string[] }[] } | null);
    const found = payload?.errors[0]?.path ?? answer.errors?.[0].extensions.inputPath?.slice(1);
    expect([found, answer.errors?.[0].extensions.code ?? 'BAD_USER_INPUT']).toEqual([path, 'BAD_USER_INPUT']);
    expect(await server.platform.db.event.count()).toBe(before);
  });

  test('an unknown time zone is refused', async () => {
    const answer = await ana.run('mutation { updateProfile(input: { timeZone: "Mars/Olympus" }) { errors { code } } }');
    expect(answer.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  test('a batch of 10,000 is refused whole, before anything is stored', async () => {
    const entries = Array.from({ length: 10_000 }, () => ({ goalId, value: '1' }));
    const mutation =
      'mutation ($input: LogProgressBatchInput!) { logProgressBatch(input: $input) { errors { code path } } }';
    const before = await server.platform.db.event.count();
    const { status } = await send(JSON.stringify({ query: mutation, variables: { input: { entries } } }), {
      'content-type': 'application/json',
      ...ana.headers,
    });
    expect(status).toBe(413);
    const some = await ana.run(mutation, { input: { entries: entries.slice(0, 2_000) } });
    expect(some.data.logProgressBatch.errors).toMatchObject([{ code: 'LIMIT', path: ['entries'] }]);
    expect(await server.platform.db.event.count()).toBe(before);
  });

  test('the same id with other input is a conflict', async () => {
    const id = newId('entry');
    const first = await ana.ask(log, { input: { id, goalId, value: '1', localDate: '2026-03-01' } });
    expect(await ana.ask(log, { input: { id, goalId, value: '1', localDate: '2026-03-01' } })).toEqual(first);
    const other = await ana.ask(log, { input: { id, goalId, value: '2', localDate: '2026-03-01' } });
    expect(other.logProgress.errors).toMatchObject([{ code: 'CONFLICT', path: ['id'] }]);
  });
});

describe('the WebSocket door', () => {
  const open = (options: { protocol?: string; origin?: string } = {}) => {
    const { protocol = 'graphql-transport-ws', origin } = options;
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, protocol, origin ? { origin } : {});
    const received: { type: string; payload?: unknown }[] = [];
    let code: number | undefined;
    socket.on('message', (data) => received.push(JSON.parse(String(data))));
    socket.on('close', (closed) => {
      code = closed;
    });
    socket.on('error', () => {
      code ??= -1;
    });
    const say = (message: object) => socket.send(JSON.stringify(message));
    return { socket, received, say, code: () => code, ready: () => until(() => socket.readyState === WebSocket.OPEN) };
  };

  test('closes with 4403 for a wrong token and for none', async () => {
    for (const payload of [{ authorization: 'Bearer nonsense' }, {}, { authorization: 5 }]) {
      const client = open();
      await client.ready();
      client.say({ type: 'connection_init', payload });
      await until(() => client.code() === 4403);
    }
  });

  test('acknowledges a good token, answers queries, and refuses what is invalid on the operation alone', async () => {
    const client = open();
    await client.ready();
    client.say({ type: 'connection_init', payload: ana.headers });
    await until(() => client.received.some((message) => message.type === 'connection_ack'));
    client.say({ id: '1', type: 'subscribe', payload: { query: '{ viewer { id } }' } });
    await until(() => client.received.some((message) => message.type === 'complete'));
    expect(client.received.find((message) => message.type === 'next')).toMatchObject({
      payload: { data: { viewer: { id: expect.any(String) } } },
    });
    client.say({ id: '2', type: 'subscribe', payload: { query: '{ nothing }' } });
    await until(() => client.received.some((message) => message.type === 'error'));
    expect(client.received.find((message) => message.type === 'error')).toMatchObject({
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    client.socket.close();
  });

  test('closes with 4403 when what it was let in with ends', async () => {
    const expiresAt = new Date(Date.now() + 1_500);
    const { createApiKey } = await ana.ask(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key errors { message } } }',
      { input: { name: 'short', scopes: ['goals:read'], expiresAt: expiresAt.toISOString() } },
    );
    const client = open();
    await client.ready();
    client.say({ type: 'connection_init', payload: { authorization: `Bearer ${createApiKey.key}` } });
    await until(() => client.received.some((message) => message.type === 'connection_ack'));
    expect(client.code()).toBeUndefined();
    await until(() => client.code() === 4403, 'the end of the key');
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 50);
  });

  test('refuses other paths, other origins and messages that are too large', async () => {
    const foreign = open({ origin: 'https://evil.example' });
    await until(() => foreign.code() !== undefined);
    expect(foreign.received).toEqual([]);
    const client = open({ origin: 'https://app.example.com' });
    await client.ready();
    client.socket.send('x'.repeat(300_000));
    await until(() => client.code() === 1009);
  });
});
