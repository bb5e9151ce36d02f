import type { GraphQLError } from 'graphql';
import type { PreparedPlan } from '../../planning/planner.ts';
import type { LeaveSignal, Sources } from '../../sources/source.ts';
import type { Data } from '../data.ts';
import type { Deferral } from '../deferral.ts';
import { type FailureListener, FetchFailure } from '../errors.ts';
import type { ExecuteOptions } from '../executor.ts';
import type { Answer } from './ask.ts';
import type { SharedTexts } from './shared.ts';

/** One operation while it runs. It is the signal that sources listen to: it ends at the deadline, or when the client goes away. */
export class Run implements LeaveSignal {
  readonly plan: PreparedPlan;
  readonly sources: Sources;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: unknown;
  readonly deadline: number;
  readonly onFailure: FailureListener | undefined;
  /** What the subgraphs answered, merged. */
  readonly root: Data = {};
  /** Errors so far, with paths in the client's response. */
  readonly errors: GraphQLError[] = [];
  /** What was asked already and will be asked again by another fetch of the plan. */
  readonly asked = new Map<string, Promise<Answer>>();
  /** Whether no string of the answers so far needs an escape in JSON. */
  isPlain = true;
  /** What several places of the merged tree have in common. */
  shared: SharedTexts | undefined;
  /** What comes later, in an operation that answers in parts. */
  deferral: Deferral | undefined;
  /** Why nobody waits any more. */
  ended: FetchFailure | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #client: LeaveSignal | undefined;
  readonly #waiting = new Set<(cause: FetchFailure) => void>();
  readonly #texts = new Map<string, string | undefined>();

  constructor(plan: PreparedPlan, options: ExecuteOptions) {
    this.plan = plan;
    this.sources = options.sources;
    this.variables = options.variables ?? {};
    this.context = options.context;
    this.deadline = options.deadline;
    this.onFailure = options.onFailure;
    // setTimeout takes at most 2^31 - 1 ms and would fire at once beyond.
    const delay = Math.min(Math.max(0, options.deadline - (options.now ?? Date.now)()), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#end(new FetchFailure('did not answer in time')), delay);
    this.#client = options.signal;
    if (this.#client?.aborted) this.leave();
    else this.#client?.addEventListener('abort', this.leave, { once: true });
  }

  get aborted(): boolean {
    return this.ended !== undefined;
  }

  get reason(): FetchFailure | undefined {
    return this.ended;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.wait(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.settle(listener);
  }

  /** Calls the listener if the operation ends before `settle` is called with it. */
  wait(listener: (cause: FetchFailure) => void): void {
    this.#waiting.add(listener);
  }

  settle(listener: (cause: FetchFailure) => void): void {
    this.#waiting.delete(listener);
  }

  /** Errors so far of the first part, or of one that comes later. */
  errorsOf(label: string | undefined): GraphQLError[] {
    return label === undefined || !this.deferral ? this.errors : this.deferral.errorsOf(label);
  }

  /** The JSON of a client's variable, or undefined where none was given. */
  variableText(name: string): string | undefined {
    if (!this.#texts.has(name))
      this.#texts.set(name, Object.hasOwn(this.variables, name) ? JSON.stringify(this.variables[name]) : undefined);
    return this.#texts.get(name);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#client?.removeEventListener('abort', this.leave);
  }

  /** Ends the operation: its client is gone. */
  readonly leave = () => this.#end(new FetchFailure('was not waited for'));

  #end(cause: FetchFailure): void {
    if (this.ended) return;
    this.ended = cause;
    for (const listener of [...this.#waiting])
      try {
        listener(cause);
      } catch (error) {
        // A source's own fault: the others are told all the same, as an AbortSignal does it.
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
