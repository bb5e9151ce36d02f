import { z } from 'zod';
import { readRest } from '../connections/outside.ts';
import type { Account, Connect, Credentials, Outside, OutsideAnswer } from './provider.ts';
import { ProviderFault } from './provider.ts';

/** A provider's OAuth, as it is set up in this installation: what differs from one to the next. */
export interface OAuthProfile {
  /** For sentences: "Google". */
  name: string;
  clientId: string;
  clientSecret: string;
  authorizeUrl: string;
  tokenUrl: string;
  /** Null where it has none (RFC 7009). */
  revokeUrl: string | null;
  scopes: readonly string[];
  /** Its `iss` (RFC 9207): what it states in its answer must be this. Null where it is not known to state one. */
  issuer?: string | null;
  /** More parameters of the authorization request, e.g. what it takes to be given a refresh token. */
  extra?: Readonly<Record<string, string>>;
  /** How the client shows who it is at the token endpoint. Default: in the body. */
  clientAuthentication?: 'body' | 'basic';
  /** Who signed in. `token` is what the token endpoint answered. */
  account(outside: Outside, accessToken: string, token: TokenAnswer): Promise<Account>;
}

const tokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  expires_in: z.coerce.number().positive().nullish().catch(null),
  scope: z.string().nullish().catch(null),
});
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/** Errors with which a token endpoint says that the grant is no more: asking again changes nothing. */
const endedGrants = new Set([
  'invalid_grant',
  'unauthorized_client',
  'access_denied',
  'interaction_required',
  'consent_required',
]);

/**
 * How somebody signs in at a provider with OAuth 2.1: authorization code with PKCE (RFC 7636), `iss` checked, refresh tokens that may rotate.
 * @param profileOf reads the configuration when it is needed; a provider that is not set up says so by `lacks`.
 */
export function oauthConnect(profileOf: (outside: Pick<Outside, 'config'>) => OAuthProfile): Connect {
  return {
    async begin({ outside, state, codeChallenge, redirectUri }) {
      const profile = profileOf(outside);
      const url = new URL(profile.authorizeUrl);
      const parameters = {
        ...profile.extra,
        response_type: 'code',
        client_id: profile.clientId,
        redirect_uri: redirectUri,
        scope: profile.scopes.join(' '),
        state,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return { url: url.href, kept: {} };
    },
    async complete({ outside, parameters, codeVerifier, redirectUri }) {
      const profile = profileOf(outside);
      checkIssuer(profile, parameters.iss);
      if (parameters.error !== undefined) {
        const denied = parameters.error === 'access_denied';
        throw new ProviderFault(
          'REFUSED',
          denied ? `Access was not granted at ${profile.name}.` : `${profile.name} refused the sign-in.`,
        );
      }
      if (!parameters.code) throw new ProviderFault('REFUSED', `${profile.name} gave no code.`);
      const token = await askForToken(outside, profile, {
        grant_type: 'authorization_code',
        code: parameters.code,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
      });
      const credentials = toCredentials(outside, token, null, profile.scopes);
      const account = await profile.account(outside, credentials.accessToken, token);
      return { credentials, account };
    },
    async refresh(outside, credentials) {
      const profile = profileOf(outside);
      const { refreshToken } = credentials;
      if (refreshToken === null) throw signInAgain(profile);
      const token = await askForToken(outside, profile, { grant_type: 'refresh_token', refresh_token: refreshToken });
      return toCredentials(outside, token, refreshToken, credentials.scopes);
    },
    async revoke(outside, { refreshToken, accessToken }) {
      const { revokeUrl, name, ...profile } = profileOf(outside);
      if (revokeUrl === null) return;
      const hint = refreshToken === null ? 'access_token' : 'refresh_token';
      const fields = { token: refreshToken ?? accessToken, token_type_hint: hint };
      const answer = await outside.fetch(revokeUrl, { method: 'POST', ...clientRequest(profile, fields) });
      // RFC 7009 answers 200 for unknown tokens; some say 400 invalid_token: it is gone either way.
      if (answer.status >= 500 || answer.status === 429) throw unavailable(name, answer, outside.now());
    },
  };
}

function checkIssuer({ issuer, name }: OAuthProfile, stated: string | undefined): void {
  if (issuer == null || stated === undefined || stated === issuer) return;
  throw new ProviderFault('REFUSED', `The answer does not come from ${name}.`);
}

/** @throws ProviderFault REAUTH when the grant is no more, UNAVAILABLE or REFUSED otherwise. */
async function askForToken(
  outside: Outside,
  profile: OAuthProfile,
  fields: Record<string, string>,
): Promise<TokenAnswer> {
  const { name, tokenUrl } = profile;
  const answer = await outside.fetch(tokenUrl, { method: 'POST', ...clientRequest(profile, fields) });
  if (answer.status >= 500 || answer.status === 429) throw unavailable(name, answer, outside.now());
  const body = answer.json();
  const token = tokenAnswer.safeParse(body);
  if (answer.status === 200 && token.success) return token.data;
  const error = (body as { error?: unknown } | null)?.error;
  if (typeof error === 'string' && endedGrants.has(error)) throw signInAgain(profile);
  throw new ProviderFault('REFUSED', `${name} gave no access: this installation's client there may be set up wrongly.`);
}

function clientRequest(
  { clientId, clientSecret, clientAuthentication = 'body' }: Omit<OAuthProfile, 'name' | 'revokeUrl'>,
  fields: Record<string, string>,
) {
  const accept = { accept: 'application/json' };
  if (clientAuthentication === 'body') {
    return {
      headers: accept,
      body: new URLSearchParams({ ...fields, client_id: clientId, client_secret: clientSecret }),
    };
  }
  // Both are form-encoded before they are joined (RFC 6749, section 2.3.1).
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return { headers: { ...accept, authorization }, body: new URLSearchParams(fields) };
}

/** @param kept the refresh token that goes on to count where the answer brings no other one. */
function toCredentials(
  { now }: Outside,
  token: TokenAnswer,
  kept: string | null,
  asked: readonly string[],
): Credentials {
  return {
    accessToken: token.access_token,
    refreshToken: token.refresh_token ?? kept,
    expiresAt: token.expires_in == null ? null : new Date(now().getTime() + token.expires_in * 1_000),
    scopes: token.scope == null ? asked : token.scope.split(/[ ,]+/).filter(Boolean),
  };
}

const signInAgain = ({ name }: OAuthProfile) =>
  new ProviderFault('REAUTH', `${name} no longer accepts the access it gave. Connect again.`);

const unavailable = (name: string, { headers }: OutsideAnswer, now: Date) =>
  new ProviderFault('UNAVAILABLE', `${name} cannot be reached at the moment.`, readRest(headers, now));
