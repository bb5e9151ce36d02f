import { badInput } from '../../subgraphs/shared/errors.ts';
import { responseText, type TextResult } from '../execution/compiled/executor.ts';
import type { IncrementalResult } from '../execution/incremental.ts';
import { initialText, subsequentText } from '../execution/incrementalText.ts';
import type { Gateway } from '../gateway.ts';
import { describePlan } from '../planning/description.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import type { Cost, Observation } from '../telemetry/observation.ts';
import type { Release } from '../transport/shedding.ts';
import type { Caller, RequestFacts } from './caller.ts';
import type { Charge } from './charge.ts';
import { asksForCost } from './demandControl.ts';
import type { Operation } from './documents.ts';
import { type Admitted, InvalidOperation, type OperationRequest, type Refusal, type Sink } from './operation.ts';

/** An operation that may run, with all that running it takes. */
export interface Prepared {
  readonly operation: Operation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly charge: Charge | undefined;
  readonly plan: PreparedPlan;
  readonly context: unknown;
  /** Of a subscription that is answered once: the event in the past, or null to have all checked and nothing answered. */
  readonly event: string | null | undefined;
}

/** Who asked for it, and how. */
export interface Asking {
  readonly caller: Caller;
  readonly request: OperationRequest;
  readonly facts: RequestFacts;
  readonly observation: Observation | undefined;
  /** Gives back its place among those that run. */
  readonly release: Release | undefined;
}

/** What all operations are run with. */
export interface RunningOptions {
  readonly gateway: Gateway;
  /** The result with its errors as clients see them. */
  formatted<Result extends TextResult>(result: Result, requestId: string): Result;
  refusalOf(error: unknown, requestId: string): Refusal;
  listen(prepared: Prepared, caller: Caller, requestId: string, sink: Sink): Promise<() => void>;
}

/** An operation that was let in. However it ends, its place is given back, its charge settled and its observation over. */
export class AdmittedOperation implements Admitted {
  readonly #options: RunningOptions;
  readonly #prepared: Prepared;
  readonly #asking: Asking;

  constructor(options: RunningOptions, prepared: Prepared, asking: Asking) {
    this.#options = options;
    this.#prepared = prepared;
    this.#asking = asking;
  }

  get kind(): Admitted['kind'] {
    return this.#prepared.plan.kind;
  }

  get isAnsweredOnce(): boolean {
    return this.#prepared.event !== undefined;
  }

  get headers(): Record<string, string> | undefined {
    return this.#prepared.charge?.headers();
  }

  async run(): Promise<string> {
    const { facts, observation } = this.#asking;
    if (facts.wantsPlan === 'only') {
      this.#end();
      return responseText({ data: 'null' }, this.#extensions());
    }
    observation?.phase('execute');
    let result: TextResult;
    try {
      result = await this.#execute();
    } catch (error) {
      throw this.#failed(error);
    }
    observation?.phase('write');
    return this.#finish(result);
  }

  async runInParts(): Promise<string | AsyncIterable<string>> {
    const { facts, observation } = this.#asking;
    if (!this.#prepared.plan.deferred || facts.wantsPlan === 'only') return this.run();
    observation?.phase('execute');
    let result: TextResult | IncrementalResult;
    try {
      result = await this.#options.gateway.executeIncrementally(this.#prepared.plan, this.#runOptions());
    } catch (error) {
      throw this.#failed(error);
    }
    if (!('initial' in result)) return this.#finish(result);
    const initial = this.#options.formatted(result.initial, facts.requestId);
    const first = initialText({ ...result, initial }, this.#extensions(false));
    return this.#parts(first, result.subsequent);
  }

  async listen(sink: Sink): Promise<() => void> {
    const { caller, facts } = this.#asking;
    if (facts.wantsPlan === 'only' || this.isAnsweredOnce) {
      sink.next(await this.run());
      sink.end();
      return () => {};
    }
    try {
      const stop = await this.#options.listen(this.#prepared, caller, facts.requestId, sink);
      this.#end();
      return stop;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  abandon(): void {
    this.#prepared.charge?.settle(0);
    this.#end();
  }

  async #execute(): Promise<TextResult> {
    const { gateway } = this.#options;
    const { plan, variables, context, event: id } = this.#prepared;
    if (id === undefined) return gateway.executeText(plan, this.#runOptions());
    const subscription = gateway.subscription(plan, { variables, context });
    const event = id === null ? null : await subscription.find(id);
    if (event === null) return { data: 'null', weight: 0 };
    return gateway.executeEventText(plan, event, this.#runOptions());
  }

  #runOptions() {
    const { variables, context } = this.#prepared;
    return { variables, context, signal: this.#asking.facts.signal };
  }

  async *#parts(first: string, subsequent: IncrementalResult['subsequent']): AsyncGenerator<string> {
    const { requestId } = this.#asking.facts;
    try {
      yield first;
      for await (const { incremental, hasNext } of subsequent)
        yield subsequentText({
          incremental: incremental.map((part) => this.#options.formatted(part, requestId)),
          hasNext,
        });
    } finally {
      // Parts are not weighed: the estimate stands.
      this.#end(undefined, this.#prepared.charge?.settle(undefined));
    }
  }

  /** What was run is settled and told; variables that do not fit ran nothing. */
  #finish(result: TextResult): string {
    const { charge } = this.#prepared;
    const told = this.#options.formatted(result, this.#asking.facts.requestId);
    const codes = told.errors && codesOf(told.errors);
    if (result.data === undefined) {
      charge?.settle(0);
      this.#end(codes);
      throw new InvalidOperation(told.errors ?? []);
    }
    this.#end(codes, charge?.settle(result.weight));
    return responseText(told, this.#extensions());
  }

  #failed(error: unknown): Refusal {
    const refusal = this.#options.refusalOf(error, this.#asking.facts.requestId);
    this.#end(codesOf(refusal.errors));
    return refusal;
  }

  #end(codes?: readonly string[], cost?: Cost): void {
    const { release, observation } = this.#asking;
    release?.();
    observation?.end({ codes, cost });
  }

  #extensions(isSettled = true): Record<string, unknown> {
    const { charge, plan } = this.#prepared;
    const { facts, request } = this.#asking;
    const { requestId, wantsPlan } = facts;
    const extensions: Record<string, unknown> = { requestId };
    if (charge && isSettled && (facts.wantsCost || asksForCost(request))) extensions.cost = charge.extension();
    if (wantsPlan) extensions.queryPlan = describePlan(plan);
    return extensions;
  }
}

/** The event that `extensions.event` names, for a subscription to be answered once; null: none, only check. Undefined where it is not said. */
export function namedEvent({ extensions }: OperationRequest): string | null | undefined {
  const event = (extensions as Record<string, unknown> | null | undefined)?.event;
  if (event === undefined || event === null || typeof event === 'string') return event;
  throw badInput('"extensions.event" must be the id of an event, or null.');
}

export const codesOf = (errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[]): string[] =>
  errors.map(({ extensions }) => String(extensions?.code));
