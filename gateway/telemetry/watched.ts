import type { Metrics } from './metrics.ts';

export interface CacheFigures {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  /** Where they are counted. */
  readonly evictions?: number;
}

/** The plan cache; `planningTime` in milliseconds, `refused` for operations that would take too long to plan. */
export function watchPlans(
  metrics: Metrics,
  read: () => CacheFigures & { readonly planningTime: number; readonly refused?: number },
): void {
  watchCache(metrics, 'plan', read);
  const seconds = () => read().planningTime / 1_000;
  metrics.watch('jarvis_planning_seconds_total', 'Time spent on plans that no cache had', seconds, 'counter');
  const refused = () => read().refused ?? 0;
  metrics.watch('jarvis_plans_refused_total', 'Operations that would take too long to plan', refused, 'counter');
}

/** The cache of documents that were parsed, held against the limits and validated; `refused` are those of them that nobody may run. */
export function watchDocuments(metrics: Metrics, read: () => CacheFigures & { readonly refused: number }): void {
  watchCache(metrics, 'document', read);
  metrics.watch('jarvis_document_cache_refused', 'Refused documents that are remembered', () => read().refused);
}

function watchCache(metrics: Metrics, what: string, read: () => CacheFigures): void {
  const name = `jarvis_${what}_cache`;
  metrics.watch(`${name}_entries`, `Entries of the ${what} cache`, () => read().entries);
  metrics.watch(`${name}_hits_total`, `Found in the ${what} cache`, () => read().hits, 'counter');
  metrics.watch(`${name}_misses_total`, `Not found in the ${what} cache`, () => read().misses, 'counter');
  metrics.watch(`${name}_evictions_total`, `Pushed out of the ${what} cache`, () => read().evictions ?? 0, 'counter');
}

const breakerStates = ['closed', 'half-open', 'open'] as const;

/** What the way to a subgraph has seen. The executor's calls are counted by `observed`; these are the calls that they became. */
export interface SubgraphFigures {
  readonly retries: number;
  readonly hedges: number;
  /** Calls that the circuit breaker held back. */
  readonly heldBack: number;
  readonly breaker: (typeof breakerStates)[number];
}

export function watchSubgraphs(
  metrics: Metrics,
  read: () => Iterable<readonly [subgraph: string, figures: SubgraphFigures]>,
): void {
  const count = (name: string, help: string, of: (figures: SubgraphFigures) => number) =>
    metrics.watch(
      `jarvis_subgraph_${name}_total`,
      help,
      () => [...read()].map(([subgraph, figures]) => ({ labels: { subgraph }, value: of(figures) })),
      'counter',
    );
  count('retries', 'Calls made again after a failure', ({ retries }) => retries);
  count('hedges', 'Calls made again because the first was slow', ({ hedges }) => hedges);
  count('held_back', 'Calls that the circuit breaker held back', ({ heldBack }) => heldBack);
  metrics.watch('jarvis_subgraph_breaker', 'State of the circuit breaker: 1 for the one it is in', () =>
    [...read()].flatMap(([subgraph, { breaker }]) =>
      breakerStates.map((state) => ({ labels: { subgraph, state }, value: Number(state === breaker) })),
    ),
  );
}

export interface SubscriptionFigures {
  readonly sockets: number;
  readonly subscriptions: number;
  /** Ends of connections by a reason out of a closed list, where they are counted. */
  readonly closed?: Readonly<Record<string, number>>;
}

/** What subscribers were sent is counted by `delivered`. */
export function watchSubscriptions(metrics: Metrics, read: () => SubscriptionFigures): void {
  metrics.watch('jarvis_websocket_connections', 'Open WebSocket connections', () => read().sockets);
  metrics.watch('jarvis_subscriptions', 'Live subscriptions', () => read().subscriptions);
  metrics.watch(
    'jarvis_websocket_closes_total',
    'Connections closed, by reason',
    () => Object.entries(read().closed ?? {}).map(([reason, value]) => ({ labels: { reason }, value })),
    'counter',
  );
}

/** What a shedder says of itself. */
export interface SheddingFigures {
  readonly running: number;
  readonly waiting: number;
  readonly limit: number;
  readonly refused: number;
}

/** Operations that run, wait and are turned away under load. */
export function watchShedding(metrics: Metrics, read: () => SheddingFigures): void {
  metrics.watch('jarvis_operations_running', 'Operations that run now', () => read().running);
  metrics.watch('jarvis_operations_waiting', 'Operations that wait for a place', () => read().waiting);
  metrics.watch('jarvis_operations_limit', 'Operations that may run now', () => read().limit);
  metrics.watch('jarvis_requests_shed_total', 'Operations turned away under load', () => read().refused, 'counter');
}
