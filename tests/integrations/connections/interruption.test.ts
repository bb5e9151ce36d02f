import { describe, expect, test } from '@jest/globals';
import { ana, graph } from '../../support/begin.ts';
import { beginWithGoogle, connect, google, look } from './google.ts';
import { beginSyncing, ids, mail, means, syncAgain, syncEvents, syncOf, work } from './syncing.ts';

await beginWithGoogle();
beginSyncing();

const six = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'];
const list = '/gmail/v1/users/me/messages';
const end = 'mutation ($id: ID!) { disconnect(input: { id: $id }) { errors { code } } }';
const pause = `mutation ($id: ID!, $paused: Boolean!) {
  updateConnection(input: { id: $id, paused: $paused }) { errors { code } }
}`;

/** Calls `then` when the provider is asked for the list for the n-th time. */
function atPage(n: number, then: () => unknown): void {
  let pages = 0;
  google.onCall = async ({ path }) => {
    if (path === list && ++pages === n) await then();
  };
}

/** A worker that is killed while it stores the n-th page: nothing of it goes on, its lease stays. */
async function killedAt(connectionId: string, n: number): Promise<void> {
  let pages = 0;
  const write: typeof means.write = async (...page) => {
    const written = await means.write(...page);
    if (++pages === n) throw Object.assign(new Error('killed'), { name: 'PrismaClientKilled' });
    return written;
  };
  await expect(work(connectionId, undefined, { write })).rejects.toThrow('killed');
}

describe('a sync that is interrupted', () => {
  test.each([1, 2, 3])('by the end of its worker at page %i goes on there, with nothing lost or twice', async (n) => {
    google.mailbox.add(...six.map((id) => mail(id)));
    const { id } = await connect(ana);
    await killedAt(id, n);
    expect(await ids(id)).toHaveLength(2 * (n - 1));
    // While the dead one's lease lasts, nobody takes over.
    await work(id);
    expect(await ids(id)).toHaveLength(2 * (n - 1));
    graph.clock.advance(10_001);
    google.calls.length = 0;
    await work(id);
    expect(await ids(id)).toEqual(six);
    expect(google.calls.filter(({ path }) => path === list)).toHaveLength(4 - n);
    const log = (await look(ana, id)).log.nodes;
    expect(log).toMatchObject([{ kind: 'SYNCED', received: 6, changed: 6 }, { kind: 'CONNECTED' }]);
    expect(await syncEvents()).toEqual(['sync.started', 'sync.finished']);
  });

  test('by a process that ends is handed back, and goes on at once', async () => {
    google.mailbox.add(...six.map((id) => mail(id)));
    const { id } = await connect(ana);
    const closing = new AbortController();
    atPage(2, () => closing.abort());
    await work(id, closing.signal);
    expect(await ids(id)).toEqual(['m5', 'm6']);
    await work(id);
    expect(await ids(id)).toEqual(six);
  });

  test('is found by the sweep when the queue lost it', async () => {
    google.mailbox.add(mail('m1'));
    const { id } = await connect(ana);
    await killedAt(id, 1);
    graph.clock.advance(10_001);
    await graph.runJobs();
    expect(await ids(id)).toEqual(['m1']);
    expect((await look(ana, id)).log.nodes[0].kind).toBe('SYNCED');
    graph.clock.advance(15 * 60_000);
    await graph.runJobs();
    expect((await look(ana, id)).log.nodes.filter(({ kind }: { kind: string }) => kind === 'SYNCED')).toHaveLength(2);
  });
});

describe('one sync at a time', () => {
  test('of many workers at once one syncs, the others go away', async () => {
    google.mailbox.add(...six.map((id) => mail(id)));
    const { id } = await connect(ana);
    await Promise.all(Array.from({ length: 5 }, () => work(id)));
    expect(await ids(id)).toEqual(six);
    expect(google.calls.filter(({ path }) => path === list)).toHaveLength(3);
    expect(await syncEvents()).toEqual(['sync.started', 'sync.finished']);
  });

  test('whoever lost the lease stores nothing', async () => {
    google.mailbox.add(...six.map((id) => mail(id)));
    const { id } = await connect(ana);
    atPage(2, async () => {
      google.onCall = null;
      graph.clock.advance(10_001);
      await work(id);
      google.mailbox.remove('m1');
      google.mailbox.remove('m4');
      await syncAgain(id);
    });
    await work(id);
    expect(await ids(id)).toEqual(['m2', 'm3', 'm5', 'm6']);
    expect((await look(ana, id)).log.nodes).toHaveLength(3);
  });

  test('asked for while one is under way, another follows', async () => {
    google.mailbox.add(mail('m1'));
    const { id } = await connect(ana);
    const ask =
      'mutation ($id: ID!) { syncConnection(input: { id: $id }) { connection { syncing nextSyncAt } errors { code } } }';
    let answer: unknown;
    google.onCall = async ({ path }) => {
      if (path !== '/gmail/v1/users/me/history' || answer) return;
      answer = (await ana.data(ask, { id })).syncConnection;
      google.mailbox.add(mail('m2'));
    };
    await work(id);
    expect(answer).toMatchObject({ connection: { syncing: true }, errors: [] });
    expect(await ids(id)).toEqual(['m1']);
    await work(id);
    expect(await ids(id)).toEqual(['m1', 'm2']);
    expect((await ana.data(ask, { id })).syncConnection.errors).toMatchObject([{ code: 'LIMIT' }]);
  });
});

describe('what the person does meanwhile', () => {
  test('after pausing nothing is written; resumed, it goes on where it was', async () => {
    google.mailbox.add(...six.map((id) => mail(id)));
    const { id } = await connect(ana);
    atPage(2, () => ana.data(pause, { id, paused: true }));
    await work(id);
    expect(await ids(id)).toEqual(['m5', 'm6']);
    expect(await look(ana, id)).toMatchObject({ status: 'PAUSED', nextSyncAt: null });
    graph.clock.advance(86_400_000);
    await work(id);
    expect(await ids(id)).toEqual(['m5', 'm6']);
    await ana.data(pause, { id, paused: false });
    await work(id);
    expect(await ids(id)).toEqual(six);
  });

  test('after disconnecting nothing is written, and an access that was just renewed is given back as well', async () => {
    google.mailbox.add(...six.map((id) => mail(id)));
    google.rotates = true;
    const { id } = await connect(ana);
    google.expireTokens();
    google.onCall = async ({ path }) => {
      if (path === '/token') await ana.data(end, { id });
    };
    await work(id);
    expect(await ids(id)).toEqual([]);
    expect(await graph.db.connectionSync.count({ where: { connectionId: id } })).toBe(0);
    expect(await graph.db.connectionRevocation.count({ where: { userId: ana.userId } })).toBe(2);
    await graph.runJobs();
    expect(google.revoked).toHaveLength(2);
    expect(await graph.db.connectionRevocation.count({ where: { userId: ana.userId } })).toBe(0);
  });

  test('the end of a connection in the middle of its pages ends its sync', async () => {
    google.mailbox.add(...six.map((id) => mail(id)));
    const { id } = await connect(ana);
    atPage(2, () => ana.data(end, { id }));
    await work(id);
    expect(await ids(id)).toEqual([]);
    await expect(syncOf(id)).rejects.toThrow();
  });
});

test('logs are kept for thirty days, and five hundred lines', async () => {
  const { id: connectionId } = await connect(ana);
  const { userId } = ana;
  const now = graph.clock.now().getTime();
  const row = (i: number, at: number) => ({
    userId,
    id: `sync_${String(i).padStart(32, '0')}`,
    connectionId,
    kind: 'SYNCED',
    received: i,
    changed: 0,
    deleted: 0,
    at: new Date(at),
  });
  const recent = Array.from({ length: 600 }, (_, i) => row(i, now - i * 60_000));
  const old = Array.from({ length: 5 }, (_, i) => row(1_000 + i, now - 31 * 86_400_000));
  await graph.db.connectionLogEntry.createMany({ data: [...recent, ...old] });
  await graph.runJobs();
  const left = await graph.db.connectionLogEntry.findMany({ where: { userId, kind: 'SYNCED' } });
  expect(left.length).toBeLessThanOrEqual(501);
  expect(left.some(({ received }) => received >= 1_000)).toBe(false);
});
