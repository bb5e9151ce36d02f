import type { SubgraphRequest } from '../sources/source.ts';

/** The same request with the trace that it belongs to. It asks the other for its parts, which may only be made then: a copy would make them all. */
export class TracedRequest implements SubgraphRequest {
  readonly traceparent: string;
  readonly #request: SubgraphRequest;

  constructor(request: SubgraphRequest, traceparent: string) {
    this.#request = request;
    this.traceparent = traceparent;
  }

  get query() {
    return this.#request.query;
  }

  get document() {
    return this.#request.document;
  }

  get operationName() {
    return this.#request.operationName;
  }

  get operationKind() {
    return this.#request.operationKind;
  }

  get variables() {
    return this.#request.variables;
  }

  get body() {
    return this.#request.body;
  }

  get context() {
    return this.#request.context;
  }

  get signal() {
    return this.#request.signal;
  }

  get deadline() {
    return this.#request.deadline;
  }

  get event() {
    return this.#request.event;
  }
}
