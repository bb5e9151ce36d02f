import { z } from 'zod';
import type { Config } from '../../../shared/config.ts';
import { readRest } from '../../connections/outside.ts';
import { readExactJson } from '../exactJson.ts';
import type { Outside } from '../provider.ts';
import { ProviderFault } from '../provider.ts';

export const lacksPlaid = ({ PLAID_CLIENT_ID, PLAID_SECRET }: Config): string | null =>
  PLAID_CLIENT_ID && PLAID_SECRET
    ? null
    : 'This installation has no account at Plaid: PLAID_CLIENT_ID and PLAID_SECRET are not set.';

const failure = z.object({ error_type: z.string().catch(''), error_code: z.string().catch('') });

/** What Plaid says is wrong, by its name, where a caller has its own answer to it. */
export class PlaidError extends Error {
  override name = 'PlaidError';
  readonly code: string;

  constructor(code: string) {
    super('Plaid answers with an error.');
    this.code = code;
  }
}

/** These end with the person's signing in at the bank again. */
const signInAgain = new Set([
  'ITEM_LOGIN_REQUIRED',
  'PENDING_DISCONNECT',
  'PENDING_EXPIRATION',
  'INVALID_ACCESS_TOKEN',
  'ITEM_NOT_FOUND',
  'ACCESS_NOT_GRANTED',
  'USER_PERMISSION_REVOKED',
]);
const again = 'The bank wants you to sign in again. Connect it again.';

/**
 * Asks Plaid, whose credentials are part of the body. Numbers of the answer are texts.
 * @param own codes of errors that the caller deals with: they are thrown as PlaidError
 * @throws ProviderFault, PlaidError
 */
export async function askPlaid<T>(
  outside: Outside,
  path: string,
  schema: z.ZodType<T>,
  body: Record<string, unknown>,
  own: readonly string[] = [],
): Promise<T> {
  const { PLAID_URL, PLAID_CLIENT_ID, PLAID_SECRET } = outside.config;
  const answer = await outside.fetch(`${PLAID_URL.replace(/\/+$/, '')}${path}`, {
    method: 'POST',
    body: { client_id: PLAID_CLIENT_ID, secret: PLAID_SECRET, ...body },
  });
  const content = readExactJson(answer.text);
  if (answer.status === 200) {
    // Half an answer: the next one may be whole.
    if (content === undefined)
      throw new ProviderFault('UNAVAILABLE', 'Plaid answers what cannot be read at the moment.');
    const read = schema.safeParse(content);
    if (read.success) return read.data;
    throw new ProviderFault('REFUSED', 'Plaid answers something else than expected.');
  }
  const { error_type: type, error_code: code } = failure.safeParse(content).data ?? { error_type: '', error_code: '' };
  if (own.includes(code)) throw new PlaidError(code);
  const rest = readRest(answer.headers, outside.now());
  if (answer.status === 429 || type === 'RATE_LIMIT_EXCEEDED') {
    throw new ProviderFault('LIMITED', 'Plaid wants fewer calls for now.', rest);
  }
  const isDown = type === 'API_ERROR' || type === 'INSTITUTION_ERROR' || code === 'PRODUCT_NOT_READY';
  if (answer.status >= 500 || isDown) {
    throw new ProviderFault('UNAVAILABLE', 'The bank cannot be reached at the moment.', rest);
  }
  if (signInAgain.has(code) || type === 'ITEM_ERROR') throw new ProviderFault('REAUTH', again);
  throw new ProviderFault('REFUSED', `Plaid refuses to answer (${answer.status}).`);
}
