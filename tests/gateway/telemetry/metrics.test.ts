import { expect, test } from '@jest/globals';
import { watchGateway } from '../../../gateway/telemetry/watched.ts';
import { createMetrics } from '../../../subgraphs/shared/telemetry/metrics.ts';

test('HTTP requests are counted by route and status, and timed by route', async () => {
  const metrics = createMetrics();
  metrics.observeRequest('/graphql', 200, 0.002);
  metrics.observeRequest('/graphql', 503, 20);
  const text = await metrics.text();
  expect(text).toContain('# TYPE jarvis_http_requests_total counter');
  expect(text).toContain('jarvis_http_requests_total{route="/graphql",status="503"} 1');
  expect(text).toContain('# TYPE jarvis_http_request_seconds histogram');
  expect(text).toContain('jarvis_http_request_seconds_bucket{route="/graphql",le="0.0025"} 1');
  expect(text).toContain('jarvis_http_request_seconds_bucket{route="/graphql",le="10"} 1');
  expect(text).toContain('jarvis_http_request_seconds_bucket{route="/graphql",le="+Inf"} 2');
  expect(text).toContain('jarvis_http_request_seconds_sum{route="/graphql"} 20.002');
  expect(text).toContain('jarvis_nodejs_eventloop_lag_p99_seconds');
});

test('what others count is read at each scrape', async () => {
  const metrics = createMetrics();
  const cache = { entries: 2, hits: 3, misses: 4, evictions: 1 };
  const endpoint = { sockets: 1, streams: 3 };
  watchGateway(metrics, {
    gateway: { engine: { planner: { statistics: { ...cache, planningTime: 1_500, refused: 6 } } } },
    operations: { documents: { ...cache, refused: 11 }, fanOut: { subscribers: 2 } },
    shedder: { running: 3, waiting: 1, limit: 512, refused: 8 },
    sources: new Map([
      ['goals', { report: () => ({ retries: 5, hedges: 1, heldBack: 12, breaker: 'open' }) }],
      ['chat', { report: () => ({ retries: 0, hedges: 0, heldBack: 0, breaker: 'closed' }) }],
    ]),
    endpoint,
  });
  endpoint.sockets = 7;
  const lines = new Set((await metrics.text()).split('\n'));
  for (const line of [
    'jarvis_plan_cache_entries 2',
    'jarvis_plan_cache_hits_total 3',
    'jarvis_plan_cache_misses_total 4',
    'jarvis_plan_cache_evictions_total 1',
    'jarvis_planning_seconds_total 1.5',
    'jarvis_plans_refused_total 6',
    'jarvis_document_cache_entries 2',
    'jarvis_subgraph_retries_total{subgraph="goals"} 5',
    'jarvis_subgraph_breaker{subgraph="goals",state="open"} 1',
    'jarvis_subgraph_breaker{subgraph="goals",state="closed"} 0',
    'jarvis_subgraph_breaker{subgraph="chat",state="closed"} 1',
    'jarvis_websocket_connections 7',
    'jarvis_response_streams 3',
    'jarvis_subscriptions 2',
    'jarvis_document_cache_refused 11',
    'jarvis_subgraph_held_back_total{subgraph="goals"} 12',
    'jarvis_operations_limit 512',
    'jarvis_requests_shed_total 8',
  ])
    expect(lines).toContain(line);
});
