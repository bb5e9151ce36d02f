import type { GraphQLFormattedError } from 'graphql';
import type { Caller, RequestFacts } from '../admission/caller.ts';

/** What a client sends, whichever way it comes. Nothing in it has been checked. */
export interface OperationRequest {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

/** Where the answers of one subscription go. Neither method may throw. */
export interface Sink {
  /** One whole response as JSON: `{"data":…,"errors":…,"extensions":…}`. */
  next(text: string): void;
  /** No more answers come. With errors, the subscription failed; without, its source has ended. */
  end(errors?: readonly GraphQLFormattedError[]): void;
}

/** An operation that was let in: within the limits, valid, allowed, affordable. */
export interface Admitted {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** Runs a query or mutation. Resolves always, to a whole response as JSON. */
  run(): Promise<string>;
  /** Starts a subscription. Resolves to what ends it, or rejects with a `Refusal` when it cannot start. */
  listen(sink: Sink): Promise<() => void>;
}

/** Why an operation was not let in. Its errors are in the form in which clients see them. */
export class Refusal extends Error {
  readonly errors: readonly GraphQLFormattedError[];
  /** HTTP status that fits: 4xx, or 503 when we are too busy. */
  readonly status: number;
  /** Seconds after which it is worth trying again. */
  readonly retryAfter?: number;

  constructor(errors: readonly GraphQLFormattedError[], status: number, retryAfter?: number) {
    super(errors[0]?.message ?? 'Refused.');
    this.errors = errors;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The one way in for operations of every transport. */
export interface Operations {
  /** @throws Refusal */
  admit(caller: Caller, request: OperationRequest, facts: RequestFacts): Promise<Admitted>;
}
