import type { Platform } from '../../shared/platform.ts';
import { verifyQuote } from '../reading/quotes.ts';
import { createReadingThread } from '../reading/readingThread.ts';
import { summarise } from '../reading/summary.ts';
import type { Means } from './means.ts';
import { askModel, canAskModels } from './models.ts';
import { searcherOf } from './searching.ts';

/** What research reads: feeds, pages and texts. */
const readable = [
  'text/html',
  'application/xhtml+xml',
  'text/xml',
  'application/xml',
  'application/*+xml',
  'application/feed+json',
  'application/json',
  'text/plain',
  'text/markdown',
];

/** The means of this installation. */
export function createMeans(platform: Platform): Means {
  const { http } = platform;
  const reading = createReadingThread();
  return {
    fetch: (url, options) => http.get(url, { accept: readable, ...options }),
    readFeed: reading.feed,
    readPage: reading.page,
    searcher: searcherOf(platform),
    summarise,
    extract: canAskModels(platform)
      ? async ({ userId, runId, prompt, documents, budget, signal }) => {
          const model = await askModel(platform, { userId, runId, budget, signal });
          if (!model) return null;
          const { extract } = await import('../reading/extraction.ts');
          const found = await extract(documents, prompt, model.ask);
          return { ...found, cost: await model.cost() };
        }
      : null,
    verify: verifyQuote,
  };
}
