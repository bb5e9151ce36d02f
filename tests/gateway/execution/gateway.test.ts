import { ApolloServer } from '@apollo/server';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { composeSupergraph } from '../../../gateway/compose.ts';
import { createGateway, type GatewayOptions } from '../../../gateway/gateway.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { answersOf } from '../../support/subscription.ts';
import { compose, type Fixture, localSource } from './federation.ts';

const fixtures: Record<string, Fixture> = {
  users: {
    sdl: `
      type Query { me: User @authenticated  whoami: String }
      type User @key(fields: "id") { id: ID!  name: String }`,
    resolvers: {
      Query: {
        me: () => ({ id: '1', name: 'Ada' }),
        whoami: (_: unknown, __: unknown, context: { id: string }) => context.id,
      },
    },
  },
  goals: {
    sdl: `
      type Subscription { happened: User }
      type User @key(fields: "id") { id: ID!  goals: [String!] }`,
    resolvers: { User: { goals: () => ['Run'] }, Subscription: { happened: (event: object) => event } },
    events: async function* () {
      yield { id: '1' };
    },
  },
};
const sdlsOf = (of: Record<string, Fixture>) =>
  Object.fromEntries(Object.entries(of).map(([name, { sdl }]) => [name, sdl]));
const supergraphSdl = compose(sdlsOf(fixtures));

const gatewayOf = (more: Partial<GatewayOptions> = {}) =>
  createGateway({
    supergraphSdl,
    buildSource: ({ name }) => localSource(fixtures[name]!),
    buildSubscriptionSource: ({ name }) => (fixtures[name]?.events ? { events: fixtures[name].events } : undefined),
    rightsOf: () => ({ isAuthenticated: true, scopes: [] }),
    ...more,
  });

describe('behind Apollo Server', () => {
  let server: ApolloServer<{ id: string }>;
  afterEach(() => server.stop());

  const start = (gateway = gatewayOf()) => {
    server = new ApolloServer({ gateway: gateway.gatewayInterface });
    return async (query: string, variables?: Record<string, unknown>) => {
      const response = await server.executeOperation({ query, variables }, { contextValue: { id: 'ctx' } });
      if (response.body.kind !== 'single') throw new Error('incremental');
      return { status: response.http.status, ...JSON.parse(JSON.stringify(response.body.singleResult)) };
    };
  };

  test('operations run with our executor and the request’s context', async () => {
    const ask = start();
    expect(await ask('{ me { name goals } whoami __schema { queryType { name } } }')).toEqual({
      data: { me: { name: 'Ada', goals: ['Run'] }, whoami: 'ctx', __schema: { queryType: { name: 'Query' } } },
    });
  });

  test('what security directives protect is closed to those without the right, and to all where nobody says who asks', async () => {
    const rightsOf = (context: unknown) => ({
      isAuthenticated: (context as { id: string }).id === 'somebody',
      scopes: [],
    });
    const refused = { errors: [{ path: ['me'], extensions: { code: 'UNAUTHENTICATED' } }] };
    for (const gateway of [gatewayOf({ rightsOf }), gatewayOf({ rightsOf: undefined })]) {
      const ask = start(gateway);
      expect(await ask('{ me { name } }')).toMatchObject(refused);
      expect(await ask('{ whoami }')).toMatchObject({ data: { whoami: 'ctx' } });
    }
  });

  test('bad variables and invalid documents are the client’s fault', async () => {
    const ask = start();
    expect(await ask('query($x: Boolean!) { me { name @skip(if: $x) } }', {})).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await ask('{ nothing }')).toMatchObject({ status: 400, errors: [{}] });
  });

  test('an update is served from then on, and one that is no supergraph leaves the old one', async () => {
    const gateway = gatewayOf();
    const ask = start(gateway);
    expect((await ask('{ more }')).status).toBe(400);
    expect(() => gateway.update('type Query { a: Int }')).toThrow();
    expect((await ask('{ me { name } }')).data).toEqual({ me: { name: 'Ada' } });

    const seen: unknown[] = [];
    const stop = gateway.onUpdate((engine) => seen.push(engine.apiSchema.getQueryType()?.getFields().more?.name));
    fixtures.more = { sdl: 'type Query { more: Int }', resolvers: { Query: { more: () => 42 } } };
    gateway.update(compose(sdlsOf(fixtures)));
    stop();
    delete fixtures.more;
    expect(await ask('{ more me { goals } }')).toEqual({ data: { more: 42, me: { goals: ['Run'] } } });
    expect(seen).toEqual(['more']);
  });
});

describe('by itself', () => {
  test('a gateway plans, executes and knows what fields ask for', async () => {
    const gateway = gatewayOf();
    expect(gateway.authorization.get('Query.me')).toMatchObject({ authenticated: true });
    const plan = await gateway.plan(parse('{ me { goals } }'));
    expect((await gateway.execute(plan, {})).data).toEqual({ me: { goals: ['Run'] } });
  });

  test('operations planned before an update finish with the sources that they were planned for', async () => {
    const gateway = gatewayOf();
    const plan = await gateway.plan(parse('{ me { goals } }'));
    gateway.update(compose({ users: fixtures.users!.sdl }));
    expect(gateway.apiSchema.getType('Subscription')).toBeUndefined();
    expect((await gateway.execute(plan, {})).data).toEqual({ me: { goals: ['Run'] } });
  });

  test('with a planning thread is ready once that is; the thread of an old supergraph ends when its plans are done', async () => {
    const gateway = gatewayOf({ planner: { thread: { budget: 60_000 } } });
    await gateway.ready();
    const { planner } = gateway.engine;
    const planned = gateway.plan(parse('{ me { goals } }'));
    gateway.update(compose({ users: fixtures.users!.sdl }));
    expect((await gateway.execute(await planned, {})).data).toEqual({ me: { goals: ['Run'] } });
    await planner.close();
    // A request that was let in before the update may be planned after it.
    expect(planner.cached(parse('{ me { goals } }'))).toBe(await planned);
    await expect(planner.plan(parse('{ whoami }'))).resolves.toBeDefined();
    await gateway.plan(parse('{ whoami }'));
    await Promise.all([gateway.close(), planner.close()]);
    expect(planner.statistics.threads).toBe(2);
    expect(gateway.engine.planner.statistics.threads).toBe(1);
  });

  test('an update finds the planning thread of the old supergraph ended for want of work, and starts its own', async () => {
    const clock = new FakeClock();
    const after: FakeClock['after'] = (milliseconds, work) => clock.after(milliseconds, work);
    const gateway = gatewayOf({ planner: { thread: { budget: 60_000, after } } });
    await gateway.ready();
    const { planner } = gateway.engine;
    await clock.advance(120_000);
    gateway.update(compose({ users: fixtures.users!.sdl }));
    await expect(gateway.plan(parse('{ whoami }'))).resolves.toBeDefined();
    await Promise.all([gateway.close(), planner.close()]);
    expect(planner.statistics.threads).toBe(1);
    expect(gateway.engine.planner.statistics.threads).toBe(1);
  });

  test('its budget is the deadline of an operation', async () => {
    const gateway = gatewayOf({ budget: 20, buildSource: () => ({ execute: () => new Promise(() => {}) }) });
    const result = await gateway.execute(await gateway.plan(parse('{ whoami }')), {});
    expect(result.errors?.[0]?.message).toBe('The subgraph "users" did not answer in time.');
  });

  test('subscriptions answer each event', async () => {
    const gateway = gatewayOf();
    const plan = await gateway.plan(parse('subscription { happened { name goals } }'));
    const open = () => gateway.subscription(plan, {});
    const answers = (await answersOf(open, (event) => gateway.executeEvent(plan, event, {}))) as AsyncGenerator;
    // "users" resolves no references in this fixture: the name is not known.
    expect((await answers.next()).value).toMatchObject({ data: { happened: { goals: ['Run'] } } });
    expect((await answers.next()).done).toBe(true);
  });
});

describe('composition', () => {
  const subgraph = (name: string, typeDefs: string) => ({ name, url: 'http://x', typeDefs });

  test('says which subgraphs do not fit together, and why', () => {
    const { errors } = composeSupergraph([
      subgraph('a', 'type Query { a: T } type T { x: Int }'),
      subgraph('b', 'type T { x: String }'),
    ]);
    expect(errors?.join()).toMatch(/"T\.x".*\(FIELD_TYPE_MISMATCH\)/);
  });

  test('names the subgraph whose schema cannot be read', () => {
    expect(composeSupergraph([subgraph('a', 'type Query { a Int }')]).errors?.join()).toMatch(
      /^\[a\] Syntax Error: Expected ":", found Name "Int"/,
    );
  });
});
