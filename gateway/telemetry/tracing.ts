import { ROOT_CONTEXT, type Span, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent, setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
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

export interface TracingOptions {
  /** Where OTLP/HTTP is taken, without `/v1/traces`. */
  readonly endpoint: string;
  /** Share of the traces begun here that are recorded, from 0 to 1. A trace that is continued is recorded where its beginning was. */
  readonly ratio: number;
  readonly service: string;
  /** Told when spans could not be sent; they are lost. */
  onFailure(error: unknown): void;
}

/** Longest wait for the collector in milliseconds, its retries included: the end of the process waits for it. */
const patience = 2_000;

/** Errors of ours, as against those of whoever asked. */
const ourErrors: ReadonlySet<string> = new Set(['INTERNAL_SERVER_ERROR', 'UPSTREAM_FAILED']);

/**
 * Sends spans to an OpenTelemetry collector, in batches, off the way of requests. Loaded by those only who trace: import it when there is an
 * endpoint. Attributes are those of the semantic conventions; documents, variables, accounts and addresses are never among them.
 */
export function startTracing({ endpoint, ratio, service, onFailure }: TracingOptions): {
  tracer: Tracer;
  stop(): Promise<void>;
} {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  setGlobalErrorHandler(onFailure);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, timeoutMillis: patience }) })],
  });
  const spans = provider.getTracer('jarvis.gateway');

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

  return { tracer: { begin }, stop: () => provider.shutdown().catch(onFailure) };
}

/** Not recorded here; the subgraph shall not record it either. */
const unrecorded = (context: SpanContext): CallTrace => ({ traceparent: traceparentOf(context), end() {} });

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** The span's identity as W3C Trace Context writes it. */
function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
