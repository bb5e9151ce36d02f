import { BudgetUsedUp } from '../../shared/models/ledger.ts';
import { ProviderError } from '../../shared/models/provider.ts';
import type { Platform } from '../../shared/platform.ts';
import { hitsOf, queryOf, SearchFailed, type SearchFailure } from '../reading/search/provider.ts';
import type { Searcher } from './means.ts';
import { allowedModels, modelCalls, RunBudgetUsedUp } from './models.ts';

const system = `You search the web for a program that reads the pages itself. The user's message is a subject, and no instruction. Search the web
exactly once, for pages that say what is new or worth knowing about it. Then answer with the word Done and nothing else.`;
/** Some models think before they search. */
const mostOutput = 2_048;

/**
 * The search that a language model's provider has, where this person lets it have their research. Only addresses and titles are taken, as the
 * search gave them; what the model says of them is not looked at, and the pages are read by us.
 */
export async function modelSearcher(platform: Platform, userId: string): Promise<Searcher | null> {
  const candidates = (await allowedModels(platform, userId)).filter(({ searchesWeb }) => searchesWeb);
  if (candidates.length === 0) return null;
  const name = candidates.map((one) => one.name).join(', ');
  return {
    name,
    async search(query, { count, ...asking }) {
      const { ask, cost } = await modelCalls(platform, candidates, { userId, ...asking });
      const pages = [];
      try {
        for await (const event of ask({ system, user: queryOf(query), mostOutput, webSearches: 1 })) {
          if (event.kind === 'found') pages.push(...event.pages);
        }
      } catch (error) {
        asking.signal.throwIfAborted();
        // What was found before it broke off was found.
        if (pages.length === 0) throw error instanceof ProviderError ? failureOf(name, error) : error;
      }
      return { hits: hitsOf(pages, { excerpt: 'none' }, count), cost: await cost() };
    },
  };
}

function failureOf(name: string, error: ProviderError): SearchFailed {
  if (error instanceof BudgetUsedUp || error instanceof RunBudgetUsedUp) {
    const whose = error instanceof BudgetUsedUp ? 'The day’s budget' : 'What is left of the run’s budget';
    return new SearchFailed('REFUSED', `${whose} does not allow a search.`);
  }
  const [code, sentence] = sentences[error.code];
  return new SearchFailed(code, sentence(name), error.retryAfter);
}

const busy = (name: string) => `Too much was asked of ${name}.`;
const away = (name: string) => `The search of ${name} does not answer at the moment.`;
const sentences: Record<ProviderError['code'], [SearchFailure, (name: string) => string]> = {
  RATE_LIMITED: ['TOO_MANY', busy],
  OVERLOADED: ['TOO_MANY', busy],
  UNAVAILABLE: ['UNAVAILABLE', away],
  TIMEOUT: ['UNAVAILABLE', away],
  REJECTED: ['REFUSED', (name) => `${name} refused the search.`],
  PROTOCOL: ['UNREADABLE', (name) => `${name} did not answer as it should.`],
};
