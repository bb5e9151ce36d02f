import type { IncomingMessage, ServerResponse } from 'node:http';
import { createIncoming, type DoorAnswer } from '../../subgraphs/integrations/incoming/calls.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';

/** Largest call of a provider that is read, in bytes. */
const largestCall = 256 * 1_024;
/** A sender that takes longer for its body is not waited for, in milliseconds. */
const longestWait = 10_000;

/**
 * `POST /hooks/<service>/<address>`: calls of services that people connected. Bodies are read as they come, because they are signed so, and are
 * never logged. Taken in: 202; seen before: 200; not signed, or too long ago: 401; no such address: 404; too much: 413 and 429.
 */
export function createHooks(platform: Platform) {
  const receive = createIncoming(platform);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') return end(response, { status: 405, allow: 'POST' });
    const body = await readBody(request);
    if (body === null) return end(response, { status: 413, isOver: true });
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, , service = '', address = null, ...rest] = pathname.split('/');
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    );
    const known = rest.length === 0 ? service : '';
    end(response, await receive({ service: known, address, headers, body }));
  };
}

interface Ending extends Omit<DoorAnswer, 'status'> {
  status: number;
  allow?: string;
  /** Nothing more is read from this connection. */
  isOver?: boolean;
}

function end(response: ServerResponse, { status, retryAfter, allow, isOver }: Ending): void {
  response.writeHead(status, {
    'cache-control': 'no-store',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(allow !== undefined && { allow }),
    ...(isOver && { connection: 'close' }),
  });
  response.end();
}

/** The body as it came; null when it is too long, or takes too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > largestCall) return null;
  const timer = setTimeout(() => request.destroy(), longestWait);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > largestCall) return null;
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
