import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { testTime } from '../../support/graph.ts';
import {
  addresses,
  makeCategory,
  readRun,
  runToEnd,
  type Site,
  standIns,
  stepsOf,
  trigger,
  world,
} from './standIns.ts';

beginGraph({ people: 'EACH_TEST' });

const resultFields = `result { title summary content status researchDate
  sources { url title hash fetchedAt snapshot { url finalUrl title text bytes } }
  claims { text quote verdict source { url } } run { id } }`;
const run = (categoryId: string) => runToEnd(graph, ana, categoryId);

describe('a run', () => {
  test('reads feeds and pages, verifies its quotes, and leaves a result, all without a model', async () => {
    const { urls } = await standIns(world()).install(graph);
    const categoryId = await makeCategory(ana, { sources: addresses });
    const made = await trigger(ana, categoryId);
    expect(made).toMatchObject({
      errors: [],
      run: { state: 'QUEUED', trigger: 'MANUAL', step: 'PLAN', steps: [], dueAt: testTime },
    });
    await graph.runJobs();
    const done = await readRun(ana, made.run.id);
    expect(stepsOf(done)).toEqual(['PLAN DONE', 'GATHER DONE', 'EXTRACT DONE', 'VERIFY DONE', 'WRITE DONE']);
    expect(done).toMatchObject({
      state: 'DONE',
      step: 'WRITE',
      progress: { planned: 4, fetched: 3, failed: 0, claims: 3 },
      failures: [],
      error: null,
      cost: '0',
      startedAt: testTime,
      endedAt: testTime,
    });
    expect(done.steps[1].note).toBe('3 texts read.');
    expect(urls().sort()).toEqual(['https://a.example/1', 'https://a.example/feed', 'https://b.example/']);
    const { researchRun } = await ana.data(`query ($id: ID!) { researchRun(id: $id) { ${resultFields} } }`, {
      id: done.id,
    });
    const { result } = researchRun;
    expect(result).toMatchObject({ title: 'B', status: 'PENDING', researchDate: '2026-03-10', run: { id: done.id } });
    expect(result.claims).toEqual([
      { text: 'B is a page.', quote: 'B is a page.', verdict: 'VERBATIM', source: { url: 'https://b.example/' } },
      {
        text: 'Said by the feed.',
        quote: 'Said by the feed.',
        verdict: 'VERBATIM',
        source: { url: 'https://a.example/2' },
      },
      {
        text: 'The first page says this.',
        quote: 'The first page says this.',
        verdict: 'VERBATIM',
        source: { url: 'https://a.example/1' },
      },
    ]);
    expect(result.sources[2]).toMatchObject({
      title: 'Page one',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      snapshot: { url: 'https://a.example/1', text: 'The first page says this. And more.' },
    });
    expect(result.sources[1].snapshot).toMatchObject({
      url: 'https://a.example/2',
      finalUrl: 'https://a.example/feed',
    });
    for (const claim of result.claims) {
      const source = result.sources.find(({ url }: { url: string }) => url === claim.source.url);
      expect(source.snapshot.text).toContain(claim.quote);
    }
  });

  test('asks only for what has changed, and goes on with what it knows', async () => {
    const { requests } = await standIns(world()).install(graph);
    const categoryId = await makeCategory(ana, { sources: addresses });
    await run(categoryId);
    requests.length = 0;
    graph.clock.advance(3_600_000);
    const second = await run(categoryId);
    // The feed is as it was: what it names is not asked for at all.
    expect(requests.sort((a, b) => (a.url < b.url ? -1 : 1))).toEqual([
      { url: 'https://a.example/feed', etag: '"a1"' },
      { url: 'https://b.example/', etag: '"b1"' },
    ]);
    expect(second).toMatchObject({ state: 'DONE', progress: { fetched: 3 } });
    expect(second.steps[1].note).toBe('3 texts read, 3 of them as before.');
    expect(await graph.db.researchSnapshot.count({ where: { userId: ana.userId } })).toBe(4);
  });

  test('knows a page that it read by itself when a feed names it later', async () => {
    const sites = world();
    const { requests } = await standIns(sites).install(graph);
    await run(await makeCategory(ana, { sources: ['https://a.example/1'] }));
    const categoryId = await makeCategory(ana, { sources: ['https://a.example/feed'] });
    expect(await run(categoryId)).toMatchObject({ progress: { fetched: 2 } });
    requests.length = 0;
    expect(await run(categoryId)).toMatchObject({ progress: { fetched: 2 } });
    expect(requests).toEqual([{ url: 'https://a.example/feed', etag: '"a1"' }]);
  });

  test('asks again for a feed of which something could not be read', async () => {
    const sites = world();
    sites['https://a.example/1'] = { refuses: 'HTTP_STATUS' };
    const { requests } = await standIns(sites).install(graph);
    const categoryId = await makeCategory(ana, { sources: addresses });
    const first = await run(categoryId);
    expect(first).toMatchObject({ state: 'DONE', progress: { fetched: 2, failed: 1 } });
    expect(first.failures).toEqual([
      { url: 'https://a.example/1', code: 'HTTP_STATUS', message: 'It is HTTP_STATUS.' },
    ]);
    expect(first.steps[1].note).toBe('2 texts read, 1 address could not be read.');
    sites['https://a.example/1'] = { title: 'Page one', text: 'Here it is.' };
    requests.length = 0;
    expect(await run(categoryId)).toMatchObject({ state: 'DONE', progress: { fetched: 3, failed: 0 } });
    expect(requests).toContainEqual({ url: 'https://a.example/feed', etag: undefined });
  });

  test('takes what the feed says where the page cannot be read', async () => {
    await standIns({
      'https://f.example/feed': {
        title: 'F',
        items: [{ url: 'https://f.example/1', title: 'One', text: 'In short.' }],
      },
      'https://f.example/1': { refuses: 'ROBOTS' },
    }).install(graph);
    const done = await run(await makeCategory(ana, { sources: ['https://f.example/feed'] }));
    expect(done).toMatchObject({ state: 'DONE', progress: { fetched: 1, failed: 1 }, failures: [{ code: 'ROBOTS' }] });
  });

  test('reads no more than its budget allows, of each source in turn', async () => {
    const sites: Record<string, Site> = {};
    for (const name of ['x', 'y']) {
      const items = Array.from({ length: 30 }, (_, i) => ({ url: `https://${name}.example/${i}`, title: `${i}` }));
      sites[`https://${name}.example/feed`] = { title: name, items };
      for (const { url } of items) sites[url] = { title: url, text: `${url} says so.` };
    }
    const { urls } = await standIns(sites).install(graph, { documents: 6, atOnce: 2 });
    const done = await run(await makeCategory(ana, { sources: ['https://x.example/feed', 'https://y.example/feed'] }));
    expect(done).toMatchObject({ state: 'DONE', progress: { planned: 8, fetched: 6 } });
    expect(urls()).toHaveLength(8);
    expect(urls().filter((url) => url.startsWith('https://x'))).toHaveLength(4);
  });

  test('searches where there is a provider, and notes when that fails', async () => {
    const sites = { 'https://hit.example/': { title: 'Hit', text: 'A hit it is.' } };
    const queries: string[] = [];
    const search = {
      name: 'searxng',
      async search(query: string) {
        queries.push(query);
        if (query === 'fail') throw Object.assign(new Error('It is down.'), { code: 'UNREACHABLE' });
        return { hits: [{ url: 'https://hit.example/', title: 'Not this title', excerpt: '' }] };
      },
    };
    await standIns(sites, { searcher: async () => search }).install(graph);
    const done = await run(await makeCategory(ana, { prompt: 'sleep\nwell' }));
    expect(queries).toEqual(['sleep well']);
    expect(done).toMatchObject({ state: 'DONE', progress: { planned: 2, fetched: 1 } });
    const failed = await run(await makeCategory(ana, { prompt: 'fail', sources: ['https://hit.example/'] }));
    expect(failed).toMatchObject({ state: 'DONE', failures: [{ url: 'searxng', code: 'UNREACHABLE' }] });
  });
});
