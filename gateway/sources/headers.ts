import type { IncomingHttpHeaders } from 'node:http';

/** What belongs to one connection (RFC 9110 §7.6.1) or to the framing of a body: never passed on, whoever lists it. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'content-length',
  'content-encoding',
  'content-type',
  'accept',
  'accept-encoding',
  'expect',
]);

/**
 * Makes the choice of a client's headers that subgraphs get: those on the list and no others, so that nobody can pass for somebody by a
 * header that a subgraph trusts.
 * @throws Error for a name that must not be passed on.
 */
export function createHeaderFilter(names: readonly string[]): (headers: IncomingHttpHeaders) => Record<string, string> {
  const listed = names.map((name) => name.toLowerCase());
  for (const name of listed)
    if (hopByHop.has(name)) throw new Error(`The header "${name}" belongs to one connection and is not passed on.`);
  return (headers) => {
    const chosen: Record<string, string> = {};
    for (const name of listed) {
      const value = headers[name];
      if (typeof value === 'string') chosen[name] = value;
    }
    return chosen;
  };
}
