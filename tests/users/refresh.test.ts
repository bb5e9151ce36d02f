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

const signIn = `mutation ($email: EmailAddress!) {
  signInForDevelopment(input: { email: $email }) {
    accessToken accessTokenExpiresAt refreshToken user { id } errors { code path message }
  }
}`;
const refresh = `mutation ($token: String!) {
  refreshSession(input: { refreshToken: $token }) {
    accessToken refreshToken user { id } errors { code path message }
  }
}`;
const signInAs = async (email: string) => (await graph.as(null).data(signIn, { email })).signInForDevelopment;
const refreshWith = async (token: string) => (await graph.as(null).data(refresh, { token })).refreshSession;
const ended = { accessToken: null, refreshToken: null, errors: [{ code: 'EXPIRED', path: ['refreshToken'] }] };
const sessionOf = async (accessToken: string) => (await identify(graph.platform, accessToken)).viewer.credentialId;

describe('refreshing a session', () => {
  test('gives a new access token and the next refresh token for the same session', async () => {
    const first = await signInAs('one@example.com');
    expect(first.errors).toEqual([]);
    expect(first.refreshToken).toMatch(/^jrt_[\w-]{43}$/);
    graph.clock.advance(60_000);
    const second = await refreshWith(first.refreshToken);
    expect(second).toMatchObject({ errors: [], user: { id: first.user.id } });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await sessionOf(second.accessToken)).toBe(await sessionOf(first.accessToken));
    expect((await refreshWith(second.refreshToken)).errors).toEqual([]);
  });

  test('stores no refresh token, only hashes', async () => {
    const { refreshToken } = await signInAs('hash@example.com');
    const next = await refreshWith(refreshToken);
    const rows = JSON.stringify([
      await graph.db.refreshToken.findMany(),
      await graph.db.session.findMany(),
      await graph.db.auditEntry.findMany({ select: { detail: true } }),
    ]);
    for (const token of [refreshToken, next.refreshToken]) expect(rows).not.toContain(token.slice(4));
  });

  test('of 50 at once with one token, all get the same single successor', async () => {
    const first = await signInAs('parallel@example.com');
    const answers = await Promise.all(Array.from({ length: 50 }, () => refreshWith(first.refreshToken)));
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
    expect(answers.every((answer) => answer.errors.length === 0 && answer.accessToken)).toBe(true);
    expect(await graph.db.refreshToken.count({ where: { userId: first.user.id } })).toBe(2);
    expect((await refreshWith(answers[0].refreshToken)).errors).toEqual([]);
  }, 30_000);

  test('a client that lost the answer may ask again within 10 seconds', async () => {
    const first = await signInAs('lost@example.com');
    const lost = await refreshWith(first.refreshToken);
    graph.clock.advance(10_000);
    const again = await refreshWith(first.refreshToken);
    expect(again).toMatchObject({ errors: [], refreshToken: lost.refreshToken });
    expect((await refreshWith(again.refreshToken)).errors).toEqual([]);
  });

  test('a token used again after that ends the whole session, and no other', async () => {
    const first = await signInAs('stolen@example.com');
    const other = await signInAs('stolen@example.com');
    const second = await refreshWith(first.refreshToken);
    const session = await sessionOf(second.accessToken);
    const heard: string[] = [];
    const stop = graph.platform.bus.listen('identity', (text) => void heard.push(text));
    graph.clock.advance(10_001);
    expect(await refreshWith(first.refreshToken)).toMatchObject(ended);
    stop();
    expect(heard).toEqual([session]);
    expect(await refreshWith(second.refreshToken)).toMatchObject(ended);
    await expect(identify(graph.platform, second.accessToken)).rejects.toThrow('ended');
    const userId = first.user.id;
    const events = await graph.db.$queryRaw`
      SELECT data->>'reason' AS reason FROM events WHERE user_id = ${userId} AND type = 'session.revoked'`;
    expect(events).toEqual([{ reason: 'reuse' }]);
    const entries = await graph.db.auditEntry.findMany({ where: { userId, action: 'session.revoked' } });
    expect(entries).toMatchObject([{ subjectId: session, actorKind: 'system', detail: { reason: 'reuse' } }]);
    expect((await refreshWith(other.refreshToken)).errors).toEqual([]);
  });

  test('within the 10 seconds too, once the successor was used', async () => {
    const first = await signInAs('quick@example.com');
    const second = await refreshWith(first.refreshToken);
    const third = await refreshWith(second.refreshToken);
    expect(await refreshWith(first.refreshToken)).toMatchObject(ended);
    expect(await refreshWith(third.refreshToken)).toMatchObject(ended);
  });

  test('a session ends 30 days after sign-in, however often it is refreshed', async () => {
    let { refreshToken } = await signInAs('month@example.com');
    for (let week = 0; week < 4; week++) {
      graph.clock.advance(7 * 86_400_000);
      const next = await refreshWith(refreshToken);
      expect(next.errors).toEqual([]);
      refreshToken = next.refreshToken;
    }
    graph.clock.advance(2 * 86_400_000);
    expect(await refreshWith(refreshToken)).toMatchObject(ended);
  });

  test('a session that is not refreshed for 14 days ends', async () => {
    const { refreshToken, accessToken, user } = await signInAs('away@example.com');
    const { viewer } = await identify(graph.platform, accessToken);
    const sessions = async () => (await graph.as(viewer).data('{ viewer { sessions { id } } }')).viewer.sessions.length;
    graph.clock.advance(14 * 86_400_000 - 1);
    const next = await refreshWith(refreshToken);
    expect(next).toMatchObject({ errors: [], user: { id: user.id } });
    graph.clock.advance(14 * 86_400_000 - 1);
    expect(await sessions()).toBe(1);
    graph.clock.advance(1);
    expect(await sessions()).toBe(0);
    expect(await refreshWith(next.refreshToken)).toMatchObject(ended);
  });

  test.each(['', 'x', 'jrt_unknown', 'jrv_12345678_abc', `jrt_${'a'.repeat(1_000_000)}`])(
    'an unknown token gets the same answer (%#)',
    async (token) => {
      expect(await refreshWith(token)).toMatchObject(ended);
    },
  );

  test('an access token does not refresh, nor does a refresh token identify', async () => {
    const { accessToken, refreshToken } = await signInAs('mixed@example.com');
    expect(await refreshWith(accessToken)).toMatchObject(ended);
    await expect(identify(graph.platform, refreshToken)).rejects.toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });

  test('a suspended account is not refreshed', async () => {
    const { refreshToken, user } = await signInAs('suspended@example.com');
    await graph.db.user.update({ where: { id: user.id }, data: { suspendedAt: graph.clock.now() } });
    expect(await refreshWith(refreshToken)).toMatchObject(ended);
  });

  test('too many attempts with one account are refused with the time to wait', async () => {
    for (let attempt = 0; attempt < 20; attempt++) await signInAs('often@example.com');
    const { errors } = await graph.as(null).run(signIn, { email: 'Often@example.com' });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) });
    expect((await signInAs('somebody@example.com')).errors).toEqual([]);
    graph.clock.advance(60_000);
    expect((await signInAs('often@example.com')).errors).toEqual([]);
  });
});
