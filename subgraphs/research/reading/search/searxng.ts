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

/** A SearXNG server, by its JSON API (docs.searxng.org/dev/search_api). It searches by many engines and needs no key. */
export function createSearxng({ url, get, language }: { url: string; get: Get; language?: string }): SearchProvider {
  const endpoint = `${url.replace(/[?#].*$/, '').replace(/\/+$/, '')}/search`;
  return {
    name: 'SearXNG',
    async search(query, { count, signal } = {}) {
      const parameters = new URLSearchParams({ q: queryOf(query), format: 'json', safesearch: '1', pageno: '1' });
      if (language) parameters.set('language', language);
      const { status, body, retryAfter } = await get(
        `${endpoint}?${parameters}`,
        { accept: 'application/json' },
        signal,
      );
      if (status === 403) {
        throw new SearchFailed(
          'NOT_ALLOWED',
          'SearXNG refuses JSON: add "json" to search.formats in its settings.yml, or allow this address.',
        );
      }
      if (status === 429)
        throw new SearchFailed('TOO_MANY', 'SearXNG had too many searches of us.', secondsOf(retryAfter));
      if (status >= 500) throw new SearchFailed('UNAVAILABLE', `SearXNG is broken at the moment (HTTP ${status}).`);
      if (status !== 200) throw new SearchFailed('REFUSED', `SearXNG refused the search (HTTP ${status}).`);
      const answer = jsonOf('SearXNG', body);
      if (!Array.isArray(answer.results)) throw new SearchFailed('UNREADABLE', 'SearXNG answered without results.');
      const hits = hitsOf(answer.results, { excerpt: 'content' }, countOf(count));
      // It answers 200 also when each of its engines failed: that is no "nothing found".
      if (hits.length === 0 && Array.isArray(answer.unresponsive_engines) && answer.unresponsive_engines.length > 0) {
        throw new SearchFailed('UNAVAILABLE', 'None of the engines that SearXNG asks has answered.');
      }
      return hits;
    },
  };
}
