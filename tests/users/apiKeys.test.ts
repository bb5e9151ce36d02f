import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scopes } from '../../subgraphs/shared/context.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { identify } from '../../subgraphs/users/identity.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ env: { ENCRYPTION_KEY: randomBytes(32).toString('hex') } });
}, 60_000);
afterAll(() => graph.stop());

const create = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    key apiKey { id name prefix scopes expiresAt lastUsedAt revokedAt createdAt } errors { code path }
  }
}`;
const revoke =
  'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id revokedAt } errors { code path } } }';
const list = '{ viewer { apiKeys { id name prefix scopes lastUsedAt revokedAt } } }';
const make = async (person: Person, input = {}) =>
  (await person.data(create, { input: { name: 'Script', scopes: ['goals:read'], ...input } })).createApiKey;
const rejected = { extensions: { code: 'UNAUTHENTICATED' } };
const year = 365 * 86_400_000;

describe('API keys', () => {
  test('are shown once, kept as a hash, and open what their scopes say', async () => {
    const ana = await graph.person();
    const { key, apiKey, errors } = await make(ana, { scopes: ['profile:read', 'goals:read'] });
    expect(errors).toEqual([]);
    expect(key).toMatch(/^jrv_[0-9a-f]{8}_[\w-]{43}$/);
    expect(apiKey).toMatchObject({ prefix: key.slice(0, 12), scopes: ['profile:read', 'goals:read'], revokedAt: null });
    const { viewer, expiresAt } = await identify(graph.platform, key);
    expect(expiresAt).toBeNull();
    expect(viewer).toEqual({
      userId: ana.userId,
      kind: 'apiKey',
      credentialId: apiKey.id,
      scopes: ['profile:read', 'goals:read'],
      roles: ['USER'],
    });
    const program = graph.as(viewer);
    expect((await program.data('{ viewer { id timeZone } }')).viewer.id).toBe(ana.userId);
    expect((await program.run(list)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const stored = JSON.stringify([
      await graph.db.apiKey.findMany(),
      await graph.db.auditEntry.findMany({ select: { detail: true } }),
      await graph.db.event.findMany({ select: { data: true } }),
    ]);
    expect(stored).not.toContain(key.slice(13));
  });

  test('do no more than who made them, and never manage the account', async () => {
    const ana = await graph.person({ scopes: ['account:manage', 'goals:read'] });
    const answer = await make(ana, { scopes: ['goals:read', 'goals:write', 'account:manage', 'everything'] });
    expect(answer).toMatchObject({
      key: null,
      apiKey: null,
      errors: [
        { code: 'FORBIDDEN', path: ['scopes', '1'] },
        { code: 'FORBIDDEN', path: ['scopes', '2'] },
        { code: 'INVALID', path: ['scopes', '3'] },
      ],
    });
  });

  test('that stand in the database with that scope still do not manage the account', async () => {
    const ana = await graph.person();
    const { key, apiKey } = await make(ana);
    await graph.db.apiKey.updateMany({ where: { id: apiKey.id }, data: { scopes: [...scopes] } });
    const { viewer } = await identify(graph.platform, key);
    expect(viewer.scopes).toEqual(scopes.filter((scope) => scope !== 'account:manage'));
    const answer = await graph.as(viewer).run(create, { input: { name: 'x', scopes: ['goals:read'] } });
    expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  test('cannot make others, whatever their scopes say', async () => {
    const ana = await graph.person();
    const program = graph.as({ ...ana.viewer, kind: 'apiKey' });
    expect((await make(program)).errors).toEqual([{ code: 'FORBIDDEN', path: [] }]);
  });

  test.each([
    ['no scopes', { scopes: [] }, 'REQUIRED', ['scopes']],
    ['10,000 scopes', { scopes: Array(10_000).fill('goals:read') }, 'LIMIT', ['scopes']],
    ['no name', { name: '' }, 'INVALID', ['name']],
    ['a name of a megabyte', { name: 'x'.repeat(1_000_000) }, 'LIMIT', ['name']],
    ['an id of another kind', { id: 'goal_00000000000000000000000000000001' }, 'INVALID', ['id']],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'INVALID', ['expiresAt']],
    ['an end in ten years', { expiresAt: '2036-03-10T00:00:00Z' }, 'INVALID', ['expiresAt']],
  ])('with %s are refused', async (_, input, code, path) => {
    const ana = await graph.person();
    expect(await make(ana, input)).toMatchObject({ key: null, errors: [{ code, path }] });
    expect((await ana.data(list)).viewer.apiKeys).toEqual([]);
  });

  test('are at most fifty at a time', async () => {
    const ana = await graph.person();
    const rows = Array.from({ length: 50 }, (_, n) => ({
      userId: ana.userId,
      id: newId('apikey', graph.clock.now()),
      name: `${n}`,
      prefix: 'jrv_',
      hash: randomBytes(32).toString('hex'),
      createdAt: graph.clock.now(),
    }));
    await graph.db.apiKey.createMany({ data: rows });
    expect((await make(ana)).errors).toMatchObject([{ code: 'LIMIT' }]);
    await ana.data(revoke, { id: rows[0]!.id });
    expect((await make(ana)).errors).toEqual([]);
  });

  test('made twice with one id are one: the same input returns it without the key, other input is refused', async () => {
    const ana = await graph.person();
    const id = newId('apikey', graph.clock.now());
    const first = await make(ana, { id });
    const again = await make(ana, { id });
    expect(again).toMatchObject({ key: null, apiKey: first.apiKey, errors: [] });
    expect((await make(ana, { id, name: 'Other' })).errors).toEqual([{ code: 'CONFLICT', path: ['id'] }]);
    await identify(graph.platform, first.key);
    // Ids are one's own: the same one is free for somebody else.
    expect((await make(await graph.person(), { id })).errors).toEqual([]);
  });

  test('asked for again with the same idempotency key are shown again', async () => {
    const ana = await graph.person();
    const input = { name: 'Script', scopes: ['goals:read'] };
    const first = (await ana.data(create, { input }, { idempotencyKey: 'once' })).createApiKey;
    const again = (await ana.data(create, { input }, { idempotencyKey: 'once' })).createApiKey;
    expect(again).toEqual(first);
    expect((await ana.data(list)).viewer.apiKeys).toHaveLength(1);
  });

  test('stop at once when they are revoked, by their owner alone', async () => {
    const ana = await graph.person();
    const ben = await graph.person();
    const { key, apiKey } = await make(ana);
    await identify(graph.platform, key);
    const foreign = (await ben.data(revoke, { id: apiKey.id })).revokeApiKey;
    expect(foreign).toEqual({ apiKey: null, errors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    expect((await ben.data(revoke, { id: 'nothing' })).revokeApiKey).toEqual(foreign);
    await identify(graph.platform, key);
    const revoked = (await ana.data(revoke, { id: apiKey.id })).revokeApiKey;
    expect(revoked.apiKey.revokedAt).toBe(graph.clock.now().toISOString());
    await expect(identify(graph.platform, key)).rejects.toMatchObject(rejected);
    graph.clock.advance(1_000);
    expect((await ana.data(revoke, { id: apiKey.id })).revokeApiKey).toEqual(revoked);
    const events = await graph.db.event.findMany({ where: { userId: ana.userId }, orderBy: { seq: 'asc' } });
    expect(events.map(({ type }) => type)).toEqual(['apiKey.created', 'apiKey.revoked']);
  });

  test('end when they were said to, also while they are remembered', async () => {
    const ana = await graph.person();
    const expiresAt = new Date(graph.clock.now().getTime() + 3_000);
    const { key } = await make(ana, { expiresAt: expiresAt.toISOString() });
    expect((await identify(graph.platform, key)).expiresAt).toEqual(expiresAt);
    graph.clock.advance(3_000);
    await expect(identify(graph.platform, key)).rejects.toMatchObject(rejected);
    const later = new Date(graph.clock.now().getTime() + 4.9 * year).toISOString();
    expect((await make(ana, { expiresAt: later })).errors).toEqual([]);
  });

  test('say when they were used last, to within a minute', async () => {
    const ana = await graph.person();
    const { key } = await make(ana);
    const used = async () => (await ana.data(list)).viewer.apiKeys[0].lastUsedAt;
    const first = graph.clock.now().toISOString();
    await identify(graph.platform, key);
    await until(async () => (await used()) === first);
    graph.clock.advance(59_000);
    await identify(graph.platform, key);
    expect(await used()).toBe(first);
    graph.clock.advance(6_000);
    await identify(graph.platform, key);
    await until(async () => (await used()) === graph.clock.now().toISOString());
  });

  test('are written down when they are used, once a day', async () => {
    const ana = await graph.person();
    const { key, apiKey } = await make(ana);
    const uses = () => graph.db.auditEntry.findMany({ where: { userId: ana.userId, action: 'apiKey.used' } });
    graph.clock.set(`${graph.clock.now().toISOString().slice(0, 10)}T23:50:00Z`);
    await Promise.all(Array.from({ length: 5 }, () => identify(graph.platform, key)));
    expect(await uses()).toMatchObject([
      { actorKind: 'apiKey', actorId: apiKey.id, subjectId: apiKey.id, at: graph.clock.now() },
    ]);
    graph.clock.advance(5 * 60_000);
    await identify(graph.platform, key);
    expect(await uses()).toHaveLength(1);
    graph.clock.advance(10 * 60_000);
    await identify(graph.platform, key);
    expect(await uses()).toHaveLength(2);
  });

  test('stop at once when a deletion of the account is scheduled, and work again when it is cancelled', async () => {
    const ana = await graph.person();
    const { key } = await make(ana);
    await identify(graph.platform, key);
    const { requestAccountDeletion } = await ana.data('mutation { requestAccountDeletion { challenge } }');
    const heard: string[] = [];
    const stop = graph.platform.bus.listen('identity', (text) => void heard.push(text));
    await ana.data(
      'mutation ($challenge: String!) { confirmAccountDeletion(input: { challenge: $challenge }) { errors { code } } }',
      requestAccountDeletion,
    );
    stop();
    expect(heard).toEqual([ana.userId]);
    await expect(identify(graph.platform, key)).rejects.toMatchObject(rejected);
    await ana.data('mutation { cancelAccountDeletion { errors { code } } }');
    expect((await identify(graph.platform, key)).viewer.userId).toBe(ana.userId);
  });

  test.each(['jrv_', 'jrv_12345678_x', `jrv_${'a'.repeat(1_000_000)}`])(
    'that were never made are refused (%#)',
    async (key) => {
      await expect(identify(graph.platform, key)).rejects.toMatchObject(rejected);
    },
  );

  test('of a suspended account are refused', async () => {
    const ana = await graph.person();
    const { key } = await make(ana);
    await graph.db.user.update({ where: { id: ana.userId }, data: { suspendedAt: graph.clock.now() } });
    await expect(identify(graph.platform, key)).rejects.toMatchObject(rejected);
  });
});

/** Waits for what is written without anybody waiting for it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 200; round++) if (await holds()) return;
  throw new Error('It did not become so.');
}
