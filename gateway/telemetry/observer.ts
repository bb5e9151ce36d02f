import { errorCodes } from '../../subgraphs/shared/errors.ts';
import { Distribution } from '../../subgraphs/shared/telemetry/distribution.ts';
import { type Metrics, requestBounds } from '../../subgraphs/shared/telemetry/metrics.ts';
import { count, partBounds, type Series, series, watchSeries } from '../../subgraphs/shared/telemetry/series.ts';
import type { LeaveSignal, Source } from '../sources/source.ts';
import { type CallOutcome, Observation, observationOf, phases, type Recorder } from './observation.ts';
import type { SlowOperations } from './slowOperations.ts';
import { TracedRequest } from './tracedRequest.ts';
import type { CallTrace, Tracer } from './tracing.ts';

export interface TelemetryOptions {
  readonly metrics: Metrics;
  /** Without it nothing is traced. */
  readonly tracer?: Tracer;
  /** Without it no slow operations are logged. */
  readonly slow?: SlowOperations;
  /** Names that may stand in metrics: those of the persisted operations. All others count as "other". */
  isKnownName?(name: string): boolean;
  /** Whether the `traceparent` of clients is continued. Otherwise each operation begins a trace of its own. */
  readonly trustsClients?: boolean;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/** What is known of an operation before it is read. */
export interface Arrival {
  readonly requestId: string;
  /** Header `traceparent` as it came. */
  readonly traceparent?: string | null;
}

export interface Telemetry {
  /** An operation has arrived; its first phase, `parse`, begins. For a subscription: at its start, and again for each run for an event. */
  begin(arrival: Arrival): Observation;
  /** So many answers went to subscribers. */
  delivered(answers: number): void;
  /** The same source, observed. Its calls belong to the operation whose observation follows the request's context. */
  observed(source: Source, subgraph: string): Source;
}

const kinds = ['query', 'mutation', 'subscription'] as const;
const codes: ReadonlySet<string> = new Set(errorCodes);

/**
 * The one place that sees operations and subgraph calls: it counts them, traces them and reports the slow ones. Made for the hot path: an
 * operation costs about a microsecond while nobody traces.
 */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const { metrics, tracer, slow, isKnownName = () => false, trustsClients = false } = options;
  const now = options.now ?? (() => performance.now());
  const operations = new Map(kinds.map((kind) => [kind, new Map<string, Series>()]));
  const unread = series({ kind: 'unknown', name: 'other' }, requestBounds);
  const phaseDurations = phases.map(() => new Distribution(partBounds));
  const subgraphs = new Map<string, Series>();
  const cost = { requested: 0, actual: 0 };
  let bytes = 0;
  let delivered = 0;

  const seriesOf = (kind: Observation['kind'], name: string | null): Series => {
    if (!kind) return unread;
    const named = operations.get(kind)!;
    const found = name === null ? undefined : named.get(name);
    if (found) return found;
    const label = name !== null && isKnownName(name) ? name : 'other';
    const made = named.get(label) ?? series({ kind, name: label }, requestBounds);
    named.set(label, made);
    return made;
  };

  const recorder: Recorder = {
    now,
    ended(observation, { codes: errors, cost: spent, bytes: sent = 0 }) {
      const { kind, name, milliseconds } = observation;
      const code = errors?.[0];
      const seen = seriesOf(kind, name);
      seen.durations.add(milliseconds);
      count(seen, code === undefined ? 'ok' : codes.has(code) ? code : 'other');
      for (let index = 0; index < phases.length; index++) {
        const spentOn = observation.spent[index]!;
        if (spentOn > 0) phaseDurations[index]!.add(spentOn);
      }
      if (spent) {
        cost.requested += spent.requested;
        cost.actual += spent.actual;
      }
      bytes += sent;
      if (slow && milliseconds >= slow.threshold) slow.report(observation, errors ?? [], spent);
    },
  };

  function ended(
    calls: Series,
    started: number,
    outcome: CallOutcome,
    observation: Observation | undefined,
    call: CallTrace | null,
  ): void {
    const at = now();
    calls.durations.add(at - started);
    count(calls, outcome);
    observation?.called(calls.labels.subgraph as string, at - started, outcome);
    call?.end(at, outcome);
  }

  watchSeries(metrics, {
    name: 'operation',
    about: 'GraphQL operations, by kind, name and outcome: ok, or the code of the first error',
    all: () => [unread, ...[...operations.values()].flatMap((named) => [...named.values()])],
  });
  watchSeries(metrics, {
    name: 'subgraph_call',
    about: 'Calls to subgraphs, by outcome',
    all: () => [...subgraphs.values()],
  });
  metrics.watchDurations('jarvis_operation_phase_seconds', 'Where operations spend their time', () =>
    phases.map((phase, index) => ({ labels: { phase }, durations: phaseDurations[index]! })),
  );
  metrics.watch('jarvis_cost_requested_total', 'Cost as estimated before', () => cost.requested, 'counter');
  metrics.watch('jarvis_cost_actual_total', 'Cost as it turned out', () => cost.actual, 'counter');
  metrics.watch('jarvis_subscription_answers_total', 'Answers sent to subscribers', () => delivered, 'counter');
  metrics.watch('jarvis_response_bytes_total', 'Bytes of GraphQL responses', () => bytes, 'counter');

  return {
    begin({ requestId, traceparent = null }) {
      const at = now();
      const trace = tracer ? tracer.begin(at, trustsClients ? traceparent : null) : null;
      return new Observation(recorder, requestId, at, trace);
    },
    delivered(answers) {
      delivered += answers;
    },
    observed(source, subgraph) {
      const calls = subgraphs.get(subgraph) ?? series({ subgraph }, partBounds);
      subgraphs.set(subgraph, calls);
      return {
        ...source,
        execute(request) {
          const started = now();
          const observation = observationOf(request.context);
          const call = observation?.trace?.call(started, subgraph, request) ?? null;
          const answer = source.execute(call ? new TracedRequest(request, call.traceparent) : request);
          // Beside the executor's own way to the answer, not in it: nobody waits for this.
          answer.then(
            ({ errors }) => ended(calls, started, errors?.length ? 'errors' : 'ok', observation, call),
            (reason) => ended(calls, started, failure(reason, request.signal), observation, call),
          );
          return answer;
        },
      };
    },
  };
}

/** Whoever gives up says so in the error's name (undici, AbortSignal.timeout) or message (the executor's deadline, a source's own). */
function failure(reason: unknown, signal: LeaveSignal): CallOutcome {
  if (reason instanceof Error && /timeout|in time|too long/i.test(`${reason.name} ${reason.message}`)) return 'timeout';
  return signal.aborted ? 'abandoned' : 'failed';
}
