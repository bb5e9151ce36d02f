import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';

interface Key {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  jwk: JWK;
}

/** Apple, as far as we speak to it. */
export interface FakeApple {
  url: string;
  /** The key that signs now. */
  key: Key;
  /** `down` answers 503, `hung` does not answer. */
  mode: 'up' | 'down' | 'hung';
  /** Requests so far, by path. */
  hits: Record<string, number>;
  /** Bodies of the posts to the token and revoke endpoints, newest last. */
  posts: URLSearchParams[];
  /** Authorization codes that it accepts, each once, with the `sub` each belongs to. */
  codes: Map<string, string>;
  clientId: string;
  now: () => Date;
  /** Publishes a new key (and only that one, unless `keep`), which signs from now on. */
  rotate(options?: { keep?: boolean }): Promise<void>;
  /** An identity token; `claims` with undefined are left out. */
  token(claims?: Record<string, unknown>, header?: Partial<JWTHeaderParameters>, key?: Key): Promise<string>;
  stop(): Promise<void>;
}

let made = 0;
export async function makeKey(): Promise<Key> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const kid = `apple-${++made}`;
  return { kid, ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

/** Starts an Apple on this machine. */
export async function startApple(clientId = 'com.example.jarvis'): Promise<FakeApple> {
  let published: Key[] = [];
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0]!;
    apple.hits[path] = (apple.hits[path] ?? 0) + 1;
    let body = '';
    for await (const chunk of request) body += chunk;
    const answer = (status: number, content: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    if (apple.mode === 'hung') return;
    if (apple.mode === 'down') return answer(503, { error: 'unavailable' });
    if (path === '/auth/keys') return answer(200, { keys: published.map(({ jwk }) => jwk) });
    const fields = new URLSearchParams(body);
    apple.posts.push(fields);
    if (path === '/auth/revoke') return answer(200, {});
    const sub = apple.codes.get(fields.get('code') ?? '');
    if (path !== '/auth/token' || sub === undefined) return answer(400, { error: 'invalid_grant' });
    apple.codes.delete(fields.get('code')!);
    return answer(200, {
      access_token: 'a',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: `grant-of-${sub}`,
      id_token: await apple.token({ sub }),
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const apple: FakeApple = {
    url,
    key: await makeKey(),
    mode: 'up',
    hits: {},
    posts: [],
    codes: new Map(),
    clientId,
    now: () => new Date(),
    async rotate({ keep = false } = {}) {
      apple.key = await makeKey();
      published = [...(keep ? published : []), apple.key];
    },
    token(claims = {}, header = {}, key = apple.key) {
      const now = Math.floor(apple.now().getTime() / 1_000);
      const payload = { iss: url, aud: clientId, sub: 'apple-sub', iat: now, exp: now + 600, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
        .sign(key.privateKey);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  published = [apple.key];
  return apple;
}
