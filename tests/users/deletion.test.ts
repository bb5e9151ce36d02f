import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sha256 } from '../../subgraphs/shared/crypto.ts';
import { publish } from '../../subgraphs/shared/events.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { eraseDueAccounts } from '../../subgraphs/users/erase.ts';
import { type FakeApple, startApple } from '../support/apple.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { canaries, countRows, everythingOf, live, personalTables } from './life.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph?.stop());

const day = 24 * 3600_000;
const errors = 'errors { code path message }';
const ask = async (person: Person) =>
  (await person.data(`mutation { requestAccountDeletion { challenge ${errors} } }`)).requestAccountDeletion;
const confirm = async (person: Person, challenge: string) =>
  (
    await person.data(
      `mutation ($challenge: String!) { confirmAccountDeletion(input: { challenge: $challenge }) {
        deletion { requestedAt scheduledAt } ${errors}
      } }`,
      { challenge },
    )
  ).confirmAccountDeletion;
const cancel = async (person: Person) =>
  (await person.data(`mutation { cancelAccountDeletion { user { deletion { scheduledAt } } ${errors} } }`))
    .cancelAccountDeletion;
const deletionOf = async (person: Person) =>
  (await person.data('{ viewer { deletion { requestedAt scheduledAt } } }')).viewer.deletion;
/** As if the 14 days were over for this account alone: the clock stands still for everybody else. */
const becomeDue = (house: TestGraph, { userId }: Person) =>
  house.db.user.update({
    where: { id: userId },
    data: { deletionRequestedAt: house.clock.now(), deletionScheduledAt: house.clock.now() },
  });
const openSession = async ({ userId }: Person) => {
  const id = newId('session', graph.clock.now());
  const now = graph.clock.now();
  const expiresAt = new Date(now.getTime() + 30 * day);
  await graph.db.session.create({ data: { userId, id, method: 'apple', createdAt: now, lastUsedAt: now, expiresAt } });
  return id;
};
const eventTypes = async ({ userId }: Person) =>
  (await graph.db.event.findMany({ where: { userId }, orderBy: { seq: 'asc' } })).map(({ type }) => type);

describe('deleting an account', () => {
  let ana: Person;
  beforeEach(async () => {
    ana = await graph.person();
  });

  test('is scheduled in 14 days once the challenge comes back, and ends every other session', async () => {
    const own = ana.viewer.credentialId;
    const other = await openSession(ana);
    const ended: string[] = [];
    const deaf = graph.platform.bus.listen('identity', (text) => void ended.push(text));
    const { challenge } = await ask(ana);
    expect(await deletionOf(ana)).toBeNull();
    const now = graph.clock.now();
    const scheduled = { requestedAt: now.toISOString(), scheduledAt: new Date(now.getTime() + 14 * day).toISOString() };
    expect(await confirm(ana, challenge)).toEqual({ deletion: scheduled, errors: [] });
    deaf();
    expect(await deletionOf(ana)).toEqual(scheduled);
    expect(ended).toEqual([other, ana.userId]);
    const { viewer } = await ana.data('{ viewer { sessions { id } } }');
    expect(viewer.sessions).toEqual([{ id: own }]);
    expect(await eventTypes(ana)).toEqual(['session.revoked', 'user.deletionScheduled']);
    const entries = await graph.db.auditEntry.findMany({ where: { userId: ana.userId }, orderBy: { seq: 'asc' } });
    expect(entries.map(({ action }) => action)).toEqual([
      'deletion.requested',
      'session.revoked',
      'deletion.scheduled',
    ]);
  });

  test('can be cancelled until then', async () => {
    await confirm(ana, (await ask(ana)).challenge);
    graph.clock.advance(13 * day);
    await graph.runJobs();
    expect(await cancel(ana)).toEqual({ user: { deletion: null }, errors: [] });
    graph.clock.advance(2 * day);
    await graph.runJobs();
    expect(await graph.db.user.count({ where: { id: ana.userId } })).toBe(1);
    expect(await eventTypes(ana)).toEqual(['user.deletionScheduled', 'user.deletionCancelled']);
    expect(await cancel(ana)).toEqual({ user: { deletion: null }, errors: [] });
  });

  test('wants the very challenge, of this session, within 10 minutes, once', async () => {
    const eve = await graph.person();
    const { challenge } = await ask(ana);
    for (const bad of [
      '',
      'x',
      'v1.a.b.c.d',
      'v2.a.b.c',
      `${challenge}x`,
      challenge.slice(0, -2),
      'x'.repeat(1_000_000),
    ]) {
      expect((await confirm(ana, bad)).errors).toMatchObject([{ code: 'INVALID', path: ['challenge'] }]);
    }
    expect((await confirm(eve, challenge)).errors).toMatchObject([{ code: 'INVALID' }]);
    const elsewhere = graph.as({ ...ana.viewer, credentialId: newId('session') });
    expect((await confirm(elsewhere, challenge)).errors).toMatchObject([{ code: 'INVALID' }]);
    graph.clock.advance(10 * 60_000);
    expect((await confirm(ana, challenge)).errors).toMatchObject([{ code: 'EXPIRED', path: ['challenge'] }]);
    expect(await deletionOf(ana)).toBeNull();

    const second = (await ask(ana)).challenge;
    expect((await confirm(ana, second)).errors).toEqual([]);
    expect((await confirm(ana, second)).errors).toMatchObject([{ code: 'EXPIRED' }]);
    expect((await ask(ana)).errors).toMatchObject([{ code: 'INVALID', path: [] }]);
    await cancel(ana);
    expect((await confirm(ana, second)).errors).toMatchObject([{ code: 'EXPIRED' }]);
    expect(await deletionOf(ana)).toBeNull();
  });

  test('is not possible with a key, whatever its scopes', async () => {
    const { challenge } = await ask(ana);
    const key = graph.as({ ...ana.viewer, kind: 'apiKey' });
    for (const document of [
      'mutation { requestAccountDeletion { challenge } }',
      `mutation { confirmAccountDeletion(input: { challenge: "${challenge}" }) { deletion { scheduledAt } } }`,
    ]) {
      expect((await key.run(document)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });
});

describe('the erasure', () => {
  test('leaves no trace of the person in any table, and everybody else as they were', async () => {
    const [ana, bob] = [await graph.person({ email: 'ana-who-leaves@example.com' }), await graph.person()];
    await live(graph, ana);
    await live(graph, bob);
    for (const [table, count] of await countRows(graph, ana)) {
      if (table !== 'erasures' && count === 0) throw new Error(`The test gives nobody a row in ${table}.`);
    }
    const before = await everythingOf(graph, bob);
    await becomeDue(graph, ana);
    await eraseDueAccounts(graph.platform);

    expect([...(await countRows(graph, ana)).values()].every((count) => count === 0)).toBe(true);
    expect(await graph.db.user.count({ where: { id: ana.userId } })).toBe(0);
    const traces = [ana.userId, ana.userId.slice('user_'.length), 'ana-who-leaves', ...Object.values(canaries(ana))];
    const tables = await graph.db.$queryRaw<{ table_name: string }[]>`
      SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
    expect(tables.length).toBeGreaterThan((await personalTables(graph)).length);
    for (const { table_name } of tables) {
      for (const trace of traces) {
        const [row] = await graph.db.$queryRawUnsafe<{ count: bigint }[]>(
          `SELECT count(*) AS count FROM ${table_name} t WHERE strpos(t::text, $1) > 0`,
          trace,
        );
        expect([table_name, trace, row!.count]).toEqual([table_name, trace, 0n]);
      }
    }
    expect(await everythingOf(graph, bob)).toEqual(before);
    expect(await graph.db.erasure.findUnique({ where: { userHash: sha256(ana.userId) } })).toEqual({
      userHash: sha256(ana.userId),
      userId: null,
      receipts: Object.fromEntries(
        ['apple', 'integrations.release', 'queues', 'goals', 'chat', 'research', 'integrations'].map((name) => [
          name,
          expect.any(String),
        ]),
      ),
      startedAt: graph.clock.now(),
      finishedAt: graph.clock.now(),
      listedAt: null,
    });
  }, 120_000);

  test('comes with the hourly job when the 14 days are over, not before', async () => {
    const ana = await graph.person();
    await confirm(ana, (await ask(ana)).challenge);
    graph.clock.advance(14 * day - 1);
    await graph.runJobs();
    expect(await graph.db.user.count({ where: { id: ana.userId } })).toBe(1);
    const ended: string[] = [];
    const deaf = graph.platform.bus.listen('identity', (text) => void ended.push(text));
    graph.clock.advance(1);
    await graph.runJobs();
    deaf();
    expect(await graph.db.user.count({ where: { id: ana.userId } })).toBe(0);
    expect(ended).toContain(ana.userId);
    expect(await ana.data('{ viewer { id } }')).toEqual({ viewer: null });
  });

  test('goes on after a crash at any step, and does what was done no second time', async () => {
    const names = graph.platform.domains.map(({ name }) => name).filter((name) => name !== 'users');
    for (const crash of names) {
      const ana = await graph.person();
      await live(graph, ana);
      await becomeDue(graph, ana);
      const done: string[] = [];
      const domains = graph.platform.domains.map((domain) => ({
        ...domain,
        erase: async (...args: Parameters<NonNullable<typeof domain.erase>>) => {
          await domain.erase!(...args);
          if (domain.name === crash) throw new Error('killed');
          done.push(domain.name);
        },
      }));
      const dying: Platform = { ...graph.platform, domains };
      await expect(eraseDueAccounts(dying)).rejects.toThrow('did not finish');
      expect(done).toEqual(names.slice(0, names.indexOf(crash)));
      expect(await graph.db.user.count({ where: { id: ana.userId } })).toBe(1);
      expect((await cancel(ana)).errors).toMatchObject([{ code: 'EXPIRED' }]);
      await eraseDueAccounts(graph.platform);
      expect([...(await countRows(graph, ana)).values()].every((count) => count === 0)).toBe(true);
    }
  }, 120_000);

  test('of one account does not wait for that of another', async () => {
    const [ana, bob] = [await graph.person(), await graph.person()];
    for (const person of [ana, bob]) await becomeDue(graph, person);
    const domains = graph.platform.domains.map((domain) => ({
      ...domain,
      erase: async (...args: Parameters<NonNullable<typeof domain.erase>>) => {
        if (args[1] === ana.userId) throw new Error('broken');
        await domain.erase!(...args);
      },
    }));
    await expect(eraseDueAccounts({ ...graph.platform, domains })).rejects.toThrow('1 erasures');
    expect(await graph.db.user.count({ where: { id: { in: [ana.userId, bob.userId] } } })).toBe(1);
    await eraseDueAccounts(graph.platform);
  });

  test('also takes what something still running wrote afterwards', async () => {
    const ana = await graph.person();
    await becomeDue(graph, ana);
    await eraseDueAccounts(graph.platform);
    const now = graph.clock.now();
    const id = newId('memory', now);
    const memory = {
      userId: ana.userId,
      id,
      kind: 'FACT',
      source: 'USER',
      text: 'late',
      createdAt: now,
      updatedAt: now,
    };
    await graph.db.$transaction(async (db) => {
      await db.memory.create({ data: memory });
      const actor = { kind: 'user', id: ana.userId } as const;
      await publish(
        { db, userId: ana.userId, actor, now: graph.clock.now },
        { type: 'memory.created', subjectId: id, data: {} },
      );
    });
    await eraseDueAccounts(graph.platform);
    expect([...(await countRows(graph, ana)).values()].every((count) => count === 0)).toBe(true);
  });

  test('at the same time in two processes happens once', async () => {
    const ana = await graph.person();
    await live(graph, ana);
    await becomeDue(graph, ana);
    await Promise.all([eraseDueAccounts(graph.platform), eraseDueAccounts(graph.platform)]);
    expect([...(await countRows(graph, ana)).values()].every((count) => count === 0)).toBe(true);
    expect(await graph.db.erasure.count({ where: { userHash: sha256(ana.userId) } })).toBe(1);
  }, 60_000);
});

describe('Apple', () => {
  let apple: FakeApple;
  let house: TestGraph;
  beforeAll(async () => {
    apple = await startApple();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    house = await startGraph({
      env: {
        APPLE_ISSUER: apple.url,
        APPLE_CLIENT_IDS: apple.clientId,
        APPLE_TEAM_ID: 'TEAM',
        APPLE_KEY_ID: 'KEY',
        APPLE_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      },
    });
  });
  afterAll(async () => {
    await house?.stop();
    await apple?.stop();
  });

  const leaving = async () => {
    const ana = await house.person();
    const { userId } = ana;
    const now = house.clock.now();
    const sub = `sub-${userId}`;
    const refreshToken = house.platform.secrets.seal(`grant-${userId}`, `apple_accounts|${sub}|${userId}`);
    await house.db.appleAccount.create({
      data: { sub, userId, clientId: apple.clientId, refreshToken, createdAt: now, updatedAt: now },
    });
    await becomeDue(house, ana);
    return ana;
  };

  test('is told first, and asked again for as long as it is down', async () => {
    const ana = await leaving();
    apple.mode = 'down';
    await expect(eraseDueAccounts(house.platform)).rejects.toThrow('did not finish');
    expect(await house.db.user.count({ where: { id: ana.userId } })).toBe(1);
    apple.mode = 'up';
    await eraseDueAccounts(house.platform);
    expect(apple.posts.map((fields) => fields.get('token'))).toEqual([`grant-${ana.userId}`]);
    expect(await house.db.user.count({ where: { id: ana.userId } })).toBe(0);
  });

  test('does not keep an account from being erased for more than 3 days', async () => {
    const ana = await leaving();
    apple.mode = 'down';
    await expect(eraseDueAccounts(house.platform)).rejects.toThrow('did not finish');
    house.clock.advance(3 * day);
    await eraseDueAccounts(house.platform);
    expect(await house.db.user.count({ where: { id: ana.userId } })).toBe(0);
  });
});
