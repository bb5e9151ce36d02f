import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { findReturn } from '../../subgraphs/integrations/connections/signIns.ts';
import type { Platform } from '../../subgraphs/shared/platform.ts';

/** More than any provider sends. */
const mostParameters = 20;
const longestParameter = 4_000;

const style = `
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; color: #1c1c1e; background: #fff }
  pre { padding: 1rem; background: #f2f2f7; border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all }
  @media (prefers-color-scheme: dark) { body { color: #f2f2f7; background: #1c1c1e } pre { background: #2c2c2e } }`;
const styleHash = createHash('sha256').update(style).digest('base64');

const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

/**
 * `GET /connections/callback`: where providers send people back to. It decides nothing: the parameters, a code that counts once among them, are
 * handed to the app that began the sign-in, at the address it named then, or shown to be copied. Only `completeConnection`, in the session that
 * began, makes something of them.
 */
export async function receiveConnectionCallback(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405, headers).end();
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const parameters = [...searchParams].filter(([name]) => name !== 'state');
  const state = searchParams.get('state') ?? '';
  const tooMuch = [...searchParams].some(([, value]) => value.length > longestParameter);
  const waiting = tooMuch || searchParams.size > mostParameters ? null : await findReturn(platform, state);
  if (!waiting) {
    return show(
      response,
      400,
      'This sign-in is over',
      '<p>It took too long, or was completed already. Begin again.</p>',
    );
  }
  if (waiting.returnTo !== null) {
    const location = new URL(waiting.returnTo);
    for (const [name, value] of [...parameters, ['state', state] as const]) location.searchParams.set(name, value);
    return void response.writeHead(302, { ...headers, location: location.href }).end();
  }
  const input = JSON.stringify({ state, parameters: Object.fromEntries(parameters) }, null, 2);
  const title = searchParams.has('error') ? 'You were not signed in' : 'You are signed in';
  show(response, 200, title, `<p>Hand this to <code>completeConnection</code>, once:</p><pre>${toHtml(input)}</pre>`);
}

/** @param content HTML */
function show(response: ServerResponse, status: number, title: string, content: string): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8' });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>` +
      `<style>${style}</style><h1>${title}</h1>${content}</html>\n`,
  );
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const toHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => entities[sign]!);
