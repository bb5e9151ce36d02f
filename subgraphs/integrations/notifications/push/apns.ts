import type { Http2Session } from 'node:http2';
import { Notification, Provider } from '@parse/node-apn';
import type { Config } from '../../../shared/config.ts';
import { type PushKey, readProviderToken, type TokenHouse } from './providerToken.ts';

export type PushEnvironment = 'PRODUCTION' | 'SANDBOX';

/** One push to one device, as APNs is told. */
export interface Push {
  environment: PushEnvironment;
  token: string;
  platform: string;
  /** A UUID: the same one again is the same push. */
  id: string;
  /** At most 64 bytes: what has the same takes the other's place on the screen. */
  collapseId?: string;
  expiresAt: Date;
  /** `background` wakes the app, `alert` shows something. */
  type: 'alert' | 'background';
  aps: Record<string, unknown>;
  /** What the app gets besides. */
  data: Record<string, unknown>;
}

/** What became of a push. Accepted does not mean delivered; that APNs tells nobody. */
export type PushOutcome =
  | { state: 'SENT' }
  /** It may have been accepted all the same: the same push is to be sent again. `after` in milliseconds, where APNs asks for it. */
  | { state: 'LATER'; reason: string; after?: number }
  /** The token is of no use since then; null for as long as we have had it. */
  | { state: 'DEAD'; reason: string; since: Date | null }
  | { state: 'REFUSED'; reason: string };

/** The way to Apple's push service. */
export interface Apns {
  push(push: Push): Promise<PushOutcome>;
}

/** The parts of node-apn's client that its types leave out. */
interface Client {
  session?: Http2Session & { destroyed: boolean };
  config: { token: { current: string; generation: number; isExpired(): boolean; regenerate(): void } };
  request(
    session: Pick<Http2Session, 'destroyed'>,
    address: string,
    built: Built,
    ...rest: unknown[]
  ): Promise<unknown>;
}
interface Built {
  headers: Record<string, string>;
}

const opened = new WeakMap<Config, Apns | null>();

/** The way to APNs of this process, opened when first asked for; null where the installation has no key. */
export function apnsOf(house: TokenHouse & { config: Config }): Apns | null {
  const { config } = house;
  const known = opened.get(config);
  if (known !== undefined) return known;
  const { APNS_KEY: pem, APNS_KEY_ID: keyId, APNS_TEAM_ID: teamId } = config;
  const made = pem && keyId && teamId ? openApns(house, { pem: pem.replaceAll('\\n', '\n'), keyId, teamId }) : null;
  opened.set(config, made);
  return made;
}

function openApns(house: TokenHouse & { config: Config }, key: PushKey): Apns {
  const { config } = house;
  const lines = {
    PRODUCTION: openLine(config.APNS_URL, config, key),
    SANDBOX: openLine(config.APNS_SANDBOX_URL, config, key),
  };
  return {
    async push(push) {
      const token = await readProviderToken(house, key);
      const outcome = await lines[push.environment](push, token.text, topicFor(config, push.platform));
      if (outcome.state !== 'LATER' || outcome.reason !== 'ExpiredProviderToken') return outcome;
      const next = await readProviderToken(house, key, token.text);
      return next.text === token.text
        ? outcome
        : lines[push.environment](push, next.text, topicFor(config, push.platform));
    },
  };
}

const topicFor = (config: Config, platform: string) =>
  (platform === 'MACOS' ? config.APNS_MACOS_TOPIC : undefined) ?? config.APNS_TOPIC!;

/** One environment: a connection of node-apn, made when it is needed. */
function openLine(address: string, config: Config, key: PushKey) {
  const url = new URL(address);
  const provider = new Provider({
    token: { key: key.pem, keyId: key.keyId, teamId: key.teamId },
    address: url.hostname,
    port: Number(url.port || 443),
    ...(config.APNS_CA && { ca: [config.APNS_CA] }),
    // When to try again is ours to say: it must outlive this process.
    connectionRetryLimit: 0,
    requestTimeout: config.APNS_TIMEOUT_MS,
  });
  const client = (provider as unknown as { client: Client }).client;
  // All processes use one token (see providerToken.ts): node-apn has no option for that, and would make its own.
  const shared = { current: '', generation: 0, isExpired: () => false, regenerate: () => {} };
  client.config.token = shared;
  const waits = listenForWaits(client);
  return async (push: Push, token: string, topic: string): Promise<PushOutcome> => {
    shared.current = token;
    const notification = new Notification();
    Object.assign(notification, {
      topic,
      id: push.id,
      pushType: push.type,
      priority: push.type === 'alert' ? 10 : 5,
      expiry: Math.floor(push.expiresAt.getTime() / 1_000),
      rawPayload: { ...push.data, aps: push.aps },
      ...(push.collapseId && { collapseId: push.collapseId }),
    });
    const { failed } = await within(config.APNS_TIMEOUT_MS + 1_000, provider.send(notification, push.token));
    // It must not keep a process that is about to end.
    if (client.session && !client.session.destroyed) client.session.unref();
    const after = waits.get(push.id);
    waits.delete(push.id);
    const [failure] = failed;
    if (!failure) return { state: 'SENT' };
    // Nothing came back, or an error that ends connections: whatever else is on this one will fare no better.
    if (typeof failure.status !== 'number' && !client.session?.destroyed) client.session?.destroy();
    const reason = failure.response?.reason ?? failure.error?.message ?? 'no answer';
    return outcomeOf(failure.status, reason.slice(0, 200), failure.response?.timestamp, after);
  };
}

/** node-apn answers within its own time, but for streams that end in ways it does not expect. */
async function within(milliseconds: number, answer: ReturnType<Provider['send']>): ReturnType<Provider['send']> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Awaited<typeof answer>>((done) => {
    timer = setTimeout(() => done({ sent: [], failed: [{ device: '', error: new Error('no answer') }] }), milliseconds);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** Notes how long APNs asks to wait, by the push's id: node-apn looks for that header under a name that HTTP/2 does not have. */
function listenForWaits(client: Client): Map<string, number> {
  const waits = new Map<string, number>();
  const { request } = client;
  client.request = (session, address, built, ...rest) => {
    const listened = {
      request(headers: Record<string, string>) {
        const stream = (
          session as Http2Session & { request(headers: object): import('node:http2').ClientHttp2Stream }
        ).request(headers);
        stream.on('response', (answer) => {
          const seconds = Number(answer['retry-after']);
          if (seconds >= 0) waits.set(built.headers['apns-id']!, Math.min(seconds, 3_600) * 1_000);
        });
        return stream;
      },
    };
    return request.call(client, listened as never, address, built, ...rest);
  };
  return waits;
}

/** How APNs' answers are to be taken; see "Handling notification responses from APNs". */
function outcomeOf(status: unknown, reason: string, timestamp: unknown, after: number | undefined): PushOutcome {
  if (status === 410)
    return { state: 'DEAD', reason, since: timestamp === undefined ? null : new Date(Number(timestamp)) };
  // Mostly a token of the other environment.
  if (reason === 'BadDeviceToken') return { state: 'DEAD', reason, since: null };
  const wait = after === undefined ? {} : { after };
  // Of the provider token: the installation's fault, which may be mended before the push is too old.
  if (status === 403) return { state: 'LATER', reason, after: 60_000 };
  if (status === 429) return { state: 'LATER', reason, after: after ?? 20_000 };
  if (typeof status !== 'number' || status >= 500 || status === 408) return { state: 'LATER', reason, ...wait };
  return { state: 'REFUSED', reason };
}
