import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { identify } from '../../subgraphs/users/identity.ts';
import { startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ env: { ENCRYPTION_KEY: randomBytes(32).toString('hex') } });
}, 60_000);
afterAll(() => graph.stop());
// Each test starts with fresh counters of attempts.
beforeEach(() => graph.clock.advance(60_000));

const signInDocument = `mutation ($email: EmailAddress!, $device: SignInDeviceInput, $timeZone: TimeZone) {
  signInForDevelopment(input: { email: $email, device: $device, timeZone: $timeZone }) {
    accessToken user { id } errors { code path }
  }
}`;
async function signIn(email: string, more = {}) {
  const answer = (await graph.as(null).data(signInDocument, { email, ...more })).signInForDevelopment;
  expect(answer.errors).toEqual([]);
  const { viewer } = await identify(graph.platform, answer.accessToken);
  return { accessToken: answer.accessToken as string, sessionId: viewer.credentialId, ...graph.as(viewer) };
}
const list = '{ viewer { sessions { id current userAgent ip createdAt expiresAt device { name platform } } } }';
const revoke = 'mutation ($id: ID!) { revokeSession(input: { id: $id }) { id errors { code path message } } }';
const ids = (data: Record<string, any>) => data.viewer.sessions.map(({ id }: { id: string }) => id);
const rejected = { extensions: { code: 'UNAUTHENTICATED' } };

describe('signing in during development', () => {
  test('makes an account once, whatever the case of the address, also when it is asked at once', async () => {
    const people = await Promise.all(['A@x.example', 'a@x.example', 'a@X.example'].map((email) => signIn(email)));
    expect(new Set(people.map(({ userId }) => userId)).size).toBe(1);
    const user = await graph.db.user.findUniqueOrThrow({ where: { id: people[0]!.userId } });
    expect(user).toMatchObject({
      email: 'a@x.example',
      emailVerified: false,
      timeZone: 'Europe/Berlin',
      roles: ['USER'],
    });
    const events = await graph.db.event.findMany({ where: { userId: user.id }, orderBy: { seq: 'asc' } });
    expect(events.map(({ type }) => type)).toEqual([
      'user.created',
      'session.created',
      'session.created',
      'session.created',
    ]);
  });

  test('says who signed in, with the dashboard and profile for whom the token is for', async () => {
    const { userId, data } = await signIn('zone@example.com', { timeZone: 'Asia/Tokyo' });
    expect((await data('{ viewer { id timeZone dashboard { id } } }')).viewer).toEqual({
      id: userId,
      timeZone: 'Asia/Tokyo',
      dashboard: { id: userId.replace('user', 'dashboard') },
    });
  });

  test('is possible for an account whose deletion is scheduled, to cancel it, but not for a suspended one', async () => {
    const { userId } = await signIn('leaving@example.com');
    const at = new Date(graph.clock.now().getTime() + 86_400_000);
    await graph.db.user.update({ where: { id: userId }, data: { deletionRequestedAt: at, deletionScheduledAt: at } });
    await signIn('leaving@example.com');
    await graph.db.user.update({ where: { id: userId }, data: { suspendedAt: at } });
    const answer = await graph.as(null).data(signInDocument, { email: 'leaving@example.com' });
    expect(answer.signInForDevelopment).toMatchObject({ accessToken: null, errors: [{ code: 'FORBIDDEN' }] });
  });

  test.each([
    [
      'a foreign kind of id',
      { id: 'goal_00000000000000000000000000000001', name: 'x', platform: 'IOS' },
      ['device', 'id'],
    ],
    ['no name', { name: ' ', platform: 'IOS' }, ['device', 'name']],
    ['a name of a megabyte', { name: 'x'.repeat(1_000_000), platform: 'IOS' }, ['device', 'name']],
    ['a long version', { name: 'x', platform: 'IOS', appVersion: 'x'.repeat(51) }, ['device', 'appVersion']],
  ])('refuses a device with %s', async (_, device, path) => {
    const answer = await graph.as(null).data(signInDocument, { email: 'device@example.com', device });
    expect(answer.signInForDevelopment).toMatchObject({ accessToken: null, errors: [{ path }] });
    expect(await graph.db.user.count({ where: { email: 'device@example.com' } })).toBe(0);
  });
});

describe('sessions', () => {
  test('are listed for their owner, the current one marked, with their device', async () => {
    const device = { name: 'Phone', platform: 'IOS' };
    const first = await signIn('list@example.com', { device });
    graph.clock.advance(1_000);
    const second = await signIn('list@example.com');
    await signIn('stranger@example.com');
    const { sessions } = (await second.data(list)).viewer;
    expect(sessions).toMatchObject([
      { id: second.sessionId, current: true, device: null, userAgent: 'tests', ip: '127.0.0.1' },
      { id: first.sessionId, current: false, device },
    ]);
    const days = (Date.parse(sessions[0].expiresAt) - Date.parse(sessions[0].createdAt)) / 86_400_000;
    expect(days).toBe(30);
  });

  test('with devices take one statement each, however many there are', async () => {
    const count = async (person: { data: (document: string) => Promise<unknown> }) =>
      (await graph.countQueries(() => person.data(list))).count;
    let last = await signIn('many@example.com', { device: { name: 'd', platform: 'MACOS' } });
    const one = await count(last);
    for (let n = 0; n < 5; n++) last = await signIn('many@example.com', { device: { name: 'd', platform: 'MACOS' } });
    expect(await count(last)).toBe(one);
  });

  test('end at once when they are revoked, and only those', async () => {
    const phone = await signIn('revoke@example.com');
    const tablet = await signIn('revoke@example.com');
    expect((await phone.data(revoke, { id: tablet.sessionId })).revokeSession).toEqual({
      id: tablet.sessionId,
      errors: [],
    });
    await expect(identify(graph.platform, tablet.accessToken)).rejects.toMatchObject(rejected);
    expect((await identify(graph.platform, phone.accessToken)).viewer.credentialId).toBe(phone.sessionId);
    expect(ids(await phone.data(list))).toEqual([phone.sessionId]);
    // Again is no mistake, and tells nobody anything new.
    expect((await phone.data(revoke, { id: tablet.sessionId })).revokeSession.errors).toEqual([]);
    expect(await graph.db.event.count({ where: { subjectId: tablet.sessionId, type: 'session.revoked' } })).toBe(1);
    expect(await graph.db.auditEntry.count({ where: { subjectId: tablet.sessionId, action: 'session.revoked' } })).toBe(
      1,
    );
  });

  test('of others cannot be told from absent ones', async () => {
    const ana = await signIn('ana@example.com');
    const ben = await signIn('ben@example.com');
    const answers = [];
    for (const id of [ben.sessionId, 'session_00000000000070008000000000000000', '', 'x'.repeat(100_000)]) {
      answers.push((await ana.data(revoke, { id })).revokeSession);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ id: null, errors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    expect((await identify(graph.platform, ben.accessToken)).viewer.userId).toBe(ben.userId);
  });

  test('can all be ended but the one that asks', async () => {
    const others = [await signIn('others@example.com'), await signIn('others@example.com')];
    const mine = await signIn('others@example.com');
    const bystander = await signIn('bystander@example.com');
    const document = 'mutation { revokeOtherSessions { count errors { code } } }';
    expect((await mine.data(document)).revokeOtherSessions).toEqual({ count: 2, errors: [] });
    for (const { accessToken } of others)
      await expect(identify(graph.platform, accessToken)).rejects.toMatchObject(rejected);
    for (const { accessToken } of [mine, bystander]) await identify(graph.platform, accessToken);
    expect((await mine.data(document)).revokeOtherSessions.count).toBe(0);
  });

  test('end by signing out', async () => {
    const ana = await signIn('out@example.com');
    expect((await ana.data('mutation { signOut { errors { code } } }')).signOut.errors).toEqual([]);
    await expect(identify(graph.platform, ana.accessToken)).rejects.toMatchObject(rejected);
  });

  test('need the scope that manages the account', async () => {
    const ana = await graph.person({ scopes: ['profile:read', 'goals:write'] });
    for (const [document, variables] of [
      [list, {}],
      [revoke, { id: 'x' }],
      ['mutation { signOut { errors { code } } }', {}],
      ['mutation { revokeOtherSessions { count } }', {}],
    ] as const) {
      const { errors } = await ana.run(document, variables);
      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
    expect((await graph.as(null).run(revoke, { id: 'x' })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });

  test('are nodes while they last', async () => {
    const ana = await signIn('node@example.com');
    const other = await signIn('node@example.com');
    const document = 'query ($id: ID!) { node(id: $id) { __typename id ... on Session { current createdAt } } }';
    expect((await ana.data(document, { id: ana.sessionId })).node).toMatchObject({
      __typename: 'Session',
      current: true,
    });
    const stranger = await signIn('stranger@example.com');
    expect((await stranger.data(document, { id: ana.sessionId })).node).toBeNull();
    await ana.data(revoke, { id: other.sessionId });
    expect((await ana.data(document, { id: other.sessionId })).node).toBeNull();
  });

  test('are forgotten a while after they ended', async () => {
    const { sessionId } = await signIn('old@example.com');
    graph.clock.advance(61 * 86_400_000);
    await graph.runJobs();
    expect(await graph.db.session.count({ where: { id: sessionId } })).toBe(0);
    expect(await graph.db.refreshToken.count({ where: { sessionId } })).toBe(0);
  });
});
