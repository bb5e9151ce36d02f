import { jwtVerify, SignJWT } from 'jose';
import { type Scope, scopes } from '../shared/context.ts';
import { unauthenticated } from '../shared/errors.ts';
import type { Platform } from '../shared/platform.ts';
import { type KeyHouse, signingKey, verificationKey } from './signingKeys.ts';

type House = KeyHouse & Pick<Platform, 'config'>;

/** An access token holds for so long, in seconds. */
export const accessTokenSeconds = 15 * 60;
/** Clocks may differ by so much, in seconds. */
export const clockSkewSeconds = 60;
const audience = 'jarvis';
const type = 'at+jwt';

/** What an access token says. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  scopes: Scope[];
  expiresAt: Date;
}

/** Makes an access token (JWT, RFC 9068) for a session. */
export async function issueAccessToken(
  house: House,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<{ token: string; expiresAt: Date }> {
  const { kid, key } = await signingKey(house);
  const issuedAt = Math.floor(house.now().getTime() / 1_000);
  const end = issuedAt + accessTokenSeconds;
  const token = await new SignJWT({ sid: sessionId, scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'ES256', kid, typ: type })
    .setIssuer(house.config.publicUrl)
    .setAudience(audience)
    .setSubject(userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(end)
    .sign(key);
  return { token, expiresAt: new Date(end * 1_000) };
}

/**
 * Checks an access token: our own key by its `kid`, ES256 only, issuer, audience, type and times. Whether its session
 * still holds is not known from the token.
 * @throws GraphQLError UNAUTHENTICATED, the same whatever is wrong with it.
 */
export async function verifyAccessToken(house: House, token: string): Promise<AccessClaims> {
  if (token.length > 4_000) throw invalidToken();
  // Errors of the database must not look like a bad token: they are kept and thrown as they are.
  let failure: unknown;
  const findKey = async ({ kid }: { kid?: string }) => {
    const key = kid ? await verificationKey(house, kid).catch((error) => fail(error)) : null;
    if (!key) throw new Error('unknown key');
    return key;
  };
  const fail = (error: unknown) => {
    failure = error;
    return null;
  };
  try {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms: ['ES256'],
      issuer: house.config.publicUrl,
      audience,
      typ: type,
      clockTolerance: clockSkewSeconds,
      currentDate: house.now(),
      requiredClaims: ['sub', 'sid', 'scope', 'iat', 'exp'],
    });
    const granted = new Set(String(payload.scope).split(' '));
    return {
      userId: payload.sub!,
      sessionId: String(payload.sid),
      scopes: scopes.filter((scope) => granted.has(scope)),
      expiresAt: new Date(payload.exp! * 1_000),
    };
  } catch {
    throw failure ?? invalidToken();
  }
}

const invalidToken = () =>
  unauthenticated('The access token is not valid, or not any more. Refresh it or sign in again.');
