import type { Metrics } from '../../subgraphs/shared/telemetry/metrics.ts';

/** The parts of a gateway that count for themselves, as far as it matters here. */
export interface Watched {
  readonly gateway: { readonly engine: { readonly planner: { readonly statistics: PlanFigures } } };
  readonly operations: { readonly documents: DocumentFigures; readonly fanOut: { readonly subscribers: number } };
  readonly shedder: SheddingFigures;
  /** By the name of the subgraph. */
  readonly sources: ReadonlyMap<string, { report(): SubgraphFigures }>;
  readonly endpoint: { readonly sockets: number; readonly streams: number };
}

/** Shows what they count. It is read at each scrape: a new supergraph has a planner and sources of its own. */
export function watchGateway(metrics: Metrics, { gateway, operations, shedder, sources, endpoint }: Watched): void {
  watchPlans(metrics, () => gateway.engine.planner.statistics);
  watchDocuments(metrics, () => operations.documents);
  watchShedding(metrics, () => shedder);
  watchSubgraphs(metrics, () => [...sources].map(([name, source]) => [name, source.report()] as const));
  metrics.watch('jarvis_websocket_connections', 'Open WebSocket connections', () => endpoint.sockets);
  metrics.watch('jarvis_response_streams', 'Responses that stay open for subscriptions', () => endpoint.streams);
  // What subscribers were sent is counted by `delivered`.
  metrics.watch('jarvis_subscriptions', 'Live subscriptions', () => operations.fanOut.subscribers);
}

interface CacheFigures {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
}

/** The plan cache; `planningTime` in milliseconds, `refused` for operations that would take too long to plan. */
interface PlanFigures extends CacheFigures {
  readonly planningTime: number;
  readonly refused: number;
}

function watchPlans(metrics: Metrics, read: () => PlanFigures): void {
  watchCache(metrics, 'plan', read);
  const evictions = () => read().evictions;
  metrics.watch('jarvis_plan_cache_evictions_total', 'Pushed out of the plan cache', evictions, 'counter');
  const seconds = () => read().planningTime / 1_000;
  metrics.watch('jarvis_planning_seconds_total', 'Time spent on plans that no cache had', seconds, 'counter');
  const refused = () => read().refused;
  metrics.watch('jarvis_plans_refused_total', 'Operations that would take too long to plan', refused, 'counter');
}

/** The cache of documents that were parsed, held against the limits and validated; `refused` are those of them that nobody may run. */
interface DocumentFigures extends Omit<CacheFigures, 'evictions'> {
  readonly refused: number;
}

function watchDocuments(metrics: Metrics, read: () => DocumentFigures): void {
  watchCache(metrics, 'document', read);
  metrics.watch('jarvis_document_cache_refused', 'Refused documents that are remembered', () => read().refused);
}

function watchCache(metrics: Metrics, what: string, read: () => Omit<CacheFigures, 'evictions'>): void {
  const name = `jarvis_${what}_cache`;
  metrics.watch(`${name}_entries`, `Entries of the ${what} cache`, () => read().entries);
  metrics.watch(`${name}_hits_total`, `Found in the ${what} cache`, () => read().hits, 'counter');
  metrics.watch(`${name}_misses_total`, `Not found in the ${what} cache`, () => read().misses, 'counter');
}

const breakerStates = ['closed', 'half-open', 'open'] as const;

/** What the way to a subgraph has seen. The executor's calls are counted by `observed`; these are the calls that they became. */
interface SubgraphFigures {
  readonly retries: number;
  readonly hedges: number;
  /** Calls that the circuit breaker held back. */
  readonly heldBack: number;
  readonly breaker: (typeof breakerStates)[number];
}

function watchSubgraphs(
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

/** What a shedder says of itself. */
interface SheddingFigures {
  readonly running: number;
  readonly waiting: number;
  readonly limit: number;
  readonly refused: number;
}

/** Operations that run, wait and are turned away under load. */
function watchShedding(metrics: Metrics, read: () => SheddingFigures): void {
  metrics.watch('jarvis_operations_running', 'Operations that run now', () => read().running);
  metrics.watch('jarvis_operations_waiting', 'Operations that wait for a place', () => read().waiting);
  metrics.watch('jarvis_operations_limit', 'Operations that may run now', () => read().limit);
  metrics.watch('jarvis_requests_shed_total', 'Operations turned away under load', () => read().refused, 'counter');
}
