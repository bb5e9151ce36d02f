import { z } from 'zod';
import type { Config } from '../../shared/config.ts';
import { readRest } from '../connections/outside.ts';
import { oauthConnect } from './oauth.ts';
import type { Connect, OutsideAnswer, ProviderCall } from './provider.ts';
import { ProviderFault } from './provider.ts';
import { textOf } from './texts.ts';

/** What Outlook's mail and calendar have in common: the client at Microsoft, and how Graph gives what has changed. */

export const lacksMicrosoft = ({ MICROSOFT_CLIENT_ID, MICROSOFT_CLIENT_SECRET }: Config): string | null =>
  MICROSOFT_CLIENT_ID && MICROSOFT_CLIENT_SECRET
    ? null
    : 'This installation has no client at Microsoft: MICROSOFT_CLIENT_ID and MICROSOFT_CLIENT_SECRET are not set.';

const base = ({ MICROSOFT_API_URL }: Config) => MICROSOFT_API_URL.replace(/\/+$/, '');

/** An address of Graph. */
export function microsoftUrl(config: Config, path: string, parameters: Record<string, string> = {}): string {
  const url = new URL(`${base(config)}/v1.0${path}`);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

const me = z.object({
  id: z.string().min(1).max(200),
  mail: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
});

/** Signing in at Microsoft (v2.0). Its refresh tokens are replaced with each use; it has no address for giving them back. */
export function microsoftConnect(scope: string): Connect {
  return oauthConnect(({ config }) => {
    const signIn = `${config.MICROSOFT_AUTH_URL.replace(/\/+$/, '')}/${config.MICROSOFT_TENANT}/oauth2/v2.0`;
    return {
      name: 'Microsoft',
      clientId: config.MICROSOFT_CLIENT_ID ?? '',
      clientSecret: config.MICROSOFT_CLIENT_SECRET ?? '',
      authorizeUrl: `${signIn}/authorize`,
      tokenUrl: `${signIn}/token`,
      revokeUrl: null,
      // Only with the first of them Microsoft gives a refresh token.
      scopes: ['offline_access', 'User.Read', scope],
      extra: { response_mode: 'query', prompt: 'select_account' },
      async account(outside, accessToken) {
        const url = microsoftUrl(config, '/me', { $select: 'id,mail,userPrincipalName' });
        const answer = await outside.fetch(url, { headers: { authorization: `Bearer ${accessToken}` } });
        const { id, mail, userPrincipalName } = readMicrosoft(me, answer, outside.now());
        return { id, label: textOf(mail, 200) ?? textOf(userPrincipalName, 200) ?? 'Microsoft account' };
      },
    };
  });
}

const errorAnswer = z.object({ error: z.object({ code: z.string() }) });
/** Codes with which Graph says that a token of changes counts no more. */
const tooOld = new Set(['syncstatenotfound', 'syncstateinvalid', 'resyncrequired', 'fullsyncrequired', 'gone']);

/**
 * The content of an answer that is none of "not found", which the caller has dealt with.
 * @throws ProviderFault, EXPIRED where Graph no longer knows what has changed since
 */
export function readMicrosoft<T>(schema: z.ZodType<T>, answer: OutsideAnswer, now: Date): T {
  const { status, headers } = answer;
  const body = answer.json();
  if (status === 200) {
    // Half an answer: the next one may be whole.
    if (body === null) throw new ProviderFault('UNAVAILABLE', 'Microsoft answers what cannot be read at the moment.');
    const content = schema.safeParse(body);
    if (content.success) return content.data;
    throw new ProviderFault('REFUSED', 'Microsoft answers something else than expected.');
  }
  const code = errorAnswer.safeParse(body).data?.error.code.toLowerCase() ?? '';
  if (status === 410 || tooOld.has(code)) {
    throw new ProviderFault('EXPIRED', 'Microsoft no longer knows what has changed since.');
  }
  if (status === 429) {
    throw new ProviderFault('LIMITED', 'Microsoft wants fewer calls for now.', readRest(headers, now));
  }
  if (status >= 500) {
    throw new ProviderFault('UNAVAILABLE', 'Microsoft cannot be reached at the moment.', readRest(headers, now));
  }
  if (status === 401 || status === 403) {
    throw new ProviderFault('REAUTH', 'Microsoft does not let Jarvis read this any more. Connect again.');
  }
  throw new ProviderFault('REFUSED', `Microsoft refuses to answer (${status}).`);
}

const delta = z.object({
  value: z.array(z.unknown()).default([]),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});

/** A page of what has changed: rows, and where it goes on, either now or the next time. */
export interface Changes {
  rows: unknown[];
  next: string | null;
  /** Where the next round begins; there when this one is over. */
  end: string | null;
}

/**
 * Reads a page of a delta query. A page may be empty and still have another after it.
 * @throws ProviderFault
 */
export async function readChanges(call: ProviderCall, link: string, prefer: readonly string[]): Promise<Changes> {
  // Links come from answers and from what is stored: the token goes to Graph only.
  if (!link.startsWith(`${base(call.config)}/`)) {
    throw new ProviderFault('REFUSED', 'Microsoft sends us elsewhere, where we do not follow.');
  }
  const answer = await call.ask(link, { headers: { prefer: prefer.join(', ') } });
  const read = readMicrosoft(delta, answer, call.now());
  const next = read['@odata.nextLink'] ?? null;
  const end = read['@odata.deltaLink'] ?? null;
  if (next === null && end === null) {
    throw new ProviderFault('REFUSED', 'Microsoft answers something else than expected.');
  }
  return { rows: read.value, next, end: next === null ? end : null };
}

const removedRow = z.object({ id: z.string().min(1).max(1_000), '@removed': z.object({}) });
/** The id of a row that says that something is gone; null for other rows. */
export const removedId = (row: unknown): string | null => removedRow.safeParse(row).data?.id ?? null;
