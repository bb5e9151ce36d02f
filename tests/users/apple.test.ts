import { describe, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { revokeAppleTokens } from '../../subgraphs/users/apple.ts';
import { identify } from '../../subgraphs/users/identity.ts';
import { apple, beginApple, clientKey, freshNonce, graph, person, row, run, signIn } from './appleGraph.ts';

beginApple();

describe('an identity token', () => {
  test('that is good makes an account once, and finds it again', async () => {
    const first = await person(
      { sub: 'ana', email: 'ana@example.com', email_verified: 'true' },
      { name: 'Ana', timeZone: 'Asia/Tokyo' },
    );
    const again = await person({ sub: 'ana' }, { name: 'Somebody else' });
    expect(again.user.id).toBe(first.user.id);
    expect(await row(first.user.id)).toMatchObject({
      name: 'Ana',
      email: 'ana@example.com',
      emailVerified: true,
      timeZone: 'Asia/Tokyo',
      roles: ['USER'],
    });
    const { viewer } = await identify(graph.platform, first.accessToken);
    expect(viewer).toMatchObject({ userId: first.user.id, kind: 'session' });
    expect(await graph.db.user.count({ where: { email: 'ana@example.com' } })).toBe(1);
  });

  test('works once, also when it is sent many times at once', async () => {
    const nonce = freshNonce();
    const token = await apple.token({ sub: 'replayed', nonce });
    const answers = await Promise.all(Array.from({ length: 15 }, () => signIn(token, nonce)));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(await signIn(token, nonce)).toMatchObject({ errors: [{ code: 'EXPIRED', path: ['identityToken'] }] });
  });

  test('of two people with one address leads to two accounts', async () => {
    const one = await person({ sub: 'one', email: 'same@example.com', email_verified: true });
    const two = await person({ sub: 'two', email: 'same@example.com', email_verified: true });
    expect(two.user.id).not.toBe(one.user.id);
  });

  test('of one person at several devices at once leads to one account', async () => {
    const answers = await Promise.all(Array.from({ length: 15 }, () => person({ sub: 'many devices' })));
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
  });

  test.each([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    ['yes', false],
    [undefined, false],
  ])('says whether the address is verified: %p', async (claim, verified) => {
    const { user } = await person({ sub: `verified ${claim}`, email: 'v@example.com', email_verified: claim });
    expect((await row(user.id)).emailVerified).toBe(verified);
  });

  test('makes an administrator only with a verified address of the list', async () => {
    const roles = async (claims: object) => (await row((await person({ ...claims })).user.id)).roles;
    expect(await roles({ sub: 'liar', email: 'boss@example.com', email_verified: 'false' })).toEqual(['USER']);
    expect(await roles({ sub: 'boss', email: 'Boss@example.com', email_verified: 'true' })).toEqual(['USER', 'ADMIN']);
    expect(await roles({ sub: 'boss' })).toEqual(['USER', 'ADMIN']);
  });

  test('of a suspended account is refused', async () => {
    const { user } = await person({ sub: 'suspended' });
    await graph.db.user.update({ where: { id: user.id }, data: { suspendedAt: graph.clock.now() } });
    const nonce = freshNonce();
    expect(await signIn(await apple.token({ sub: 'suspended', nonce }), nonce)).toMatchObject({
      errors: [{ code: 'FORBIDDEN' }],
    });
  });

  test('leaves development sign-in switched off', async () => {
    const answer = await graph
      .as(null)
      .data('mutation { signInForDevelopment(input: { email: "a@example.com" }) { accessToken errors { code } } }');
    expect(answer.signInForDevelopment).toEqual({ accessToken: null, errors: [{ code: 'FORBIDDEN' }] });
  });
});

describe('an app that moves to another developer team', () => {
  const account = (sub: string) => graph.db.appleAccount.findUnique({ where: { sub } });

  test('finds its people by their transfer id once, and by their new `sub` from then on', async () => {
    apple.codes.set('before the move', 'team a');
    const { user } = await person({ sub: 'team a', transfer_sub: 'moving' }, { authorizationCode: 'before the move' });
    const moved = await person({ sub: 'team b', transfer_sub: 'moving' });
    expect(moved.user.id).toBe(user.id);
    expect((await person({ sub: 'team b' })).user.id).toBe(user.id);
    expect(await account('team a')).toBeNull();
    expect(await account('team b')).toMatchObject({ userId: user.id, transferSub: 'moving' });
    expect(await graph.db.auditEntry.count({ where: { userId: user.id, action: 'apple.moved' } })).toBe(1);
    // What was sealed for the old row still opens.
    expect(await revokeAppleTokens(graph.platform, user.id)).toBe(true);
    expect(apple.posts.at(-1)!.get('token')).toBe('grant-of-team a');
  });

  test('keeps one account when a person signs in at several devices at once', async () => {
    const { user } = await person({ sub: 'many a', transfer_sub: 'many' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => person({ sub: 'many b', transfer_sub: 'many' })),
    );
    expect(new Set(answers.map((answer) => answer.user.id))).toEqual(new Set([user.id]));
  });

  test('leaves two accounts as they are when both claim one transfer id', async () => {
    const first = await person({ sub: 'claims it', transfer_sub: 'contested' });
    const second = await person({ sub: 'is its own' });
    expect((await person({ sub: 'is its own', transfer_sub: 'contested' })).user.id).toBe(second.user.id);
    expect(await account('claims it')).toMatchObject({ userId: first.user.id, transferSub: 'contested' });
    expect(await account('is its own')).toMatchObject({ userId: second.user.id, transferSub: null });
  });
});

describe('the authorization code', () => {
  test('is exchanged with our client secret, and what comes back is kept sealed', async () => {
    apple.codes.set('good code', 'coded');
    const { user } = await person({ sub: 'coded' }, { authorizationCode: 'good code' });
    const fields = apple.posts.at(-1)!;
    expect(fields.get('grant_type')).toBe('authorization_code');
    const { payload } = await jwtVerify(fields.get('client_secret')!, clientKey, {
      currentDate: graph.clock.now(),
    });
    expect(payload).toMatchObject({ iss: 'TEAM', sub: apple.clientId, aud: apple.url });
    const account = await graph.db.appleAccount.findUniqueOrThrow({ where: { userId: user.id } });
    expect(account.refreshToken).toMatch(/^v2\./);
    expect(account.refreshToken).not.toContain('grant-of');
    expect(await revokeAppleTokens(graph.platform, user.id)).toBe(true);
    expect(apple.posts.at(-1)!.get('token')).toBe('grant-of-coded');
    expect(await revokeAppleTokens(graph.platform, user.id)).toBe(false);
  });

  test('that Apple refuses, or that is somebody else’s, refuses the sign-in', async () => {
    apple.codes.set('of another', 'another');
    for (const authorizationCode of ['bad code', 'of another']) {
      const nonce = freshNonce();
      const answer = await signIn(await apple.token({ sub: 'coder', nonce }), nonce, { authorizationCode });
      expect(answer).toMatchObject({ accessToken: null, errors: [{ code: 'INVALID', path: ['authorizationCode'] }] });
    }
    expect(await graph.db.appleAccount.count({ where: { sub: 'coder' } })).toBe(0);
  });

  test('cannot be exchanged while Apple is down: the person may try again', async () => {
    await person({ sub: 'patient' });
    const nonce = freshNonce();
    const token = await apple.token({ sub: 'patient', nonce });
    apple.codes.set('later', 'patient');
    apple.mode = 'down';
    expect((await run(token, nonce, { authorizationCode: 'later' })).errors?.[0]?.extensions?.code).toBe(
      'UPSTREAM_FAILED',
    );
    apple.mode = 'up';
    expect((await signIn(token, nonce, { authorizationCode: 'later' })).errors).toEqual([]);
  });
});
