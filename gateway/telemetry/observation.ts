import type { OperationTrace } from './tracing.ts';

/** What an operation spends its time on, in this order. `parse` is parsing and validating, or finding the document in the cache. */
export const phases = ['parse', 'authorize', 'cost', 'plan', 'execute', 'write'] as const;
export type Phase = (typeof phases)[number];

/** How a call to a subgraph went: answered, answered with errors, not reached, too slow, or no longer wanted. */
export type CallOutcome = 'ok' | 'errors' | 'failed' | 'timeout' | 'abandoned';

/** How an operation ended. */
export interface Outcome {
  /** `extensions.code` of its errors, in their order. */
  readonly codes?: readonly string[];
  /** HTTP status of its answer, where it had one of its own. */
  readonly status?: number;
  readonly cost?: Cost;
  /** Size of the answer. */
  readonly bytes?: number;
}

export interface Cost {
  readonly requested: number;
  readonly actual: number;
}

/** What an observation tells when it is over. */
export interface Recorder {
  now(): number;
  ended(observation: Observation, outcome: Outcome): void;
}

/** One call to a subgraph, as the log of slow operations tells it. */
export interface Call {
  readonly subgraph: string;
  readonly milliseconds: number;
  readonly outcome: CallOutcome;
}

/** Calls that are remembered one by one; a plan may make thousands. */
const mostCalls = 50;
const longestName = 100;

/**
 * One operation while it is watched. A class, as its fields are written on every request: objects of one shape, without closures.
 */
export class Observation {
  readonly requestId: string;
  readonly trace: OperationTrace | null;
  kind: 'query' | 'mutation' | 'subscription' | null = null;
  /** As the client calls it, cut to a length that fits into a log. */
  name: string | null = null;
  /** Names the document. */
  hash: string | null = null;
  /** Milliseconds spent on each phase. */
  readonly spent = [0, 0, 0, 0, 0, 0];
  calls: Call[] | null = null;
  callCount = 0;
  /** From the arrival to the end. */
  milliseconds = 0;
  readonly #recorder: Recorder;
  readonly #began: number;
  #phase = 0;
  #since: number;
  #ended = false;

  constructor(recorder: Recorder, requestId: string, at: number, trace: OperationTrace | null) {
    this.#recorder = recorder;
    this.requestId = requestId;
    this.trace = trace;
    this.#began = at;
    this.#since = at;
  }

  /** Says what the operation is, once that has been read. */
  identify(kind: 'query' | 'mutation' | 'subscription', name: string | null | undefined, hash: string | null): void {
    this.kind = kind;
    this.name = name ? name.slice(0, longestName) : null;
    this.hash = hash;
  }

  /** The phase so far is over, another begins. */
  phase(phase: Phase): void {
    this.#leave(this.#recorder.now());
    this.#phase = phases.indexOf(phase);
  }

  /** Lets the calls that carry this context find their operation. */
  follow(context: unknown): void {
    if (typeof context === 'object' && context !== null) (context as Followed)[followed] = this;
  }

  called(subgraph: string, milliseconds: number, outcome: CallOutcome): void {
    this.callCount++;
    this.calls ??= [];
    if (this.calls.length < mostCalls) this.calls.push({ subgraph, milliseconds, outcome });
  }

  /** The answer is finished. A second end says nothing. */
  end(outcome: Outcome = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    const at = this.#recorder.now();
    this.#leave(at);
    this.milliseconds = at - this.#began;
    this.#recorder.ended(this, outcome);
    this.trace?.end(at, this, outcome);
  }

  #leave(at: number): void {
    this.spent[this.#phase]! += at - this.#since;
    this.trace?.phase(phases[this.#phase]!, this.#since, at);
    this.#since = at;
  }
}

/**
 * A property of the context and not an AsyncLocalStorage, which makes every promise of the request dearer (1.2 µs for twelve), nor a WeakMap
 * (0.5 µs): this costs some 30 ns.
 */
const followed = Symbol('observation');
type Followed = { [followed]?: Observation };

/** The operation that a request's context belongs to, if it is observed. */
export function observationOf(context: unknown): Observation | undefined {
  return typeof context === 'object' && context !== null ? (context as Followed)[followed] : undefined;
}
