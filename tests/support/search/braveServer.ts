import { type SearchServer, startSearchServer } from './searchServer.ts';

/** Brave's web search API, as far as we speak it. It refuses what the real one refuses. */
export function startBraveServer(settings: {
  key: string;
  results?: object[];
  limited?: 'RATE_LIMITED' | 'QUOTA_LIMITED';
  html?: boolean;
}): Promise<SearchServer> {
  return startSearchServer(({ path, query, headers }) => {
    if (settings.html) return { status: 200, body: '<!doctype html><title>Just a moment…</title>' };
    if (path !== '/res/v1/web/search') return failure(404, 'NOT_FOUND', 'Not found');
    if (headers['x-subscription-token'] !== settings.key) {
      return failure(422, 'SUBSCRIPTION_TOKEN_INVALID', 'The provided subscription token is invalid.');
    }
    if (settings.limited) {
      return {
        ...failure(429, settings.limited, 'Request rate limit exceeded for plan.'),
        headers: {
          'x-ratelimit-limit': '1, 2000',
          'x-ratelimit-remaining': '0, 1000',
          'x-ratelimit-reset': '1, 86400',
        },
      };
    }
    const text = query.get('q') ?? '';
    const count = Number(query.get('count') ?? 20);
    if (text === '' || text.length > 400 || text.split(/\s+/).length > 50 || !(count >= 1 && count <= 20)) {
      return failure(422, 'VALIDATION', 'Unable to validate request parameter(s)');
    }
    const results = (settings.results ?? []).slice(0, count);
    return {
      status: 200,
      body: {
        type: 'search',
        query: { original: text, more_results_available: false },
        ...(results.length > 0 && { web: { type: 'search', results } }),
      },
    };
  });
}

const failure = (status: number, code: string, detail: string) => ({
  status,
  body: {
    type: 'ErrorResponse',
    error: { id: '00000000-0000-4000-8000-000000000000', status, code, detail, meta: {} },
    time: 1_772_000_000,
  },
});
