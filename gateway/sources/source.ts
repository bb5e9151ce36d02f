import type { DocumentNode, GraphQLFormattedError } from 'graphql';

/** Tells that an answer is no longer wanted: an AbortSignal, or less, which costs less to make. */
export interface LeaveSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** One call to one subgraph, as the executor makes it. */
export interface SubgraphRequest {
  readonly query: string;
  /** The same text, parsed. The object is the same for every request of a cached plan: a key for caches of compiled documents. */
  readonly document?: DocumentNode;
  readonly operationName?: string;
  readonly operationKind: 'query' | 'mutation' | 'subscription';
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The same as JSON, `{"query","operationName","variables"}`, where the executor has it ready: what GraphQL over HTTP posts. */
  readonly body?: string;
  /** The client request's context. The executor passes it on and never looks inside. */
  readonly context: unknown;
  /**
   * Aborted when the answer is no longer wanted: the deadline passed or the client went away. Not always an AbortSignal: whoever needs one
   * (for `fetch`) makes it and has this end it.
   */
  readonly signal: LeaveSignal;
  /** Milliseconds since the epoch until which an answer is useful. */
  readonly deadline: number;
  /** The trace that the call belongs to, as W3C Trace Context writes it, where it is traced: for the header of that name. */
  readonly traceparent?: string;
  /** Only for the first fetch of a subscription: what happened. The subscription field is executed once with it. */
  readonly event?: unknown;
}

/**
 * Where an answer names its data as plain: its text had no backslash, so none of the strings needs an escape when they are written as JSON
 * again. A symbol, because what is read from JSON can have none; the data itself, so that other data in its place is not taken for plain.
 */
export const plainData: unique symbol = Symbol('plain data');

/** What a subgraph answered. Errors are passed on to the client as they are: a source masks what must stay inside. */
export interface SubgraphResponse {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Record<string, unknown>;
  /** The same object as `data`, where a source has looked. Whoever changes strings in it takes this away. */
  readonly [plainData]?: Record<string, unknown> | null;
}

/**
 * The answer in a JSON text.
 * @throws SyntaxError where it is none
 */
export function parseAnswer(text: string): SubgraphResponse {
  const response = JSON.parse(text);
  if (!text.includes('\\') && typeof response === 'object' && response !== null) response[plainData] = response.data;
  return response;
}

/**
 * How a subgraph is reached. A rejected promise means that it could not be reached; its reason is never shown to clients. An answer becomes
 * the executor's, which adds to its objects: a source that keeps answers gives out copies.
 */
export interface Source {
  execute(request: SubgraphRequest): Promise<SubgraphResponse>;
}

/** Sources by subgraph name. */
export type Sources = ReadonlyMap<string, Source>;

/** One subscription to one subgraph: its root field with the client's arguments, and the operation that each event answers. */
export interface SubscriptionRequest {
  readonly field: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly query: string;
  readonly document?: DocumentNode;
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly context: unknown;
  readonly signal: AbortSignal;
}

/**
 * Where the events of a subgraph's subscription fields come from. Each event is opaque to the executor, which hands it back to the
 * subgraph's `Source` as `event`. A source over a foreign WebSocket yields finished answers and returns them from `execute`.
 */
export interface SubscriptionSource {
  events(request: SubscriptionRequest): AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>;
}

/** What a feed calls. Nothing here may throw. */
export interface EventListener {
  event(event: unknown): void;
  /**
   * Once: what was missed has been told. From now on each event comes in the same turn as to all other listeners of the same viewer and
   * field that are told so, so that one who has heard them all may take another's place.
   */
  caughtUp?(): void;
  /** Resolves when the events so far have been worked off, to whether more are wanted. A feed waits for it while it tells what was missed. */
  settled?(): Promise<boolean>;
  /** No more events come: the source has ended, or failed with this. */
  end(failure?: unknown): void;
}

/** A subscription source that calls instead of being asked, which costs little while nothing happens. Its events do not depend on the query. */
export interface EventFeed {
  /** The argument of its fields that names the last event that a client has seen. It says where to start, and changes no answer. */
  readonly resumesBy: string;
  /** Resolves to what ends it, once no later event can be missed; rejects when it cannot start. Events may come before. */
  listen(request: Omit<SubscriptionRequest, 'signal'>, listener: EventListener): Promise<() => void>;
  /** One event in the past by its id, or null where there is none that this subscription would have brought. */
  find?(request: Omit<SubscriptionRequest, 'signal'>, id: string): Promise<unknown>;
}

/** Subscription sources by subgraph name. */
export type SubscriptionSources = ReadonlyMap<string, SubscriptionSource | EventFeed>;
