import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { stripeCall, stripeEvent } from '../../support/providers/stripe.ts';
import { type HttpPerson, startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let ana: HttpPerson;
let ben: HttpPerson;
beforeAll(async () => {
  server = await startServer('embedded');
  ana = await server.person('ana@example.com');
  ben = await server.person('ben@example.com');
}, 60_000);
afterAll(() => server.stop());

const connectService = `mutation ($input: ConnectWebhookProviderInput!) { connectWebhookProvider(input: $input) {
  connection { id incomingAddress status } secret errors { code path }
} }`;
const rotate = `mutation ($input: RotateIncomingSecretInput!) { rotateIncomingSecret(input: $input) { secret errors { code path } } }`;
const events = `{ viewer { receivedEvents(first: 50) { nodes { name amount currency } } } }`;
const receivedBy = async (person: HttpPerson) => (await person.ask(events)).viewer.receivedEvents.nodes;

interface Hook {
  id: string;
  url: string;
  secret: string;
}

async function connected(input: object = {}): Promise<Hook> {
  const { connectWebhookProvider } = await ana.ask(connectService, {
    input: { provider: 'INCOMING_WEBHOOK', ...input },
  });
  expect(connectWebhookProvider.errors).toEqual([]);
  const { connection, secret } = connectWebhookProvider;
  return { id: connection.id, url: `${server.url}${new URL(connection.incomingAddress).pathname}`, secret };
}

/** A call as Standard Webhooks has it, signed by its own library. */
async function call(
  { url, secret }: Pick<Hook, 'url' | 'secret'>,
  message: { id?: string; body?: string; sent?: string; at?: Date } = {},
) {
  const { id = 'msg_1', body = '{"type":"bell.rang"}', at = new Date() } = message;
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
  return fetch(url, { method: 'POST', headers, body: message.sent ?? body });
}

describe('a service that calls its address', () => {
  let hook: Hook;
  beforeEach(async () => {
    hook = await connected();
  });

  test('is heard once, however often it says the same, and by its owner only', async () => {
    const before = (await receivedBy(ana)).length;
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(hook)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(99).fill(200), 202]);
    expect(await receivedBy(ana)).toHaveLength(before + 1);
    expect(await receivedBy(ben)).toEqual([]);
    const query = 'query ($id: ID!) { node(id: $id) { ... on Connection { log { nodes { kind received } } } } }';
    expect((await ana.ask(query, { id: hook.id })).node.log.nodes).toEqual([
      { kind: 'SYNCED', received: 1 },
      { kind: 'CONNECTED', received: 0 },
    ]);
  });

  test.each([
    ['whose body was written anew', () => call(hook, { body: '{"type":"x"}', sent: '{ "type": "x" }' }), 401],
    ['with another secret', () => call({ ...hook, secret: `whsec_${Buffer.alloc(32).toString('base64')}` }), 401],
    ['from six minutes ago', () => call(hook, { at: new Date(Date.now() - 360_000) }), 401],
    ['from six minutes ahead', () => call(hook, { at: new Date(Date.now() + 360_000) }), 401],
    ['without a signature', () => fetch(hook.url, { method: 'POST', body: '{}' }), 401],
    ['at no address', () => call({ ...hook, url: `${hook.url}x` }), 404],
    ['of no service', () => call({ ...hook, url: hook.url.replace('incoming-webhook', 'nobody') }), 404],
    [
      'at the address of another service',
      () => call({ ...hook, url: hook.url.replace('incoming-webhook', 'stripe') }),
      404,
    ],
    ['that is no JSON', () => call(hook, { body: 'bell' }), 400],
    ['that is too long', () => call(hook, { body: JSON.stringify({ text: 'x'.repeat(300_000) }) }), 413],
    ['with GET', () => fetch(hook.url), 405],
  ])('a call %s has no effect', async (_, send, status) => {
    const before = await receivedBy(ana);
    expect((await send()).status).toBe(status);
    expect(await receivedBy(ana)).toEqual(before);
  });

  test('gets a new secret while the old one still counts, or no longer', async () => {
    const next = (await ana.ask(rotate, { input: { id: hook.id } })).rotateIncomingSecret.secret;
    expect((await call(hook, { id: 'old' })).status).toBe(202);
    expect((await call({ ...hook, secret: next }, { id: 'new' })).status).toBe(202);
    const last = (await ana.ask(rotate, { input: { id: hook.id, keepPreviousHours: 0 } })).rotateIncomingSecret.secret;
    expect((await call({ ...hook, secret: next }, { id: 'late' })).status).toBe(401);
    expect((await call({ ...hook, secret: last }, { id: 'last' })).status).toBe(202);
  });

  test('is not listened to while it is paused, which its log says once', async () => {
    const pause = 'mutation ($id: ID!) { updateConnection(input: { id: $id, paused: true }) { errors { code } } }';
    await ana.ask(pause, { id: hook.id });
    const before = await receivedBy(ana);
    for (const id of ['a', 'b', 'c']) expect((await call(hook, { id })).status).toBe(202);
    expect(await receivedBy(ana)).toEqual(before);
    const query = 'query ($id: ID!) { node(id: $id) { ... on Connection { log { nodes { kind } } } } }';
    expect((await ana.ask(query, { id: hook.id })).node.log.nodes.map(({ kind }: any) => kind)).toEqual([
      'FAILED',
      'PAUSED',
      'CONNECTED',
    ]);
  });

  test('may not call more than 120 times a minute; what others send there in its name does not count', async () => {
    const forged = { ...hook, secret: `whsec_${Buffer.alloc(32).toString('base64')}` };
    for (const { status } of await Promise.all(Array.from({ length: 150 }, () => call(forged))))
      expect(status).toBe(401);
    expect((await call(hook, { id: 'first' })).status).toBe(202);
    // A minute may end while they are sent: twice as many fill one of two.
    const answers = await Promise.all(Array.from({ length: 250 }, (_, i) => call(hook, { id: `many-${i}` })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(119);
    expect(answers.length - refused.length).toBeLessThanOrEqual(240);
    expect(refused.length).toBeGreaterThan(0);
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('belongs to whoever made it', async () => {
    const foreign = await ben.run(rotate, { input: { id: hook.id } });
    expect(foreign.data.rotateIncomingSecret.errors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await call(hook, { id: 'still' })).status).toBe(202);
  });
});

test('the same connection made again with another secret is another one', async () => {
  const id = newId('connection');
  const input = { id, provider: 'STRIPE', secret: 'whsec_1234567890abcdefghijklmnopqrstuv' };
  await connected(input);
  await connected(input);
  const { connectWebhookProvider } = await ana.ask(connectService, {
    input: { ...input, secret: 'whsec_other67890abcdef' },
  });
  expect(connectWebhookProvider.errors).toMatchObject([{ code: 'CONFLICT', path: ['id'] }]);
});

test('what a device or a sign-in connects is given no address', async () => {
  for (const provider of ['APPLE_HEALTH', 'GMAIL']) {
    const { connectWebhookProvider } = await ana.ask(connectService, { input: { provider } });
    expect(connectWebhookProvider.errors).toMatchObject([{ code: 'INVALID', path: ['provider'] }]);
  }
});

test('Stripe is heard by the signing secret of its endpoint: any of those it signs with, each event once, amounts exact', async () => {
  const secret = 'whsec_1234567890abcdefghijklmnopqrstuv';
  const { url } = await connected({ provider: 'STRIPE', secret });
  const send = async (event: unknown, secrets = [secret], at = new Date()) => {
    const { body, headers } = stripeCall(event, secrets, at);
    return (await fetch(url, { method: 'POST', body, headers })).status;
  };
  const paid = stripeEvent('evt_2', 'invoice.paid', {
    id: 'in_1',
    object: 'invoice',
    amount_paid: 1999,
    currency: 'eur',
  });
  const yen = stripeEvent('evt_1', 'charge.succeeded', { id: 'ch_1', object: 'charge', amount: 500, currency: 'jpy' });
  expect(await send(paid, ['whsec_other', secret])).toBe(202);
  expect(await send(paid)).toBe(200);
  expect(await send(yen)).toBe(202);
  expect(await send(yen, ['whsec_other'])).toBe(401);
  expect(await send(yen, [secret], new Date(Date.now() - 301_000))).toBe(401);
  const refund = (id: string, total: number, before: number) => ({
    ...stripeEvent(id, 'charge.refunded', {
      id: 'ch_1',
      object: 'charge',
      amount: 1000,
      amount_refunded: total,
      currency: 'eur',
    }),
    data: {
      object: { id: 'ch_1', object: 'charge', amount: 1000, amount_refunded: total, currency: 'eur' },
      previous_attributes: { amount_refunded: before },
    },
  });
  expect(await send(refund('evt_4', 500, 200))).toBe(202);
  expect(await send(refund('evt_3', 200, 0))).toBe(202);
  const named = `query ($name: String!) { viewer { receivedEvents(name: $name) { nodes { amount currency } } } }`;
  const told = async (name: string) => (await ana.ask(named, { name })).viewer.receivedEvents.nodes;
  expect(await told('invoice.paid')).toEqual([{ amount: '19.99', currency: 'EUR' }]);
  // Each tells of its own part, in whatever order they come.
  expect((await told('charge.refunded')).map(({ amount }: any) => amount).sort()).toEqual(['2', '3']);
  expect(await told('charge.succeeded')).toEqual([{ amount: '500', currency: 'JPY' }]);
});
