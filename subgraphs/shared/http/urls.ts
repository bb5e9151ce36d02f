import { parseUrl } from '../urls.ts';
import { FetchRefused } from './refusals.ts';

/** Longest address that is fetched, in characters. */
const longestUrl = 2_048;

/** The ports that sites are served on. A closed list: behind other ports sit mail, databases and shells. */
export const usualPorts: readonly number[] = [80, 443, 8080, 8443];

/** @throws FetchRefused FORBIDDEN_URL for what is no web address, or one that is not fetched. */
export function checkUrl(text: string, ports: readonly number[] = usualPorts, base?: URL): URL {
  if (text.length > longestUrl) throw forbidden(`The address is longer than ${longestUrl} characters.`);
  const url = parseUrl(text, base?.href);
  if (!url) throw forbidden('This is not a web address.');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw forbidden('Only addresses that begin with http:// or https:// are fetched.');
  if (url.username || url.password) throw forbidden('The address must not contain a user name or a password.');
  if (url.href.length > longestUrl) throw forbidden(`The address is longer than ${longestUrl} characters.`);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if (!ports.includes(port)) throw forbidden(`Jarvis does not connect to port ${port}.`);
  url.hash = '';
  return url;
}

/** The host as a key: a name with a dot at its end is the same one. */
export const hostOf = ({ hostname }: URL) => hostname.replace(/\.$/, '');

const followed = new Set([301, 302, 303, 307, 308]);

/**
 * Where an answer sends us, or null when it does not.
 * @throws FetchRefused when it sends us where nothing is fetched, or from https to http.
 */
export function redirectOf(
  status: number,
  location: string | null,
  from: URL,
  ports: readonly number[] = usualPorts,
): URL | null {
  if (!followed.has(status) || location === null) return null;
  const url = checkUrl(location, ports, from);
  if (from.protocol === 'https:' && url.protocol === 'http:')
    throw forbidden('The site redirects from a secure address to one that is not.');
  return url;
}

const forbidden = (message: string) => new FetchRefused('FORBIDDEN_URL', message);
