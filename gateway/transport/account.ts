import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { handleAppleNotification } from '../../subgraphs/users/apple.ts';
import { openExport } from '../../subgraphs/users/exports.ts';

/** Largest notification of Apple's that is read, in bytes. */
const largestNotification = 20_000;

/** `GET /exports/…`: an archive behind a signed, short-lived address. Anything else there is 404, whatever is wrong. */
export async function sendExport(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const archive = request.method === 'GET' ? await openExport(platform, request.url ?? '') : null;
  if (!archive) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('This address does not work, or not any more: ask for a new one.\n');
    return;
  }
  response.writeHead(200, {
    'content-type': 'application/zip',
    'content-length': archive.content.length,
    'content-disposition': `attachment; filename="${archive.name}"`,
    'cache-control': 'private, no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(archive.content);
}

/**
 * `POST /apple/notifications`: Sign in with Apple's server-to-server notifications, `{ "payload": "<JWS>" }`. Apple
 * delivers each once and wants 200; what is not signed by Apple gets 400.
 */
export async function receiveAppleNotification(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const end = (status: number) => void response.writeHead(status).end();
  if (request.method !== 'POST') return end(405);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > largestNotification) return end(413);
    chunks.push(chunk as Buffer);
  }
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.concat(chunks).toString('utf8')).payload;
  } catch {
    return end(400);
  }
  const accepted = typeof payload === 'string' && (await handleAppleNotification(platform, payload));
  end(accepted ? 200 : 400);
}
