import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, jwtVerify, SignJWT } from 'jose';
import { scopes } from '../../subgraphs/shared/context.ts';
import { identify } from '../../subgraphs/users/identity.ts';
import { jwks, rotateSigningKeys, signingKey } from '../../subgraphs/users/signingKeys.ts';
import { startGraph, type TestGraph } from '../support/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ env: { ENCRYPTION_KEY: randomBytes(32).toString('hex') } });
}, 60_000);
afterAll(() => graph.stop());
// Each test starts with fresh counters of attempts.
beforeEach(() => graph.clock.advance(60_000));

const day = 86_400_000;
async function signIn(email = 'ana@example.com'): Promise<string> {
  const document = `mutation { signInForDevelopment(input: { email: "${email}" }) { accessToken } }`;
  return (await graph.as(null).data(document)).signInForDevelopment.accessToken;
}
const rejected = { extensions: { code: 'UNAUTHENTICATED' } };
const refuses = (bearer: string) => expect(identify(graph.platform, bearer)).rejects.toMatchObject(rejected);

describe('an access token', () => {
  test('is an ES256 JWT for 15 minutes that the published keys verify', async () => {
    const token = await signIn();
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await jwks(graph.platform)), {
      issuer: 'http://localhost:4000',
      audience: 'jarvis',
      typ: 'at+jwt',
      currentDate: graph.clock.now(),
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(payload.exp! - payload.iat!).toBe(900);
    expect(payload.scope).toBe(scopes.join(' '));
    const { viewer, expiresAt } = await identify(graph.platform, token);
    expect(viewer).toEqual({
      userId: payload.sub,
      kind: 'session',
      credentialId: payload.sid,
      scopes,
      roles: ['USER'],
    });
    expect(expiresAt).toEqual(new Date(payload.exp! * 1_000));
    expect(JSON.stringify(await jwks(graph.platform))).not.toContain('"d"');
  });

  test('ends after 15 minutes and a minute for clocks that differ', async () => {
    const token = await signIn();
    graph.clock.advance(15 * 60_000 + 59_000);
    await identify(graph.platform, token);
    graph.clock.advance(1_000);
    await refuses(token);
  });

  const forge = async (claims: object, header: object = {}) => {
    const { kid, key } = await signingKey(graph.platform);
    const real = decodeJwt(await signIn());
    return new SignJWT(JSON.parse(JSON.stringify({ ...real, ...claims })))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, ...header })
      .sign(key);
  };
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const table: [string, () => Promise<string> | string][] = [
    ['nothing in it', () => ''],
    ['no JWT', () => 'a.b.c'],
    ['a megabyte', () => 'a'.repeat(1_000_000)],
    ['another issuer', () => forge({ iss: 'https://other.example' })],
    ['another audience', () => forge({ aud: 'other' })],
    ['another type', () => forge({}, { typ: 'JWT' })],
    ['no type', () => forge({}, { typ: undefined })],
    ['no kid', () => forge({}, { kid: undefined })],
    ['an unknown kid', () => forge({}, { kid: 'unknown' })],
    ['no end', () => forge({ exp: undefined })],
    ['no session', () => forge({ sid: undefined })],
    ["another's session", () => forge({ sub: 'user_00000000000070008000000000000000' })],
    ['no scope claim', () => forge({ scope: undefined })],
    ['a beginning in the future', () => forge({ nbf: graph.clock.now().getTime() / 1_000 + 120 })],
    [
      'the signature of another key',
      async () => {
        const header = { ...decodeProtectedHeader(await signIn()), alg: 'ES256' };
        return new SignJWT(decodeJwt(await signIn())).setProtectedHeader(header).sign(other.privateKey);
      },
    ],
    [
      'its key in the header',
      async () => {
        const jwk = await exportJWK(other.publicKey);
        return new SignJWT(decodeJwt(await signIn()))
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk })
          .sign(other.privateKey);
      },
    ],
    [
      'alg none',
      async () => {
        const [header, payload] = [{ alg: 'none', typ: 'at+jwt' }, decodeJwt(await signIn())].map((part) =>
          Buffer.from(JSON.stringify(part)).toString('base64url'),
        );
        return `${header}.${payload}.`;
      },
    ],
    [
      'HS256 with the public key as its secret',
      async () => {
        const { keys } = await jwks(graph.platform);
        return new SignJWT(decodeJwt(await signIn()))
          .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: keys[0]!.kid! })
          .sign(Buffer.from(JSON.stringify(keys[0])));
      },
    ],
  ];
  test.each(table)('with %s is refused', async (_, make) => refuses(await make()));

  test('forged with our own key and nothing changed is good: the table refuses for the reasons it states', async () => {
    await identify(graph.platform, await forge({}));
  });

  test('has the scopes it says, and no invented ones', async () => {
    const { viewer } = await identify(graph.platform, await forge({ scope: 'goals:read everything admin' }));
    expect(viewer.scopes).toEqual(['goals:read']);
  });
});

describe('who is behind a bearer', () => {
  test('is remembered for 5 seconds without a statement', async () => {
    const token = await signIn();
    const count = async () => (await graph.countQueries(() => identify(graph.platform, token))).count;
    expect(await count()).toBeGreaterThan(0);
    expect(await count()).toBe(0);
    graph.clock.advance(4_999);
    expect(await count()).toBe(0);
    graph.clock.advance(1);
    expect(await count()).toBeGreaterThan(0);
  });

  test('is forgotten within 5 seconds even when nobody says that the session ended', async () => {
    const token = await signIn();
    const { viewer } = await identify(graph.platform, token);
    await graph.db.session.updateMany({ where: { id: viewer.credentialId }, data: { revokedAt: graph.clock.now() } });
    await identify(graph.platform, token);
    graph.clock.advance(5_000);
    await refuses(token);
  });

  test.each(['user', 'everyone'])('is looked up again when the bus names the %s', async (whom) => {
    const token = await signIn(`${whom}@example.com`);
    const { viewer } = await identify(graph.platform, token);
    await graph.db.user.update({ where: { id: viewer.userId }, data: { suspendedAt: graph.clock.now() } });
    await identify(graph.platform, token);
    graph.platform.bus.publish('identity', whom === 'user' ? viewer.userId : '*');
    await new Promise(setImmediate);
    await refuses(token);
  });

  test('is nobody once the account is gone', async () => {
    const token = await signIn('gone@example.com');
    const { userId } = (await identify(graph.platform, token)).viewer;
    await graph.db.user.delete({ where: { id: userId } });
    graph.clock.advance(5_000);
    await refuses(token);
  });

  test('shows in when the session was used last, to within a few minutes', async () => {
    const token = await signIn('used@example.com');
    graph.clock.advance(3 * 60_000);
    const { viewer } = await identify(graph.platform, token);
    const read = () => graph.db.session.findFirstOrThrow({ where: { id: viewer.credentialId } });
    await until(async () => (await read()).lastUsedAt.getTime() === graph.clock.now().getTime());
  });
});

describe('signing keys', () => {
  test('are published a day before they sign; nobody is refused during a rotation', async () => {
    const kidOf = (token: string) => decodeProtectedHeader(token).kid;
    const published = async () => (await jwks(graph.platform)).keys.map(({ kid }) => kid);
    await graph.runJobs();
    const old = kidOf(await signIn());
    const row = await graph.db.signingKey.findUniqueOrThrow({ where: { kid: old! } });
    graph.clock.set(new Date(row.activeAt.getTime() + 29 * day - 1));
    await rotateSigningKeys(graph.platform);
    expect(await published()).toEqual([old]);
    graph.clock.advance(1);
    await Promise.all([rotateSigningKeys(graph.platform), rotateSigningKeys(graph.platform)]);
    expect(await published()).toHaveLength(2);
    expect(kidOf(await signIn())).toBe(old);
    graph.clock.set(new Date(row.activeAt.getTime() + 30 * day - 1));
    const last = await signIn();
    graph.clock.advance(1);
    const next = await signIn();
    expect(kidOf(last)).toBe(old);
    expect(kidOf(next)).not.toBe(old);
    graph.clock.advance(15 * 60_000);
    for (const token of [last, next]) await identify(graph.platform, token);
    graph.clock.advance(60 * 60_000);
    await rotateSigningKeys(graph.platform);
    expect(await published()).toEqual([kidOf(next)]);
  });

  test('rotated through several months, at any hour, refuse no token that still holds', async () => {
    const kids = new Set<unknown>();
    let refused = 0;
    for (let half = 0; half < 140; half++) {
      // Some rotations are missed, as by a process that was away.
      if (half % 5 !== 3) await rotateSigningKeys(graph.platform);
      const token = await signIn(`rotated${half % 7}@example.com`);
      kids.add(decodeProtectedHeader(token).kid);
      const isGood = () =>
        identify(graph.platform, token).then(
          () => true,
          () => false,
        );
      if (!(await isGood())) refused++;
      graph.clock.advance(14 * 60_000);
      await rotateSigningKeys(graph.platform);
      if (!(await isGood())) refused++;
      graph.clock.advance(12 * 3_600_000 - 14 * 60_000);
    }
    expect(refused).toBe(0);
    expect(kids.size).toBeGreaterThanOrEqual(3);
  });

  test('are made anew when nobody rotated them for months', async () => {
    const { kid } = await signingKey(graph.platform);
    graph.clock.advance(200 * day);
    const made = await Promise.all(Array.from({ length: 5 }, () => signingKey(graph.platform)));
    expect(new Set(made.map((key) => key.kid)).size).toBe(1);
    expect(made[0]!.kid).not.toBe(kid);
    await identify(graph.platform, await signIn());
  });

  test('are kept sealed', async () => {
    const rows = await graph.db.signingKey.findMany();
    for (const row of rows) expect(row.privateKey).toMatch(/^v2\./);
  });
});

/** Waits for what is written without anybody waiting for it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 500; round++) {
    if (await holds()) return;
    await new Promise(setImmediate);
  }
  throw new Error('It did not become so.');
}
