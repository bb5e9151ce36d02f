import { z } from 'zod';
import type { Config } from '../../../shared/config.ts';
import { readRest } from '../../connections/outside.ts';
import type { ReceivedItem } from '../../items/item.ts';
import { oauthConnect } from '../oauth.ts';
import type { Page, Position, Provider, ProviderCall } from '../provider.ts';
import { ProviderFault } from '../provider.ts';

/** Pages that one sync reads back at most. */
const mostPages = 10;
const longestText = 10_000;

/** A service that is set up by the configuration alone: where to sign in, and where in its answers things stand. */
export const oauth2: Provider = {
  id: 'OAUTH2',
  name: 'Social service',
  nameIn: ({ OAUTH2_NAME }) => OAUTH2_NAME ?? 'Social service',
  kind: 'OAUTH',
  data: ['SOCIAL'],
  settingsSchema: z.strictObject({}),
  lacks(config) {
    const needed = [
      'OAUTH2_NAME',
      'OAUTH2_CLIENT_ID',
      'OAUTH2_CLIENT_SECRET',
      'OAUTH2_AUTHORIZE_URL',
      'OAUTH2_TOKEN_URL',
      'OAUTH2_ITEMS_URL',
    ] as const;
    const missing = needed.filter((name) => !config[name]);
    return missing.length === 0 ? null : `No social service is set up: ${missing.join(', ')} must be set.`;
  },
  connect: oauthConnect(({ config }) => ({
    name: config.OAUTH2_NAME ?? 'The service',
    clientId: config.OAUTH2_CLIENT_ID ?? '',
    clientSecret: config.OAUTH2_CLIENT_SECRET ?? '',
    authorizeUrl: config.OAUTH2_AUTHORIZE_URL ?? '',
    tokenUrl: config.OAUTH2_TOKEN_URL ?? '',
    revokeUrl: config.OAUTH2_REVOKE_URL ?? null,
    issuer: config.OAUTH2_ISSUER ?? null,
    scopes: config.OAUTH2_SCOPES,
    async account(outside, accessToken) {
      const { OAUTH2_NAME: name = '', OAUTH2_ACCOUNT_URL: url, OAUTH2_FIELDS: fields } = config;
      if (!url) return { id: '', label: name };
      const answer = await outside.fetch(url, { headers: { authorization: `Bearer ${accessToken}` } });
      const id = textAt(answer.json(), fields.accountId ?? 'id');
      if (answer.status !== 200 || !id) throw new ProviderFault('REFUSED', `${name} does not say who signed in.`);
      return { id, label: textAt(answer.json(), fields.accountLabel ?? 'name') ?? id };
    },
  })),
  pull: readPosts,
};

interface PostPosition extends Position {
  /** When the newest post that is known was written; null before the first sync. */
  since: string | null;
  /** Of the sync that is under way: the next page, how many there were, and the newest post of it. */
  next?: string;
  pages?: number;
  newest?: string | null;
}

/** A page of posts, the newest first, back to those that are known. */
async function readPosts(call: ProviderCall, position: Position | null): Promise<Page> {
  const known = (position ?? { since: null }) as PostPosition;
  const { OAUTH2_FIELDS: fields, OAUTH2_ITEMS_URL: start = '' } = call.config;
  const url = known.next ?? start;
  const answer = await call.ask(url);
  if (answer.status === 410 || (answer.status === 400 && known.next !== undefined)) {
    throw new ProviderFault('EXPIRED', 'The service no longer knows this page.');
  }
  const body = answer.json();
  if (answer.status !== 200) refuse(call, answer.status, answer.headers);
  const rows = fields.items === undefined ? body : valueAt(body, fields.items);
  if (!Array.isArray(rows)) {
    throw new ProviderFault(body === null ? 'UNAVAILABLE' : 'REFUSED', 'The service answers what cannot be read.');
  }
  const posts = rows.flatMap((row) => toPost(call.config, row) ?? []);
  const times = posts.map(({ at }) => at.toISOString());
  const newest = [known.newest, ...times].reduce((a, b) => (a == null || (b != null && b > a) ? (b ?? a) : a), null);
  const pages = (known.pages ?? 0) + 1;
  const next = fields.next === undefined ? null : nextPage(textAt(body, fields.next), url);
  const reachesKnown = known.since !== null && times.some((at) => at <= known.since!);
  const more = next !== null && posts.length > 0 && !reachesKnown && pages < mostPages;
  return {
    resets: position === null ? [{ type: 'received' }] : [],
    removed: [],
    items: posts,
    position: more ? { since: known.since, next, pages, newest } : { since: newest ?? known.since },
    more,
    durable: true,
  };
}

function refuse({ now }: ProviderCall, status: number, headers: Headers): never {
  const rest = readRest(headers, now());
  if (status === 403 && rest !== null)
    throw new ProviderFault('LIMITED', 'The service wants fewer calls for now.', rest);
  throw new ProviderFault('REFUSED', `The service refuses to answer (${status}).`);
}

/** Only where it stays with the same server: the access token goes along. */
function nextPage(text: string | null, url: string): string | null {
  if (!text) return null;
  const next = new URL(text, url);
  return next.origin === new URL(url).origin ? next.href : null;
}

function toPost({ OAUTH2_FIELDS: fields }: Config, row: unknown): ReceivedItem | null {
  const id = textAt(row, fields.id);
  const time = textAt(row, fields.at);
  const at = new Date(time !== null && /^\d{9,11}$/.test(time) ? Number(time) * 1_000 : (time ?? ''));
  if (!id || Number.isNaN(at.getTime())) return null;
  return {
    type: 'received',
    externalId: id,
    name: 'post',
    at,
    text: textAt(row, fields.text)?.slice(0, longestText) ?? null,
    url: textAt(row, fields.url),
    amount: null,
    currency: null,
    payload: null,
  };
}

function valueAt(value: unknown, way: string): unknown {
  let at = value;
  for (const name of way.split('.')) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function textAt(value: unknown, way: string | undefined): string | null {
  const found = way === undefined ? undefined : valueAt(value, way);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : null;
}
