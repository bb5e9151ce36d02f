import { createHash, generateKeyPairSync, KeyObject, randomBytes, sign } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportSPKI, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { handleAppleNotification, revokeAppleTokens } from '../../subgraphs/users/apple.ts';
import { appleKey } from '../../subgraphs/users/appleKeys.ts';
import { identify } from '../../subgraphs/users/identity.ts';
import { type FakeApple, makeKey, startApple } from '../support/apple.ts';
import { startGraph, type TestGraph } from '../support/graph.ts';

let apple: FakeApple;
let graph: TestGraph;
/** A key that Apple does not know. Making one takes long. */
let stranger: Awaited<ReturnType<typeof makeKey>>;
const clientKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

beforeAll(async () => {
  apple = await startApple();
  stranger = await makeKey();
  graph = await startGraph({
    env: {
      ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      APPLE_ISSUER: apple.url,
      APPLE_CLIENT_IDS: `${apple.clientId},com.example.jarvis.mac`,
      APPLE_TEAM_ID: 'TEAM',
      APPLE_KEY_ID: 'KEY',
      APPLE_PRIVATE_KEY: String(clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n'),
      ADMIN_EMAILS: 'boss@example.com',
    },
  });
  apple.now = graph.clock.now;
}, 60_000);
afterAll(async () => {
  await graph?.stop();
  await apple?.stop();
});
// Each test starts with fresh counters of attempts, and Apple may be asked again.
beforeEach(() => {
  apple.mode = 'up';
  graph.clock.advance(61_000);
});

const document = `mutation ($input: SignInWithAppleInput!) {
  signInWithApple(input: $input) { accessToken refreshToken user { id } errors { code path message } }
}`;
const run = (identityToken: string, nonce: string, more = {}) =>
  graph.as(null).run(document, { input: { identityToken, nonce, ...more } });
const signIn = async (identityToken: string, nonce: string, more = {}) => {
  const { data, errors } = await run(identityToken, nonce, more);
  if (errors) throw new Error(JSON.stringify(errors));
  return data!.signInWithApple;
};
const freshNonce = () => randomBytes(16).toString('hex');
const sha256 = (text: string) => createHash('sha256').update(text);
/** A sign-in that succeeds. */
async function person(claims: Record<string, unknown>, more = {}) {
  const nonce = freshNonce();
  const answer = await signIn(await apple.token({ nonce, ...claims }), nonce, more);
  expect(answer.errors).toEqual([]);
  return answer;
}
const row = (id: string) => graph.db.user.findUniqueOrThrow({ where: { id } });

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

  test('may carry the nonce as it is, or as SHA-256 in hexadecimal or base64url', async () => {
    for (const made of [
      (n: string) => n,
      (n: string) => sha256(n).digest('hex'),
      (n: string) => sha256(n).digest('base64url'),
    ]) {
      const nonce = freshNonce();
      expect((await signIn(await apple.token({ nonce: made(nonce) }), nonce)).errors).toEqual([]);
    }
  });

  test('works for each of the configured clients', async () => {
    await person({ sub: 'mac', aud: 'com.example.jarvis.mac' });
  });

  const nonce = 'the-nonce-of-this-table';
  const at = () => Math.floor(graph.clock.now().getTime() / 1_000);
  const unsigned = (header: object, payload: object) =>
    `${[header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
  const signed = (header: object, payload: object) => {
    const text = unsigned(header, payload);
    const signature = sign('sha256', Buffer.from(text.slice(0, -1)), KeyObject.from(apple.key.privateKey as never));
    return text + signature.toString('base64url');
  };
  const claims = () => ({ iss: apple.url, aud: apple.clientId, sub: 'x', nonce, iat: at(), exp: at() + 600 });
  const table: [string, () => Promise<string> | string][] = [
    ['nothing', () => ''],
    ['no JWT', () => 'a.b.c'],
    ['a megabyte', () => 'a'.repeat(1_000_000)],
    ['alg none', () => unsigned({ alg: 'none', kid: apple.key.kid }, claims())],
    [
      'HS256 with the public key as secret',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: apple.key.kid })
          .sign(Buffer.from(await exportSPKI(apple.key.publicKey))),
    ],
    [
      'ES256 with another key',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'ES256', kid: apple.key.kid })
          .sign((await generateKeyPair('ES256')).privateKey),
    ],
    ['RS384', () => apple.token({ nonce }, { alg: 'RS384' }).catch(() => 'not signed')],
    ['another key under a known kid', async () => apple.token({ nonce }, { kid: apple.key.kid }, stranger)],
    ['an unknown kid', async () => apple.token({ nonce }, {}, stranger)],
    ['no kid', () => apple.token({ nonce }, { kid: undefined as never })],
    [
      'its own key in the header',
      async () => {
        return apple.token({ nonce }, { jwk: stranger.jwk, kid: undefined as never }, stranger);
      },
    ],
    [
      'an address of keys in the header',
      async () => {
        return apple.token({ nonce }, { jku: `${apple.url}/evil`, x5u: `${apple.url}/evil` }, stranger);
      },
    ],
    [
      'an unknown critical header',
      () => signed({ alg: 'RS256', kid: apple.key.kid, crit: ['exp'], exp: at() + 600 }, claims()),
    ],
    ['another issuer', () => apple.token({ nonce, iss: 'https://appleid.apple.com.evil.example' })],
    ['no issuer', () => apple.token({ nonce, iss: undefined })],
    ['another audience', () => apple.token({ nonce, aud: 'com.example.other' })],
    ['a list of audiences', () => apple.token({ nonce, aud: [apple.clientId, 'com.example.other'] })],
    ['no audience', () => apple.token({ nonce, aud: undefined })],
    ['an end in the past', () => apple.token({ nonce, iat: at() - 700, exp: at() - 61 })],
    ['no end', () => apple.token({ nonce, exp: undefined })],
    ['a beginning in the future', () => apple.token({ nonce, iat: at() + 120 })],
    ['no subject', () => apple.token({ nonce, sub: undefined })],
    ['an empty subject', () => apple.token({ nonce, sub: '' })],
    ['no nonce', () => apple.token({})],
    ['another nonce', () => apple.token({ nonce: 'another' })],
    ['a nonce that is a list', () => apple.token({ nonce: [nonce] })],
    [
      'a changed payload',
      async () => {
        const [header, , signature] = (await apple.token({ nonce })).split('.');
        return [
          header,
          Buffer.from(JSON.stringify({ ...claims(), sub: 'admin' })).toString('base64url'),
          signature,
        ].join('.');
      },
    ],
  ];
  test.each(table)('with %s is refused, and nothing is stored', async (_, make) => {
    const before = [await graph.db.user.count(), await graph.db.usedNonce.count()];
    const answer = await signIn(await make(), nonce);
    expect(answer).toMatchObject({
      accessToken: null,
      refreshToken: null,
      user: null,
      errors: [{ code: 'INVALID', path: ['identityToken'] }],
    });
    expect([await graph.db.user.count(), await graph.db.usedNonce.count()]).toEqual(before);
    expect(apple.hits['/evil']).toBeUndefined();
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
    const { payload } = await jwtVerify(fields.get('client_secret')!, clientKey.publicKey, {
      currentDate: graph.clock.now(),
    });
    expect(payload).toMatchObject({ iss: 'TEAM', sub: apple.clientId, aud: apple.url });
    const account = await graph.db.appleAccount.findUniqueOrThrow({ where: { userId: user.id } });
    expect(account.refreshToken).toMatch(/^v1\./);
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

describe("Apple's keys", () => {
  test('a new one is accepted within one request', async () => {
    await person({ sub: 'rotating' });
    await apple.rotate({ keep: true });
    const before = apple.hits['/auth/keys']!;
    await person({ sub: 'rotating' });
    await person({ sub: 'rotating' });
    expect(apple.hits['/auth/keys']).toBe(before + 1);
  });

  test('a new one is found by everybody who asks for it while it is being fetched', async () => {
    await person({ sub: 'rotating' });
    await apple.rotate({ keep: true });
    const before = apple.hits['/auth/keys']!;
    const { kid } = apple.key;
    const asked = ['made up', kid, kid].map((one) => appleKey(graph.platform, one));
    expect((await Promise.all(asked)).map((key) => key !== null)).toEqual([false, true, true]);
    expect(apple.hits['/auth/keys']).toBe(before + 1);
  });

  test('a thousand made-up key ids lead to at most two requests', async () => {
    const before = apple.hits['/auth/keys']!;
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const input = {
            identityToken: await apple.token({ nonce: 'n' }, { kid: `${batch} ${n}` }, stranger),
            nonce: 'n',
          };
          const answer = await graph.as(null).data(document, { input }, { ip: `10.0.0.${batch}` });
          expect(answer.signInWithApple.errors).toMatchObject([{ code: 'INVALID' }]);
        }),
      );
    }
    expect(apple.hits['/auth/keys']! - before).toBeLessThanOrEqual(2);
  }, 30_000);

  test('known ones still work while Apple is down, also after a day', async () => {
    await person({ sub: 'down' });
    apple.mode = 'down';
    graph.clock.advance(10 * 60_000);
    await person({ sub: 'down' });
    graph.clock.advance(2 * 86_400_000);
    await person({ sub: 'down' });
    const nonce = freshNonce();
    const unknown = await run(await apple.token({ nonce }, {}, stranger), nonce);
    expect(unknown.errors?.[0]?.extensions?.code).toBe('UPSTREAM_FAILED');
  });

  test('an Apple that does not answer fails the sign-in within 5 seconds, and nothing else waits', async () => {
    apple.mode = 'hung';
    graph.clock.advance(2 * 86_400_000);
    const nonce = freshNonce();
    const started = performance.now();
    const waiting = run(await apple.token({ nonce }, {}, stranger), nonce);
    const ana = await graph.person();
    await ana.data('{ viewer { id } }');
    expect(performance.now() - started).toBeLessThan(2_000);
    expect((await waiting).errors?.[0]?.extensions?.code).toBe('UPSTREAM_FAILED');
    expect(performance.now() - started).toBeLessThan(5_000);
  }, 10_000);

  test('one that was withdrawn is refused a day later', async () => {
    const old = apple.key;
    await person({ sub: 'withdrawn' });
    await apple.rotate();
    graph.clock.advance(24 * 3_600_000 + 1);
    const nonce = freshNonce();
    expect(await signIn(await apple.token({ nonce }, {}, old), nonce)).toMatchObject({ errors: [{ code: 'INVALID' }] });
    await person({ sub: 'withdrawn' });
  });
});

describe('a notification from Apple', () => {
  const notify = async (type: string, sub: string, at = graph.clock.now()) =>
    handleAppleNotification(
      graph.platform,
      await apple.token({ sub: undefined, events: JSON.stringify({ type, sub, event_time: at.getTime() }) }),
    );

  test('of withdrawn consent ends the sessions until then; a duplicate does not end later ones', async () => {
    const first = await person({ sub: 'leaver' });
    graph.clock.advance(1_000);
    const at = graph.clock.now();
    expect(await notify('consent-revoked', 'leaver', at)).toBe(true);
    await expect(identify(graph.platform, first.accessToken)).rejects.toThrow('ended');
    graph.clock.advance(1_000);
    const second = await person({ sub: 'leaver' });
    expect(second.user.id).toBe(first.user.id);
    expect(await notify('consent-revoked', 'leaver', at)).toBe(true);
    expect((await identify(graph.platform, second.accessToken)).viewer.userId).toBe(first.user.id);
  });

  test('of a deleted Apple account schedules the deletion here, in 14 days, once', async () => {
    const { user, accessToken } = await person({ sub: 'deleter' });
    graph.clock.advance(1_000);
    const at = graph.clock.now();
    expect(await notify('account-delete', 'deleter', at)).toBe(true);
    await expect(identify(graph.platform, accessToken)).rejects.toThrow('ended');
    const scheduled = await row(user.id);
    expect(scheduled).toMatchObject({
      deletionRequestedAt: at,
      deletionScheduledAt: new Date(at.getTime() + 14 * 86_400_000),
    });
    const told = { userId: user.id, type: 'user.deletionScheduled' };
    expect(await graph.db.event.count({ where: told })).toBe(1);
    const entries = await graph.db.auditEntry.findMany({ where: { userId: user.id, action: 'deletion.scheduled' } });
    expect(entries).toMatchObject([{ actorKind: 'system', actorId: 'apple' }]);
    graph.clock.advance(86_400_000);
    expect(await notify('account-delete', 'deleter', at)).toBe(true);
    expect(await row(user.id)).toEqual(scheduled);
    expect(await graph.db.event.count({ where: told })).toBe(1);

    // Whoever signed in since and kept the account keeps it, though Apple says it again.
    const later = await person({ sub: 'deleter' });
    const { viewer } = await identify(graph.platform, later.accessToken);
    await graph.as(viewer).data('mutation { cancelAccountDeletion { errors { code } } }');
    expect(await notify('account-delete', 'deleter', at)).toBe(true);
    expect((await row(user.id)).deletionScheduledAt).toBeNull();
  });

  test('of forwarding switched off and on is noted', async () => {
    await person({ sub: 'relay', email: 'x@privaterelay.appleid.com', is_private_email: 'true' });
    const account = () => graph.db.appleAccount.findUniqueOrThrow({ where: { sub: 'relay' } });
    expect(await account()).toMatchObject({ isPrivateEmail: true, emailEnabled: true });
    await notify('email-disabled', 'relay');
    expect((await account()).emailEnabled).toBe(false);
    await notify('email-enabled', 'relay');
    expect((await account()).emailEnabled).toBe(true);
  });

  test('that Apple did not sign is refused; unknown people and kinds are not an error', async () => {
    expect(
      await handleAppleNotification(
        graph.platform,
        await apple.token({ events: '{}' }, { kid: apple.key.kid }, stranger),
      ),
    ).toBe(false);
    expect(await notify('account-delete', 'nobody')).toBe(true);
    expect(await notify('something-new', 'relay')).toBe(true);
    expect(await handleAppleNotification(graph.platform, await apple.token({ events: 'no json' }))).toBe(true);
  });
});
