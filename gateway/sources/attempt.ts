import type { DocumentNode } from 'graphql';
import type { LeaveSignal, SubgraphRequest } from './source.ts';

/** A request as it is sent to a subgraph once: with the subgraph's deadline, and an end of its own. */
export class Attempt implements SubgraphRequest {
  readonly deadline: number;
  readonly event?: unknown;
  /** When it began, by the clock that only grows. */
  readonly started: number;
  /** What the breaker let it pass with. */
  readonly pass: number;
  /** Nobody waits for it any more: how it ends makes no difference. */
  isOver = false;
  readonly #request: SubgraphRequest;
  readonly #mayBeOvertaken: boolean;
  #isWatched = false;
  #controller: AbortController | undefined;
  #unfollow: (() => void) | undefined;
  #reason: unknown;

  constructor(
    request: SubgraphRequest,
    deadline: number,
    started: number,
    pass: number,
    /** Another attempt may make this one pointless while the request goes on. */
    mayBeOvertaken: boolean,
  ) {
    this.#request = request;
    this.#mayBeOvertaken = mayBeOvertaken;
    this.deadline = deadline;
    this.started = started;
    this.pass = pass;
    this.event = request.event;
  }

  get query(): string {
    return this.#request.query;
  }

  get document(): DocumentNode | undefined {
    return this.#request.document;
  }

  get operationName(): string | undefined {
    return this.#request.operationName;
  }

  get operationKind(): SubgraphRequest['operationKind'] {
    return this.#request.operationKind;
  }

  get variables(): SubgraphRequest['variables'] {
    return this.#request.variables;
  }

  get body(): string | undefined {
    return this.#request.body;
  }

  get traceparent(): string | undefined {
    return this.#request.traceparent;
  }

  get context(): unknown {
    return this.#request.context;
  }

  /** The request's own, which is made when somebody wants it. Only an attempt that may be overtaken has another, since that costs more. */
  get signal(): LeaveSignal {
    this.#isWatched = true;
    const { signal } = this.#request;
    if (!this.#mayBeOvertaken) return signal;
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.isOver) this.#controller.abort(this.#reason);
      else if (signal.aborted) this.#controller.abort(signal.reason);
      else this.#follow(this.#controller, signal);
    }
    return this.#controller.signal;
  }

  /** Whether the client has left. A source that never looked at the signal does not end for that. */
  get isLeft(): boolean {
    return this.#isWatched && this.#request.signal.aborted;
  }

  /** No longer of interest; the source may stop what it does for it. */
  giveUp(reason: unknown): void {
    this.finish();
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  finish(): void {
    this.isOver = true;
    this.#unfollow?.();
  }

  #follow(controller: AbortController, signal: LeaveSignal): void {
    const abort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#unfollow = () => signal.removeEventListener('abort', abort);
  }
}
