import type { SpanContext, Tracer } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

export interface SpansOptions {
  /** Where OTLP/HTTP is taken, without `/v1/traces`. */
  readonly endpoint: string;
  /** Share of the traces begun here that are recorded, from 0 to 1. A trace that is continued is recorded where its beginning was. */
  readonly ratio: number;
  /** Which process this is. */
  readonly service: string;
  /** Told when spans could not be sent; they are lost. */
  onFailure(error: unknown): void;
}

/** The spans of this process on their way to a collector. */
export interface Spans {
  of(part: string): Tracer;
  /** Sends what has not been sent. */
  stop(): Promise<void>;
}

/** Longest wait for the collector in milliseconds, its retries included: the end of the process waits for it. */
const patience = 2_000;

/**
 * Sends spans to an OpenTelemetry collector, in batches, off the way of requests. Loaded by those only who trace: import it when there is an
 * endpoint. Attributes are those of the semantic conventions; documents, variables, accounts and addresses are never among them.
 */
export function openSpans({ endpoint, ratio, service, onFailure }: SpansOptions): Spans {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  setGlobalErrorHandler(onFailure);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, timeoutMillis: patience }) })],
  });
  return { of: (part) => provider.getTracer(part), stop: () => provider.shutdown().catch(onFailure) };
}

/** The span's identity as W3C Trace Context writes it. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
