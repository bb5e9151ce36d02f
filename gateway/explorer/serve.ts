import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Answers a request for the explorer's page or one of its files; false when the path is not the explorer's. */
export type ExplorerHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

interface Asset {
  type: string;
  cacheControl: string;
  /** Hash of the content; each encoding adds its name, as a strong tag must differ per representation. */
  etag: string;
  bodies: { br?: Buffer; gzip?: Buffer; identity: Buffer };
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/**
 * Scripts, workers and requests come from and go to this origin alone. Styles may be inline because the editor
 * (monaco) writes its theme into a style element; its fonts and small pictures are data URLs inside the style sheet.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Serves what `buildExplorer` made. Files are read once and looked up by their exact path, so that nothing outside
 * the build can be asked for. Without a build, `/` answers 503 and says what to run.
 *
 * @param folder the build; only tests give another one
 */
export function createExplorerHandler(
  folder: string = join(dirname(fileURLToPath(import.meta.url)), 'dist'),
): ExplorerHandler {
  let assets = readAssets(folder);
  return (request, response) => {
    const path = (request.url ?? '').split(/[?#]/, 1)[0]!;
    // A build made after the start is picked up by the next request for the page.
    if (path === '/' && !assets.has('/')) assets = readAssets(folder);
    const asset = assets.get(path);
    if (asset) serve(asset, request, response);
    else if (path === '/') notBuilt(response);
    else return false;
    return true;
  };
}

function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    // Not built yet.
  }
  const names = new Set(entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)));
  for (const file of names) {
    const type = types[extname(file)];
    if (!type) continue;
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    const identity = readFileSync(file);
    assets.set(path === '/index.html' ? '/' : path, {
      type,
      // Vite puts a hash of the content into the name of everything under /assets.
      cacheControl: path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: createHash('sha256').update(identity).digest('base64url').slice(0, 22),
      bodies: {
        identity,
        ...(names.has(`${file}.br`) && { br: readFileSync(`${file}.br`) }),
        ...(names.has(`${file}.gz`) && { gzip: readFileSync(`${file}.gz`) }),
      },
    });
  }
  return assets;
}

function serve(asset: Asset, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...securityHeaders, allow: 'GET, HEAD', 'content-length': 0 }).end();
    return;
  }
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding =
    (['br', 'gzip'] as const).find((name) => asset.bodies[name] && accepts(accepted, name)) ?? 'identity';
  const body = asset.bodies[encoding]!;
  const etag = encoding === 'identity' ? `"${asset.etag}"` : `"${asset.etag}-${encoding}"`;
  const headers = { ...securityHeaders, etag, 'cache-control': asset.cacheControl, vary: 'accept-encoding' };
  if (matches(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': asset.type,
    'content-length': body.length,
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Whether an Accept-Encoding header names an encoding, with a quality other than zero (RFC 9110, 12.5.3). */
function accepts(header: string, encoding: string): boolean {
  return header.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (!ifNoneMatch) return false;
  return ifNoneMatch.split(',').some((candidate) => ['*', etag, `W/${etag}`].includes(candidate.trim()));
}

function notBuilt(response: ServerResponse): void {
  const text = 'The explorer is not built. Run: npm run generate\n';
  response.writeHead(503, { ...securityHeaders, 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
