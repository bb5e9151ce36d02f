import { type SearchServer, startSearchServer } from './searchServer.ts';

/** SearXNG's search API, as far as we speak it: like the real one, it has JSON switched off unless its settings name it. */
export function startSearxngServer(settings: {
  formats?: string[];
  results?: object[];
  unresponsive?: [string, string][];
  /** Its limiter has had enough. */
  limited?: boolean;
  broken?: boolean;
}): Promise<SearchServer> {
  return startSearchServer(({ path, query }) => {
    if (settings.broken) return { status: 502, body: '<html><body>Bad Gateway</body></html>' };
    if (settings.limited) return { status: 429, headers: { 'retry-after': '30' }, body: 'Too Many Requests' };
    if (path !== '/search') return { status: 404, body: '<html><body>Not found</body></html>' };
    const text = query.get('q') ?? '';
    if (text === '') return { status: 400, body: { error: 'No query' } };
    const format = query.get('format') ?? 'html';
    if (!(settings.formats ?? ['html']).includes(format)) {
      return { status: 403, body: '<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1>' };
    }
    if (format !== 'json') return { status: 200, body: '<!doctype html><title>SearXNG</title>' };
    return {
      status: 200,
      body: {
        query: text,
        number_of_results: 0,
        results: settings.results ?? [],
        answers: [],
        corrections: [],
        infoboxes: [],
        suggestions: [],
        unresponsive_engines: settings.unresponsive ?? [],
      },
    };
  });
}
