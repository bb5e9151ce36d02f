import { fetch } from 'undici';
import type { Platform } from '../../shared/platform.ts';
import type { Get } from '../reading/search/provider.ts';
import type { Means } from './means.ts';
import { modelSearcher } from './modelSearch.ts';

const patience = 10_000;
const longest = 2_000_000;

/** Who searches the web: what the configuration names; else a language model's provider, for whoever lets theirs have research. */
export function searcherOf(platform: Platform): Means['searcher'] {
  const { config, http, now } = platform;
  const { SEARXNG_URL: url, BRAVE_API_KEY: apiKey } = config;
  // Loaded by who searches first, as the parsers are.
  if (url) {
    return async () => ({
      name: 'SearXNG',
      async search(...asked) {
        const { createSearxng } = await import('../reading/search/searxng.ts');
        return { hits: await createSearxng({ url, get: ofOurs }).search(...asked) };
      },
    });
  }
  const guarded: Get = async (url, headers, signal) => {
    const { status, body, contentType, retryAfter } = await http.send('GET', url, {
      headers,
      ...(signal && { signal }),
    });
    const seconds = retryAfter && Math.max(1, Math.ceil((retryAfter.getTime() - now().getTime()) / 1_000));
    return { status, body, contentType, retryAfter: seconds === null ? null : String(seconds) };
  };
  if (!apiKey) return (userId) => modelSearcher(platform, userId);
  return async () => ({
    name: 'Brave Search',
    async search(...asked) {
      const { createBrave } = await import('../reading/search/brave.ts');
      return { hits: await createBrave({ apiKey, get: guarded }).search(...asked) };
    },
  });
}

/** Whoever runs Jarvis names this address, and it is often one of their own network: the guard against others' addresses is not for it. */
const ofOurs: Get = async (url, headers, signal) => {
  const deadline = AbortSignal.timeout(patience);
  const response = await fetch(url, {
    headers,
    redirect: 'error',
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > longest) throw new Error(`The search provider’s answer is longer than ${longest} bytes.`);
    chunks.push(chunk);
  }
  return {
    status: response.status,
    body: Buffer.concat(chunks),
    contentType: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
  };
};
