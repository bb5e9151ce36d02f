import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closedCodes } from '../../gateway/admission/errors.ts';
import { type HttpPerson, startServer, type TestServer, until } from '../support/server.ts';

// A failure in each layer below an answer, made by that layer itself: clients hear of it in our words, the log in its own.
const canary = 'canary-5c1f';
const detail = `${canary} postgres://app:pw@db.internal:5432/x /srv/jarvis/subgraphs/goals/goals.ts:12:7`;
/** What no answer may hold: statements, names of tables, addresses, places in the code, and what others said. */
const inside =
  /canary|SELECT |INSERT |UPDATE |prisma|postgres|constraint|relation "|column "|_pkey|sqlstate|127\.0\.0\.1|localhost:|db\.internal|node_modules|\/srv\/|\.ts\b|\bat \S+ \(|stack|statement timeout/i;

let provider: Server;
let server: TestServer;
let ana: HttpPerson;
let origin: string;

beforeAll(async () => {
  // A service, and a language model, that are ill and say so in detail.
  provider = createServer((request, response) => {
    request.resume();
    const status = request.url?.startsWith('/v1') ? 429 : 500;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: detail, type: 'insufficient_quota', code: canary } }));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  server = await startServer('embedded', {
    GOOGLE_CLIENT_ID: 'x',
    GOOGLE_CLIENT_SECRET: 'x',
    GOOGLE_AUTH_URL: `${origin}/auth`,
    GOOGLE_TOKEN_URL: `${origin}/token`,
    GOOGLE_ISSUER: origin,
    OPENAI_API_KEY: 'sk-x',
    OPENAI_BASE_URL: `${origin}/v1`,
    ALLOW_PRIVATE_ADDRESSES: 'yes',
  });
  ana = await server.person('ana@example.com');
  // A database that fails at a word: with the SQLSTATE after it.
  await server.platform.db.$executeRawUnsafe(`
    CREATE FUNCTION fail_at_word() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.title LIKE 'fail %' THEN RAISE EXCEPTION '${detail}' USING ERRCODE = substr(NEW.title, 6, 5); END IF;
      IF NEW.title = 'sleep' THEN PERFORM pg_sleep(30); END IF;
      RETURN NEW; END $$`);
  await server.platform.db.$executeRawUnsafe(
    'CREATE TRIGGER fail_at_word BEFORE INSERT ON goals FOR EACH ROW EXECUTE FUNCTION fail_at_word()',
  );
}, 60_000);
afterAll(async () => {
  await server?.stop();
  provider?.close();
});

async function send(query: string, variables: object = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ana.headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const answer = JSON.parse(text) as any;
  const headers = JSON.stringify([...response.headers]);
  // Times have colons and dots; nothing else of them is like a place.
  expect(text.replaceAll(/"timestamp":"[^"]*"/g, '')).not.toMatch(inside);
  expect(headers).not.toMatch(inside);
  expect(text).not.toMatch(/ECONN|ENOSPC/);
  for (const { extensions } of answer.errors ?? []) {
    expect(closedCodes).toContain(extensions.code);
    expect(extensions.requestId).toEqual(expect.any(String));
    expect(Object.keys(extensions).filter((key) => ['stacktrace', 'exception', 'serviceName'].includes(key))).toEqual(
      [],
    );
  }
  return { status: response.status, answer, requestId: answer.errors?.[0]?.extensions.requestId as string | undefined };
}
/** The lines of the log about a request. */
const logged = (requestId: string | undefined) =>
  server
    .log()
    .split('\n')
    .filter((line) => requestId && line.includes(requestId));

const createGoal =
  'mutation ($title: String!) { createGoal(input: { title: $title, kind: CUSTOM }) { goal { id } errors { message code path } } }';

describe('the database', () => {
  test.each([
    ['a unique index is violated', '23505'],
    ['a foreign key is violated', '23503'],
    ['a check is violated', '23514'],
    ['a number does not fit', '22003'],
    ['a text holds NUL', '22021'],
    ['an id has another form', '22P02'],
    ['a statement takes too long', '57014'],
    ['a lock cannot be had', '55P03'],
    ['a deadlock is not resolved', '40P01'],
    ['the disk is full', '53100'],
    ['the memory is used up', '53200'],
    ['connections are used up', '53300'],
    ['it may only be read', '25006'],
    ['a table is missing', '42P01'],
    ['something inside is broken', 'XX000'],
  ])('%s (%s): the client hears our words, the log all of it', async (_, state) => {
    const { answer, requestId } = await send(createGoal, { title: `fail ${state}` });
    expect(answer.data?.createGoal ?? null).toBeNull();
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors[0].extensions.code).toMatch(/^(INTERNAL_SERVER_ERROR|UPSTREAM_FAILED)$/);
    const lines = logged(requestId).join('\n');
    expect(lines).toContain('a resolver failed');
    expect(lines).toContain('createGoal');
    expect(JSON.parse(logged(requestId)[0]!).error.message.length).toBeGreaterThan(5);
  });

  test('a statement that never ends is given up by the database', async () => {
    const started = performance.now();
    const { answer, requestId } = await send(createGoal, { title: 'sleep' });
    expect(performance.now() - started).toBeLessThan(6_000);
    expect(answer.errors[0].extensions.code).toMatch(/^(INTERNAL_SERVER_ERROR|UPSTREAM_FAILED)$/);
    await until(() => logged(requestId).length > 0, 'a line of the log');
  });
});

describe('input', () => {
  const log =
    'mutation ($input: LogProgressInput!) { logProgress(input: $input) { entry { id } errors { message code path } } }';
  const [goalId, absent] = ['goal_'.padEnd(37, '0'), 'goal_'.padEnd(37, 'f')];
  test.each([
    ['NUL in a text', createGoal, { title: 'a\0b' }],
    ['half a surrogate pair', createGoal, { title: '\ud800' }],
    ['an integer beyond 32 bits', '{ viewer { goals(first: 99999999999) { nodes { id } } } }', {}],
    ['a number beyond any column', log, { input: { goalId, value: '9'.repeat(400) } }],
    ['an id of no form', '{ goal(id: "\' OR 1=1 --") { title } }', {}],
    ['an id of another kind', '{ researchRun(id: "goal_1") { id } }', {}],
    ['an id that does not exist', log, { input: { goalId: absent, value: '1' } }],
    ['a cursor that nobody made', '{ viewer { goals(after: "eyJ4IjoxfQ==") { nodes { id } } } }', {}],
    ['a date that there is not', log, { input: { goalId, value: '1', localDate: '2026-02-30' } }],
    [
      'text that searches cannot parse',
      '{ viewer { searchNotes(query: "\\" & | ! :* <->") { nodes { __typename } } } }',
      {},
    ],
    ['a text of a megabyte', createGoal, { title: 'x'.repeat(200_000) }],
  ])('%s is the client’s to mend, and no fault', async (_, query, variables) => {
    const { status, answer, requestId } = await send(query, variables);
    expect(status).toBeLessThan(500);
    for (const { extensions } of answer.errors ?? []) expect(extensions.code).not.toMatch(/INTERNAL|UPSTREAM/);
    expect(logged(requestId).filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});

describe('our own code', () => {
  test('a fault in a domain is masked, and the log says where', async () => {
    const { secrets } = server.platform;
    const seal = secrets.seal;
    secrets.seal = () => {
      throw new TypeError(`Cannot read properties of undefined (reading '${detail}')`);
    };
    const { answer, requestId } = await send(
      `mutation { createWebhook(input: { url: "https://example.com/", document: "subscription { goalCompleted { event { id } } }" }) { webhook { id } } }`,
    ).finally(() => {
      secrets.seal = seal;
    });
    expect(answer.errors[0]).toMatchObject({ message: 'Something went wrong on our side.', path: ['createWebhook'] });
    expect(logged(requestId).join()).toContain(canary);
    expect(logged(requestId).join()).not.toContain('app:pw');
  });

  test('a fault in the gateway is masked as well', async () => {
    const { gateway } = server.app;
    const execute = gateway.executeText;
    gateway.executeText = () => {
      throw new Error(detail);
    };
    const { status, answer, requestId } = await send('{ viewer { id } }').finally(() => {
      gateway.executeText = execute;
    });
    expect(status).toBe(500);
    expect(answer.errors).toMatchObject([
      { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
    expect(logged(requestId).join()).toContain(canary);
  });

  test('a queue that is away after the commit changes nothing of the answer; the log has it', async () => {
    const { jobs } = server.platform;
    const add = jobs.add;
    jobs.add = async () => {
      throw new Error(`connect ECONNREFUSED 10.0.0.9:6379 ${canary}-redis`);
    };
    const { answer } = await send(
      'mutation { sendMessage(input: { content: "Hello" }) { reply { id } errors { message } } }',
    ).finally(() => {
      jobs.add = add;
    });
    expect(answer.data.sendMessage).toMatchObject({ reply: { id: expect.any(String) }, errors: [] });
    await until(() => server.log().includes(`${canary}-redis`), 'a line of the log');
  });
});

describe('services outside', () => {
  test('one that answers 500 to a sign-in: its words stay out of the answer', async () => {
    const begun = await send('mutation { beginConnection(input: { provider: GMAIL }) { state errors { message } } }');
    const { state } = begun.answer.data.beginConnection;
    const { answer } = await send(
      'mutation ($state: String!, $parameters: JSON!) { completeConnection(input: { state: $state, parameters: $parameters }) { connection { id } errors { code message path } } }',
      { state, parameters: { code: 'x', state, iss: origin.replace('127.0.0.1', 'elsewhere') } },
    );
    expect(answer.data.completeConnection).toMatchObject({
      connection: null,
      errors: [{ message: expect.any(String) }],
    });
  });

  test('a language model that answers 429: neither the reply, nor its record, nor the ledger quotes it', async () => {
    await ana.ask(
      'mutation { grantAiConsent(input: { provider: "openai", dataClasses: [MESSAGES], disclosureVersion: "1" }) { errors { message } } }',
    );
    const { answer } = await send(
      'mutation { sendMessage(input: { content: "Hello again", provider: "openai" }) { reply { id } errors { message } } }',
    );
    const { id } = answer.data.sendMessage.reply;
    const read = `query ($id: ID!) { node(id: $id) { ... on Message { status content endedBecause aiCalls { provider outcome } } }
      viewer { aiCalls(first: 5) { nodes { provider outcome } } } }`;
    const ended = await until(async () => {
      const { answer: found } = await send(read, { id });
      return found.data.node.status !== 'PENDING' && found.data.node.status !== 'STREAMING' && found;
    }, 'the end of the reply');
    expect(ended.data.node).toMatchObject({
      status: 'FAILED',
      aiCalls: [{ provider: 'openai', outcome: expect.any(String) }],
    });
  });
});
