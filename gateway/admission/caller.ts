import type { RateLimit } from './demandControl.ts';

/** Who asks, as far as the gateway cares. Whoever runs a gateway makes these from requests; nothing here knows Jarvis. */
export interface Caller {
  /** Whom limits and budgets count for, and whose answers may be shared: opaque, such as "user:…" or "address:…". */
  readonly account: string;
  readonly isAuthenticated: boolean;
  readonly scopes: readonly string[];
  /** May read the schema by introspection and look at query plans. */
  readonly isDeveloper: boolean;
  /** May register automatic persisted queries. */
  readonly isTrusted: boolean;
  /** Name that the client program gives itself, or null. Chooses between safelist and free documents; proves nothing. */
  readonly client: string | null;
  /** End of the credential; null when it has none. */
  readonly expiresAt: Date | null;
  /** The context that sources get with each call of one request. */
  contextOf(request: RequestFacts): unknown;
}

/** What is known of one request besides its caller. */
export interface RequestFacts {
  readonly requestId: string;
  /** Fires when the client has gone away. */
  readonly signal?: AbortSignal;
  /** Header `Idempotency-Key`, where one was sent. */
  readonly idempotencyKey?: string | null;
  /** How the caller stands once the operation was charged; what `rateLimit` of the graph answers. */
  readonly rateLimit?: RateLimit;
}
