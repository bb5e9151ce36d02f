import type { DocumentNode } from 'graphql';
import type { SubgraphRequest } from './source.ts';

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
  #controller: AbortController | undefined;
  #unfollow: (() => void) | undefined;
  #reason: unknown;

  constructor(request: SubgraphRequest, deadline: number, started: number, pass: number) {
    this.#request = request;
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

  get context(): unknown {
    return this.#request.context;
  }

  /** Fires with the request's own, and when this attempt is given up. Made when a source wants it: embedded ones do not. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      const { signal } = this.#request;
      if (this.isOver) this.#controller.abort(this.#reason);
      else if (signal.aborted) this.#controller.abort(signal.reason);
      else this.#follow(this.#controller, signal);
    }
    return this.#controller.signal;
  }

  /** Whether it ended because the request did. A source that never looked at the signal cannot have. */
  get isLeft(): boolean {
    return this.#controller !== undefined && !this.isOver && this.#controller.signal.aborted;
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

  #follow(controller: AbortController, signal: AbortSignal): void {
    const abort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#unfollow = () => signal.removeEventListener('abort', abort);
  }
}
