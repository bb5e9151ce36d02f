import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { kindOf } from './calls.ts';
import type { Spans } from './spans.ts';
import { type Statements, withoutValues } from './statements.ts';
import type { Tracing } from './tracing.ts';

/**
 * Spans of calls to subgraphs and of the SQL statements that they lead to. Which call a statement belongs to is known by an AsyncLocalStorage,
 * which makes promises dearer: so it is entered for recorded calls alone. What Prisma asks in one statement for several calls (a `findUnique` of
 * each at the same time) stands below the first of them.
 */
export function traceCalls(spans: Spans, statements: Statements): Tracing['execute'] {
  const current = new AsyncLocalStorage<Context>();
  const sql = spans.of('jarvis.sql');
  statements.trace = (operation, statement) => {
    const above = current.getStore();
    if (!above) return null;
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.query.text': withoutValues(statement),
    };
    const span = sql.startSpan(operation, { kind: SpanKind.CLIENT, attributes }, above);
    return (failed) => {
      if (failed) fail(span);
      span.end();
    };
  };
  return async (subgraph, { query, operationName, request }, execute) => {
    const remote = request.traceparent === undefined ? null : parseTraceParent(request.traceparent);
    if (!remote || !(remote.traceFlags & TraceFlags.SAMPLED)) return execute();
    const above = trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
    const attributes = {
      'graphql.operation.type': kindOf(query),
      ...(operationName && { 'graphql.operation.name': operationName }),
      'jarvis.request.id': request.requestId,
    };
    const span = spans
      .of(`jarvis.${subgraph}`)
      .startSpan(`execute ${subgraph}`, { kind: SpanKind.SERVER, attributes }, above);
    try {
      const answer = await current.run(trace.setSpan(ROOT_CONTEXT, span), execute);
      if (answer.errors?.length) span.setAttribute('error.type', 'errors');
      return answer;
    } catch (error) {
      fail(span);
      throw error;
    } finally {
      span.end();
    }
  };
}

const fail = (span: Span) => span.setAttribute('error.type', 'failed').setStatus({ code: SpanStatusCode.ERROR });
