import { fetch } from 'undici';
import type { Platform } from '../../shared/platform.ts';
import type { Outside, OutsideAnswer, OutsideRequest } from '../providers/provider.ts';
import { ProviderFault } from '../providers/provider.ts';

export interface OutsideOptions {
  /** Milliseconds that a call may take, with its answer. Default: 15 s. */
  deadline?: number;
  /** Most bytes of an answer, decompressed. Default: 5 MB. */
  longest?: number;
  /** Ends what is under way; its reason is then thrown. */
  signal?: AbortSignal;
}

const mostRedirects = 3;

/**
 * The way to the providers' addresses, which stand in the configuration: nobody else's are called by it (those go through `platform.http`). It keeps
 * no cookies, and follows redirects only where they stay with the same origin, so that tokens go nowhere else.
 */
export function createOutside(
  { config, now }: Pick<Platform, 'config' | 'now'>,
  options: OutsideOptions = {},
): Outside {
  const { deadline = 15_000, longest = 5_000_000, signal } = options;
  return {
    config,
    now,
    async fetch(address, request = {}) {
      const timeout = AbortSignal.timeout(deadline);
      const ends = signal ? AbortSignal.any([signal, timeout]) : timeout;
      try {
        return await call(new URL(address), request, ends, longest);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ProviderFault) throw error;
        // What undici says may quote the address.
        throw new ProviderFault('UNAVAILABLE', 'The service does not answer at the moment.');
      }
    },
  };
}

async function call(url: URL, request: OutsideRequest, signal: AbortSignal, longest: number): Promise<OutsideAnswer> {
  const { method = 'GET', headers = {}, body } = request;
  const isForm = body instanceof URLSearchParams;
  const content = body === undefined ? null : isForm ? body.toString() : JSON.stringify(body);
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  for (let hops = 0; ; hops++) {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal,
      headers: { accept: 'application/json', ...(content !== null && { 'content-type': type }), ...headers },
      body: content,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      return toAnswer(response.status, response.headers as never, await readText(response.body, longest));
    }
    await response.body?.cancel();
    const next = new URL(location, url);
    if (method !== 'GET' || next.origin !== url.origin || hops === mostRedirects) {
      throw new ProviderFault('REFUSED', 'The service sends us elsewhere, where we do not follow.');
    }
    url = next;
  }
}

function toAnswer(status: number, headers: Headers, text: string): OutsideAnswer {
  return {
    status,
    headers,
    text,
    json() {
      try {
        return JSON.parse(text);
      } catch {
        return null;
      }
    },
  };
}

async function readText(body: AsyncIterable<Uint8Array> | null, longest: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > longest) throw new ProviderFault('REFUSED', 'The service answers more than is read at once.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Nobody's word for "later" is taken for longer than this, in seconds. */
const longestRest = 24 * 3_600;

/** What `Retry-After` says (RFC 9110), in seconds from now; null when it says nothing. */
export function readRest(headers: Headers, now: Date): number | null {
  const value = headers.get('retry-after')?.trim();
  if (!value) return null;
  const until = /^[A-Z][a-z]{2},/.test(value) ? Date.parse(value) : Number.NaN;
  const seconds = /^\d+$/.test(value) ? Number(value) : (until - now.getTime()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), longestRest) : null;
}
