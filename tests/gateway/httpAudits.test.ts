import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startServer, type TestServer } from '../support/server.ts';
import { startStandalone } from '../support/standalone.ts';

let jarvis: TestServer;
let standalone: Awaited<ReturnType<typeof startStandalone>>;

beforeAll(async () => {
  jarvis = await startServer('embedded');
  standalone = await startStandalone({
    one: { sdl: 'type Query { one: Int }', resolvers: { Query: { one: () => 1 } } },
  });
}, 60_000);
afterAll(async () => {
  await jarvis.stop();
  await standalone.stop();
}, 30_000);

// Audits of the package graphql-http: the GraphQL over HTTP specification, MUST, SHOULD and MAY.
test.each(['Jarvis', 'the gateway for any supergraph'])('%s passes every audit of GraphQL over HTTP', async (which) => {
  const url = which === 'Jarvis' ? `${jarvis.url}/graphql` : standalone.url;
  const audits = serverAudits({ url });
  expect(audits).toHaveLength(61);
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  expect(results.filter(({ status }) => status !== 'ok').map(({ id, name }) => `${id} ${name}`)).toEqual([]);
});
