import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Platform } from '../../subgraphs/shared/platform.ts';
import { handleAppleNotification } from '../../subgraphs/users/apple.ts';
import { largest } from '../../subgraphs/users/archive.ts';
import { openExport } from '../../subgraphs/users/exports.ts';
import { findUpload, keepUpload } from '../../subgraphs/users/imports.ts';

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

/** An archive that has not come in this time comes no more, in milliseconds. */
const longestUpload = 10 * 60_000;
/** An archive is held in memory while it comes: one at a time in a process. */
let receiving = false;

/**
 * `PUT /imports/<id>?token=…`: an archive for `beginArchiveImport`. 202 when it is kept and will be taken in; 404 for an address that does not
 * work, whatever is wrong; 413 over 200 MB; 503 while another comes.
 */
export async function receiveArchive(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const end = (status: number, sentence: string) => {
    if (status >= 400) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(`${sentence}\n`);
  };
  const gone = 'This address does not work, or not any more: ask for a new one.';
  if (request.method !== 'PUT') return end(405, 'An archive is sent by PUT.');
  const [, id = '', token = ''] = /^\/imports\/(import_[0-9a-f]{32})\?token=([\w-]{43})$/.exec(request.url ?? '') ?? [];
  if (!id || !(await findUpload(platform, id, token))) return end(404, gone);
  const tooLarge = `An archive has at most ${largest} bytes.`;
  if (Number(request.headers['content-length'] ?? 0) > largest) return end(413, tooLarge);
  if (receiving) {
    response.setHeader('retry-after', '10');
    return end(503, 'Another archive is coming in: try again in a moment.');
  }
  receiving = true;
  const timer = setTimeout(() => request.destroy(), longestUpload);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request) {
      size += (chunk as Buffer).length;
      if (size > largest) return end(413, tooLarge);
      chunks.push(chunk as Buffer);
    }
    if (!(await keepUpload(platform, id, token, Buffer.concat(chunks)))) return end(404, gone);
    end(202, 'The archive is being taken in: viewer.dataImports tells how far it is.');
  } finally {
    clearTimeout(timer);
    receiving = false;
  }
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
