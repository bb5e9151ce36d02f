import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connect, ways } from '../support/connections.ts';
import { startStandalone } from '../support/standalone.ts';
import { until } from '../support/until.ts';

let gateway: Awaited<ReturnType<typeof startStandalone>>;
/** For whom the subgraph runs a subscription, once for each that it was asked for. */
const started: (string | undefined)[] = [];
/** What lets a subscription have its one event. */
const opened: (() => void)[] = [];

beforeAll(async () => {
  gateway = await startStandalone(
    {
      notes: {
        sdl: `type Query { dear: Int @cost(weight: 4000) }
          type Subscription { noted: Note }
          type Note { tenant: String  broken: String }`,
        resolvers: {
          Query: { dear: () => 1 },
          Note: {
            broken: () => {
              throw new Error('postgres://app:secret@10.0.0.1');
            },
          },
          Subscription: {
            noted: {
              async *subscribe(_: unknown, _arguments: unknown, headers: Record<string, string>) {
                const tenant = headers['x-tenant'];
                started.push(tenant);
                await new Promise<void>((go) => opened.push(go));
                yield { noted: { tenant } };
              },
            },
          },
        },
      },
    },
    { forwardedHeaders: ['x-tenant'] },
  );
}, 60_000);
afterAll(() => gateway.stop(), 30_000);
beforeEach(() => {
  started.length = 0;
  opened.length = 0;
});

const subscribe = (tenant: string, query = 'subscription { noted { tenant } }') =>
  connect('Server-Sent Events', gateway.url.replace('/graphql', ''), { 'x-tenant': tenant }, query);

describe('answers of a subscription', () => {
  test('are shared by those for whom the subgraph gets the same headers, and by no others', async () => {
    const all = await Promise.all(['a', 'a', 'b', 'a'].map((tenant) => subscribe(tenant)));
    await until('the subgraph runs one for each tenant', () => opened.length === 2);
    for (const open of opened) open();
    await until('all are over', () => all.every(({ end }) => end));
    expect(all.map(({ answers }) => answers.map(({ data }) => data.noted.tenant))).toEqual([
      ['a'],
      ['a'],
      ['b'],
      ['a'],
    ]);
    expect(started.sort()).toEqual(['a', 'b']);
  });

  test.each(ways)('over %s have errors of subgraphs without what these said', async (way) => {
    const url = gateway.url.replace('/graphql', '');
    const connection = await connect(way, url, {}, 'subscription { noted { tenant broken } }');
    await until('it runs', () => opened.length === 1);
    opened[0]!();
    await until('it has its answer', () => connection.answers.length === 1);
    expect(connection.answers[0]).toMatchObject({
      data: { noted: { tenant: null, broken: null } },
      errors: [{ path: ['noted', 'broken'], extensions: { code: 'UPSTREAM_FAILED', subgraph: 'notes' } }],
    });
    expect(JSON.stringify(connection.answers)).not.toMatch(/postgres|10\.0\.0\.1/);
    connection.leave();
  });
});

test('another header brings nobody another budget', async () => {
  const codes = [];
  for (const tenant of ['a', 'b', 'c']) {
    const { answer } = await gateway.ask('{ dear }', { headers: { 'x-tenant': tenant } });
    codes.push(answer.errors?.[0].extensions.code ?? answer.data.dear);
  }
  expect(codes).toEqual([1, 'RATE_LIMITED', 'RATE_LIMITED']);
});
