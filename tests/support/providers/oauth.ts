import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as a stand-in sees it. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What goes wrong instead of an answer. */
export type Fault =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** Nothing ever comes. */
  | 'hang'
  /** The connection breaks in the middle of the answer. */
  | 'half'
  /** 200, but no JSON. */
  | 'garbage';

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Somebody's account there, and what it gave. */
interface Grant {
  account: string;
  scopes: string;
  refreshToken: string;
}

/** A provider with an OAuth 2.1 server, on this machine. */
export interface OAuthServer {
  url: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in next. */
  account: string;
  /** Whether refresh tokens are good for one use. */
  rotates: boolean;
  /** Whether the person agrees. */
  grants: boolean;
  /** Seconds that access tokens last. */
  lifetime: number;
  now: () => Date;
  /** Calls so far, newest last. */
  calls: Call[];
  /** Faults of the next calls whose path contains this, first come first; each counts once. */
  faults: { path: string; fault: Fault }[];
  /** Looked at after a call was answered with data, before the answer goes out: where tests change the world in between. */
  onCall: ((call: Call) => void | Promise<void>) | null;
  refreshes: number;
  /** Every token and refresh token that it ever gave, with the client's secret: none of them may lie open anywhere. */
  secrets: string[];
  revoked: string[];
  /** What a browser does: opens the address, agrees, and is sent back; returns the parameters it is sent back with. */
  signIn(authorizationUrl: string): Promise<{ location: string; parameters: Record<string, string> }>;
  /** Whose access token this is; null when it counts no more. */
  accountOf(call: Call): string | null;
  /** Ends all access tokens; with `grants`, refresh tokens as well. */
  expireTokens(options?: { grants?: boolean }): void;
  stop(): Promise<void>;
}

/**
 * Starts a provider whose API is `answer`, called with requests that are none of OAuth. Its endpoints are /authorize, /token and /revoke; it is strict
 * about PKCE (S256), exact redirect addresses, codes that count once, and clients.
 */
export async function startOAuthServer(
  answer: (call: Call, server: OAuthServer) => Reply | null | Promise<Reply | null>,
): Promise<OAuthServer> {
  const codes = new Map<string, { challenge: string; redirectUri: string; account: string; scopes: string }>();
  const tokens = new Map<string, { grant: Grant; until: number }>();
  const grants = new Map<string, Grant>();
  const token = () => randomBytes(18).toString('base64url');
  const refused = (error: string): Reply => ({ status: 400, body: { error } });

  function authorize({ query }: Call): Reply {
    const redirectUri = query.get('redirect_uri');
    if (query.get('client_id') !== server.clientId || !redirectUri) return refused('invalid_client');
    const back = new URL(redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    back.searchParams.set('iss', server.url);
    const challenge = query.get('code_challenge');
    if (query.get('response_type') !== 'code' || !challenge || query.get('code_challenge_method') !== 'S256') {
      back.searchParams.set('error', 'invalid_request');
    } else if (!server.grants) {
      back.searchParams.set('error', 'access_denied');
    } else {
      const code = token();
      codes.set(code, { challenge, redirectUri, account: server.account, scopes: query.get('scope') ?? '' });
      back.searchParams.set('code', code);
    }
    return { status: 302, headers: { location: back.href } };
  }

  function isClient({ headers }: Call, fields: URLSearchParams): boolean {
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
    const [id, secret] = basic
      ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
      : [fields.get('client_id'), fields.get('client_secret')];
    return id === server.clientId && secret === server.clientSecret;
  }

  function give(grant: Grant, isNew: boolean): Reply {
    const accessToken = `at-${token()}`;
    server.secrets.push(accessToken, grant.refreshToken);
    tokens.set(accessToken, { grant, until: server.now().getTime() + server.lifetime * 1_000 });
    const body = { access_token: accessToken, token_type: 'Bearer', expires_in: server.lifetime, scope: grant.scopes };
    return { status: 200, body: { ...body, ...(isNew && { refresh_token: grant.refreshToken }) } };
  }

  function giveToken(call: Call): Reply {
    const fields = new URLSearchParams(call.body);
    if (!isClient(call, fields)) return { status: 401, body: { error: 'invalid_client' } };
    if (fields.get('grant_type') === 'refresh_token') {
      const grant = grants.get(fields.get('refresh_token') ?? '');
      if (!grant) return refused('invalid_grant');
      server.refreshes += 1;
      if (!server.rotates) return give(grant, false);
      grants.delete(grant.refreshToken);
      const next = { ...grant, refreshToken: `rt-${token()}` };
      grants.set(next.refreshToken, next);
      return give(next, true);
    }
    const code = codes.get(fields.get('code') ?? '');
    codes.delete(fields.get('code') ?? '');
    const verifier = fields.get('code_verifier') ?? '';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (!code || code.redirectUri !== fields.get('redirect_uri') || code.challenge !== challenge) {
      return refused('invalid_grant');
    }
    const grant = { account: code.account, scopes: code.scopes, refreshToken: `rt-${token()}` };
    grants.set(grant.refreshToken, grant);
    return give(grant, true);
  }

  function revoke({ body }: Call): Reply {
    const given = new URLSearchParams(body).get('token') ?? '';
    const grant = grants.get(given) ?? tokens.get(given)?.grant;
    server.revoked.push(given);
    if (!grant) return refused('invalid_token');
    grants.delete(grant.refreshToken);
    for (const [name, held] of tokens) if (held.grant.account === grant.account) tokens.delete(name);
    return { status: 200, body: {} };
  }

  async function reply(call: Call): Promise<Reply> {
    if (call.path.endsWith('/authorize')) return authorize(call);
    if (call.path.endsWith('/token')) return giveToken(call);
    if (call.path.endsWith('/revoke')) return revoke(call);
    return (await answer(call, server)) ?? { status: 404, body: { error: { code: 404, message: 'Not Found' } } };
  }

  const http = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const body = await text(request).catch(() => null);
    if (body === null) return; // Broken off by the caller: nothing came.
    const { method = 'GET', headers } = request;
    const call: Call = { method, path: decodeURIComponent(pathname), query: searchParams, headers, body };
    server.calls.push(call);
    const index = server.faults.findIndex(({ path }) => call.path.includes(path));
    const fault = index < 0 ? null : server.faults.splice(index, 1)[0]!.fault;
    if (fault === 'hang') return;
    if (fault && typeof fault === 'object') return send(response, fault);
    const answered = await reply(call);
    await server.onCall?.(call);
    if (fault === 'garbage') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items": [{"id": "m');
      return;
    }
    if (fault === 'half') {
      const text = JSON.stringify(answered.body ?? {});
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    send(response, answered);
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const server: OAuthServer = {
    url,
    clientId: 'jarvis-client',
    clientSecret: 'planted-client-secret',
    account: 'ana@example.com',
    rotates: false,
    grants: true,
    lifetime: 3_600,
    now: () => new Date(),
    calls: [],
    faults: [],
    onCall: null,
    refreshes: 0,
    secrets: ['planted-client-secret'],
    revoked: [],
    async signIn(authorizationUrl) {
      const response = await fetch(authorizationUrl, { redirect: 'manual' });
      const location = response.headers.get('location');
      if (!location) throw new Error(`The sign-in was not sent back: ${response.status} ${await response.text()}`);
      return { location, parameters: Object.fromEntries(new URL(location).searchParams) };
    },
    accountOf({ headers }) {
      const held = tokens.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
      return held && held.until > server.now().getTime() ? held.grant.account : null;
    },
    expireTokens({ grants: all = false } = {}) {
      tokens.clear();
      if (all) grants.clear();
    },
    async stop() {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
  return server;
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
}
