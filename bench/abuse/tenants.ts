import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

/** Where processes that are started from here on find the issuer's private key. */
const variable = 'BENCH_ISSUER_KEY';

/** Starts an issuer of access tokens, so that the gateway can tell its clients apart. */
export async function startIssuer(): Promise<{ readonly jwks: string; close(): void }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  process.env[variable] = JSON.stringify(await exportJWK(privateKey));
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] });
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => void server.close() };
}

const bearers = new Map<string, Promise<string>>();

/** `Authorization` of a tenant, which is an account of its own. */
export function bearerOf(tenant: string): Promise<string> {
  const bearer = bearers.get(tenant) ?? sign(tenant);
  bearers.set(tenant, bearer);
  return bearer;
}

async function sign(tenant: string): Promise<string> {
  const key = await importJWK(JSON.parse(process.env[variable] ?? '{}') as JWK, 'ES256');
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject(tenant)
    .setExpirationTime('1h')
    .sign(key);
  return `Bearer ${token}`;
}
