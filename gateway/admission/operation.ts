import type { GraphQLFormattedError } from 'graphql';
import type { Caller, RequestFacts } from './caller.ts';

/** What a client sends, whichever way it comes. Nothing in it has been checked. */
export interface OperationRequest {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
  /** Names a persisted operation, as `id` and `extensions.persistedQuery` do. */
  readonly documentId?: unknown;
  readonly id?: unknown;
}

/** Where the answers of one subscription go. Neither method may throw. */
export interface Sink {
  /** One whole response as JSON: `{"data":…,"errors":…,"extensions":…}`. */
  next(text: string): void;
  /** No more answers come. With errors, the subscription failed; without, its source has ended. */
  end(errors?: readonly GraphQLFormattedError[]): void;
}

/** An operation that was let in: within the limits, valid, allowed, affordable. It is run, listened to, or abandoned, once. */
export interface Admitted {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** A subscription that is run like a query: one answer, to one event in the past. */
  readonly isAnsweredOnce?: boolean;
  /** Headers that fit an answer over HTTP: how the caller stands. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Runs a query or mutation, or tells the plan alone of any operation. Resolves to a whole response as JSON, whatever went wrong meanwhile.
   * @throws InvalidOperation when variables do not fit; then nothing was run.
   */
  run(): Promise<string>;
  /** Runs it and answers in parts, the first of which is there when this resolves; in one piece where there are none. Throws as `run`. */
  runInParts(): Promise<string | AsyncIterable<string>>;
  /** Starts a subscription. Resolves to what ends it, or rejects with a `Refusal` when it cannot start. */
  listen(sink: Sink): Promise<() => void>;
  /** Says that it will not be run after all. */
  abandon(): void;
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

/**
 * The operation itself is wrong: it does not parse or validate, or its variables do not fit. Over HTTP that is 400, or 200 for clients of
 * `application/json`, as GraphQL over HTTP wants it.
 */
export class InvalidOperation extends Refusal {
  constructor(errors: readonly GraphQLFormattedError[]) {
    super(errors, 400);
  }
}

/** The one way in for operations of every transport. */
export interface Operations {
  /** @throws Refusal */
  admit(caller: Caller, request: OperationRequest, facts: RequestFacts): Promise<Admitted>;
}
