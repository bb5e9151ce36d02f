import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from '../../subgraphs/shared/http.ts';
import { type Internet, pages, type Site, startInternet } from '../support/internet.ts';
import type { ModelServer } from '../support/models/modelServer.ts';
import { startOpenAiServer } from '../support/models/openaiServer.ts';
import { collect, type HttpPerson, startServer, type TestServer, until } from '../support/server.ts';

/**
 * What somebody new does with research, from the first category to the week's report, by the operations that the apps and the explorer have, over
 * HTTP and WebSocket; first without any key, then with a model.
 */

const folder = join(import.meta.dirname, '../../operations');
const files = (name: string) =>
  readdirSync(join(folder, name))
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => [file.replace('.graphql', ''), readFileSync(join(folder, name, file), 'utf8')] as const);
const documents = new Map([...files('research'), ...files('live')]);
/** An operation with the fragments that it spreads, and those that they spread. */
function operation(name: string, seen = new Set<string>()): string {
  seen.add(name);
  const text = documents.get(name)!;
  const spread = [...text.matchAll(/\.\.\.(\w+)/g)].map(([, fragment]) => fragment!);
  return [text, ...spread.filter((one) => !seen.has(one)).map((one) => operation(one, seen))].join('\n');
}

const article = (
  version: string,
  news: string,
) => `<!doctype html><html><head><title>TypeScript ${version}</title></head>
  <body><nav><a href="/">Home</a></nav><article><h1>TypeScript ${version}</h1>
  <p>TypeScript ${version} was released this week, and everybody who uses the compiler can install it now.</p>
  <p>${news} The team says that most projects need no change at all to move to it.</p></article></body></html>`;
const feed =
  (title: string, items: readonly [path: string, title: string][]): Site =>
  (request, response) => {
    const list = items.map(
      ([path, name]) => `<item><title>${name}</title><link>http://${request.headers.host}${path}</link></item>`,
    );
    response
      .writeHead(200, { 'content-type': 'application/rss+xml' })
      .end(`<?xml version="1.0"?><rss version="2.0"><channel><title>${title}</title>${list.join('')}</channel></rss>`);
  };
const faster = 'Version 7.2 makes type checks of large projects three times as fast as those of version 7.1.';
const stricter = 'Version 7.3 reports promises that nobody waits for, in every file of a project.';

let internet: Internet;
let http: HttpClient;
let model: ModelServer;
let server: TestServer;
let ana: HttpPerson;

beforeAll(async () => {
  internet = await startInternet({
    'news.example': pages({
      '/feed': feed('News', [['/7-2', 'TypeScript 7.2']]),
      '/7-2': article('7.2', faster),
    }),
    'blog.example': pages({
      '/feed': feed('Blog', [['/7-3', 'TypeScript 7.3']]),
      '/7-3': article('7.3', stricter),
    }),
  });
  http = createHttpClient({ pause: 0 }, internet);
  model = await startOpenAiServer(({ path }) => {
    if (path === '/responses') return [{ text: 'Done' }];
    const claims = [{ text: 'Checks are three times as fast now.', quote: faster, source: 0 }];
    return [{ text: JSON.stringify({ title: 'Faster and stricter', summary: 'Two versions came out.', claims }) }];
  });
  const env = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: model.url };
  server = await startServer('embedded', env, http);
  ana = await server.person('ana@example.com');
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await http.close();
  await model.stop();
  await internet.stop();
});

const ask = (name: string, variables: object = {}) => ana.ask(operation(name), variables);
const done = async (name: string, input: object) => {
  const payload = Object.values<any>(await ask(name, { input }))[0];
  expect(payload.errors).toEqual([]);
  return payload;
};
/** A result's summary, and its statements with what the quotes rest on. */
const statements = async (id: string) => {
  const { summary, claims } = (await ask('ResearchResultDetail', { id })).researchResult;
  const { sources } = (await ask('ResearchSources', { id })).researchResult;
  const read = new Map<string, any>(sources.map((source: { url: string }) => [source.url, source]));
  return { summary, claims: claims.map((claim: any) => ({ ...claim, source: read.get(claim.source?.url) ?? null })) };
};

test('from a category to a goal and a report, without a key; and the same with a model', async () => {
  const schedule = { kind: 'RRULE', text: 'FREQ=DAILY;BYHOUR=7;BYMINUTE=0', timeZone: 'Europe/Berlin' };
  const { researchSchedulePreview } = await ask('PreviewResearchSchedule', { schedule });
  const sources = ['http://news.example/feed', 'http://blog.example/feed'];
  const { category } = await done('CreateResearchCategory', { name: 'TypeScript news', sources, schedule });

  // The next five runs, before it is made and after.
  const { researchCategory } = await ask('ResearchCategoryDetail', { id: category.id });
  const five = researchCategory.schedule.nextFive;
  expect(five.map(({ localTime }: { localTime: string }) => localTime)).toEqual(Array(5).fill(five[0].localTime));
  expect(five[0].localTime).toMatch(/^07:00/);
  expect(new Set(five.map(({ localDate }: { localDate: string }) => localDate)).size).toBe(5);
  expect(researchSchedulePreview.nextRuns).toEqual(five);

  // Run now, and watch.
  const progress = collect<any>(ana.socket(), operation('ResearchProgress'));
  const completed = collect<any>(ana.socket(), operation('ResearchCompleted'));
  const research = async () => {
    const { run } = await done('TriggerResearch', { categoryId: category.id });
    const told = await until(
      () => completed.messages.find((one) => one.researchCompleted.run.id === run.id),
      'the end of the run',
    );
    return { id: run.id, ...told.researchCompleted };
  };
  const first = await research();
  expect(first.run).toMatchObject({ state: 'DONE', error: null, progress: { fetched: 2, failed: 0 } });
  await until(() => progress.messages.some((one) => one.researchProgress.run.id === first.id), 'progress');
  const { researchRun } = await ask('ResearchRunDetail', { id: first.id });
  expect(researchRun.steps.map(({ step, state }: { step: string; state: string }) => `${step} ${state}`)).toEqual(
    ['PLAN', 'GATHER', 'EXTRACT', 'VERIFY', 'WRITE'].map((step) => `${step} DONE`),
  );
  expect(Number(researchRun.cost)).toBe(0);

  // The result: every quote stands in the snapshot of its source.
  const { researchResult } = await ask('ResearchResultDetail', { id: first.result.id });
  expect(researchResult).toMatchObject({ status: 'PENDING', category: { id: category.id } });
  const found = await statements(first.result.id);
  expect(found.summary).not.toBe('');
  expect(found.claims.length).toBeGreaterThan(1);
  for (const { quote, verdict, source } of found.claims) {
    expect(verdict).toBe('VERBATIM');
    expect(source.snapshot.text).toContain(quote);
  }
  expect(new Set(researchResult.sources.map(({ url }: { url: string }) => url))).toEqual(
    new Set(['http://news.example/7-2', 'http://blog.example/7-3']),
  );
  expect(model.requests).toEqual([]);

  // Approve it, and make a goal of it.
  const { result: approved } = await done('ApproveResearchResult', { id: first.result.id });
  expect(approved.status).toBe('APPROVED');
  const goal = { title: 'Move to TypeScript 7.2', kind: 'MILESTONE' };
  const made = await done('IntegrateResearchResult', { id: first.result.id, goal, reason: 'It is faster.' });
  expect(made.result).toMatchObject({ status: 'INTEGRATED', createdIds: [made.createdId] });
  const { node } = await ana.ask('query ($id: ID!) { node(id: $id) { ... on Goal { title } } }', {
    id: made.createdId,
  });
  expect(node.title).toBe(goal.title);

  // The week's report.
  const to = researchResult.researchDate;
  const from = new Date(Date.parse(to) - 6 * 86_400_000).toISOString().slice(0, 10);
  const { viewer } = await ask('ResearchReport', { categoryIds: [category.id], from, to });
  const { resultCount, markdown, html } = viewer.researchReport;
  expect(resultCount).toBe(1);
  expect(markdown).toContain('](<http://news.example/7-2>)');
  expect(html).toContain('href="http://blog.example/7-3"');
  expect(html).not.toMatch(/<(script|img|iframe)/);

  // With a model that may see it, the same run states more, and says what is new.
  await ana.ask(
    'mutation { grantAiConsent(input: { provider: "openai", dataClasses: [RESEARCH], disclosureVersion: "1" }) { errors { message } } }',
  );
  const second = await research();
  expect(second.result).toMatchObject({ title: 'Faster and stricter', summary: 'Two versions came out.' });
  expect((await statements(second.result.id)).claims).toMatchObject([
    {
      text: 'Checks are three times as fast now.',
      quote: faster,
      verdict: 'VERBATIM',
      source: { url: 'http://news.example/7-2' },
    },
  ]);
  const { researchRun: again } = await ask('ResearchRunDetail', { id: second.id });
  expect(again.changes.since.id).toBe(first.result.id);
  expect(Number(again.cost)).toBeGreaterThan(0);
  expect(internet.trespasses()).toBe(0);
}, 120_000);
