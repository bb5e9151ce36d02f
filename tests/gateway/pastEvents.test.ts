import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttpClient } from '../../subgraphs/shared/http.ts';
import { issueTaskToken } from '../../subgraphs/shared/taskTokens.ts';
import { type Internet, startInternet } from '../support/internet.ts';
import { type HttpPerson, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { createWebhookReceiver, type WebhookReceiver } from '../support/webhookReceiver.ts';

let server: TestServer;
let ana: HttpPerson;
let internet: Internet;
let receiver: WebhookReceiver;
let userId: string;
let goalId: string;
let eventId: string;

const document = 'subscription { progressUpdated { event { id } entry { value } goal { title } } }';

beforeAll(async () => {
  receiver = createWebhookReceiver(() => new Date());
  internet = await startInternet({ 'hooks.example': (...args) => receiver.site(...args) });
  server = await startServer('embedded', {}, createHttpClient({}, internet));
  ana = await server.person('ana@example.com');
  userId = (await ana.ask('{ viewer { id } }')).viewer.id;
  const create = 'mutation { createGoal(input: { title: "Read", kind: NUMERIC, targetValue: "9" }) { goal { id } } }';
  goalId = (await ana.ask(create)).createGoal.goal.id;
  await log('3');
  const event = await server.platform.db.event.findFirstOrThrow({ where: { userId, type: 'progress.logged' } });
  eventId = event.id;
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await internet?.stop();
});

const log = (value: string) =>
  ana.ask('mutation ($input: LogProgressInput!) { logProgress(input: $input) { errors { message } } }', {
    input: { goalId, value },
  });
const token = (scopes: readonly string[] = ['goals:read']) => {
  const task = { userId, kind: 'webhook', taskId: 'webhook_test', scopes: scopes as never, behalf: null } as const;
  return issueTaskToken(server.platform.db, task, new Date(), 60);
};
const asDelivery = async (query: string, event?: string | null, scopes?: readonly string[]) =>
  server.platform.graph.ask({ token: await token(scopes), query, ...(event !== undefined && { event }) });

describe('a subscription for one event in the past', () => {
  test('is answered once, as JSON, to deliveries', async () => {
    expect((await asDelivery(document, eventId)).data).toEqual({
      progressUpdated: { event: { id: eventId }, entry: { value: '3' }, goal: { title: 'Read' } },
    });
  });

  test('answers null to what it would not have brought', async () => {
    expect((await asDelivery('subscription { goalCompleted { event { id } } }', eventId)).data).toBeNull();
    expect((await asDelivery(document, 'event_of_nobody')).data).toBeNull();
    const bob = await server.person('bob@example.com');
    const { id } = (await bob.ask('{ viewer { id } }')).viewer;
    const foreign = await server.platform.db.event.findFirstOrThrow({ where: { userId: id } });
    expect((await asDelivery(document, foreign.id)).data).toBeNull();
  });

  test('is checked without an event: the document, the scopes', async () => {
    expect(await asDelivery(document, null)).toMatchObject({ data: null });
    expect((await asDelivery(document, null)).errors).toBeUndefined();
    expect((await asDelivery('subscription { progressUpdated { no } }', null)).errors?.[0]?.message).toContain('no');
    expect((await asDelivery(document, null, ['chat:read'])).errors?.[0]?.message).toContain('goals:read');
  });

  test('is nothing for other clients, and the only thing for deliveries', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...ana.headers, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: document, extensions: { event: eventId } }),
    });
    expect(((await response.json()) as any).errors[0]).toMatchObject({
      message: expect.stringContaining('Only deliveries'),
      extensions: { code: 'FORBIDDEN' },
    });
    for (const [query, event] of [['{ viewer { id } }'], ['{ viewer { id } }', eventId], [document]] as const)
      expect((await asDelivery(query, event)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});

test('a webhook gets its payload from the door to the receiver, on real queues', async () => {
  const create = `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } secret errors { message } } }`;
  const { secret, webhook } = (await ana.ask(create, { input: { url: 'https://hooks.example/', document } }))
    .createWebhook;
  receiver.secrets.push(secret);
  receiver.faults.push('TAKE_THEN_RESET');
  await log('4');
  await log('5');
  await until('both are taken', () => new Set(receiver.taken).size === 2, 30);
  const values = receiver.received.map(({ body }) => body.data.progressUpdated.entry.value);
  expect([...new Set(values)].sort()).toEqual(['4', '5']);
  const counts = `query ($id: ID!) { node(id: $id) { ... on Webhook { deliveryCounts { succeeded waiting } } } }`;
  await until(
    'both are recorded',
    async () => {
      const { node } = await ana.ask(counts, { id: webhook.id });
      return node.deliveryCounts.succeeded === 2 && node.deliveryCounts.waiting === 0;
    },
    30,
  );
  // They are counted after they are stored, with those of all other files of this process.
  const taken = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/jarvis_webhook_attempts_total\{outcome="taken"\} (\d+)/.exec(text)?.[1]);
  };
  await until('both are counted', async () => (await taken()) >= 2);
}, 90_000);
