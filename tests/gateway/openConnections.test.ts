import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, openSocket, type Way, ways } from '../support/connections.ts';
import { post } from '../support/process.ts';
import { type HttpPerson, startServer, type TestServer } from '../support/server.ts';
import { supergraphSdl } from '../support/supergraph.ts';
import { until } from '../support/until.ts';

let server: TestServer;
let ana: HttpPerson;
let goalId: string;

beforeAll(async () => {
  server = await startServer('embedded');
  ana = await server.person('ana@example.com');
  goalId = await newGoal(ana);
}, 60_000);
afterAll(() => server.stop(), 30_000);

const progressUpdated =
  'subscription ($after: ID) { progressUpdated(after: $after) { event { id } entry { value } goal { id } } }';

async function newGoal(person: HttpPerson): Promise<string> {
  const { createGoal } = await person.ask(
    'mutation { createGoal(input: { title: "Run", kind: NUMERIC, cumulative: true, aggregation: SUM, targetValue: "1000" }) { goal { id } errors { message } } }',
  );
  return createGoal.goal.id;
}

async function log(person: HttpPerson, goal: string, value: string): Promise<void> {
  const { logProgress } = await person.ask(
    'mutation ($input: LogProgressInput!) { logProgress(input: $input) { entry { id } errors { message } } }',
    { input: { goalId: goal, value, localDate: '2026-03-01' } },
  );
  expect(logProgress.errors).toEqual([]);
}

/** The last event of a person so far, to go on after. */
async function lastEvent(person: HttpPerson): Promise<string> {
  const { viewer } = await person.ask('{ viewer { id } }');
  const where = { userId: viewer.id as string };
  return (await server.platform.db.event.findFirstOrThrow({ where, orderBy: { seq: 'desc' } })).id;
}

const values = (answers: any[]) => answers.map(({ data }) => data.progressUpdated.entry.value);

/** A key for the goals of a person, for `milliseconds` or for ever. */
async function newKey(person: HttpPerson, scopes: string[], milliseconds?: number) {
  const expiresAt = milliseconds && new Date(Date.now() + milliseconds).toISOString();
  const { createApiKey } = await person.ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id } errors { message } } }',
    { input: { name: 'key', scopes, ...(expiresAt && { expiresAt }) } },
  );
  expect(createApiKey.errors).toEqual([]);
  return { id: createApiKey.apiKey.id as string, headers: { authorization: `Bearer ${createApiKey.key}` } };
}

/** What tells a client that it is not welcome any more; a response has no code, it is cut. */
const signedOut = (way: Way) => (way === 'WebSocket' ? 4403 : 'cut');

describe.each(ways)('a subscription over %s', (way) => {
  test('goes on after the event that was seen last, without loss or repetition', async () => {
    const after = await lastEvent(ana);
    const first = await connect(way, server.url, ana.headers, progressUpdated, { after });
    await log(ana, goalId, '1');
    await until('the event', () => first.answers.length === 1);
    first.leave();
    await log(ana, goalId, '2');
    await log(ana, goalId, '3');
    const seen = first.answers[0].data.progressUpdated.event.id;
    const second = await connect(way, server.url, ana.headers, progressUpdated, { after: seen });
    await until('what was missed', () => second.answers.length === 2);
    await log(ana, goalId, '4');
    await until('what is new', () => second.answers.length === 3);
    expect([values(first.answers), values(second.answers)]).toEqual([['1'], ['2', '3', '4']]);
    second.leave();
  });

  test('ends at once when its session signs out, and no other does', async () => {
    const leaver = await server.person('leaver@example.com');
    const stayer = await server.person('leaver@example.com');
    const goal = await newGoal(leaver);
    const variables = { after: await lastEvent(leaver) };
    const left = await connect(way, server.url, leaver.headers, progressUpdated, variables);
    const stays = await connect(way, server.url, stayer.headers, progressUpdated, variables);
    await log(leaver, goal, '1');
    await until('both hear it', () => left.answers.length === 1 && stays.answers.length === 1);
    await leaver.ask('mutation { signOut { errors { message } } }');
    await until('it is over', () => left.end);
    await log(stayer, goal, '2');
    await until('the other hears it', () => stays.answers.length === 2);
    expect([left.end, values(left.answers), stays.end]).toEqual([signedOut(way), ['1'], undefined]);
    stays.leave();
  });

  test('ends at once when its API key is revoked', async () => {
    const key = await newKey(ana, ['goals:read']);
    const open = await connect(way, server.url, key.headers, progressUpdated, { after: await lastEvent(ana) });
    await log(ana, goalId, '5');
    await until('it hears', () => open.answers.length > 0);
    await ana.ask('mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { errors { message } } }', { id: key.id });
    await until('it is over', () => open.end);
    expect(open.end).toBe(signedOut(way));
    await log(ana, goalId, '6');
    expect(values(open.answers)).toEqual(['5']);
  });

  test('is refused to a key without the scope, and the refusal says where', async () => {
    const { headers } = await newKey(ana, ['chat:read']);
    const refused = await connect(way, server.url, headers, progressUpdated);
    await until('it is refused', () => refused.errors);
    expect(refused.errors).toMatchObject([{ path: ['progressUpdated'], extensions: { code: 'FORBIDDEN' } }]);
    refused.leave();
  });

  test('lives through a new supergraph while it is valid there, and ends with the reason otherwise', async () => {
    const after = await lastEvent(ana);
    const valid = await connect(way, server.url, ana.headers, progressUpdated, { after });
    const invalid = await connect(
      way,
      server.url,
      ana.headers,
      'subscription ($after: ID) { goalCompleted(after: $after) { goal { id } } }',
      { after },
    );
    await log(ana, goalId, '8');
    await until('it hears', () => valid.answers.length === 1);
    server.app.gateway.update(supergraphSdl.replace('goalCompleted(', 'goalReached('));
    try {
      await until('the one that is not valid any more ends', () => invalid.errors);
      expect(invalid.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      await log(ana, goalId, '9');
      await until('the other hears on', () => valid.answers.length === 2);
      expect([values(valid.answers), valid.end]).toEqual([['8', '9'], undefined]);
    } finally {
      server.app.gateway.update(supergraphSdl);
      valid.leave();
      invalid.leave();
    }
  });
});

test('subscriptions end when their API key does, in each way', async () => {
  const { headers } = await newKey(ana, ['goals:read'], 2_000);
  const variables = { after: await lastEvent(ana) };
  const open = await Promise.all(ways.map((way) => connect(way, server.url, headers, progressUpdated, variables)));
  await log(ana, goalId, '7');
  await until('all hear', () => open.every(({ answers }) => answers.length > 0));
  await until('all are over', () => open.every(({ end }) => end));
  expect(open.map(({ end }) => end)).toEqual(ways.map(signedOut));
});

describe('what a key may', () => {
  test.each([
    ['{ viewer { id conversations { nodes { id } } } }', ['viewer', 'conversations']],
    [
      '{ viewer { goals(first: 1) { nodes { id } } } me: viewer { talks: conversations { nodes { id } } } }',
      ['me', 'talks'],
    ],
    ['mutation { createGoal(input: { title: "No", kind: CUSTOM }) { errors { message } } }', ['createGoal']],
  ])(
    'is by its scopes: %s is forbidden as a whole, with the path, over HTTP and WebSocket alike',
    async (query, path) => {
      const { headers } = await newKey(ana, ['goals:read']);
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: JSON.stringify({ query }),
      });
      const overHttp = (await response.json()) as any;
      const client = await openSocket(server.url, headers);
      const overSocket = await client.run(query);
      client.socket.close();
      expect([response.status, 'data' in overHttp]).toEqual([403, false]);
      for (const { errors } of [overHttp, overSocket])
        expect(errors).toMatchObject([{ path, extensions: { code: 'FORBIDDEN' } }]);
    },
  );

  test('does not change with what others do: the same document runs for its owner', async () => {
    const answer = await post(server.url, '{ viewer { id conversations { nodes { id } } } }', {}, ana.headers);
    expect([answer.errors, answer.data.viewer.conversations.nodes]).toEqual([undefined, []]);
  });
});

describe('the limits', () => {
  test('of a socket: its 21st operation is refused, and the twenty go on', async () => {
    const client = await openSocket(server.url, ana.headers);
    const variables = { after: await lastEvent(ana) };
    await log(ana, goalId, '10');
    const heard = (id: string) =>
      client.received.filter((message) => message.type === 'next' && message.id === id).length;
    const live = Array.from({ length: 20 }, (_, n) => `live-${n}`);
    for (const id of live) {
      client.say({ id, type: 'subscribe', payload: { query: progressUpdated, variables } });
      await until('it goes on', () => heard(id) === 1);
    }
    const { errors } = await client.run('{ viewer { id } }');
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }]);
    await log(ana, goalId, '11');
    await until('all twenty hear', () => live.every((id) => heard(id) === 2));
    client.say({ id: 'live-0', type: 'complete' });
    expect((await client.run('{ viewer { id } }')).data.viewer.id).toEqual(expect.any(String));
    client.socket.close();
  });

  test('of a person: the eleventh socket is closed with a code after which clients try again; others come in', async () => {
    const many = await server.person('many@example.com');
    const open = await Promise.all(Array.from({ length: 10 }, () => openSocket(server.url, many.headers)));
    expect(open.map(({ code }) => code())).toEqual(Array(10).fill(0));
    const over = await openSocket(server.url, many.headers);
    expect(over.code()).toBe(4292);
    const other = await openSocket(server.url, ana.headers);
    expect(other.code()).toBe(0);
    open[0]!.socket.close();
    await until('there is a place again', async () => {
      const next = await openSocket(server.url, many.headers);
      open.push(next);
      return next.code() === 0;
    });
    for (const { socket } of [...open, other]) socket.close();
  });
});
