import { createHash, KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { apple, beginApple, freshNonce, graph, person, signIn, stranger } from './appleGraph.ts';

beginApple();

const sha256 = (text: string) => createHash('sha256').update(text);

describe('an identity token', () => {
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
});
