import { afterEach, expect, test } from '@jest/globals';
import type { StandaloneOptions } from '../../gateway/standalone.ts';
import { connect } from '../support/connections.ts';
import { startStandalone, type TestSubgraph } from '../support/standalone.ts';
import { until } from '../support/until.ts';

let gateway: Awaited<ReturnType<typeof startStandalone>>;
afterEach(() => gateway.stop(), 30_000);

/** Subscriptions that the subgraph runs. */
let running = 0;
const things: TestSubgraph = {
  sdl: `type Query { thing: Int  owned: String @policy(policies: [["owner"]])  locked: String @policy(policies: [["owner", "adult"]]) }
    type Subscription { happened: Int }`,
  resolvers: {
    Query: { thing: () => 1, owned: () => 'mine', locked: () => 'gin' },
    Subscription: {
      happened: {
        subscribe: () => nothing(),
      },
    },
  },
};
/** Has no event until it is ended. */
function nothing(): AsyncIterableIterator<unknown> {
  running++;
  let end = (_: IteratorResult<unknown>) => {};
  const over = new Promise<IteratorResult<unknown>>((done) => (end = done));
  return {
    next: () => over,
    async return() {
      running--;
      end({ value: undefined, done: true });
      return over;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const start = async (options: Partial<StandaloneOptions>) => {
  running = 0;
  gateway = await startStandalone({ things }, options);
  return { ask: gateway.ask, base: gateway.url.replace('/graphql', '') };
};

test('policies are granted by whoever runs the gateway, and a field is open to whom all of one alternative are', async () => {
  const asked: (readonly string[])[] = [];
  const { ask } = await start({
    async evaluatePolicies(caller, names) {
      asked.push([caller.account.replace(/:.*/, ''), ...names]);
      return new Set(['owner']);
    },
  });
  expect(await ask('{ owned }')).toMatchObject({ status: 200, answer: { data: { owned: 'mine' } } });
  const { status, answer } = await ask('{ owned locked }');
  expect([status, answer.errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
  expect(asked).toEqual([
    ['address', 'owner'],
    ['address', 'owner', 'adult'],
  ]);
  expect(gateway.asked).toHaveLength(1);
});

test('what is too much at a time is 503, with the time after which to come back', async () => {
  const { ask } = await start({ shedding: { maxConcurrent: 1, queue: 0, eventLoop: false } });
  let open = () => {};
  gateway.gates.set('things', () => new Promise((go) => (open = go)));
  const first = ask('{ thing }');
  await until('it runs', () => gateway.asked.length === 1);
  const { status, headers, answer } = await ask('{ thing }');
  expect([status, answer.errors[0].extensions.code]).toEqual([503, 'RATE_LIMITED']);
  expect(['1', '2', '3']).toContain(headers.get('retry-after'));
  expect(answer.errors[0].extensions.retryAfter).toBe(Number(headers.get('retry-after')));
  open();
  expect((await first).answer.data).toEqual({ thing: 1 });
  gateway.gates.clear();
  expect((await ask('{ thing }')).status).toBe(200);
});

test('an account has so many subscriptions open over HTTP: the next is 429, whoever leaves makes room', async () => {
  const { base } = await start({ streamsPerAccount: 1 });
  const subscription = 'subscription { happened }';
  const first = await connect('Server-Sent Events', base, {}, subscription);
  await until('it runs', () => running === 1);
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'multipart/mixed;subscriptionSpec=1.0, application/json' },
    body: JSON.stringify({ query: subscription }),
  });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter: 5 } }] });
  // Who reads a stream only is told there.
  const deaf = await connect('Server-Sent Events', base, {}, subscription);
  await until('it is refused', () => deaf.end);
  expect(deaf.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  first.leave();
  await until('it has left', () => running === 0);
  const next = await connect('Server-Sent Events', base, {}, subscription);
  await until('it runs', () => running === 1);
  expect(next.end).toBeUndefined();
  next.leave();
});

test.each(['application/json', 'text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])(
  'a subscription whose plan alone is wanted runs nothing, and is one answer to who reads %s',
  async (accept) => {
    await start({});
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: 'subscription { happened }', extensions: { plan: 'only' } }),
    });
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining(accept.replace(/;.*/, '')),
    ]);
    const [answer] = /\{.*\}/.exec(text) ?? [];
    const { data = null, extensions } = JSON.parse(answer!).payload ?? JSON.parse(answer!);
    expect([data, extensions.queryPlan.graph.kind]).toEqual([null, 'Subscription']);
    expect(running).toBe(0);
  },
);
