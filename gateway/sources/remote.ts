import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { sign, signatureHeaders } from '../../subgraphs/shared/signature.ts';
import { subgraphShare } from './deadlines.ts';
import { toCall } from './embedded.ts';
import type { Source, SubgraphRequest, SubgraphResponse } from './source.ts';

/** Largest answer of a subgraph that we read, in bytes. */
const largestAnswer = 50_000_000;

/** A subgraph in another process, over pooled keep-alive connections; every call is signed and has a deadline. */
export function createRemoteSource(url: string, secret: Buffer): Source & { close(): Promise<void> } {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 64, pipelining: 1, connectTimeout: 2_000 });
  return {
    async execute(request: SubgraphRequest): Promise<SubgraphResponse> {
      const body = JSON.stringify(toCall(request));
      const time = String(Date.now());
      const nonce = randomBytes(16).toString('hex');
      const left = Math.max(1, Math.floor((request.deadline - Date.now()) * subgraphShare));
      const answer = await pool.request({
        path: pathname,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [signatureHeaders.time]: time,
          [signatureHeaders.nonce]: nonce,
          [signatureHeaders.signature]: sign(secret, { method: 'POST', path: pathname, time, nonce, body }),
        },
        body,
        headersTimeout: left,
        bodyTimeout: left,
        signal: AbortSignal.any([request.signal, AbortSignal.timeout(left)]),
      });
      if (answer.statusCode !== 200) {
        await answer.body.dump();
        throw new Error(`The subgraph answered with status ${answer.statusCode}.`);
      }
      const text = await readText(answer.body);
      return JSON.parse(text) as SubgraphResponse;
    },
    close: () => pool.destroy(),
  };
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > largestAnswer) throw new Error('The subgraph answered with too much.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
