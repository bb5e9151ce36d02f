import type { StepResult } from './outcomes.ts';
import { oneLine } from './text.ts';
import { RunFailure, type Work } from './work.ts';

/** Settles what is read: the addresses of the category, and what a search for its prompt finds. */
export async function plan({ means, run, category }: Work): Promise<StepResult<'PLAN'>> {
  const searcher = await means.searcher(run.userId);
  const query = searcher ? oneLine(category.prompt || category.name, 200) : null;
  const addresses = category.sources;
  const planned = addresses.length + (query === null ? 0 : 1);
  if (planned === 0) {
    throw new RunFailure('NO_SOURCES', 'The category names no address to read, and no search provider is set up.');
  }
  const named = `${addresses.length} ${addresses.length === 1 ? 'address' : 'addresses'} to read`;
  return {
    outcome: { addresses, query },
    note: query === null ? `${named}.` : `${named}, and a search.`,
    counts: { addresses: addresses.length, searches: planned - addresses.length },
    progress: { planned },
  };
}
