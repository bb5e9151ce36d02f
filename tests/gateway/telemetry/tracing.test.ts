import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createGateway } from '../../../gateway/gateway.ts';
import { toCall } from '../../../gateway/sources/embedded.ts';
import type { Source, SubgraphRequest } from '../../../gateway/sources/source.ts';
import { createTelemetry } from '../../../gateway/telemetry/observer.ts';
import { createSlowOperations } from '../../../gateway/telemetry/slowOperations.ts';
import { traceOperations } from '../../../gateway/telemetry/tracing.ts';
import { createContext, type RequestInfo } from '../../../subgraphs/shared/context.ts';
import type { Platform } from '../../../subgraphs/shared/platform.ts';
import { createMetrics } from '../../../subgraphs/shared/telemetry/metrics.ts';
import { openSpans, type SpansOptions } from '../../../subgraphs/shared/telemetry/spans.ts';
import { attributesOf, type Collector, startCollector } from '../../support/collector.ts';
import { recordingLog } from '../../support/platform.ts';
import { compose, localSource } from '../execution/federation.ts';

const above = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const aboveNotRecorded = above.replace(/01$/, '00');
const canary = 'canary-7f3a9b';

let collector: Collector;
let endpoint: string;
beforeEach(async () => {
  collector = await startCollector();
  endpoint = collector.endpoint;
});
afterEach(async () => collector.stop());

const spans = () => collector.spans();

/** Spans of operations, as the gateway begins them. */
function startTracing(options: SpansOptions) {
  const opened = openSpans(options);
  return { tracer: traceOperations(opened), stop: opened.stop };
}

/** Runs one operation with one call to each of two subgraphs, of which the second fails. Returns what the first was told. */
async function run(
  options: { ratio?: number; trustsClients?: boolean; codes?: string[] } = {},
  traceparent: string | null = null,
) {
  const failures: unknown[] = [];
  const { log, lines } = recordingLog();
  const tracing = startTracing({
    endpoint,
    ratio: options.ratio ?? 1,
    service: 'jarvis',
    onFailure: (error) => failures.push(error),
  });
  const telemetry = createTelemetry({
    metrics: createMetrics(),
    tracer: tracing.tracer,
    trustsClients: options.trustsClients,
    slow: createSlowOperations(log, 0),
  });
  const told: SubgraphRequest[] = [];
  const goals: Source = {
    async execute(request) {
      told.push(request);
      return { data: { note: canary } };
    },
  };
  const chat: Source = { execute: () => Promise.reject(new Error(`connect ECONNREFUSED 10.0.0.7 ${canary}`)) };
  const info: RequestInfo = {
    requestId: 'request-1',
    viewer: null,
    ip: canary,
    userAgent: canary,
    idempotencyKey: null,
  };
  const context = { request: info };
  const request: SubgraphRequest = {
    query: `query Dashboard__goals__0 { goal(id: "${canary}") { id } }`,
    operationKind: 'query',
    operationName: 'Dashboard__goals__0',
    variables: { id: canary },
    context,
    signal: new AbortController().signal,
    deadline: 0,
  };
  const observation = telemetry.begin({ requestId: 'request-1', traceparent });
  observation.identify('query', 'Dashboard', 'b5d0');
  observation.follow(context);
  observation.phase('plan');
  observation.phase('execute');
  await telemetry.observed(goals, 'goals').execute(request);
  await telemetry
    .observed(chat, 'chat')
    .execute(request)
    .catch(() => {});
  observation.end({ codes: options.codes ?? [], status: 200, cost: { requested: 12, actual: 7 } });
  await tracing.stop();
  return { told: told[0]!, failures, lines };
}

test('an operation is a span, with its phases and its subgraph calls below it', async () => {
  const { told, failures } = await run({ codes: ['UPSTREAM_FAILED'] });
  expect(failures).toEqual([]);
  const [root, ...others] = spans().filter((span) => !span.parentSpanId);
  expect(others).toEqual([]);
  expect(root).toMatchObject({ name: 'query', kind: 2, status: { code: 2 } });
  expect(attributesOf(root!)).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Dashboard',
    'http.response.status_code': 200,
    'error.type': 'UPSTREAM_FAILED',
    'jarvis.request.id': 'request-1',
    'jarvis.document.hash': 'b5d0',
    'jarvis.cost.requested': 12,
    'jarvis.cost.actual': 7,
  });
  const children = spans().filter((span) => span.parentSpanId === root!.spanId);
  expect(children.map(({ name }) => name).sort()).toEqual([
    'graphql.execute',
    'graphql.parse',
    'graphql.plan',
    'query chat',
    'query goals',
  ]);
  for (const child of children) {
    expect(child.traceId).toBe(root!.traceId);
    expect(BigInt(child.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(root!.startTimeUnixNano));
    expect(BigInt(child.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root!.endTimeUnixNano));
  }
  const call = children.find(({ name }) => name === 'query goals')!;
  expect(call.kind).toBe(3);
  expect(attributesOf(call)).toEqual({
    'server.address': 'goals',
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Dashboard__goals__0',
  });
  expect(children.find(({ name }) => name === 'query chat')).toMatchObject({ status: { code: 2 } });
  expect(told.traceparent).toBe(`00-${call.traceId}-${call.spanId}-01`);
  expect(collector.received.join('')).not.toMatch(/canary|10\.0\.0\.7/);
  expect(collector.received.join('')).toContain('"service.name"');
});

test('requests whose parts are made when they are asked for stay such', async () => {
  const tracing = startTracing({ endpoint, ratio: 1, service: 'jarvis', onFailure() {} });
  const telemetry = createTelemetry({ metrics: createMetrics(), tracer: tracing.tracer });
  class Lazy implements SubgraphRequest {
    #made = 0;
    readonly operationKind = 'query';
    readonly query = '{ a }';
    readonly deadline = 5;
    readonly context = {};
    readonly signal = new AbortController().signal;
    get variables() {
      return { made: ++this.#made };
    }
  }
  const request = new Lazy();
  const observation = telemetry.begin({ requestId: 'request-1' });
  observation.follow(request.context);
  const source: Source = {
    async execute({ query, operationKind, variables, deadline, traceparent, signal, context }) {
      expect(signal).toBe(request.signal);
      expect(context).toBe(request.context);
      return { data: { query, operationKind, variables, deadline, traceparent } };
    },
  };
  expect((await telemetry.observed(source, 'goals').execute(request)).data).toEqual({
    query: '{ a }',
    operationKind: 'query',
    variables: { made: 1 },
    deadline: 5,
    traceparent: expect.stringMatching(/^00-/),
  });
  observation.end();
  await tracing.stop();
});

test.each(['compiled', 'interpreted'] as const)(
  'a federated query is traced as it is run by the %s executor',
  async (executor) => {
    const users = {
      sdl: 'type Query { me: User } type User @key(fields: "id") { id: ID! name: String }',
      resolvers: { Query: { me: () => ({ id: '1', name: 'Ada' }) } },
    };
    const goals = {
      sdl: 'type User @key(fields: "id") { id: ID! goals(first: Int): [String!] }',
      resolvers: { User: { goals: (_: object, { first }: { first: number }) => ['Run', 'Read'].slice(0, first) } },
    };
    const tracing = startTracing({ endpoint, ratio: 1, service: 'jarvis', onFailure() {} });
    const telemetry = createTelemetry({ metrics: createMetrics(), tracer: tracing.tracer });
    const gateway = createGateway({
      supergraphSdl: compose({ users: users.sdl, goals: goals.sdl }),
      executor,
      buildSource: ({ name }) => telemetry.observed(localSource(name === 'users' ? users : goals), name),
    });
    const observation = telemetry.begin({ requestId: 'request-1' });
    const variables = { first: 1 };
    const plan = await gateway.plan(
      parse('query Life($first: Int) { me { name goals(first: $first) } }'),
      null,
      variables,
    );
    observation.identify(plan.kind, plan.operation.name?.value, plan.key);
    const context = {};
    observation.follow(context);
    expect(await gateway.executeText(plan, { variables, context })).toEqual({
      data: '{"me":{"name":"Ada","goals":["Run"]}}',
    });
    observation.end();
    await tracing.stop();
    expect(
      spans()
        .filter(({ kind }) => kind === 3)
        .map(({ name }) => name),
    ).toEqual(['query users', 'query goals']);
  },
);

test('what the client did wrong is no fault of ours', async () => {
  await run({ codes: ['BAD_USER_INPUT'] });
  const root = spans().find((span) => !span.parentSpanId)!;
  expect(root.status.code).toBe(0);
  expect(attributesOf(root)).toMatchObject({ 'error.type': 'BAD_USER_INPUT' });
});

test("a client's trace is continued only when clients are trusted", async () => {
  await run({}, above);
  const own = spans().find(({ name }) => name === 'query')!;
  expect(own.traceId).not.toBe(above.split('-')[1]);
  expect(own.parentSpanId ?? '').toBe('');

  collector.received.length = 0;
  const { told } = await run({ trustsClients: true }, above);
  const continued = spans().find(({ name }) => name === 'query')!;
  expect(continued.traceId).toBe(above.split('-')[1]);
  expect(continued.parentSpanId).toBe(above.split('-')[2]);
  expect(told.traceparent).toContain(above.split('-')[1]);
});

test.each(['', 'nonsense', `${above}-more`, above.replace('4bf9', 'zzzz'), '00-0-0-01', `ff${above.slice(2)}`])(
  'a traceparent like "%s" begins a new trace',
  async (traceparent) => {
    await run({ trustsClients: true }, traceparent);
    expect(spans().find(({ name }) => name === 'query')!.traceId).not.toBe(above.split('-')[1]);
  },
);

test('what is not sampled is not sent, and subgraphs are told so', async () => {
  const { told } = await run({ ratio: 0 });
  expect(told.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  await run({ trustsClients: true }, aboveNotRecorded);
  expect(collector.received).toEqual([]);
});

test('log lines carry the trace id, here and in the subgraph', async () => {
  const { told, lines } = await run();
  const { traceId } = spans()[0]!;
  expect(JSON.parse(lines[0]!)).toMatchObject({ msg: 'a slow operation', traceId });

  const { request } = toCall(told);
  const { log, lines: written } = recordingLog();
  createContext({ log } as Platform, request, () => null).log.info({}, 'something happened');
  expect(JSON.parse(written[0]!)).toMatchObject({ requestId: 'request-1', traceId });
  // And what it follows from, where a task of Jarvis's own asks.
  const viewer = { causationId: 'run_1' } as RequestInfo['viewer'];
  createContext({ log } as Platform, { ...request, viewer }, () => null).log.info({}, 'something happened');
  expect(JSON.parse(written[1]!)).toMatchObject({ requestId: 'request-1', causationId: 'run_1' });
  // Of this call only: the request that others share stays as it was.
  expect((told.context as { request: RequestInfo }).request).not.toHaveProperty('traceparent');
});

test('a collector that is gone costs spans and nothing else', async () => {
  await collector.stop();
  const { failures } = await run();
  expect(failures).toHaveLength(1);
});
