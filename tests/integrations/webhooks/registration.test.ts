import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
beforeEach(async () => {
  ana = await graph.person();
});
afterAll(() => graph.stop());

const document = 'subscription { progressUpdated { event { id at } entry { id } } }';
const fields = `id url description document subscriptionField variables filters { field oneOf } active
  secretRotatedAt previousSecretUntil version`;
const create = `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
  webhook { ${fields} } secret errors { code path }
} }`;
const update = `mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) {
  webhook { ${fields} } errors { code path }
} }`;
const rotate = `mutation ($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) {
  webhook { ${fields} } secret errors { code path }
} }`;
const remove = 'mutation ($id: ID!) { deleteWebhook(input: { id: $id }) { webhookId errors { code path } } }';
const url = 'https://example.com/hook';
const make = async (input: object = {}, request = {}) =>
  (await ana.data(create, { input: { url, document, ...input } }, request)).createWebhook;

const open = async (id: string, column: 'sealedSecret' | 'previousSecret' = 'sealedSecret') => {
  const row = await graph.db.webhook.findFirstOrThrow({ where: { userId: ana.userId, id } });
  return graph.platform.secrets.open(row[column]!, `webhooks|${id}|${ana.userId}`);
};

describe('webhooks', () => {
  test('show their secret once, keep it sealed, and never show it again', async () => {
    const { webhook, secret, errors } = await make({ filters: [{ field: 'goalId', oneOf: [newId('goal')] }] });
    expect(errors).toEqual([]);
    expect(webhook).toMatchObject({ subscriptionField: 'progressUpdated', active: true, version: 1 });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await open(webhook.id)).toBe(secret);
    const stored = await graph.db.$queryRaw<{ text: string }[]>`SELECT webhooks::text AS text FROM webhooks`;
    expect(JSON.stringify(stored)).not.toContain(secret.slice(6));
    const { viewer } = await ana.data(`{ viewer { webhooks { nodes { ${fields} } } } }`);
    expect(viewer.webhooks.nodes).toEqual([webhook]);
  });

  test('are made once for the same id; the secret does not come again, but for an idempotency key it does', async () => {
    const id = newId('webhook');
    const first = await make({ id });
    const second = await make({ id });
    expect(second).toEqual({ webhook: first.webhook, secret: null, errors: [] });
    expect((await make({ id, active: false })).errors).toEqual([{ code: 'CONFLICT', path: ['id'] }]);
    const once = await make({}, { idempotencyKey: 'key' });
    const again = await make({}, { idempotencyKey: 'key' });
    expect(again).toEqual(once);
    const dump = await graph.db.$queryRaw<
      { text: string }[]
    >`SELECT idempotency_keys::text AS text FROM idempotency_keys`;
    expect(JSON.stringify(dump)).not.toContain(once.secret.slice(6));
  });

  test('get a new secret while the old one counts for a while', async () => {
    const { webhook, secret } = await make();
    const { id } = webhook;
    const rotated = (await ana.data(rotate, { input: { id, keepPreviousHours: 2 } })).rotateWebhookSecret;
    expect(rotated.secret).not.toBe(secret);
    expect([await open(id), await open(id, 'previousSecret')]).toEqual([rotated.secret, secret]);
    const until = new Date(graph.clock.now().getTime() + 7_200_000).toISOString();
    expect(rotated.webhook).toMatchObject({ previousSecretUntil: until, version: 2 });
    graph.clock.advance(7_200_000);
    const query = '{ viewer { webhooks { nodes { previousSecretUntil } } } }';
    expect((await ana.data(query)).viewer.webhooks.nodes[0].previousSecretUntil).toBeNull();
    const wrong = await ana.data(rotate, { input: { id, keepPreviousHours: 169 } });
    expect(wrong.rotateWebhookSecret.errors).toEqual([{ code: 'INVALID', path: ['keepPreviousHours'] }]);
  });

  test('are changed as a whole that still fits together, and deleted', async () => {
    const { webhook } = await make({ filters: [{ field: 'goalId', oneOf: ['x'] }] });
    const { id } = webhook;
    const change = async (input: object) => (await ana.data(update, { input: { id, ...input } })).updateWebhook;
    const other = 'subscription { goalCompleted { event { id } } }';
    expect((await change({ document: other })).errors).toEqual([{ code: 'INVALID', path: ['filters', '0', 'field'] }]);
    const changed = await change({ document: other, filters: [], active: false, description: 'for the shop' });
    expect(changed.webhook).toMatchObject({
      subscriptionField: 'goalCompleted',
      filters: [],
      active: false,
      version: 2,
    });
    expect((await change({ active: false })).webhook.version).toBe(2);
    const stale = await change({ active: true, expectedVersion: 1 });
    expect(stale).toMatchObject({ errors: [{ code: 'CONFLICT' }], webhook: { version: 2 } });
    expect((await ana.data(remove, { id })).deleteWebhook).toEqual({ webhookId: id, errors: [] });
    expect((await ana.data(remove, { id })).deleteWebhook.errors).toEqual([{ code: 'NOT_FOUND', path: ['id'] }]);
  });

  test('take variables that the document declares', async () => {
    const withVariable = 'subscription ($n: Int!) { goalCompleted { goal { entries(first: $n) { nodes { id } } } } }';
    expect((await make({ document: withVariable })).errors).toEqual([{ code: 'REQUIRED', path: ['variables', 'n'] }]);
    expect((await make({ document: withVariable, variables: { n: 1 } })).errors).toEqual([]);
  });

  test.each([
    ['http', { url: 'http://example.com' }, 'INVALID', ['url']],
    ['no GraphQL', { document: 'subscription {' }, 'INVALID', ['document']],
    ['an empty document', { document: '' }, 'INVALID', ['document']],
    ['a document of 1 MB', { document: `${document}#${'x'.repeat(1_000_000)}` }, 'LIMIT', ['document']],
    ['a query', { document: '{ viewer { id } }' }, 'INVALID', ['document']],
    ['a mutation', { document: 'mutation { signOut { errors { code } } }' }, 'INVALID', ['document']],
    [
      'two operations',
      { document: `${document} subscription B { goalCompleted { event { id } } }` },
      'INVALID',
      ['document'],
    ],
    ['a type', { document: `${document} type T { a: Int }` }, 'INVALID', ['document']],
    [
      'two fields',
      { document: 'subscription { progressUpdated { event { id } } goalCompleted { event { id } } }' },
      'INVALID',
      ['document'],
    ],
    [
      'a fragment for the field',
      { document: 'subscription { ...F } fragment F on Subscription { a }' },
      'INVALID',
      ['document'],
    ],
    ['an unknown field', { document: 'subscription { constructor { id } }' }, 'INVALID', ['document']],
    ['an unknown variable', { variables: { x: 1 } }, 'INVALID', ['variables', 'x']],
    ['variables of a wrong type', { variables: [1] }, 'INVALID', ['variables']],
    ['a filter by nothing it has', { filters: [{ field: 'x', oneOf: ['y'] }] }, 'INVALID', ['filters', '0', 'field']],
    ['a filter without values', { filters: [{ field: 'goalId', oneOf: [] }] }, 'REQUIRED', ['filters', '0', 'oneOf']],
    ['10,000 filters', { filters: Array(10_000).fill({ field: 'goalId', oneOf: ['x'] }) }, 'LIMIT', ['filters']],
    ['a long description', { description: 'x'.repeat(501) }, 'LIMIT', ['description']],
    ['NUL', { description: 'x\0' }, 'INVALID', ['description']],
    ['a malformed id', { id: newId('goal') }, 'INVALID', ['id']],
  ])('%s is refused and stores nothing', async (_, input, code, path) => {
    expect(await make(input)).toEqual({ webhook: null, secret: null, errors: [{ code, path }] });
    expect(await graph.db.webhook.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('an address with a password is refused before anything runs', async () => {
    const answer = await ana.run(create, { input: { url: 'https://a:b@example.com', document } });
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('are at most 20', async () => {
    for (let i = 0; i < 20; i++) expect((await make()).errors).toEqual([]);
    expect((await make()).errors).toEqual([{ code: 'LIMIT', path: [] }]);
  });
});
