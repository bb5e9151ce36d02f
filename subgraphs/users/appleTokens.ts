import type { GraphQLError } from 'graphql';
import { importPKCS8, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from '../shared/config.ts';
import { sha256 } from '../shared/crypto.ts';
import { invalid, upstreamFailed } from '../shared/errors.ts';
import { clockSkewSeconds } from './accessTokens.ts';
import { type AppleHouse, appleKey } from './appleKeys.ts';

const timeoutMs = 3_000;

/** Apple writes some booleans as text. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const claims = z.object({
  sub: z.string().min(1).max(255),
  // Apple names one client; a list would say that the token was meant for others as well.
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  nonce: z.string().max(1_000).optional(),
  email: z.string().max(254).optional().catch(undefined),
  email_verified: flag.optional().catch(undefined),
  is_private_email: flag.optional().catch(undefined),
  transfer_sub: z.string().max(255).optional().catch(undefined),
});
export type AppleClaims = z.infer<typeof claims>;

/**
 * Checks a JWT that Apple signed: RS256 only, with a key that Apple publishes (never one that the token brings along),
 * issuer, one of our client ids, and times.
 * @returns its claims, or null when it is not valid.
 * @throws GraphQLError UPSTREAM_FAILED when Apple's keys cannot be had.
 */
export async function verifyAppleJwt(house: AppleHouse, token: string): Promise<JWTPayload | null> {
  const { config } = house;
  if (token.length > 10_000) return null;
  const now = house.now();
  let failure: unknown = null;
  const findKey = async ({ kid }: { kid?: string }) => {
    const key = kid
      ? await appleKey(house, kid).catch((error: unknown) => {
          failure = error;
          return null;
        })
      : null;
    if (!key) throw new Error('unknown key');
    return key;
  };
  try {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms: ['RS256'],
      issuer: config.APPLE_ISSUER,
      audience: config.APPLE_CLIENT_IDS,
      clockTolerance: clockSkewSeconds,
      currentDate: now,
      requiredClaims: ['iss', 'aud', 'exp', 'iat'],
    });
    return payload.iat! <= now.getTime() / 1_000 + clockSkewSeconds ? payload : null;
  } catch (error) {
    if (failure) throw failure;
    house.log.debug({ error: (error as Error).message }, 'a token was not one of Apple’s');
    return null;
  }
}

/** Checks an identity token; null when it is not valid. */
export async function verifyIdentityToken(house: AppleHouse, token: string): Promise<AppleClaims | null> {
  const payload = await verifyAppleJwt(house, token);
  return payload && (claims.safeParse(payload).data ?? null);
}

/** Whether the token was made for this nonce, which the app passed to Apple as it is or as its SHA-256. */
export function matchesNonce(claimed: string | undefined, nonce: string): boolean {
  const hex = sha256(nonce);
  return claimed !== undefined && [nonce, hex, Buffer.from(hex, 'hex').toString('base64url')].includes(claimed);
}

/** Whether a key for Apple's token endpoint is configured. */
export const hasAppleKey = (config: Config) => config.APPLE_PRIVATE_KEY !== undefined;

const exchanged = z.object({ refresh_token: z.string().max(4_000), id_token: z.string().max(10_000).optional() });

/**
 * Exchanges an authorization code at Apple.
 * @returns Apple's refresh token and the identity token that came with it.
 * @throws UserErrors INVALID when Apple refuses the code; GraphQLError UPSTREAM_FAILED when Apple cannot be reached.
 */
export async function exchangeCode(house: AppleHouse, clientId: string, code: string) {
  const response = await post(house, 'token', clientId, { grant_type: 'authorization_code', code });
  if (response.status === 400 && (await errorOf(response)) === 'invalid_grant') {
    throw invalid(['authorizationCode'], 'Apple does not accept this authorization code. Sign in with Apple again.');
  }
  const answer = response.ok ? exchanged.safeParse(await response.json().catch(() => null)) : null;
  if (!answer?.success) throw failed(house, 'token', `it answered ${response.status}`);
  return answer.data;
}

/**
 * Revokes a refresh token at Apple. A token that Apple does not know any more counts as revoked.
 * @throws GraphQLError UPSTREAM_FAILED: try again later.
 */
export async function revokeGrant(house: AppleHouse, clientId: string, refreshToken: string): Promise<void> {
  const response = await post(house, 'revoke', clientId, {
    token: refreshToken,
    token_type_hint: 'refresh_token',
  });
  if (response.ok || (response.status === 400 && (await errorOf(response)) === 'invalid_grant')) return;
  throw failed(house, 'revoke', `it answered ${response.status}`);
}

async function post(house: AppleHouse, endpoint: string, clientId: string, fields: Record<string, string>) {
  const body = new URLSearchParams({
    client_id: clientId,
    client_secret: await clientSecret(house, clientId),
    ...fields,
  });
  try {
    return await fetch(`${house.config.APPLE_ISSUER}/auth/${endpoint}`, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    throw failed(house, endpoint, (error as Error).message);
  }
}

function failed({ log }: AppleHouse, endpoint: string, why: string): GraphQLError {
  log.warn({ endpoint, why }, 'a call to Apple failed');
  return upstreamFailed('Apple cannot be reached at the moment. Try again soon.');
}

async function errorOf(response: Response): Promise<string | undefined> {
  const body = (await response.json().catch(() => null)) as { error?: string } | null;
  return body?.error;
}

/** The JWT that stands for our secret at Apple: ES256 with the key from the developer account. */
async function clientSecret({ config, now }: AppleHouse, clientId: string): Promise<string> {
  // In an environment variable, line ends are often written as two characters.
  const key = await importPKCS8(config.APPLE_PRIVATE_KEY!.replaceAll('\\n', '\n'), 'ES256');
  const issuedAt = Math.floor(now().getTime() / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: config.APPLE_KEY_ID! })
    .setIssuer(config.APPLE_TEAM_ID!)
    .setSubject(clientId)
    .setAudience(config.APPLE_ISSUER)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 300)
    .sign(key);
}
