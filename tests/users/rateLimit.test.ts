import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createCostModel } from '../../gateway/admission/cost.ts';
import { startGraph, type TestGraph } from '../support/graph.ts';
import { apiSchema } from '../support/schema.ts';
import { supergraphSdl } from '../support/supergraph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph();
}, 60_000);
afterAll(() => graph.stop());

const query = '{ rateLimit { limit cost remaining resetAt } }';

test('tells how the account stands, as the gateway says', async () => {
  const ana = await graph.person();
  const rateLimit = { limit: 20_000, cost: 97, remaining: 19_903, resetAt: '2026-03-10T12:00:00.097Z' };
  expect(await ana.data(query, {}, { rateLimit })).toEqual({ rateLimit });
  expect(await graph.as(null).data(query, {}, { rateLimit })).toEqual({ rateLimit });
});

test('is null where nothing is counted', async () => {
  expect(await (await graph.person()).data(query)).toEqual({ rateLimit: null });
});

test('costs nothing, so that whoever has no points left can ask', () => {
  expect(createCostModel(supergraphSdl, apiSchema).operation(parse(query)).estimate().cost).toBe(0);
});
