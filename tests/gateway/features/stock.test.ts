import { describe, expect, test } from '@jest/globals';
import { startStandalone } from '../../support/standalone.ts';
import { compose } from '../execution/federation.ts';
import { loadApollo } from './feature.ts';

const subgraphs = {
  a: {
    sdl: `type Query { user: User }  type Subscription { changed: User }
      type User @key(fields: "id") { id: ID! }`,
    resolvers: { Query: { user: () => ({ id: '1' }) } },
  },
  b: { sdl: 'type User @key(fields: "id") { id: ID!  age: Int }', resolvers: { User: { age: () => 40 } } },
};
const guarded = (directive: string) => ({
  a: { ...subgraphs.a, sdl: subgraphs.a.sdl.replace('user: User', `user: User ${directive}`) },
  b: subgraphs.b,
});

describe('stock Apollo', () => {
  test.each(['@authenticated', '@requiresScopes(scopes: [["read"]])', '@policy(policies: [["owner"]])'])(
    'does not load a supergraph with %s',
    async (directive) => {
      await expect(loadApollo(guarded(directive))).rejects.toThrow(/SECURITY/);
    },
  );

  test('has no @defer', async () => {
    const apollo = await loadApollo(subgraphs);
    expect(apollo.schema.getDirective('defer')).toBeUndefined();
    await apollo.stop();
  });

  test('runs no subscriptions', async () => {
    const apollo = await loadApollo(subgraphs);
    await expect(apollo.ask({ query: 'subscription { changed { age } }' })).rejects.toThrow(/not supported/);
    await apollo.stop();
  });
});

describe('a field that cannot be planned', () => {
  // A supergraph that composition would refuse: there is no way into "b".
  const broken = (sdl: string) =>
    sdl.replaceAll('@join__type(graph: B, key: "id")', '@join__type(graph: B, key: "id", resolvable: false)');
  const query = '{ user { id age } }';

  test('is an error over HTTP', async () => {
    const sdls = { a: subgraphs.a.sdl, b: subgraphs.b.sdl };
    const gateway = await startStandalone(subgraphs, { supergraphSdl: broken(compose(sdls)) });
    const { status, answer } = await gateway.ask(query);
    expect([status, answer.data, answer.errors[0].extensions.code]).toEqual([500, undefined, 'INTERNAL_SERVER_ERROR']);
    expect(gateway.asked).toEqual([]);
    await gateway.stop();
  });

  test('is an error in stock Apollo, too', async () => {
    const apollo = await loadApollo(subgraphs, [], broken);
    await expect(apollo.ask({ query })).rejects.toThrow(/any options for age/);
    await apollo.stop();
  });
});
