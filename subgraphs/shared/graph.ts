import type { FormattedExecutionResult } from 'graphql';
import { Agent, fetch } from 'undici';

/** One operation of Jarvis's own on the graph, with the token of its task. */
export interface GraphRequest {
  token: string;
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
  /**
   * For the token of a webhook: the event in the past that the subscription `query` is answered for, once. Null has the document checked
   * (whether it is valid and allowed) and answers nothing.
   */
  event?: string | null;
  /** A mutation under the same key happens once, however often it is sent. */
  idempotencyKey?: string;
  requestId?: string;
  signal?: AbortSignal;
}

/** What the graph answers: data that nobody here has a type for. */
// biome-ignore lint/suspicious/noExplicitAny: it is read at the places that sent the document.
export type GraphAnswer = FormattedExecutionResult<Record<string, any>>;

/** The graph behind the gateway's door: whoever works in the background is a client like any other, with less right. */
export interface Graph {
  /**
   * Runs an operation; errors of the operation are in the answer.
   * @throws GraphUnreachable when the gateway does not answer, or not with GraphQL.
   */
  ask(request: GraphRequest): Promise<GraphAnswer>;
}

/** The gateway could not be asked. */
export class GraphUnreachable extends Error {
  override name = 'GraphUnreachable';
}

/** Longest answer that is read, in bytes. */
const longestAnswer = 4_000_000;

/** Asks over HTTP (GraphQL over HTTP, POST). `timeout` in milliseconds; `close` gives up what has no answer yet. */
export function createGraphClient(urlOf: () => string, timeout: number): Graph & { close(): Promise<void> } {
  const agent = new Agent({ connections: 32, headersTimeout: timeout, bodyTimeout: timeout });
  return {
    async ask({ token, query, operationName, variables, event, idempotencyKey, requestId, signal }) {
      const url = urlOf();
      const deadline = AbortSignal.timeout(timeout);
      try {
        const response = await fetch(url, {
          method: 'POST',
          dispatcher: agent,
          redirect: 'error',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            accept: 'application/graphql-response+json, application/json',
            ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
            ...(requestId && { 'x-request-id': requestId }),
          },
          body: JSON.stringify({
            query,
            operationName,
            variables,
            ...(event !== undefined && { extensions: { event } }),
          }),
          signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
        });
        const answer: unknown = JSON.parse(await readText(response, longestAnswer));
        if (typeof answer !== 'object' || answer === null || !('data' in answer || 'errors' in answer)) {
          throw new Error(`HTTP ${response.status} without a GraphQL answer`);
        }
        return answer as GraphAnswer;
      } catch (error) {
        signal?.throwIfAborted();
        throw new GraphUnreachable(`The gateway at ${url} did not answer: ${(error as Error).message}`);
      }
    },
    close: () => agent.destroy(),
  };
}

async function readText(response: Awaited<ReturnType<typeof fetch>>, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new Error(`its answer is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
