import type { Request } from './exchange.ts';
import { identity } from './identity.ts';
import { FetchRefused } from './refusals.ts';

/** What frames the request, or says where it goes, is not for senders to say. */
const reserved =
  /^(host|connection|content-length|transfer-encoding|accept-encoding|upgrade|expect|te|trailer|keep-alive|proxy-.*)$/;
const mostBytes = 8_000;

/**
 * The headers that somebody wants sent, in small letters, with our name where they bring none.
 * @throws FetchRefused FORBIDDEN_HEADER
 */
export function callHeaders(wanted: Record<string, string>): Record<string, string> {
  const headers: Record<string, string> = { ...identity };
  let size = 0;
  for (const [given, value] of Object.entries(wanted)) {
    const name = given.toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value))
      throw new FetchRefused('FORBIDDEN_HEADER', 'A header has signs in it that headers cannot have.');
    if (reserved.test(name)) throw new FetchRefused('FORBIDDEN_HEADER', `The header ${name} cannot be set.`);
    size += name.length + value.length;
    headers[name] = value;
  }
  if (size > mostBytes) throw new FetchRefused('FORBIDDEN_HEADER', 'The headers are too long.');
  return headers;
}

/** Of every answer the body is wanted, except of redirects, which are not followed: what is sent is for one address. */
export const callWants: Request['wants'] = (status) => {
  if (status < 300 || status > 399) return true;
  throw new FetchRefused(
    'HTTP_STATUS',
    `The address answers with a redirect (status ${status}), which is not followed.`,
    {
      status,
    },
  );
};
