import {
  countOf,
  type Get,
  hitsOf,
  jsonOf,
  queryOf,
  SearchFailed,
  type SearchProvider,
  secondsOf,
} from './provider.ts';

const defaultUrl = 'https://api.search.brave.com';

/** Brave Search, by its web search API (api-dashboard.search.brave.com). The key goes into a header and into no message. */
export function createBrave({
  apiKey,
  get,
  url = defaultUrl,
}: {
  apiKey: string;
  get: Get;
  url?: string;
}): SearchProvider {
  return {
    name: 'Brave Search',
    async search(query, { count, signal } = {}) {
      const wanted = countOf(count);
      const parameters = new URLSearchParams({
        q: queryOf(query),
        count: String(wanted),
        safesearch: 'moderate',
        text_decorations: 'false',
      });
      const headers = { accept: 'application/json', 'x-subscription-token': apiKey };
      const { status, body, retryAfter } = await get(
        `${url.replace(/\/+$/, '')}/res/v1/web/search?${parameters}`,
        headers,
        signal,
      );
      if (status !== 200) throw failureOf(status, codeOf(body), secondsOf(retryAfter));
      const { web } = jsonOf('Brave Search', body) as { web?: { results?: unknown } };
      // A search that finds nothing has no part "web".
      return hitsOf(web?.results, { excerpt: 'description' }, wanted);
    },
  };
}

/** It answers a wrong key with 422 and a code of its own. */
function failureOf(status: number, code: string, retryAfter: number | null): SearchFailed {
  if (status === 401 || status === 403 || code === 'SUBSCRIPTION_TOKEN_INVALID' || code === 'RESOURCE_NOT_ALLOWED') {
    return new SearchFailed('WRONG_KEY', 'Brave Search does not accept the key.');
  }
  if (status === 429) {
    const isUsedUp = code === 'QUOTA_LIMITED';
    return new SearchFailed(
      'TOO_MANY',
      isUsedUp ? 'The searches of this month are used up.' : 'Brave Search had too many searches of us.',
      isUsedUp ? null : (retryAfter ?? 1),
    );
  }
  if (status >= 500) return new SearchFailed('UNAVAILABLE', `Brave Search is broken at the moment (HTTP ${status}).`);
  return new SearchFailed('REFUSED', `Brave Search refused the search (HTTP ${status}).`);
}

function codeOf(body: Uint8Array): string {
  try {
    const { error } = jsonOf('Brave Search', body) as { error?: { code?: unknown } };
    return typeof error?.code === 'string' ? error.code : '';
  } catch {
    return '';
  }
}
