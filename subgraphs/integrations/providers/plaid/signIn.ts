import { z } from 'zod';
import { sha256 } from '../../../shared/crypto.ts';
import type { Connect, Connected, Outside } from '../provider.ts';
import { ProviderFault } from '../provider.ts';
import { textOf } from '../texts.ts';
import { askPlaid, PlaidError } from './api.ts';

const linkToken = z.object({ link_token: z.string(), hosted_link_url: z.string() });
const added = z.object({
  public_token: z.string(),
  institution: z.object({ name: z.string().nullish() }).nullish().catch(null),
});
const linkState = z.object({
  link_sessions: z
    .array(z.object({ results: z.object({ item_add_results: z.array(added).default([]) }).nullish() }))
    .nullish(),
});
const itemState = z.object({ item: z.object({ item_id: z.string(), error: z.unknown() }) });
const exchanged = z.object({ access_token: z.string().min(1), item_id: z.string().min(1).max(200) });

/**
 * Hosted Link: the person signs in at the bank on pages of Plaid's. What came of it is asked for by the link's token, which never leaves the
 * server; the way back brings nothing but our own state.
 */
export const plaidConnect: Connect = {
  async begin({ outside, state, redirectUri, again }) {
    const { config } = outside;
    const back = new URL(redirectUri);
    back.searchParams.set('state', state);
    const { link_token, hosted_link_url } = await askPlaid(outside, '/link/token/create', linkToken, {
      client_name: 'Jarvis',
      language: 'en',
      country_codes: config.PLAID_COUNTRY_CODES,
      // Of a bank that is connected already, Plaid lets the person sign in anew: it stays the same item.
      ...(again ? { access_token: again.credentials.accessToken } : { products: ['transactions'] }),
      // Plaid wants something that stays with the person, and is told nothing about who that is.
      user: { client_user_id: sha256(`plaid ${state}`).slice(0, 32) },
      hosted_link: { completion_redirect_uri: back.href },
      // Plaid calls public addresses only.
      ...(config.publicUrl.startsWith('https:') && { webhook: `${config.publicUrl}/hooks/plaid` }),
    });
    return { url: hosted_link_url, kept: { linkToken: link_token } };
  },
  async complete({ outside, kept, again }) {
    if (again) return checkAgain(outside, again);
    const state = await askPlaid(outside, '/link/token/get', linkState, { link_token: kept.linkToken });
    const results = state.link_sessions?.flatMap(({ results }) => results?.item_add_results ?? []) ?? [];
    const result = results.at(-1);
    if (!result) throw new ProviderFault('REFUSED', 'No bank was connected at Plaid.');
    const { access_token, item_id } = await askPlaid(outside, '/item/public_token/exchange', exchanged, {
      public_token: result.public_token,
    });
    return {
      credentials: { accessToken: access_token, refreshToken: null, expiresAt: null, scopes: ['transactions'] },
      account: { id: item_id, label: textOf(result.institution?.name, 100) ?? 'Bank' },
    };
  },
  async revoke(outside, { accessToken }) {
    const gone = ['ITEM_NOT_FOUND', 'INVALID_ACCESS_TOKEN'];
    try {
      await askPlaid(outside, '/item/remove', z.object({}), { access_token: accessToken }, gone);
    } catch (error) {
      if (!(error instanceof PlaidError)) throw error;
    }
  },
};

/** Whether the person has signed in at a bank that was connected before: Plaid has no other word for it than that nothing is wrong any more. */
async function checkAgain(outside: Outside, again: Connected): Promise<Connected> {
  const body = { access_token: again.credentials.accessToken };
  const { item } = await askPlaid(outside, '/item/get', itemState, body);
  if (item.item_id === again.account.id && item.error == null) return again;
  throw new ProviderFault('REFUSED', 'The bank still wants you to sign in.');
}
