import type { Document } from '../../../subgraphs/research/reading/document.ts';
import { researchJobs } from '../../../subgraphs/research/runs/jobs.ts';
import type { FetchOptions, Means } from '../../../subgraphs/research/runs/means.ts';
import { type Budget, usualBudget } from '../../../subgraphs/research/runs/work.ts';
import type { Fetched } from '../../../subgraphs/shared/http.ts';
import type { Person, TestGraph } from '../../support/graph.ts';

/** A page or a feed of a small world, as a server has it. */
export type Site =
  | { title: string; text: string; etag?: string; lastModified?: string }
  | { title: string; items: { url: string; title: string; text?: string; published?: string }[]; etag?: string }
  | { refuses: string };

/** A world of a few addresses, and readers for it: what `Means` are in tests. Every request is written down. */
export function standIns(sites: Record<string, Site>, more: Partial<Means> = {}) {
  const requests: { url: string; etag: string | null | undefined }[] = [];
  const means: Means = {
    async fetch(url: string, { etag, signal }: FetchOptions): Promise<Fetched> {
      signal.throwIfAborted();
      requests.push({ url, etag });
      const site = sites[url];
      if (!site || 'refuses' in site) {
        const code = site && 'refuses' in site ? site.refuses : 'UNREACHABLE';
        throw Object.assign(new Error(`It is ${code}.`), { code });
      }
      const isSame = site.etag !== undefined && site.etag === etag;
      return {
        requestedUrl: url,
        url,
        status: isSame ? 304 : 200,
        contentType: 'application/json',
        charset: 'utf-8',
        body: isSame ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(site)),
        etag: site.etag ?? null,
        lastModified: null,
        fetchedAt: clock(),
        notModified: isSame,
      };
    },
    async readFeed({ body }) {
      const site = JSON.parse(new TextDecoder().decode(body));
      if (!site.items) return null;
      return {
        title: site.title,
        items: site.items.map((item: { published?: string; text?: string }) => ({
          ...item,
          text: item.text ?? '',
          published: item.published ? new Date(item.published) : null,
        })),
      };
    },
    async readPage({ body }) {
      const { title, text } = JSON.parse(new TextDecoder().decode(body));
      return { title, text, published: null };
    },
    searcher: async () => null,
    summarise: (documents: readonly Document[]) => ({
      title: documents[0]!.title,
      summary: documents.map(({ text }) => firstSentence(text)).join(' '),
      claims: documents.map(({ text }, sourceIndex) => ({
        text: firstSentence(text),
        quote: firstSentence(text),
        sourceIndex,
      })),
    }),
    extract: null,
    verify: (quote, text) => (text.includes(quote) ? 'VERBATIM' : 'UNVERIFIED'),
    ...more,
  };
  let clock = () => new Date();
  return {
    means,
    requests,
    urls: () => requests.map(({ url }) => url),
    /** Has the jobs of a graph work with these. */
    async install(graph: TestGraph, budget: Partial<Budget> = {}) {
      clock = graph.clock.now;
      await graph.platform.jobs.work(researchJobs(graph.platform, means, { ...usualBudget, ...budget }));
      return this;
    },
  };
}

/** A feed with two items, of which it tells one in full, and a page. */
export const world = (): Record<string, Site> => ({
  'https://a.example/feed': {
    title: 'A',
    etag: '"a1"',
    items: [
      { url: 'https://a.example/1', title: 'One', published: '2026-03-09T00:00:00Z' },
      {
        url: 'https://a.example/2',
        title: 'Two',
        published: '2026-03-10T00:00:00Z',
        text: 'Said by the feed. '.repeat(40),
      },
    ],
  },
  'https://a.example/1': { title: 'Page one', text: 'The first page says this. And more.', etag: '"p1"' },
  'https://b.example/': { title: 'B', text: 'B is a page. It is short.', etag: '"b1"' },
});
export const addresses = ['https://a.example/feed', 'https://b.example/'];

const firstSentence = (text: string) => text.split(/(?<=\.)\s/)[0]!;

export const errors = 'errors { code path message }';
export const runFields = `id state trigger dueAt localOccurrence step startedAt endedAt cost
  steps { step state note counts { name value } } progress { planned fetched failed claims }
  failures { url code message } error { code message } result { id } retryOf { id }`;

export const mutate = async (person: Person, name: string, selection: string, input: Record<string, unknown>) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return (
    await person.data(`mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} ${errors} } }`, { input })
  )[name];
};

export const makeCategory = async (person: Person, input: Record<string, unknown>): Promise<string> => {
  const { category, errors: problems } = await mutate(person, 'createResearchCategory', 'category { id }', {
    name: 'News',
    ...input,
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return category.id;
};

export const trigger = (person: Person, categoryId: string, more: object = {}) =>
  mutate(person, 'triggerResearch', `run { ${runFields} }`, { categoryId, ...more });

/** Starts a run and works on it to its end. */
export const runToEnd = async (graph: TestGraph, person: Person, categoryId: string) => {
  const { run } = await trigger(person, categoryId);
  await graph.runJobs();
  return readRun(person, run.id);
};

export const readRun = async (person: Person, id: string) =>
  (await person.data(`query ($id: ID!) { researchRun(id: $id) { ${runFields} } }`, { id })).researchRun;

/** The runs of a category, in the order in which they were due. */
export const runsOf = async (person: Person, id: string) =>
  (
    await person.data(
      `query ($id: ID!) { researchCategory(id: $id) { nextRunAt runs(first: 100) { nodes { ${runFields} } } } }`,
      { id },
    )
  ).researchCategory.runs.nodes.reverse();

export const stepsOf = (run: { steps: { step: string; state: string }[] }) =>
  run.steps.map(({ step, state }) => `${step} ${state}`);
