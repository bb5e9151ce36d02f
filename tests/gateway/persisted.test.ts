import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Manifest, manifestFile } from '../../gateway/admission/manifest.ts';
import { openSocket } from '../support/connections.ts';
import { type HttpPerson, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ana: HttpPerson;
let key: { authorization: string };
beforeAll(async () => {
  server = await startServer('embedded');
  ana = await server.person('ana@example.com');
  const { createApiKey } = await ana.ask(
    'mutation { createApiKey(input: { name: "key", scopes: ["goals:read"] }) { key errors { message } } }',
  );
  key = { authorization: `Bearer ${createApiKey.key}` };
}, 60_000);
afterAll(() => server.stop(), 30_000);

const manifest: Manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
const dashboard = manifest.operations.find(({ name }) => name === 'Dashboard')!;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
/** `extensions` as Apollo's clients write them. */
const persistedQuery = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

async function send(body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as any };
}

describe('an operation of the manifest', () => {
  test('is run by its hash alone, as Apollo iOS asks: with its name and variables, and no text', async () => {
    const { status, answer } = await send(
      { operationName: 'Dashboard', variables: {}, extensions: persistedQuery(dashboard.id) },
      {
        ...ana.headers,
        accept: 'application/graphql-response+json,application/json',
        'apollographql-client-name': 'ios',
      },
    );
    expect([status, answer.errors]).toEqual([200, undefined]);
    expect(answer.data.viewer.dashboard).toMatchObject({ __typename: 'Dashboard', activeGoalCount: 0 });
  });

  test('is run by "documentId", by GET and over WebSocket as well, and by nobody in the name of somebody else', async () => {
    const byId = await send({ documentId: `sha256:${dashboard.id}` }, ana.headers);
    expect(byId.answer.data.viewer.dashboard.activeGoalCount).toBe(0);
    const search = new URLSearchParams({ extensions: JSON.stringify(persistedQuery(dashboard.id)) });
    const byGet = await fetch(`${server.url}/graphql?${search}`, { headers: ana.headers });
    expect(((await byGet.json()) as any).data.viewer.dashboard.activeGoalCount).toBe(0);
    const client = await openSocket(server.url, ana.headers);
    client.say({ id: 'd', type: 'subscribe', payload: { extensions: persistedQuery(dashboard.id) } });
    const answer = () => client.received.find(({ id, type }) => id === 'd' && type === 'next');
    await until('the answer', answer);
    expect(answer().payload.data.viewer.dashboard.activeGoalCount).toBe(0);
    client.socket.close();
    // Being persisted gives nobody rights.
    expect((await send({ extensions: persistedQuery(dashboard.id) })).status).toBe(401);
    expect((await send({ extensions: persistedQuery(dashboard.id) }, key)).answer.errors[0].extensions.code).toBe(
      'FORBIDDEN',
    );
  });

  test('is what its hash says: other text under it is refused', async () => {
    const { status, answer } = await send(
      { query: '{ viewer { id } }', extensions: persistedQuery(dashboard.id) },
      ana.headers,
    );
    expect([status, answer.errors[0].extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('an automatic persisted query', () => {
  const ask = (query: string | undefined, text: string, headers: Record<string, string>) =>
    send({ ...(query !== undefined && { query }), extensions: persistedQuery(hash(text)) }, headers);

  test('is registered by somebody signed in, and then run by its hash', async () => {
    const text = '{ viewer { id automatic: __typename } }';
    const unknown = await ask(undefined, text, ana.headers);
    // Apollo iOS looks for the message, and only in an answer with status 200.
    expect([unknown.status, unknown.answer.errors[0].message]).toEqual([200, 'PersistedQueryNotFound']);
    expect((await ask(text, text, ana.headers)).answer.data.viewer).toMatchObject({ id: expect.any(String) });
    const known = await ask(undefined, text, ana.headers);
    expect([known.status, known.answer.data.viewer]).toEqual([200, { id: expect.any(String), automatic: 'User' }]);
  });

  test('is registered by no key and no stranger, whose document runs all the same', async () => {
    for (const [index, headers] of [key, {}].entries()) {
      const text = `{ viewer { id untrusted${index}: __typename } }`;
      expect((await ask(text, text, headers as Record<string, string>)).status).toBe(200);
      expect((await ask(undefined, text, headers as Record<string, string>)).answer.errors[0].message).toBe(
        'PersistedQueryNotFound',
      );
      expect((await ask(undefined, text, ana.headers)).answer.errors[0].message).toBe('PersistedQueryNotFound');
    }
  });

  test('is not registered when it is not valid, nor under a hash that is not its own', async () => {
    const invalid = '{ viewer { nothingOfTheKind } }';
    expect((await ask(invalid, invalid, ana.headers)).status).toBe(400);
    expect((await ask(undefined, invalid, ana.headers)).answer.errors[0].message).toBe('PersistedQueryNotFound');
    const stolen = '{ viewer { id stolen: __typename } }';
    expect((await ask('{ __typename }', stolen, ana.headers)).status).toBe(400);
    expect((await ask(undefined, stolen, ana.headers)).answer.errors[0].message).toBe('PersistedQueryNotFound');
  });
});
