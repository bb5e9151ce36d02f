import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { addresses, makeCategory, mutate, runToEnd, standIns, world } from './standIns.ts';

beginGraph({ people: 'EACH_TEST' });

const run = (categoryId: string) => runToEnd(graph, ana, categoryId);

describe('a run', () => {
  test('has a model find statements where there is one; what it makes up is no quote', async () => {
    const asked: unknown[] = [];
    await standIns(world(), {
      async extract({ documents, budget, prompt }) {
        asked.push([documents.map(({ url }) => url), budget, prompt]);
        return {
          title: 'By a model\0',
          summary: 'Sum.\ud800',
          cost: '0.0125',
          claims: [
            { text: 'True.', quote: 'B is a page.', sourceIndex: 0 },
            { text: 'Made up.', quote: 'B is a castle.', sourceIndex: 0 },
            { text: 'Of nothing.', quote: 'B is a page.', sourceIndex: 99 },
            { text: 'Without.', quote: null, sourceIndex: 1 },
          ],
        };
      },
    }).install(graph);
    const categoryId = await makeCategory(ana, { sources: addresses, prompt: 'What is B?' });
    const done = await run(categoryId);
    expect(asked).toEqual([[expect.arrayContaining(['https://b.example/']), '0.25', 'What is B?']]);
    expect(done).toMatchObject({ state: 'DONE', cost: '0.0125' });
    expect(done.steps[3].note).toBe(
      '1 of 4 statements rest on words of their source; 2 quotes that are not there were taken out.',
    );
    const { node } = await ana.data(
      'query ($id: ID!) { node(id: $id) { ... on ResearchRun { result { title summary content claims { text quote verdict } } } } }',
      { id: done.id },
    );
    expect(node.result).toMatchObject({ title: 'By a model', summary: 'Sum.' });
    expect(node.result.claims).toEqual([
      { text: 'True.', quote: 'B is a page.', verdict: 'VERBATIM' },
      { text: 'Made up.', quote: null, verdict: 'UNVERIFIED' },
      { text: 'Of nothing.', quote: null, verdict: 'UNVERIFIED' },
      { text: 'Without.', quote: null, verdict: 'UNVERIFIED' },
    ]);
    expect(node.result.content).not.toContain('castle');
  });

  test('writes texts of others as nothing but text', async () => {
    const text =
      '![x](https://evil.example/?q) <img src=x onerror=alert(1)> [click](javascript:alert(1)) # no heading.';
    await standIns({ 'https://evil.example/': { title: '](https://evil.example) <b>', text } }).install(graph);
    const done = await run(await makeCategory(ana, { sources: ['https://evil.example/'] }));
    const { node } = await ana.data(
      'query ($id: ID!) { node(id: $id) { ... on ResearchRun { result { content claims { quote } } } } }',
      { id: done.id },
    );
    const { marked } = await import('marked');
    const html = await marked.parse(node.result.content);
    const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url);
    expect(new Set(links)).toEqual(new Set(['https://evil.example/']));
    expect(html).not.toMatch(/<(img|b)\b/);
    expect(node.result.claims[0].quote).toBe(text);
  });
});

describe('what changed', () => {
  const changes = `changes { since { id } newClaims { text } goneClaims { text source { url } } newSources { url } }`;
  const changesOf = async (id: string) =>
    (await ana.data(`query ($id: ID!) { researchRun(id: $id) { ${changes} } }`, { id })).researchRun.changes;

  test('is told against the last approved result before it', async () => {
    const sites = world();
    await standIns(sites).install(graph);
    const categoryId = await makeCategory(ana, { sources: ['https://b.example/', 'https://a.example/1'] });
    const first = await run(categoryId);
    expect(await changesOf(first.id)).toMatchObject({
      since: null,
      goneClaims: [],
      newClaims: [{}, {}],
      newSources: [{}, {}],
    });
    await mutate(ana, 'approveResearchResult', 'result { id }', { id: first.result.id });
    graph.clock.advance(60_000);
    sites['https://b.example/'] = { title: 'B', text: 'B is news now.', etag: '"b2"' };
    const second = await run(categoryId);
    const told = {
      since: { id: first.result.id },
      newClaims: [{ text: 'B is news now.' }],
      goneClaims: [{ text: 'B is a page.', source: { url: 'https://b.example/' } }],
      newSources: [{ url: 'https://b.example/' }],
    };
    expect(await changesOf(second.id)).toEqual(told);
    // The second is not approved: the third is compared with the first.
    graph.clock.advance(60_000);
    const third = await run(categoryId);
    expect(await changesOf(third.id)).toEqual(told);
  });

  test('is nothing for a run without a result', async () => {
    await standIns({}).install(graph);
    expect(await changesOf((await run(await makeCategory(ana, {}))).id)).toBeNull();
  });
});
