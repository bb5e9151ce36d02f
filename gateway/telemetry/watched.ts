import type { Figure } from './distribution.ts';
import type { Metrics } from './metrics.ts';

export interface CacheFigures {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
}

/** The plan cache; `planningTime` in milliseconds, `refused` for documents whose planning would have taken too long. */
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

/** The cache of parsed and validated documents. */
export function watchDocuments(metrics: Metrics, read: () => CacheFigures): void {
  watchCache(metrics, 'document', read);
}

function watchCache(metrics: Metrics, what: string, read: () => CacheFigures): void {
  const name = `jarvis_${what}_cache`;
  metrics.watch(`${name}_entries`, `Entries of the ${what} cache`, () => read().entries);
  metrics.watch(`${name}_hits_total`, `Found in the ${what} cache`, () => read().hits, 'counter');
  metrics.watch(`${name}_misses_total`, `Not found in the ${what} cache`, () => read().misses, 'counter');
  metrics.watch(`${name}_evictions_total`, `Pushed out of the ${what} cache`, () => read().evictions, 'counter');
}

const breakerStates = ['closed', 'half-open', 'open'] as const;

/** What the way to a subgraph has seen. The calls themselves are counted by `observed`. */
export interface SubgraphFigures {
  readonly subgraph: string;
  readonly retries: number;
  readonly breaker: (typeof breakerStates)[number];
}

export function watchSubgraphs(metrics: Metrics, read: () => Iterable<SubgraphFigures>): void {
  metrics.watch(
    'jarvis_subgraph_retries_total',
    'Calls to subgraphs made a second time',
    () => [...read()].map(({ subgraph, retries }) => ({ labels: { subgraph }, value: retries })),
    'counter',
  );
  metrics.watch('jarvis_subgraph_breaker', 'State of the circuit breaker: 1 for the one it is in', () =>
    [...read()].flatMap(({ subgraph, breaker }) =>
      breakerStates.map((state) => ({ labels: { subgraph, state }, value: Number(state === breaker) })),
    ),
  );
}

export interface SubscriptionFigures {
  readonly sockets: number;
  readonly subscriptions: number;
  /** Answers sent to clients. */
  readonly delivered: number;
  /** Ends of connections by a reason out of a closed list. */
  readonly closed: Readonly<Record<string, number>>;
}

export function watchSubscriptions(metrics: Metrics, read: () => SubscriptionFigures): void {
  metrics.watch('jarvis_websocket_connections', 'Open WebSocket connections', () => read().sockets);
  metrics.watch('jarvis_subscriptions', 'Live subscriptions', () => read().subscriptions);
  metrics.watch('jarvis_subscription_answers_total', 'Answers sent to subscribers', () => read().delivered, 'counter');
  metrics.watch(
    'jarvis_websocket_closes_total',
    'Connections closed, by reason',
    (): Figure[] => Object.entries(read().closed).map(([reason, value]) => ({ labels: { reason }, value })),
    'counter',
  );
}

/** Requests turned away because we were too busy. */
export function watchShedding(metrics: Metrics, read: () => number): void {
  metrics.watch('jarvis_requests_shed_total', 'Requests turned away under overload', read, 'counter');
}
