import { describe, expect, test } from '@jest/globals';
import { ana, graph } from '../../support/begin.ts';
import { refusal } from '../../support/providers/google.ts';
import type { Fault } from '../../support/providers/oauth.ts';
import { beginWithGoogle, complete, connect, google, look, signIn } from './google.ts';
import { beginSyncing, ids, mail, syncAgain, syncEvents, syncOf, work } from './syncing.ts';

await beginWithGoogle();
beginSyncing();

const seconds = async (id: string) => ((await syncOf(id)).nextSyncAt!.getTime() - graph.clock.now().getTime()) / 1_000;
const list = '/gmail/v1/users/me/messages';

describe('what a provider answers instead', () => {
  test.each<[string, Fault, string, string]>([
    ['500', { status: 500 }, 'cannot be reached', 'ACTIVE'],
    ['half an answer', 'half', 'does not answer', 'ACTIVE'],
    ['nothing, ever', 'hang', 'does not answer', 'ACTIVE'],
    ['no JSON', 'garbage', 'cannot be read', 'ACTIVE'],
    ['429', { status: 429 }, 'fewer calls', 'ACTIVE'],
    ['403 for too many calls', refusal(403, 'rateLimitExceeded', 'RESOURCE_EXHAUSTED'), 'fewer calls', 'ACTIVE'],
    [
      '403 for missing rights',
      refusal(403, 'insufficientPermissions', 'PERMISSION_DENIED'),
      'Connect again',
      'NEEDS_REAUTH',
    ],
    ['403 for no reason', { status: 403, body: 'no' }, 'refuses', 'ERROR'],
    ['something else', { status: 200, body: { messages: 'all' } }, 'something else', 'ERROR'],
    ['a way elsewhere', { status: 302, headers: { location: 'http://elsewhere.example/' } }, 'elsewhere', 'ERROR'],
  ])('%s: the log says so, and it goes on later where it stopped', async (_, fault, message, status) => {
    google.mailbox.add(mail('m1'), mail('m2'), mail('m3'));
    const { id } = await connect(ana);
    google.faults.push({ path: '/users/me/messages', fault });
    await work(id);
    expect(await ids(id)).toEqual([]);
    const state = await look(ana, id);
    expect(state).toMatchObject({ status, syncing: false });
    expect(state.log.nodes[0]).toMatchObject({ kind: 'FAILED', message: expect.stringContaining(message) });
    expect(state.statusReason).toBe(status === 'ACTIVE' ? null : state.log.nodes[0].message);
    expect(JSON.stringify(state)).not.toMatch(/http|at-|elsewhere\.example/);
    if (status === 'NEEDS_REAUTH') return;
    await syncAgain(id);
    expect(await ids(id)).toEqual(['m1', 'm2', 'm3']);
    expect(await look(ana, id)).toMatchObject({ status: 'ACTIVE', statusReason: null });
  });

  test('that it wants no calls for a while is respected, also when the person asks', async () => {
    const { id } = await connect(ana);
    google.faults.push({ path: '/profile', fault: { status: 429, headers: { 'retry-after': '900' } } });
    await work(id);
    expect(await seconds(id)).toBeGreaterThanOrEqual(900);
    await expect(syncAgain(id)).rejects.toThrow(/LIMIT/);
    graph.clock.advance(900_000);
    await syncAgain(id);
    expect((await look(ana, id)).log.nodes[0].kind).toBe('SYNCED');
  });

  test('that it is away for long: ever rarer attempts, after five an error, and all is well once it is back', async () => {
    const { id } = await connect(ana);
    const waits: number[] = [];
    for (let i = 1; i <= 12; i++) {
      google.faults.push({ path: '/profile', fault: { status: 503 } });
      await work(id);
      expect((await look(ana, id)).status).toBe(i < 5 ? 'ACTIVE' : 'ERROR');
      waits.push(await seconds(id));
      graph.clock.advance(waits.at(-1)! * 1_000);
    }
    expect(waits.slice(0, 4)).toEqual([22.5, 45, 90, 180]);
    expect(waits.at(-1)).toBe(6 * 3_600 * 0.75);
    await work(id);
    expect(await look(ana, id)).toMatchObject({ status: 'ACTIVE', statusReason: null });
    expect((await syncOf(id)).failures).toBe(0);
    expect((await syncEvents()).filter((type) => type === 'sync.failed')).toHaveLength(12);
  });
});

describe('access that ends', () => {
  test('an access token is replaced before it ends, or when it is refused: once for all calls', async () => {
    google.mailbox.add(...['m1', 'm2', 'm3', 'm4', 'm5', 'm6'].map((id) => mail(id)));
    google.pageSize = 6;
    const { id } = await connect(ana);
    google.onCall = ({ path }) => {
      if (path !== list) return;
      google.onCall = null;
      google.expireTokens();
    };
    await work(id);
    expect(await ids(id)).toHaveLength(6);
    expect(google.refreshes).toBe(1);
    graph.clock.advance(3_590_000);
    await syncAgain(id);
    expect(google.refreshes).toBe(2);
    expect(google.calls.filter(({ path }) => path === '/token')).toHaveLength(3);
  });

  test('refresh tokens that count once are stored before the new access is used', async () => {
    google.rotates = true;
    const { id } = await connect(ana);
    await work(id);
    const before = await graph.db.connectionCredentials.findFirstOrThrow({ where: { connectionId: id } });
    let atUse = before.version;
    google.expireTokens();
    google.onCall = async ({ path }) => {
      if (!path.endsWith('/history')) return;
      atUse = (await graph.db.connectionCredentials.findFirstOrThrow({ where: { connectionId: id } })).version;
    };
    await syncAgain(id);
    expect(atUse).toBe(before.version + 1);
    for (let i = 0; i < 3; i++) {
      google.expireTokens();
      await syncAgain(id);
    }
    expect((await look(ana, id)).status).toBe('ACTIVE');
  });

  test('a worker that dies between the answer and storing it leaves a clear state', async () => {
    google.rotates = true;
    const { id } = await connect(ana);
    await work(id);
    const { sealed, version } = await graph.db.connectionCredentials.findFirstOrThrow({ where: { connectionId: id } });
    google.expireTokens();
    await syncAgain(id);
    // As if what that refresh gave had never been stored.
    await graph.db.connectionCredentials.updateMany({ where: { connectionId: id }, data: { sealed, version } });
    google.expireTokens();
    await syncAgain(id);
    expect(await look(ana, id)).toMatchObject({ status: 'NEEDS_REAUTH' });
  });

  test('where the provider takes it back, the person is told once, and connecting again goes on where it was', async () => {
    google.mailbox.add(mail('m1'));
    const { id } = await connect(ana);
    await work(id);
    google.expireTokens({ grants: true });
    await syncAgain(id);
    const state = await look(ana, id);
    expect(state).toMatchObject({ status: 'NEEDS_REAUTH', nextSyncAt: null });
    expect(state.statusReason).toBe('Google no longer accepts the access it gave. Connect again.');
    const news = await graph.db.notification.findMany({ where: { userId: ana.userId } });
    expect(news).toMatchObject([{ kind: 'ALERT', subjectId: id, body: state.statusReason }]);
    google.mailbox.add(mail('m2'));
    await work(id);
    expect(await ids(id)).toEqual(['m1']);
    await expect(syncAgain(id)).rejects.toThrow(/connected again/);
    const again = (await ana.data(complete, { input: await signIn(ana) })).completeConnection.connection;
    expect(again).toMatchObject({ id, status: 'ACTIVE' });
    google.calls.length = 0;
    await work(id);
    expect(await ids(id)).toEqual(['m1', 'm2']);
    expect(google.calls.some(({ path }) => path === list)).toBe(false);
  });
});
