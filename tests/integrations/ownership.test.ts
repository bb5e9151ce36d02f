import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { integrations } from '../../subgraphs/integrations/index.ts';
import { itemExports } from '../../subgraphs/integrations/items/export.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { happens, makeGoal } from './goals.ts';

let graph: TestGraph;
let ana: Person;
let ben: Person;
/** One object of each kind of Ana's. */
let ids: Record<'connection' | 'notification' | 'reminder' | 'rule' | 'webhook', string>;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  ben = await graph.person();
  const goalId = await makeGoal(graph, ana);
  const made = await ana.data(
    `mutation ($goalId: ID!, $document: String!) {
      connectDeviceProvider(input: { provider: APPLE_HEALTH }) { connection { id } }
      createReminder(input: { goalId: $goalId, timeOfDay: "07:00" }) { reminder { id } }
      createAutomationRule(input: { name: "R", triggers: [{ event: { event: "goal.completed" } }], actions: [{ aiTask: { prompt: "x" } }] }) { automationRule { id } }
      createWebhook(input: { url: "https://example.com", document: $document }) { webhook { id } }
      updateNotificationSettings(input: { preferences: [{ kind: ALERT, inApp: true }] }) { errors { code } }
    }`,
    { goalId, document: 'subscription { goalCompleted { event { id } } }' },
  );
  await happens(graph, ana, 'goal.completed', goalId, {});
  await graph.settle();
  await graph.runJobs();
  const { viewer } = await ana.data('{ viewer { notifications { nodes { id } } } }');
  const notificationId = viewer.notifications.nodes[0].id;
  const at = graph.clock.now();
  const push = { userId: ana.userId, notificationId, round: 1, deviceId: newId('device'), state: 'SENT' };
  await graph.db.pushDelivery.create({ data: { ...push, expiresAt: at, createdAt: at } });
  ids = {
    connection: made.connectDeviceProvider.connection.id,
    notification: notificationId,
    reminder: made.createReminder.reminder.id,
    rule: made.createAutomationRule.automationRule.id,
    webhook: made.createWebhook.webhook.id,
  };
}, 60_000);
afterAll(() => graph.stop());

const everything = `{ viewer {
  connections { nodes { id } } notifications { nodes { id pushes { state } } } reminders { nodes { id } } automationRules { nodes { id } }
  webhooks { nodes { id } } unreadNotificationCount
  dashboard { unreadNotificationCount notifications { id } connectionsNeedingAttention { id } upcomingReminders { id } }
} }`;

describe('what belongs to somebody', () => {
  test('is in their lists and in nobody else’s', async () => {
    expect(JSON.stringify(await ana.data(everything))).toContain(ids.reminder);
    expect((await ben.data(everything)).viewer).toEqual({
      connections: { nodes: [] },
      notifications: { nodes: [] },
      reminders: { nodes: [] },
      automationRules: { nodes: [] },
      webhooks: { nodes: [] },
      unreadNotificationCount: 0,
      dashboard: {
        unreadNotificationCount: 0,
        notifications: [],
        connectionsNeedingAttention: [],
        upcomingReminders: [],
      },
    });
  });

  test.each([
    ['updateConnection', 'connection', '{ id: $id, label: "x" }'],
    ['disconnect', 'connection', '{ id: $id }'],
    ['snoozeNotification', 'notification', '{ id: $id, until: "2026-03-11T00:00:00Z" }'],
    ['deleteNotification', 'notification', '{ id: $id }'],
    ['updateReminder', 'reminder', '{ id: $id, active: false }'],
    ['deleteReminder', 'reminder', '{ id: $id }'],
    ['updateAutomationRule', 'rule', '{ id: $id, active: false }'],
    ['deleteAutomationRule', 'rule', '{ id: $id }'],
    ['updateWebhook', 'webhook', '{ id: $id, active: false }'],
    ['deleteWebhook', 'webhook', '{ id: $id }'],
    ['rotateWebhookSecret', 'webhook', '{ id: $id }'],
  ] as const)('%s of it by another answers as for what does not exist', async (field, kind, input) => {
    const document = `mutation ($id: ID!) { ${field}(input: ${input}) { errors { code message path } } }`;
    const foreign = await ben.data(document, { id: ids[kind] });
    const missing = await ben.data(document, { id: newId(kind) });
    expect(foreign).toEqual(missing);
    expect(foreign[field].errors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
    expect(await graph.db.event.count({ where: { userId: ben.userId } })).toBe(0);
  });

  test('is found by reference by its owner only, and with the scope only', async () => {
    const types = {
      connection: 'Connection',
      notification: 'Notification',
      reminder: 'Reminder',
      rule: 'AutomationRule',
      webhook: 'Webhook',
    };
    const subgraph = graph.subgraphs.get('integrations')!;
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { __typename
      ... on Connection { label } ... on Notification { title } ... on Reminder { timeOfDay } ... on AutomationRule { name } ... on Webhook { url } } }`;
    const refs = Object.entries(types).map(([kind, __typename]) => ({ __typename, id: ids[kind as keyof typeof ids] }));
    const find = (viewer: Person['viewer']) =>
      subgraph.execute({
        query,
        variables: { refs },
        request: { requestId: 'test', viewer, ip: null, userAgent: null, idempotencyKey: null },
      });
    // biome-ignore lint/complexity/useLiteralKeys: the answer has an index signature
    const entities = async (viewer: Person['viewer']) => (await find(viewer)).data?.['_entities'];
    expect(await entities(ana.viewer)).toHaveLength(5);
    expect(await entities(ana.viewer)).not.toContain(null);
    expect(await entities(ben.viewer)).toEqual(refs.map(() => null));
    const poor = await find({ ...ana.viewer, scopes: ['goals:read'] });
    expect(poor.errors?.map(({ extensions }) => extensions?.code)).toEqual(refs.map(() => 'FORBIDDEN'));
  });

  test('is found by node(id) by its owner only', async () => {
    for (const id of Object.values(ids)) {
      const query =
        'query ($id: ID!) { node(id: $id) { __typename id ... on Connection { label } ... on Notification { title } ... on Reminder { timeOfDay } ... on AutomationRule { name } ... on Webhook { url } } }';
      expect((await ana.data(query, { id })).node).toMatchObject({ id });
      expect((await ben.data(query, { id })).node).toBeNull();
    }
  });

  test('needs the scope, for reading and for writing', async () => {
    const reader = graph.as({ ...ana.viewer, scopes: ['profile:read', 'integrations:read'] });
    expect((await reader.run('{ viewer { webhooks { nodes { id } } } }')).errors).toBeUndefined();
    const write = await reader.run('mutation { disconnect(input: { id: "x" }) { errors { code } } }');
    expect(write.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const none = graph.as({ ...ana.viewer, scopes: ['profile:read'] });
    expect((await none.run(everything)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});

describe('all that is held of somebody', () => {
  const exported = async (userId: string) => {
    const all: Record<string, Record<string, unknown>[]> = {};
    for (const { name, rows } of integrations.exports!) {
      all[name] = [];
      for await (const row of await rows(graph.db, userId)) all[name].push(row);
    }
    return all;
  };

  test('is exported, without secrets and without others’', async () => {
    const all = await exported(ana.userId);
    // What comes in by connections, and its mappings, has tests of its own.
    const cameIn = new Set(itemExports.map(({ name }) => name));
    for (const [name, rows] of Object.entries(all)) if (!cameIn.has(name)) expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(all)).not.toMatch(/sealed|inputHash|v2\./);
    expect(JSON.stringify(all.reminders)).toContain(ids.reminder);
    expect(Object.values(await exported(ben.userId)).flat()).toEqual([]);
  });

  test('is a plausible year in the demo account, and gone after erasure, others’ untouched', async () => {
    const demo = await graph.person();
    const goals = [await makeGoal(graph, demo), await makeGoal(graph, demo)];
    const known = new Map(goals.map((id, i) => [`goal:${i}`, id]));
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const now = graph.clock.now();
    await graph.db.$transaction((db) =>
      integrations.demo!({
        db,
        userId: demo.userId,
        timeZone: 'Europe/Berlin',
        now,
        secrets: graph.platform.secrets,
        random,
        ids: known,
      }),
    );
    const { viewer } = await demo.data(`{ viewer {
      unreadNotificationCount notifications(first: 100) { nodes { subject { id } } }
      automationRules { nodes { name triggers { __typename } conditions { __typename } actions { __typename } } }
      webhooks { nodes { active deliveryCounts { waiting } } }
      connections { nodes { status log { nodes { kind } } } } reminders { nodes { nextOccurrenceAt } }
      dashboard { upcomingReminders { id } connectionsNeedingAttention { label statusReason } }
    } }`);
    expect(viewer.unreadNotificationCount).toBe(4);
    expect(viewer.notifications.nodes).toHaveLength(100);
    expect(viewer.automationRules.nodes).toHaveLength(3);
    expect(viewer.connections.nodes).toHaveLength(3);
    expect(viewer.webhooks.nodes).toMatchObject([{ active: false, deliveryCounts: { waiting: 0 } }]);
    expect(viewer.dashboard.connectionsNeedingAttention).toHaveLength(1);
    expect(viewer.dashboard.upcomingReminders.length).toBeGreaterThan(0);
    const before = await exported(ana.userId);
    await graph.db.$transaction((db) => integrations.erase!(db, demo.userId));
    expect(Object.values(await exported(demo.userId)).flat()).toEqual([]);
    expect(await exported(ana.userId)).toEqual(before);
  });
});
