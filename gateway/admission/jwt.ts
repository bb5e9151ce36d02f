import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { unauthenticated } from '../../subgraphs/shared/errors.ts';

export interface JwtOptions {
  /** Address of the issuer's JSON Web Key Set (RFC 7517). */
  readonly jwks: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly now?: () => Date;
}

/** What a verified token says. */
export interface JwtIdentity {
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

/** Signatures by public keys only: with a shared secret, whoever can check a token can make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Verified tokens that are remembered, so that a request costs a look-up and not a signature. */
const capacity = 10_000;

/**
 * Verifies access tokens of any issuer (RFC 9068): signature by a key of the issuer's set, which is fetched again for unknown key ids at
 * most every 30 seconds, issuer, audience and expiry with a tolerance of 60 seconds. Scopes are read from `scope` (RFC 8693) or `scp`.
 * @returns a function that throws GraphQLError UNAUTHENTICATED for anything but a valid "Bearer <token>".
 */
export function createJwtVerifier({ jwks, issuer, audience, now = () => new Date() }: JwtOptions) {
  const keys = createRemoteJWKSet(new URL(jwks), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  const known = new Map<string, JwtIdentity>();

  return async function verify(authorization: string): Promise<JwtIdentity> {
    const remembered = known.get(authorization);
    if (remembered && (!remembered.expiresAt || remembered.expiresAt > now())) return remembered;
    known.delete(authorization);
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization.trim()) ?? [];
    if (!token) throw unauthenticated('Authorization must be "Bearer <access token>".');
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      audience,
      clockTolerance: 60,
      currentDate: now(),
    }).catch(() => {
      throw unauthenticated('The access token is not valid, or not any more.');
    });
    const identity: JwtIdentity = {
      subject: payload.sub ?? '',
      scopes: scopesOf(payload),
      expiresAt: payload.exp === undefined ? null : new Date(payload.exp * 1_000),
    };
    if (known.size >= capacity) known.delete(known.keys().next().value as string);
    known.set(authorization, identity);
    return identity;
  };
}

function scopesOf({ scope, scp }: JWTPayload): string[] {
  const given = scope ?? scp;
  if (typeof given === 'string') return given.split(' ').filter(Boolean);
  return Array.isArray(given) ? given.filter((name) => typeof name === 'string') : [];
}
