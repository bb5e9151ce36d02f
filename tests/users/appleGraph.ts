/** A graph that people sign in to with Apple, of the test file that is running: from `beginApple` on. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { type FakeApple, makeKey, startApple } from '../support/apple.ts';
import { startGraph, type TestGraph } from '../support/graph.ts';

export const document = `mutation ($input: SignInWithAppleInput!) {
  signInWithApple(input: $input) { accessToken refreshToken user { id } errors { code path message } }
}`;

export let apple: FakeApple;
export let graph: TestGraph;
/** What our client secrets are checked with. */
export let clientKey: KeyObject;
/** A key that Apple does not know. */
export let stranger: Awaited<ReturnType<typeof makeKey>>;

/** Each test starts with fresh counters of attempts, and Apple may be asked again. */
export function beginApple() {
  beforeAll(async () => {
    [apple, stranger] = await Promise.all([startApple(), makeKey()]);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    clientKey = publicKey;
    graph = await startGraph({
      env: {
        ENCRYPTION_KEY: randomBytes(32).toString('hex'),
        APPLE_ISSUER: apple.url,
        APPLE_CLIENT_IDS: `${apple.clientId},com.example.jarvis.mac`,
        APPLE_TEAM_ID: 'TEAM',
        APPLE_KEY_ID: 'KEY',
        APPLE_PRIVATE_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll('\n', '\\n'),
        ADMIN_EMAILS: 'boss@example.com',
      },
    });
    apple.now = graph.clock.now;
  }, 60_000);
  beforeEach(() => {
    apple.mode = 'up';
    graph.clock.advance(61_000);
  });
  afterAll(async () => {
    await graph.stop();
    await apple.stop();
  });
}

export const freshNonce = () => randomBytes(16).toString('hex');

/** A sign-in, with the whole answer. */
export const run = (identityToken: string, nonce: string, more = {}) =>
  graph.as(null).run(document, { input: { identityToken, nonce, ...more } });

/** A sign-in, refused or not. */
export async function signIn(identityToken: string, nonce: string, more = {}) {
  const { data, errors } = await run(identityToken, nonce, more);
  if (errors) throw new Error(JSON.stringify(errors));
  return data!.signInWithApple;
}

/** A sign-in that succeeds. */
export async function person(claims: Record<string, unknown>, more = {}) {
  const nonce = freshNonce();
  const answer = await signIn(await apple.token({ nonce, ...claims }), nonce, more);
  expect(answer.errors).toEqual([]);
  return answer;
}

export const row = (id: string) => graph.db.user.findUniqueOrThrow({ where: { id } });
