import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isRequiredArgument } from 'graphql';
import { newId } from '../../subgraphs/shared/ids.ts';
import { issueTaskToken } from '../../subgraphs/shared/taskTokens.ts';
import { post } from '../support/process.ts';
import { apiSchema, everything } from '../support/schema.ts';
import { collect, type HttpPerson, startServer, type TestServer, until } from '../support/server.ts';
import { idSlots, readIds } from '../support/tenants.ts';

// The ways to somebody else's besides operations with their ids (tenants.test.ts): live connections, other credentials, headers, links.
let server: TestServer;
let ana: HttpPerson & { id: string };
let ben: HttpPerson & { id: string };
const ids: Record<string, string> = {};

beforeAll(async () => {
  server = await startServer('embedded');
  const person = async (email: string) => {
    const somebody = await server.person(email);
    return { ...somebody, id: (await somebody.ask('{ viewer { id } }')).viewer.id as string };
  };
  [ana, ben] = [await person('ana@example.com'), await person('ben@example.com')];
  const made = await ana.ask(`mutation {
    createGoal(input: { title: "Secret", kind: NUMERIC, targetValue: "1", autoComplete: true }) { goal { id } }
    createResearchCategory(input: { name: "Secret", prompt: "Secret", active: false }) { category { id } }
    connectDeviceProvider(input: { provider: APPLE_HEALTH }) { connection { id } }
    sendMessage(input: { content: "Secret" }) { reply { id } }
  }`);
  ids.goal = made.createGoal.goal.id;
  ids.category = made.createResearchCategory.category.id;
  ids.connection = made.connectDeviceProvider.connection.id;
  ids.message = made.sendMessage.reply.id;
  const { triggerResearch } = await ana.ask(
    `mutation ($id: ID!) { triggerResearch(input: { categoryId: $id }) { run { id } } }`,
    { id: ids.category },
  );
  ids.run = triggerResearch.run.id;
  ids.event = (await readIds(server.platform.db, ana.id)).get('event')![0]!;
}, 60_000);
afterAll(() => server?.stop(), 30_000);

const logging =
  'mutation ($id: ID!) { logProgress(input: { goalId: $id, value: 1 }) { entry { id } errors { message } } }';

describe('subscribed to by somebody else', () => {
  const kinds: Record<string, string> = {
    after: 'event',
    messageId: 'message',
    connectionId: 'connection',
    runId: 'run',
  };
  const slots = idSlots(apiSchema).filter(({ operation }) => operation === 'subscription');

  test('every subscription is known by what its ids are', () => {
    expect(slots.length).toBeGreaterThan(10);
    expect(slots.filter(({ path }) => !kinds[path[0]!.name]).map(({ name }) => name)).toEqual([]);
  });

  test('an id of theirs brings nothing, as one that does not exist, and no event of theirs comes with one’s own', async () => {
    const { createGoal } = await ben.ask(
      'mutation { createGoal(input: { title: "Mine", kind: CUSTOM }) { goal { id } } }',
    );
    const own = collect<{ progressUpdated: { entry: { id: string } } }>(
      ben.socket(),
      'subscription { progressUpdated { entry { id } goal { id } } }',
    );
    // Twenty operations a socket.
    const sockets = [ben.socket(), ben.socket()];
    const pairs = slots.map(({ way, path }) => {
      const [field, arg] = [way[0]!, path[0]!];
      const wanted = field.args.filter((one) => isRequiredArgument(one) && one !== arg);
      expect(wanted.map(({ name }) => name)).toEqual([]);
      const document = `subscription ($id: ${arg.type}) { ${field.name}(${arg.name}: $id) ${everything(field.type, 2)} }`;
      const kind = kinds[arg.name]!;
      const listen = (id: string, socket: number) => {
        const ask = () => collect<object>(sockets[socket]!, document, { id });
        let current = ask();
        // A busy machine turns subscriptions away for a moment: they are asked for again.
        return () => {
          if (JSON.stringify(current.state.error)?.includes('RATE_LIMITED')) current = ask();
          return current;
        };
      };
      return {
        name: `${field.name} ${arg.name}`,
        foreign: listen(ids[kind]!, 0),
        missing: listen(newId(kind as 'goal'), 1),
      };
    });
    const mine: string[] = [];
    const heard = async () => {
      mine.push((await ben.ask(logging, { id: createGoal.goal.id })).logProgress.entry.id);
      return own.messages.length > 0;
    };
    await until(heard, 'the first of one’s own');
    const theirs = await ana.ask(
      `mutation ($goal: ID!, $connection: ID!) {
      logProgress(input: { goalId: $goal, value: 1 }) { entry { id } errors { message } }
      completeGoal(input: { id: $goal }) { errors { message } }
      updateConnection(input: { id: $connection, paused: true }) { errors { message } }
    }`,
      { goal: ids.goal, connection: ids.connection },
    );
    expect(theirs.logProgress.errors).toEqual([]);
    // What was told after that has passed everybody's feeds.
    const last = (await ben.ask(logging, { id: createGoal.goal.id })).logProgress.entry.id;
    await until(
      () => own.messages.some(({ progressUpdated }) => progressUpdated.entry.id === last),
      'the last of one’s own',
    );
    const shape = (listening: (typeof pairs)[number]['foreign']) => {
      const { state, messages } = listening();
      const told = { error: state.error, ended: state.ended, messages };
      return JSON.stringify(told).replaceAll(/"(requestId|timestamp)":"[^"]*"/g, '');
    };
    const isSame = (foreign: (typeof pairs)[number]['foreign'], missing: typeof foreign) =>
      shape(foreign) === shape(missing) && !shape(foreign).includes('RATE_LIMITED');
    for (const { name, foreign, missing } of pairs) {
      await until(() => isSame(foreign, missing), `${name}: ${shape(foreign)} is ${shape(missing)}`);
      for (const told of [shape(foreign), JSON.stringify(own.messages)]) {
        expect([name, told.includes('Secret')]).toEqual([name, false]);
        for (const id of Object.values(ids)) expect([name, told.includes(id)]).toEqual([name, false]);
      }
    }
    expect(
      own.messages.every(
        ({ progressUpdated }) => mine.includes(progressUpdated.entry.id) || progressUpdated.entry.id === last,
      ),
    ).toBe(true);
  });
});

test.each(['an API key', 'a task token'])('%s of somebody else finds what its owner would: nothing', async (which) => {
  const scopes = [
    'profile:read',
    'goals:read',
    'goals:write',
    'chat:read',
    'research:read',
    'integrations:read',
  ] as const;
  const bearer =
    which === 'an API key'
      ? (
          await ben.ask(
            'mutation ($scopes: [String!]!) { createApiKey(input: { name: "k", scopes: $scopes }) { key } }',
            { scopes },
          )
        ).createApiKey.key
      : await issueTaskToken(
          server.platform.db,
          { userId: ben.id, kind: 'assistant', taskId: newId('message'), scopes, behalf: null },
          new Date(),
          60,
        );
  const headers = { authorization: `Bearer ${bearer}` };
  const text = `query ($ids: [ID!]!, $goal: ID!, $run: ID!) {
    viewer { id } nodes(ids: $ids) { id } goal(id: $goal) { title } researchRun(id: $run) { id } }`;
  const all = Object.values(ids);
  const { data } = await post(server.url, text, { ids: all, goal: ids.goal, run: ids.run }, headers);
  expect(data).toEqual({ viewer: { id: ben.id }, nodes: all.map(() => null), goal: null, researchRun: null });
  const log = (id: string) => post(server.url, logging, { id }, headers);
  expect((await log(ids.goal!)).data).toEqual((await log(newId('goal'))).data);
});

test.each([
  'x-user-id',
  'x-forwarded-user',
  'x-auth-request-user',
  'x-remote-user',
  'x-jarvis-user',
  'x-viewer',
  'remote-user',
])('the header %s makes nobody somebody else', async (name) => {
  const pretended = {
    [name]: ana.id,
    'x-jarvis-signature': 'f'.repeat(64),
    'x-jarvis-time': '1',
    'x-jarvis-nonce': 'n',
  };
  const whoami = '{ viewer { id } }';
  expect((await ben.run(whoami, {}, pretended)).data).toEqual({ viewer: { id: ben.id } });
  expect((await post(server.url, whoami, {}, pretended)).data).toEqual({ viewer: null });
  const viewer = JSON.stringify({ userId: ana.id, kind: 'session', scopes: ['profile:read'], roles: [] });
  expect((await post(server.url, whoami, {}, { ...pretended, [name]: viewer })).data).toEqual({ viewer: null });
});

test('an address makes nobody anybody, whatever token stands in it', async () => {
  const token = ana.headers.authorization.replace('Bearer ', '');
  for (const name of ['token', 'access_token', 'authorization', 'Authorization', 'key', 'api_key']) {
    const address = `${server.url}/graphql?${name}=${encodeURIComponent(name.endsWith('n') ? `Bearer ${token}` : token)}`;
    for (const search of [address, `${server.url}/graphql?${name}=${token}`]) {
      const response = await fetch(search, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { id } }' }),
      });
      expect(((await response.json()) as { data: object }).data).toEqual({ viewer: null });
      expect(response.headers.get('x-powered-by')).toBeNull();
      expect(response.headers.get('server')).toBeNull();
    }
  }
});

test('the same query of two people, two hundred times at once, is answered to each with what is theirs', async () => {
  const text = '{ viewer { id goals(first: 1) { nodes { title } } } }';
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => (i % 2 ? ana : ben).ask(text)));
  const wrong = answers.filter(({ viewer }, i) => {
    const [id, title] = i % 2 ? [ana.id, 'Secret'] : [ben.id, 'Mine'];
    return viewer.id !== id || (viewer.goals.nodes[0]?.title ?? title) !== title;
  });
  expect(wrong).toEqual([]);
});

test('the address of one’s own archive does not open somebody else’s', async () => {
  const archiveOf = async (person: HttpPerson) => {
    await person.ask('mutation { requestDataExport { errors { message } } }');
    const ready = async () => {
      const { viewer } = await person.ask('{ viewer { dataExports { id downloadUrl } } }');
      return viewer.dataExports[0].downloadUrl && (viewer.dataExports[0] as { id: string; downloadUrl: string });
    };
    return until(ready, 'the archive');
  };
  const [theirs, own] = [await archiveOf(ana), await archiveOf(ben)];
  const local = (url: string) => server.url + new URL(url).pathname + new URL(url).search;
  const forged = [own.downloadUrl.replace(own.id, theirs.id), theirs.downloadUrl.replace(theirs.id, own.id)];
  for (const url of forged) {
    expect([own.downloadUrl, theirs.downloadUrl]).not.toContain(url);
    expect((await fetch(local(url), { headers: ben.headers })).status).toBe(404);
  }
  expect((await ben.ask('query ($id: ID!) { node(id: $id) { id } }', { id: theirs.id })).node).toBeNull();
});
