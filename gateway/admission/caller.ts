import type { LeaveSignal } from '../sources/source.ts';
import type { Charge } from './charge.ts';

/** Who asks, as far as the gateway cares. Whoever runs a gateway makes these from requests; nothing here knows Jarvis. */
export interface Caller {
  /** Whom limits and budgets count for: opaque, such as "user:…" or "address:…". Nothing that a client may choose freely is part of it. */
  readonly account: string;
  /** Whose subscriptions may share answers: equal only for callers whose sources are asked alike. Opaque. */
  readonly sharing: string;
  readonly isAuthenticated: boolean;
  readonly scopes: readonly string[];
  /** May read the schema by introspection and look at query plans. */
  readonly isDeveloper: boolean;
  /** May register automatic persisted queries. */
  readonly isTrusted: boolean;
  /** Asks what a subscription says of one event in the past, and nothing else; nobody else may. */
  readonly isDelivery?: boolean;
  /** Name that the client program gives itself, or null. Chooses between safelist and free documents; proves nothing. */
  readonly client: string | null;
  /** End of the credential; null when it has none. */
  readonly expiresAt: Date | null;
  /**
   * The context that sources get with each call of one request.
   * @param standing how the caller stands once the operation was charged, where operations are: what `rateLimit` of the graph answers
   */
  contextOf(request: RequestFacts, standing?: Pick<Charge, 'rateLimit'>): unknown;
}

/** What is known of one request besides its caller. */
export interface RequestFacts {
  readonly requestId: string;
  /** Fires when the client has gone away. */
  readonly signal?: LeaveSignal;
  /** Header `Idempotency-Key`, where one was sent. */
  readonly idempotencyKey?: string | null;
  /** Whether nothing may be changed, as with GET. */
  readonly isReadOnly?: boolean;
  /** Whether the client takes an answer in parts. */
  readonly takesParts?: boolean;
  /** Header `traceparent` as it came. */
  readonly traceparent?: string | null;
  /** Whether the client wants to see what the operation costs. */
  readonly wantsCost?: boolean;
  /** Whether a developer wants to see the query plan: beside the answer, or without running anything. */
  readonly wantsPlan?: 'too' | 'only' | null;
}
