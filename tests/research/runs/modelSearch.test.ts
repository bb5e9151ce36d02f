import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from '../../../subgraphs/shared/http.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';
import { type Internet, pages, startInternet } from '../../support/internet.ts';
import { startAnthropicServer } from '../../support/models/anthropicServer.ts';
import type { ModelRequest, ModelServer, Reply } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { makeCategory, readRun, trigger } from './standIns.ts';

/** The search that language models' providers have: asked of none without consent, and trusted for addresses only. */

const article = `<!doctype html><title>Sleep</title><article><h1>Sleep</h1>
  <p>People who sleep eight hours remember more of the day before, a study of 900 students says.</p>
  <p>The effect was largest for those who went to bed at the same time every day of the week.</p></article>`;
const findings = JSON.stringify({ title: 'Sleep', summary: 'Sleep helps.', claims: [] });

let internet: Internet;
let http: HttpClient;
let anthropic: ModelServer;
let openai: ModelServer;
let graph: TestGraph;
let ana: Person;
let onSearch: { anthropic: Reply; openai: Reply };

const isSearch = ({ path, body }: ModelRequest) => path === '/responses' || body.tools !== undefined;
const searches = (server: ModelServer) => server.requests.filter(isSearch);

beforeAll(async () => {
  internet = await startInternet({ 'found.example': pages({ '/sleep': article }) });
  http = createHttpClient({ pause: 0 }, internet);
});
beforeEach(async () => {
  onSearch = { anthropic: [], openai: [] };
  anthropic = await startAnthropicServer((asked) => (isSearch(asked) ? onSearch.anthropic : [{ text: findings }]));
  openai = await startOpenAiServer((asked) => (isSearch(asked) ? onSearch.openai : [{ text: findings }]));
});
afterEach(async () => {
  await graph.stop();
  await anthropic.stop();
  await openai.stop();
});
afterAll(async () => {
  await http.close();
  await internet.stop();
});

async function start(env: Record<string, string> = {}) {
  graph = await startGraph({
    http,
    env: {
      ANTHROPIC_API_KEY: 'key',
      ANTHROPIC_BASE_URL: anthropic.url,
      OPENAI_API_KEY: 'key',
      OPENAI_BASE_URL: openai.url,
      ...env,
    },
  });
  ana = await graph.person();
}

const consent = (provider: string, dataClasses = '[RESEARCH]') =>
  ana.data(
    `mutation { grantAiConsent(input: { provider: "${provider}", dataClasses: ${dataClasses}, disclosureVersion: "1" }) { errors { message } } }`,
  );

async function research(input: object = {}) {
  const { run } = await trigger(ana, await makeCategory(ana, { prompt: 'sleep and memory', ...input }));
  await graph.runJobs();
  return readRun(ana, run.id);
}

const calls = async () =>
  (await ana.data('{ viewer { aiCalls { nodes { provider purpose outcome dataClasses cost } } } }')).viewer.aiCalls
    .nodes;
const sourcesOf = async (id: string) =>
  (await ana.data('query ($id: ID!) { researchResult(id: $id) { sources { url title } } }', { id })).researchResult
    .sources;

describe('a search by the provider of a language model', () => {
  test('finds pages that our own client reads, within its guard, and is on record with its cost', async () => {
    await start();
    await consent('anthropic');
    onSearch.anthropic = [
      {
        found: [
          { url: `http://127.0.0.1:${internet.canary}/`, title: 'Inside' },
          { url: 'javascript:alert(1)', title: 'No page' },
          { url: 'http://found.example/sleep', title: 'Made up by somebody' },
        ],
      },
      { text: 'See http://found.example/elsewhere' },
      { usage: { input: 10_000, output: 10 } },
    ];
    const run = await research();
    expect(run).toMatchObject({ state: 'DONE', failures: [{ url: `http://127.0.0.1:${internet.canary}/` }] });
    expect(await sourcesOf(run.result.id)).toEqual([{ url: 'http://found.example/sleep', title: 'Sleep' }]);
    expect(internet.trespasses()).toBe(0);
    expect(internet.visits.some(({ url }) => url.includes('elsewhere'))).toBe(false);
    expect(searches(anthropic)).toHaveLength(1);
    const { body } = searches(anthropic)[0]!;
    expect(JSON.stringify(body.messages)).toContain('sleep and memory');
    expect(openai.requests).toEqual([]);
    const made = await calls();
    expect(made).toHaveLength(2);
    for (const call of made) {
      expect(call).toMatchObject({
        provider: 'anthropic',
        purpose: 'RESEARCH',
        outcome: 'OK',
        dataClasses: ['RESEARCH'],
      });
    }
    const costs = made.map(({ cost }: { cost: string }) => Number(cost));
    // 10,000 tokens at 2 a million, ten at ten a million, and a search.
    expect(Math.max(...costs)).toBeCloseTo(0.0301, 8);
    expect(Number(run.cost)).toBeCloseTo(costs[0]! + costs[1]!, 8);
  });

  test('is asked of nobody without consent to send research there', async () => {
    await start();
    await consent('anthropic', '[GOALS]');
    expect(await research()).toMatchObject({ state: 'FAILED', error: { code: 'NO_SOURCES' } });
    const run = await research({ sources: ['http://found.example/sleep'] });
    expect(run).toMatchObject({ state: 'DONE', progress: { planned: 1 }, failures: [] });
    expect([...anthropic.requests, ...openai.requests]).toEqual([]);
  });

  test('is asked of the next that may be, when the first cannot', async () => {
    await start();
    await consent('anthropic');
    await consent('openai');
    onSearch.anthropic = [{ found: 'unavailable' }];
    onSearch.openai = [{ found: [{ url: 'http://found.example/sleep', title: 'Sleep' }] }, { text: 'Done' }];
    const run = await research();
    expect(run).toMatchObject({ state: 'DONE', failures: [] });
    expect(await sourcesOf(run.result.id)).toEqual([{ url: 'http://found.example/sleep', title: 'Sleep' }]);
    const outcomes = (await calls()).map(
      (call: { provider: string; outcome: string }) => `${call.provider} ${call.outcome}`,
    );
    expect(outcomes).toEqual(expect.arrayContaining(['anthropic UNAVAILABLE', 'openai OK']));
  });

  test('is paid for by a run that comes to nothing, too', async () => {
    await start();
    await consent('anthropic');
    onSearch.anthropic = [{ found: [{ url: 'http://gone.example/', title: 'Gone' }] }, { text: 'Done' }];
    const run = await research();
    expect(run).toMatchObject({ state: 'FAILED' });
    const costs: number[] = (await calls()).map(({ cost }: { cost: string }) => Number(cost));
    expect(Math.max(...costs)).toBeGreaterThan(0.01);
    expect(Number(run.cost)).toBeCloseTo(costs[0]!, 8);
  });

  test('that is refused is a sentence in the log of the run, without a word of the provider', async () => {
    await start();
    await consent('openai');
    onSearch.openai = { status: 401, body: { error: { message: 'Wrong key sk-secret', code: 'invalid_api_key' } } };
    const run = await research({ sources: ['http://found.example/sleep'] });
    expect(run).toMatchObject({
      state: 'DONE',
      failures: [{ url: 'openai', code: 'REFUSED', message: 'openai refused the search.' }],
    });
  });

  test('is not made when the budget of the day or of the run does not allow it', async () => {
    await start({ AI_DAILY_BUDGET: '0.01' });
    await consent('anthropic');
    const sources = ['http://found.example/sleep'];
    const message = 'The day’s budget does not allow a search.';
    expect(await research({ sources })).toMatchObject({
      state: 'DONE',
      cost: '0',
      failures: [{ code: 'REFUSED', message }],
    });
    expect(anthropic.requests).toEqual([]);
    await graph.stop();
    await start({ AI_DAILY_BUDGET: '100', ANTHROPIC_MODEL: 'claude-opus-4-1' });
    await consent('anthropic');
    expect(await research({ sources })).toMatchObject({
      failures: [{ message: 'What is left of the run’s budget does not allow a search.' }],
    });
    expect(searches(anthropic)).toEqual([]);
  });
});
