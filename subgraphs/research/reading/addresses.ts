import { parseUrl } from '../../shared/urls.ts';

/** Longest address that is kept. */
const longest = 2_000;

/** An absolute http or https address without name and password; null for everything else. */
export function webAddress(text: string | null | undefined, base?: string): string | null {
  if (!text || text.length > longest * 2) return null;
  const url = parseUrl(text.trim(), base);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  url.username = '';
  url.password = '';
  return url.href.length <= longest ? url.href : null;
}

const tracking = /^(utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hs(enc|mi)|ref_src|at_\w+)$/i;

/**
 * What two addresses of the same page have in common: without scheme, tracking parameters, an empty or text fragment, a slash at the end, and
 * whatever order the parameters are in. To compare, not to fetch. Fragments stay: a list of changes has one address an entry.
 */
export function addressKey(address: string): string {
  const url = parseUrl(address);
  if (!url) return address;
  const parameters = [...url.searchParams].filter(([name]) => !tracking.test(name)).map((pair) => pair.join('='));
  const query = parameters.length > 0 ? `?${parameters.sort().join('&')}` : '';
  const fragment = /^#(:~:|$)/.test(url.hash) ? '' : url.hash.replace(/:~:.*$/, '');
  return `${url.host.replace(/\.$/, '')}${url.pathname.replace(/\/+$/, '')}${query}${fragment}`;
}
