import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteSource } from '../../../gateway/sources/remote.ts';
import { attributesOf, type Collector, type SpanJson, startCollector } from '../../support/collector.ts';
import { type RunningProcess, startProcess } from '../../support/process.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const canary = 'canary-9e41';
let collector: Collector;
let server: TestServer;
let remote: RunningProcess | undefined;
beforeAll(async () => {
  collector = await startCollector();
  server = await startServer('embedded', {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    TRUST_TRACEPARENT: 'yes',
  });
}, 60_000);
afterAll(async () => {
  await remote?.end('SIGKILL');
  await server.stop();
  await collector.stop();
});

const below = (span: SpanJson) => collector.spans().filter(({ parentSpanId }) => parentSpanId === span.spanId);
const traceOf = (id: string) => collector.spans().filter(({ traceId }) => traceId === id);

test('a trace leads from the operation through its subgraphs to their SQL, each below what led to it', async () => {
  const ada = await server.person('ada@example.com');
  const traces = ['a1', 'b2'].map((two) => two.repeat(16));
  const ask = async (traceId: string, flags = '01') =>
    (
      await ada.run(
        'mutation Make($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } errors { code } } }',
        { input: { title: canary, kind: 'NUMERIC', targetValue: '10' } },
        { traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}` },
      )
    ).data;
  // At the same time, and one that nobody records.
  await Promise.all([ask(traces[0]!), ask(traces[1]!), ask('c3'.repeat(16), '00')]);
  // Which sends what has not been sent.
  await server.platform.tracing!.stop();
  expect(traceOf('c3'.repeat(16))).toEqual([]);
  for (const id of traces) {
    const [root] = traceOf(id).filter(({ parentSpanId }) => parentSpanId === '00f067aa0ba902b7');
    expect(root).toMatchObject({ name: 'mutation', service: 'jarvis-gateway' });
    const [call] = below(root!).filter(({ name }) => name === 'mutation goals');
    const [executed] = below(call!);
    expect(executed).toMatchObject({ name: 'execute goals', kind: 2 });
    const statements = below(executed!);
    expect(statements.map(({ name }) => name)).toEqual(expect.arrayContaining(['BEGIN', 'COMMIT', 'INSERT']));
    for (const statement of statements) {
      expect(attributesOf(statement)).toMatchObject({
        'db.system.name': 'postgresql',
        'db.operation.name': statement.name,
      });
      expect(statement.endTimeUnixNano >= statement.startTimeUnixNano).toBe(true);
    }
    // Each trace has its own transaction, and no more.
    expect(statements.filter(({ name }) => name === 'COMMIT')).toHaveLength(1);
  }
  expect(collector.received.join('')).not.toMatch(new RegExp(`${canary}|ada@example|usr_`));
}, 30_000);

test('a subgraph in a process of its own continues the trace of whoever calls it, and says which it is', async () => {
  const secret = '5e'.repeat(32);
  const { config } = server.platform;
  remote = await startProcess('goals', {
    NODE_ENV: 'test',
    DATABASE_URL: config.DATABASE_URL!,
    ENCRYPTION_KEY: config.ENCRYPTION_KEY!,
    PUBLIC_URL: config.publicUrl,
    SUBGRAPH_SECRET: secret,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  });
  const source = createRemoteSource(`${remote.url}/`, Buffer.from(secret, 'hex'));
  const traceId = 'd4'.repeat(16);
  const { id, userId } = await server.platform.db.goal.findFirstOrThrow();
  const viewer = { userId, kind: 'session', credentialId: 's', scopes: ['goals:read'], roles: ['USER'] };
  const answer = await source.execute({
    query: 'query Goals($id: ID!) { goal(id: $id) { id } }',
    operationKind: 'query',
    operationName: 'Goals',
    variables: { id },
    context: { request: { requestId: 'request-7', viewer, ip: null, userAgent: null, idempotencyKey: null } },
    signal: new AbortController().signal,
    deadline: Date.now() + 20_000,
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  });
  expect(answer.data).toEqual({ goal: { id } });
  await source.close();
  // What has not been sent is sent at the end.
  expect(await remote.end('SIGTERM')).toBe(0);
  const [executed, ...statements] = traceOf(traceId).sort((a) => (a.name === 'execute goals' ? -1 : 1));
  expect(executed).toMatchObject({ parentSpanId: '00f067aa0ba902b7', service: 'jarvis-goals' });
  expect(attributesOf(executed!)).toEqual({
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Goals',
    'jarvis.request.id': 'request-7',
  });
  expect(statements.length).toBeGreaterThan(0);
  for (const statement of statements)
    expect(statement).toMatchObject({ parentSpanId: executed!.spanId, service: 'jarvis-goals', name: 'SELECT' });
}, 60_000);
