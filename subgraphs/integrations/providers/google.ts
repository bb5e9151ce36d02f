import { z } from 'zod';
import type { Config } from '../../shared/config.ts';
import { readRest } from '../connections/outside.ts';
import { oauthConnect } from './oauth.ts';
import type { Account, Connect, Outside, OutsideAnswer } from './provider.ts';
import { ProviderFault } from './provider.ts';

/** What Gmail and Google Calendar have in common: the client at Google, and how its APIs say that something is wrong. */

export const lacksGoogle = ({ GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET }: Config): string | null =>
  GOOGLE_CLIENT_ID && GOOGLE_CLIENT_SECRET
    ? null
    : 'This installation has no client at Google: GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET are not set.';

/** An address of Google's APIs. Parameters without a value are left out. */
export function googleUrl(
  config: Config,
  path: string,
  parameters: Record<string, string | number | null | undefined> = {},
) {
  const url = new URL(`${config.GOOGLE_API_URL.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(parameters)) {
    if (value != null) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/**
 * Signing in at Google. What a person agrees to there is one agreement for all of our client's scopes: revoking one token ends all of them.
 * @param find says whose the account is, by the access token
 */
export function googleConnect(
  scopes: readonly string[],
  find: (outside: Outside, headers: Record<string, string>) => Promise<Account>,
): Connect {
  return {
    ...oauthConnect(({ config }) => ({
      name: 'Google',
      clientId: config.GOOGLE_CLIENT_ID ?? '',
      clientSecret: config.GOOGLE_CLIENT_SECRET ?? '',
      authorizeUrl: config.GOOGLE_AUTH_URL,
      tokenUrl: config.GOOGLE_TOKEN_URL,
      revokeUrl: config.GOOGLE_REVOKE_URL,
      issuer: config.GOOGLE_ISSUER,
      scopes,
      // Only then Google gives a refresh token, and only with consent it gives one again.
      extra: { access_type: 'offline', prompt: 'consent', include_granted_scopes: 'true' },
      account: (outside, accessToken) => find(outside, { authorization: `Bearer ${accessToken}` }),
    })),
    grant: 'google',
  };
}

const errorAnswer = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string() })).default([]), status: z.string().optional() }),
});
const limits = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded', 'dailyLimitExceeded']);
const missingRights = new Set(['insufficientPermissions', 'authError', 'forbidden']);

/**
 * The content of an answer that is none of the provider's "not found" or "gone", which the caller has dealt with.
 * @throws ProviderFault
 */
export function readGoogle<T>(schema: z.ZodType<T>, answer: OutsideAnswer, now: Date): T {
  const { status, headers } = answer;
  const body = answer.json();
  if (status === 200) {
    // Half an answer: the next one may be whole.
    if (body === null) throw new ProviderFault('UNAVAILABLE', 'Google answers what cannot be read at the moment.');
    const content = schema.safeParse(body);
    if (content.success) return content.data;
    throw new ProviderFault('REFUSED', 'Google answers something else than expected.');
  }
  const said = errorAnswer.safeParse(body).data?.error;
  const reasons = said?.errors.map(({ reason }) => reason) ?? [];
  if (status === 403 && (said?.status === 'RESOURCE_EXHAUSTED' || reasons.some((reason) => limits.has(reason)))) {
    throw new ProviderFault('LIMITED', 'Google wants fewer calls for now.', readRest(headers, now));
  }
  if (status === 403 && reasons.some((reason) => missingRights.has(reason))) {
    throw new ProviderFault('REAUTH', 'Google does not let Jarvis read this any more. Connect again.');
  }
  throw new ProviderFault('REFUSED', `Google refuses to answer (${status}).`);
}
