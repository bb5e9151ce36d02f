import { ROOT_CONTEXT, type Span, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { type Spans, traceparentOf } from '../../subgraphs/shared/telemetry/spans.ts';
import type { SubgraphRequest } from '../sources/source.ts';
import type { CallOutcome, Observation, Outcome, Phase } from './observation.ts';

/** Begins the trace of an operation. Times are milliseconds of `performance.now()`. */
export interface Tracer {
  begin(at: number, traceparent: string | null): OperationTrace;
}

/** The span of one operation. */
export interface OperationTrace {
  readonly traceId: string;
  phase(phase: Phase, from: number, to: number): void;
  call(at: number, subgraph: string, request: SubgraphRequest): CallTrace;
  end(at: number, observation: Observation, outcome: Outcome): void;
}

/** The span of one call to a subgraph. */
export interface CallTrace {
  /** What the subgraph is told, so that its spans and log lines join the trace. */
  readonly traceparent: string;
  end(at: number, outcome: CallOutcome): void;
}

/** Errors of ours, as against those of whoever asked. */
const ourErrors: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'UPSTREAM_FAILED']);

/** Traces operations: phases and calls to subgraphs are spans below theirs. */
export function traceOperations(opened: Spans): Tracer {
  const spans = opened.of('jarvis.gateway');

  const begin: Tracer['begin'] = (at, traceparent) => {
    const remote = traceparent === null ? null : parseTraceParent(traceparent);
    const above = remote ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true }) : ROOT_CONTEXT;
    // One distance between the clocks for the whole trace; the library would measure it anew for each span.
    const epoch = Date.now() - at;
    const span = spans.startSpan('GraphQL Operation', { kind: SpanKind.SERVER, startTime: epoch + at }, above);
    const inside = trace.setSpan(ROOT_CONTEXT, span);
    const recorded = span.isRecording();
    return {
      traceId: span.spanContext().traceId,
      phase(phase, from, to) {
        if (!recorded || to <= from) return;
        spans.startSpan(`graphql.${phase}`, { startTime: epoch + from }, inside).end(epoch + to);
      },
      call(at, subgraph, { operationKind, operationName }) {
        if (!recorded) return unrecorded(span.spanContext());
        const attributes = {
          'server.address': subgraph,
          'graphql.operation.type': operationKind,
          ...(operationName && { 'graphql.operation.name': operationName }),
        };
        const options = { kind: SpanKind.CLIENT, startTime: epoch + at, attributes };
        const call = spans.startSpan(`${operationKind} ${subgraph}`, options, inside);
        return {
          traceparent: traceparentOf(call.spanContext()),
          end(at, outcome) {
            if (outcome !== 'ok') fail(call, outcome);
            call.end(epoch + at);
          },
        };
      },
      end(at, { kind, name, hash, requestId }, { codes = [], status, cost }) {
        if (recorded) {
          if (kind) span.updateName(kind).setAttribute('graphql.operation.type', kind);
          span.setAttributes({
            'jarvis.request.id': requestId,
            ...(name && { 'graphql.operation.name': name }),
            ...(hash && { 'jarvis.document.hash': hash }),
            ...(status && { 'http.response.status_code': status }),
            ...(cost && { 'jarvis.cost.requested': cost.requested, 'jarvis.cost.actual': cost.actual }),
          });
          const [code] = codes;
          const ours = codes.find((each) => ourErrors.has(each));
          if (ours) fail(span, ours);
          else if (code) span.setAttribute('error.type', code);
        }
        span.end(epoch + at);
      },
    };
  };

  return { begin };
}

/** Not recorded here; the subgraph shall not record it either. */
const unrecorded = (context: SpanContext): CallTrace => ({ traceparent: traceparentOf(context), end() {} });

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}
