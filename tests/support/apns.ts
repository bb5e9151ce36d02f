import { generateKeyPairSync } from 'node:crypto';
import { createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import { createCertificate } from '../../deploy/certificate.ts';

/** What a request can be made to run into. `reset` and `goaway` come after the push was accepted. */
export type ApnsFault =
  | 'reset'
  | 'hang'
  | 'goaway'
  | { status: number; reason: string; retryAfter?: number; timestamp?: number };

/** A request, as it came. */
export interface ApnsRequest {
  token: string;
  bearer: string;
  id: string;
  collapseId: string | undefined;
  topic: string | undefined;
  pushType: string | undefined;
  priority: string | undefined;
  /** Seconds since 1970. */
  expiration: number | undefined;
  payload: Record<string, any>;
}

/** An alert on the screen of a device: what collapses with it takes its place. */
export interface ShownAlert {
  collapseId: string;
  payload: Record<string, any>;
  /** How often it came up: the same `apns-id` again is the same push. */
  ids: Set<string>;
}

/** Apple's push service, as far as we speak to it: the real protocol over HTTP/2 and TLS. */
export interface FakeApns {
  url: string;
  /** The certificate to trust. */
  ca: string;
  now: () => Date;
  /** What the next requests run into, one each; after that all goes well. */
  faults: (ApnsFault | null)[];
  /** What every request runs into until it is taken away. */
  mode: ApnsFault | null;
  /** Milliseconds from accepting a push to saying so. */
  delay: number;
  /** Requests so far, those that were refused too. */
  requests: ApnsRequest[];
  /** Provider tokens that were seen. */
  bearers: Map<string, Date>;
  /** Device tokens that are dead, and since when. */
  gone: Map<string, Date>;
  /** Device tokens of the other environment, or of none. */
  unknown: Set<string>;
  /** What a device shows, by its token. */
  shown(token: string): ShownAlert[];
  stop(): Promise<void>;
}

/** The key of a developer team: what Jarvis signs with, and what Apple checks by. */
export interface ApnsKey {
  keyId: string;
  teamId: string;
  pem: string;
  publicKey: ReturnType<typeof generateKeyPairSync>['publicKey'];
}

export function makeApnsKey(): ApnsKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { keyId: 'ABC123DEFG', teamId: 'DEF123GHIJ', pem, publicKey: publicKey as never };
}

/** One for all: of two that bear the same name, a client would try the wrong one. */
const certificate = createCertificate('localhost');

const hour = 3600_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Starts one environment of it on this machine. */
export async function startApns(key: ApnsKey, topics: readonly string[], now: () => Date): Promise<FakeApns> {
  const server = createSecureServer(certificate);
  const sessions = new Set<ServerHttp2Session>();
  const screens = new Map<string, Map<string, ShownAlert>>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    let body = '';
    stream.setEncoding('utf8');
    stream.on('data', (part) => {
      body += part;
    });
    stream.on('end', () => answer(stream, headers as Record<string, string | undefined>, body));
  });

  async function answer(stream: ServerHttp2Stream, headers: Record<string, string | undefined>, body: string) {
    const request: ApnsRequest = {
      token: headers[':path']?.match(/^\/3\/device\/(.+)$/)?.[1] ?? '',
      bearer: headers.authorization?.replace(/^bearer /i, '') ?? '',
      id: headers['apns-id'] ?? '',
      collapseId: headers['apns-collapse-id'],
      topic: headers['apns-topic'],
      pushType: headers['apns-push-type'],
      priority: headers['apns-priority'],
      expiration: headers['apns-expiration'] === undefined ? undefined : Number(headers['apns-expiration']),
      payload: {},
    };
    const respond = (status: number, content?: Record<string, unknown>, more: Record<string, string> = {}) => {
      if (stream.destroyed || stream.closed) return;
      stream.respond({ ':status': status, 'apns-id': request.id, ...more });
      stream.end(content && JSON.stringify(content));
    };
    const refusal = (headers[':method'] !== 'POST' && 'MethodNotAllowed') || (await refusalOf(request, body));
    apns.requests.push(request);
    const fault = apns.faults.shift() ?? apns.mode;
    if (fault === 'hang') return;
    if (typeof fault === 'object' && fault !== null) {
      const { status, reason, retryAfter, timestamp } = fault;
      const more: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      return respond(status, { reason, ...(timestamp !== undefined && { timestamp }) }, more);
    }
    if (refusal) return respond(statuses[refusal] ?? 400, { reason: refusal });
    const since = apns.gone.get(request.token);
    if (since) return respond(410, { reason: 'Unregistered', timestamp: since.getTime() });
    accept(request);
    if (fault === 'reset') return stream.session?.destroy();
    if (fault === 'goaway') {
      stream.session?.goaway();
      return void setImmediate(() => stream.session?.destroy());
    }
    if (apns.delay > 0) await new Promise((done) => setTimeout(done, apns.delay));
    respond(200);
  }

  /** What Apple has against a request, or null. */
  async function refusalOf(request: ApnsRequest, body: string): Promise<string | null> {
    if (Buffer.byteLength(body) > 4096) return 'PayloadTooLarge';
    try {
      request.payload = JSON.parse(body);
    } catch {
      return 'PayloadEmpty';
    }
    if (!request.bearer) return 'MissingProviderToken';
    const token = await jwtVerify(request.bearer, key.publicKey as never, {
      algorithms: ['ES256'],
      currentDate: apns.now(),
    }).catch(() => null);
    const { iss, iat } = token?.payload ?? {};
    if (token?.protectedHeader.kid !== key.keyId || iss !== key.teamId || iat === undefined) {
      return 'InvalidProviderToken';
    }
    if (apns.now().getTime() - iat * 1000 > hour) return 'ExpiredProviderToken';
    if (!apns.bearers.has(request.bearer)) {
      const latest = Math.max(0, ...[...apns.bearers.values()].map(Number));
      if (apns.now().getTime() - latest < hour / 3) return 'TooManyProviderTokenUpdates';
      apns.bearers.set(request.bearer, apns.now());
    }
    const { aps } = request.payload;
    if (request.topic === undefined) return 'MissingTopic';
    if (!topics.includes(request.topic)) return 'TopicDisallowed';
    if (!/^([0-9a-f]{2}){16,100}$/.test(request.token) || apns.unknown.has(request.token)) return 'BadDeviceToken';
    if (request.id && !uuid.test(request.id)) return 'BadMessageId';
    if (Buffer.byteLength(request.collapseId ?? '') > 64) return 'BadCollapseId';
    if (request.pushType !== 'alert' && request.pushType !== 'background') return 'InvalidPushType';
    if (request.pushType === 'background' ? aps?.alert || request.priority !== '5' : !aps?.alert) return 'BadPriority';
    if (request.expiration !== undefined && !Number.isInteger(request.expiration)) return 'BadExpirationDate';
    return null;
  }

  function accept({ token, id, collapseId, pushType, payload }: ApnsRequest) {
    if (pushType !== 'alert') return;
    const screen = screens.get(token) ?? new Map<string, ShownAlert>();
    screens.set(token, screen);
    const name = collapseId ?? id;
    const ids = screen.get(name)?.ids ?? new Set();
    screen.set(name, { collapseId: name, payload, ids: ids.add(id) });
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const apns: FakeApns = {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca: certificate.cert,
    now,
    faults: [],
    mode: null,
    delay: 0,
    requests: [],
    bearers: new Map(),
    gone: new Map(),
    unknown: new Set(),
    shown: (token) => [...(screens.get(token)?.values() ?? [])],
    async stop() {
      for (const session of sessions) session.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return apns;
}

const statuses: Record<string, number> = {
  MethodNotAllowed: 405,
  PayloadTooLarge: 413,
  MissingProviderToken: 403,
  InvalidProviderToken: 403,
  ExpiredProviderToken: 403,
  TooManyProviderTokenUpdates: 429,
};
