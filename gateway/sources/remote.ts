import { randomBytes } from 'node:crypto';
import { sign, signatureHeaders } from '../../subgraphs/shared/signature.ts';
import { toCall } from './embedded.ts';
import { createHttpSource } from './http.ts';
import type { Source } from './source.ts';

/** A subgraph of Jarvis in another process: the same calls as to an embedded one, each signed. */
export function createRemoteSource(url: string, secret: Buffer): Source & { close(): Promise<void> } {
  const { pathname: path } = new URL(url);
  return createHttpSource({
    url,
    body: (request) => JSON.stringify(toCall(request)),
    headers(_request, body) {
      const time = String(Date.now());
      const nonce = randomBytes(16).toString('hex');
      return {
        [signatureHeaders.time]: time,
        [signatureHeaders.nonce]: nonce,
        [signatureHeaders.signature]: sign(secret, { method: 'POST', path, time, nonce, body }),
      };
    },
  });
}
