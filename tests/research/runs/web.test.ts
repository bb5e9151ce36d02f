import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from '../../../subgraphs/shared/http.ts';
import { type Person, startGraph, type TestGraph } from '../../support/graph.ts';
import { type Internet, pages, redirect, type Site, startInternet } from '../../support/internet.ts';
import type { ModelServer } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';

/**
 * A web of 200 pages on ten sites, a third of them traps, read by real runs: the real client, the real readers, a model that makes half of its
 * quotes up.
 */
const sites = 10;
const perSite = 20;

const sentence = (site: number, page: number, i: number) =>
  `On site ${site} the team of project ${page} released version ${i}.${page} with ${i * 7 + page} new features for everybody.`;
const article = (
  site: number,
  page: number,
) => `<!doctype html><html><head><title>Report ${site}-${page}</title></head><body><nav>Home</nav>
  <article><h1>Report ${site}-${page}</h1>${[1, 2, 3, 4, 5].map((i) => `<p>${sentence(site, page, i)} It was tested by ${page + i} people over ${i} weeks before.</p>`).join('')}</article></body></html>`;
const bomb = gzipSync(Buffer.alloc(20_000_000));

let internet: Internet;
let http: HttpClient;
let model: ModelServer;
let graph: TestGraph;
let ana: Person;

/** What a page of a site is: most are articles; the others lead where nobody is to go, or never end. */
function page(site: number, number: number): string | Site {
  const canary = () => `http://127.0.0.1:${internet.canary}/`;
  const traps: Record<number, Site> = {
    0: (request, response) => redirect(canary())(request, response),
    1: (request, response) => redirect(`http://[::ffff:7f00:1]:${internet.canary}/`)(request, response),
    2: redirect('http://169.254.169.254/latest/meta-data/'),
    3: (request, response) => redirect(String(request.url))(request, response),
    4: (_, response) =>
      void response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(bomb),
    5: (_, response) => void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('MZ'),
  };
  return traps[number] ?? article(site, number);
}

/** Two feeds a site, for a run takes the newest ten of each. */
const feed =
  (site: number, half: 0 | 1): Site =>
  (_, response) => {
    const items = Array.from({ length: perSite / 2 }, (_, i) => {
      const n = half * (perSite / 2) + i;
      return `<item><title>Report ${site}-${n}</title><link>http://site${site}.example/p${n}</link></item>`;
    });
    // And two that a feed should not name.
    if (half === 0) {
      items[8] = `<item><title>Inside</title><link>http://127.0.0.1:${internet.canary}/x</link></item>`;
      items[9] = '<item><title>Nowhere</title><link>http://nowhere.example/</link></item>';
    }
    response
      .writeHead(200, { 'content-type': 'application/rss+xml' })
      .end(
        `<?xml version="1.0"?><rss version="2.0"><channel><title>Site ${site}</title>${items.join('')}</channel></rss>`,
      );
  };

/** States what the documents say; every second quote is made up. */
function lyingAnswer(documents: string): string {
  const real = [
    ...documents.matchAll(
      /On site \d+ the team of project \d+ released version [\d.]+ with \d+ new features for everybody\./g,
    ),
  ]
    .map(([quote]) => quote)
    .slice(0, 8);
  const claims = real.map((quote, i) => ({
    text: `Statement ${i}`,
    quote: i % 2 === 0 ? quote : quote.replace(/with \d+ new/, 'with 999 new'),
    source: 0,
  }));
  return JSON.stringify({ title: 'What is new', summary: 'Several projects released new versions.', claims });
}

beforeAll(async () => {
  internet = await startInternet(
    Object.fromEntries(
      Array.from({ length: sites }, (_, site) => [
        `site${site}.example`,
        pages({
          '/feed': feed(site, 0),
          '/more': feed(site, 1),
          ...Object.fromEntries(Array.from({ length: perSite }, (_, n) => [`/p${n}`, page(site, n)])),
        }),
      ]),
    ),
  );
  http = createHttpClient({ pause: 0 }, internet);
  model = await startOpenAiServer(({ path, body }) =>
    path === '/responses'
      ? [{ found: [{ url: `http://localhost:${internet.canary}/`, title: 'Inside' }] }]
      : [{ text: lyingAnswer(String(body.messages.at(-1).content)) }],
  );
  graph = await startGraph({
    http,
    env: { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url, AI_DAILY_BUDGET: '100' },
  });
  ana = await graph.person();
}, 60_000);
afterAll(async () => {
  await graph.stop();
  await http.close();
  await model.stop();
  await internet.stop();
});

const runFields = `id state step error { code message } failures { url code } result { id title summary
  sources { url hash } claims { text quote verdict source { url } } }`;

async function research(site: number) {
  const { createResearchCategory } = await ana.data(
    `mutation ($input: CreateResearchCategoryInput!) { createResearchCategory(input: $input) { category { id } errors { message } } }`,
    {
      input: {
        name: `Site ${site}`,
        prompt: 'new versions',
        sources: ['feed', 'more'].map((name) => `http://site${site}.example/${name}`),
      },
    },
  );
  const { triggerResearch } = await ana.data(
    'mutation ($input: TriggerResearchInput!) { triggerResearch(input: $input) { run { id } errors { message } } }',
    { input: { categoryId: createResearchCategory.category.id } },
  );
  await graph.runJobs();
  const { researchRun } = await ana.data(`query ($id: ID!) { researchRun(id: $id) { ${runFields} } }`, {
    id: triggerResearch.run.id,
  });
  return researchRun;
}

const snapshotOf = async (hash: string) => (await graph.db.researchSnapshot.findFirstOrThrow({ where: { hash } })).text;

test('without a model, everything said stands in a snapshot, and nothing that is forbidden is reached', async () => {
  for (let site = 0; site < sites / 2; site++) {
    const run = await research(site);
    expect([run.state, run.error]).toEqual(['DONE', null]);
    expect(run.result.sources.length).toBeGreaterThan(5);
    for (const { quote, verdict, source } of run.result.claims) {
      expect(verdict).toBe('VERBATIM');
      const { hash } = run.result.sources.find(({ url }: { url: string }) => url === source.url);
      expect(await snapshotOf(hash)).toContain(quote);
    }
    expect(run.failures.length).toBeGreaterThan(0);
  }
  expect(model.requests).toEqual([]);
  // They were all tried, and led nowhere.
  expect(internet.visits.filter(({ url }) => /site0\.example\/p[0-5]$/.test(url)).length).toBeGreaterThanOrEqual(6);
  expect(internet.trespasses()).toBe(0);
}, 120_000);

test('a model that makes half of its quotes up gets none of them through', async () => {
  await ana.data(
    'mutation { grantAiConsent(input: { provider: "openai", dataClasses: [RESEARCH], disclosureVersion: "1" }) { errors { message } } }',
  );
  let told = 0;
  let madeUp = 0;
  for (let site = sites / 2; site < sites; site++) {
    const run = await research(site);
    expect([run.state, run.error]).toEqual(['DONE', null]);
    const texts = await Promise.all(run.result.sources.map(({ hash }: { hash: string }) => snapshotOf(hash)));
    for (const { quote, verdict } of run.result.claims) {
      if (verdict === 'UNVERIFIED') madeUp++;
      else {
        told++;
        expect(quote).not.toContain('999');
        expect(texts.some((text) => text.includes(quote))).toBe(true);
      }
      if (verdict === 'UNVERIFIED') expect(quote).toBeNull();
    }
  }
  expect(model.requests.length).toBeGreaterThanOrEqual(sites / 2);
  expect([told > 0, madeUp > 0]).toEqual([true, true]);
  expect(internet.trespasses()).toBe(0);
  const { viewer } = await ana.data(
    '{ viewer { aiCalls(filter: { purposes: [RESEARCH] }) { nodes { provider outcome dataClasses cost } } } }',
  );
  expect(viewer.aiCalls.nodes[0]).toMatchObject({ provider: 'openai', outcome: 'OK', dataClasses: ['RESEARCH'] });
}, 120_000);
