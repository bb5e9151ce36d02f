import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteSource } from '../../gateway/sources/remote.ts';
import type { SubgraphRequest } from '../../gateway/sources/source.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { post } from '../support/process.ts';
import { collect, type HttpPerson, startServer, type TestServer, until } from '../support/server.ts';

const root = join(import.meta.dirname, '../../operations');
/** A shared operation with the fragments that it uses, as the apps send it. */
const operation = (...files: string[]) =>
  files.map((file) => readFileSync(join(root, `${file}.graphql`), 'utf8')).join('\n');
const dashboard = operation('dashboard/Dashboard', 'goals/GoalCard', 'live/NotificationRow', 'research/ResearchRunRow');
const createGoal = operation('goals/CreateGoal', 'offline/OfflineGoal', 'goals/GoalCard');
const logProgress = operation('goals/LogProgress', 'offline/OfflineEntry', 'offline/OfflineGoal', 'goals/GoalCard');
const progressUpdated = operation('live/ProgressUpdated', 'goals/GoalProgress');
const goalCompleted = operation('live/GoalCompleted', 'goals/GoalProgress');
const notificationCreated = operation('live/NotificationCreated', 'live/NotificationRow');

const total = (title: string, targetValue = '100') => ({
  input: { title, kind: 'NUMERIC', cumulative: true, aggregation: 'SUM', targetValue, unit: 'km' },
});

/** Of a gateway that has not been restarted yet while the secret changes. */
const oldSecret = '0d'.repeat(32);

describe.each(['embedded', 'processes'] as const)('the graph with its subgraphs %s', (topology) => {
  let server: TestServer;
  let ana: HttpPerson;
  let ben: HttpPerson;

  beforeAll(async () => {
    server = await startServer(topology, { OLD_SUBGRAPH_SECRETS: oldSecret });
    ana = await server.person('ana@example.com');
    ben = await server.person('ben@example.com');
  }, 120_000);
  afterAll(() => server.stop(), 60_000);

  const goalOf = async (person: HttpPerson, title: string, target?: string): Promise<string> => {
    const { createGoal: payload } = await person.ask(createGoal, total(title, target));
    expect(payload.errors).toEqual([]);
    return payload.goal.id;
  };

  /** How many subscriptions the gateway's feed holds now. */
  const subscriptions = async () =>
    Number(/^jarvis_subscriptions (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())![1]);

  test('answers the Dashboard from all five subgraphs in one round trip', async () => {
    const goalId = await goalOf(ana, 'Run');
    await ana.ask(
      'mutation ($input: CreateConversationInput!) { createConversation(input: $input) { errors { message } } }',
      {
        input: { title: 'Plans' },
      },
    );
    await ana.ask('mutation ($input: CreateReminderInput!) { createReminder(input: $input) { errors { message } } }', {
      input: { goalId, timeOfDay: '18:00' },
    });
    await ana.ask(
      'mutation ($input: CreateResearchCategoryInput!) { createResearchCategory(input: $input) { errors { message } } }',
      {
        input: { name: 'News', schedule: { kind: 'CRON', text: '0 7 * * *', timeZone: 'Europe/Berlin' } },
      },
    );
    const { viewer } = await ana.ask(dashboard);
    expect(viewer.dashboard).toMatchObject({
      activeGoalCount: 1,
      goals: [{ id: goalId, title: 'Run' }],
      recentConversations: [{ title: 'Plans' }],
      nextResearchRun: { category: { name: 'News' } },
      upcomingReminders: [{ goal: { id: goalId, title: 'Run' } }],
      pendingResearchResults: { count: 0 },
      unreadNotificationCount: 0,
    });
  });

  test('tells everyone else apart: nobody is null, a wrong token is 401, another user sees nothing', async () => {
    expect(await post(server.url, '{ viewer { id } }')).toMatchObject({ data: { viewer: null } });
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer nonsense' },
      body: '{"query":"{ viewer { id } }"}',
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({
      errors: [
        { extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String), timestamp: expect.any(String) } },
      ],
    });
    const foreign = await goalOf(ana, 'Private');
    const missing = newId('goal');
    const look = `query ($id: ID!) { goal(id: $id) { id title } node(id: $id) { id } nodes(ids: [$id]) { id } }`;
    const nothing = { goal: null, node: null, nodes: [null] };
    expect((await ben.run(look, { id: foreign })).data).toEqual(nothing);
    expect((await ben.run(look, { id: missing })).data).toEqual(nothing);
    expect((await ana.ask(look, { id: foreign })).node).toEqual({ id: foreign });
    const change =
      'mutation ($input: UpdateGoalInput!) { updateGoal(input: $input) { goal { id } errors { code path message } } }';
    const answer = (id: string) => ben.ask(change, { input: { id, title: 'Mine' } });
    expect(await answer(foreign)).toEqual(await answer(missing));
    expect((await answer(foreign)).updateGoal.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
  });

  test('streams progress with what other subgraphs know, and resumes after a cut without loss or repetition', async () => {
    const goalId = await goalOf(ana, 'Swim');
    type Message = {
      progressUpdated: {
        event: { id: string };
        entry: { id: string; value: string };
        goal: { id: string; currentValue: string };
      };
    };
    const first = ana.socket();
    const live = collect<Message>(first, progressUpdated);
    const log = async (value: string) => {
      const { logProgress: payload } = await ana.ask(logProgress, {
        input: { goalId, value, localDate: '2026-03-01' },
      });
      expect(payload.errors).toEqual([]);
      return payload.entry.id as string;
    };
    // The subscription has begun once an entry arrives.
    const logged: string[] = [];
    await until(async () => {
      logged.push(await log('1'));
      await new Promise((done) => setTimeout(done, 50));
      return live.messages.length > 0;
    });
    await until(() => live.messages.at(-1)!.progressUpdated.entry.id === logged.at(-1));
    expect(live.messages.at(-1)!.progressUpdated).toMatchObject({
      goal: { id: goalId, currentValue: String(logged.length) },
    });
    const last = live.messages.at(-1)!.progressUpdated.event.id;
    await first.dispose();

    const missed = [await log('10'), await log('20'), await log('30')];
    const resumed = collect<Message>(ana.socket(), progressUpdated, { after: last });
    await until(() => resumed.messages.length >= 3);
    const later = await log('40');
    await until(() => resumed.messages.length >= 4);
    expect(resumed.messages.map((message) => message.progressUpdated.entry.id)).toEqual([...missed, later]);

    const across = collect<any>(
      ana.socket(),
      `subscription ($after: ID) { progressUpdated(after: $after) { goal { id reminders { id } } } }`,
      { after: last },
    );
    await until(() => across.messages.length >= 1);
    expect(across.state.error).toBeNull();
    expect(across.messages[0].progressUpdated.goal).toEqual({ id: goalId, reminders: [] });
  });

  test('tells of a completed goal, and its notification follows from another subgraph', async () => {
    const goalId = await goalOf(ben, 'Read', '10');
    const running = await subscriptions();
    const completed = collect<any>(ben.socket(), goalCompleted);
    const notified = collect<any>(ben.socket(), notificationCreated);
    const others = collect<any>(ana.socket(), goalCompleted);
    // They have begun once the feed holds them, beside those that earlier tests left running.
    await until(async () => (await subscriptions()) >= running + 3, 'the subscriptions to begin');
    await ben.ask(logProgress, { input: { goalId, value: '10' } });
    await until(() => completed.messages.length > 0, 'goalCompleted');
    expect(completed.messages[0].goalCompleted.goal).toMatchObject({ id: goalId, status: 'COMPLETED' });
    await until(
      () => notified.messages.some((m) => m.notificationCreated.notification.subject?.id === goalId),
      'the notification of the goal',
    );
    expect(others.messages).toEqual([]);
  });

  test('lets an API key do what its scopes say, and nothing once it is revoked', async () => {
    await goalOf(ana, 'Keys');
    const { createApiKey } = await ana.ask(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id prefix } errors { message } } }',
      { input: { name: 'script', scopes: ['goals:read'] } },
    );
    const headers = { authorization: `Bearer ${createApiKey.key}` };
    const goals = await post(server.url, '{ viewer { id goals(first: 1) { nodes { title } } } }', {}, headers);
    expect(goals.errors).toBeUndefined();
    expect(goals.data.viewer.goals.nodes).toHaveLength(1);
    const refused = [
      '{ viewer { conversations { nodes { id } } } }',
      'mutation { createGoal(input: { title: "No", kind: CUSTOM }) { errors { message } } }',
      '{ viewer { sessions { id } } }',
    ];
    for (const query of refused) {
      expect(await post(server.url, query, {}, headers)).toMatchObject({
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      });
    }
    await ana.ask('mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { errors { message } } }', {
      id: createApiKey.apiKey.id,
    });
    await until(async () => {
      const answer = await post(server.url, '{ viewer { id } }', {}, headers);
      return answer.errors?.[0].extensions.code === 'UNAUTHENTICATED';
    }, 'the revocation');
  });

  test('closes the sockets of a session that signs out', async () => {
    const carl = await server.person('carl@example.com');
    const running = await subscriptions();
    let code = 0;
    const client = carl.socket();
    client.on('closed', (event) => {
      code = (event as { code: number }).code;
    });
    const live = collect(client, progressUpdated);
    await until(async () => (await subscriptions()) > running, 'the subscription to begin');
    expect(live.state.error).toBeNull();
    await carl.ask('mutation { signOut { errors { message } } }');
    await until(() => code === 4403, 'the socket to be closed');
    expect((await carl.run('{ viewer { id } }')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('makes a mutation safe to send again by directive and by header', async () => {
    const goalId = await goalOf(ana, 'Again');
    const mutation = `mutation ($input: LogProgressInput!) { logProgress(input: $input) @idempotent(key: "k-1") { entry { id } errors { code } } }`;
    const input = { goalId, value: '1', localDate: '2026-03-02' };
    const [a, b] = await Promise.all([ana.ask(mutation, { input }), ana.ask(mutation, { input })]);
    expect(a.logProgress.errors).toEqual([]);
    expect(a).toEqual(b);
    const other = await ana.ask(mutation, { input: { ...input, value: '2' } });
    expect(other.logProgress).toMatchObject({ entry: null, errors: [{ code: 'CONFLICT' }] });
    const send = () => ana.run(logProgress, { input: { goalId, value: '5' } }, { 'idempotency-key': 'header-key' });
    expect((await send()).data.logProgress.entry.id).toBe((await send()).data.logProgress.entry.id);
  });

  test('masks what goes wrong inside and logs it under the request id', async () => {
    const answer = await ana.run('query ($after: String) { viewer { goals(after: $after) { nodes { id } } } }', {
      after: 'broken',
    });
    expect(answer.errors[0].extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      requestId: answer.extensions.requestId,
    });
    expect(JSON.stringify(answer)).not.toMatch(/prisma|postgres|127\.0\.0\.1|node_modules|SELECT/i);
  });

  if (topology === 'processes') {
    test('refuses whoever calls a subgraph without the signature of its gateway', async () => {
      const { url } = server.processes.get('goals')!;
      for (const body of ['{"query":"{ _service { sdl } }"}', '{"query":"{ __schema { types { name } } }"}', '']) {
        const response = await fetch(`${url}/`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', 'x-user-id': 'user_1' },
        });
        expect(response.status).toBe(401);
      }
      expect((await fetch(`${url}/?query={__typename}`)).status).toBe(401);
    });

    test('answers a gateway that signs with the secret before, and none with any other', async () => {
      const call = { query: '{ __typename }', variables: {}, operationKind: 'query' } as const;
      const context = { request: { requestId: 't', viewer: null, ip: null, userAgent: null, idempotencyKey: null } };
      const ask = async (secret: string) => {
        const source = createRemoteSource(`${server.processes.get('goals')!.url}/`, Buffer.from(secret, 'hex'));
        const { signal } = new AbortController();
        const request = { ...call, context, deadline: Date.now() + 5_000, signal } as unknown as SubgraphRequest;
        return source.execute(request).finally(() => source.close());
      };
      expect(await ask(oldSecret)).toMatchObject({ data: { __typename: 'Query' } });
      await expect(ask('0e'.repeat(32))).rejects.toThrow('401');
    });

    test('answers without the fields of a subgraph that is down, and names the hole', async () => {
      await server.processes.get('chat')!.end('SIGKILL');
      const answer = await ana.run(dashboard);
      expect(answer.data.viewer.dashboard).toMatchObject({
        recentConversations: null,
        activeGoalCount: expect.any(Number),
      });
      expect(answer.data.viewer.dashboard.upcomingReminders).toHaveLength(1);
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors[0]).toMatchObject({ extensions: { code: 'UPSTREAM_FAILED' } });
      expect(JSON.stringify(answer.errors)).not.toMatch(/ECONN|127\.0\.0\.1|localhost/);
    });
  }
});
