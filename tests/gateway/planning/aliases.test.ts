import { describe, expect, test } from '@jest/globals';
import { type Fixture, federate } from '../execution/federation.ts';

const fixtures: Record<string, Fixture> = {
  accounts: {
    sdl: `
      scalar Json
      type Query { account: Account  find(id: ID!): Account }
      type Mutation { open(owner: String): Account }
      type Subscription { opened: Account }
      type Account @key(fields: "id") { id: ID!  owner: String  data: Json  balance(in: String = "EUR"): Int }`,
    resolvers: (() => {
      const account = { id: 'mine', owner: 'yours', data: { client_id: 1 } };
      return {
        Query: { account: () => account, find: () => account },
        Mutation: { open: (_: unknown, { owner }: { owner: string }) => ({ ...account, owner }) },
        Subscription: { opened: (event: object) => event },
        Account: {
          __resolveReference: () => account,
          balance: (_: unknown, args: { in: string }) => (args.in === 'EUR' ? 1 : 100),
        },
      };
    })(),
    events: async function* () {},
  },
  secrets: {
    sdl: `type Account @key(fields: "id") {
      id: ID!  secret: String  balance(in: String = "EUR"): Int @external  fee: Int @requires(fields: "balance")
    }`,
    resolvers: {
      Account: {
        secret: ({ id }: { id: string }) => `secret of ${id}`,
        fee: ({ balance }: { balance: number }) => balance,
      },
    },
  },
};

describe('an alias that is the name of a key', () => {
  test('does not choose whom other subgraphs are asked about', async () => {
    const { run, calls } = federate(fixtures);
    expect(await run('{ account { id: owner secret } }')).toEqual({
      data: { account: { id: 'yours', secret: 'secret of mine' } },
    });
    expect(calls[1]?.variables.representations).toEqual([{ __typename: 'Account', id: 'mine' }]);
    expect(calls[0]?.query).toContain('client_id:owner');
  });

  test('has another name here than any that the client uses, and answers under its own everywhere', async () => {
    const { run } = federate(fixtures);
    expect(
      await run(
        '{ account { client_id: secret id: data client_client_id: id ...F } } fragment F on Account { id: data }',
      ),
    ).toEqual({
      data: { account: { client_id: 'secret of mine', id: { client_id: 1 }, client_client_id: 'mine' } },
    });
  });

  test('may be that of the field itself, and of what is not planned', async () => {
    const { run, calls } = federate(fixtures);
    expect(await run('{ account { id: id secret } id: __typename }')).toEqual({
      data: { account: { id: 'mine', secret: 'secret of mine' }, id: 'Query' },
    });
    expect(calls[0]?.query).not.toContain('client_');
    expect(
      await run('{ account { id: owner } __type(name: "Account") { ...F } } fragment F on __Type { id: name }'),
    ).toEqual({ data: { account: { id: 'yours' }, __type: { id: 'Account' } } });
  });

  test('is renamed only where a key or a selection of a directive has the name', async () => {
    const { run, calls } = federate(fixtures);
    await run('{ account { accounts: owner http: data invalid: secret } }');
    expect(calls[0]?.query).not.toContain('client_');
  });

  test('may stand in a mutation, an event and an answer in parts', async () => {
    const { run, runEvent, runInParts } = federate(fixtures);
    expect(await run('mutation { id: open(owner: "new") { id: owner secret } }')).toEqual({
      data: { id: { id: 'new', secret: 'secret of mine' } },
    });
    expect(await runEvent('subscription { id: opened { id: owner secret } }', { id: 'mine', owner: 'Ada' })).toEqual({
      data: { id: { id: 'Ada', secret: 'secret of mine' } },
    });
    const { initial, parts } = await runInParts('{ id: account { owner ... @defer { id: data secret } } }');
    expect(initial.data).toEqual({ id: { owner: 'yours' } });
    expect(parts).toEqual([
      expect.objectContaining({ path: ['id'], data: { id: { client_id: 1 }, secret: 'secret of mine' } }),
    ]);
  });
});

test('a field that is required without arguments is not the one that the client gives some', async () => {
  const { run } = federate(fixtures);
  expect(await run('{ account { balance(in: "JPY") fee } }')).toEqual({ data: { account: { balance: 100, fee: 1 } } });
});
