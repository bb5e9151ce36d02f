import type { Fetched, GetOptions } from '../../shared/http.ts';
import type { ClaimVerdict } from '../generated.ts';
import type { Document } from '../reading/document.ts';
import type { Feed } from '../reading/feeds.ts';
import type { Page } from '../reading/pages.ts';
import type { SearchHit } from '../reading/search/provider.ts';

/**
 * What a run works with: the world outside, and the art of reading. Runs know nothing of HTTP, of feeds or of models; whoever makes these does.
 */
export interface Means {
  /**
   * Fetches an address as a guest may: guarded, polite, limited in size and time.
   * @throws Refused with why not
   */
  fetch(url: string, options: FetchOptions): Promise<Fetched>;
  /**
   * The feed that was fetched; null when it is none.
   * @throws Refused when reading it takes too long
   */
  readFeed(fetched: Fetched, signal: AbortSignal): Promise<Feed | null>;
  /** @throws Refused when reading it takes too long */
  readPage(fetched: Fetched, signal: AbortSignal): Promise<Pick<Page, 'title' | 'text' | 'published'>>;
  /** Who searches the web for this person; null where nobody may. */
  searcher(userId: string): Promise<Searcher | null>;
  /** Finds the sentences that say most, word for word, without a model; null when there is none that says anything. */
  summarise(documents: readonly Document[], prompt: string): Findings | null;
  /** Has a model find statements, without tools; null where there is no model. */
  extract: ((task: ExtractTask) => Promise<ExtractedFindings | null>) | null;
  /** Compares a quote with the text that it is said to be from. */
  verify(quote: string, text: string): ClaimVerdict;
}

/** The validators are those of the copy that is kept: the server need not send the same again. */
export type FetchOptions = Pick<GetOptions, 'etag' | 'lastModified'> & { signal: AbortSignal };

/** What `fetch` and the readers throw has these: a word for programs and a sentence for people. */
export interface Refused extends Error {
  code: string;
}

export interface Searcher {
  name: string;
  /** @throws what has a word for programs and a sentence for people, as `Refused` */
  search(query: string, options: SearchOptions): Promise<Found>;
}

interface SearchOptions {
  count: number;
  runId: string;
  /** US dollars that it may cost at most. */
  budget: string;
  signal: AbortSignal;
}

export interface Found {
  hits: readonly SearchHit[];
  /** US dollars, where it costs some. */
  cost?: string;
}

/** What was found. `sourceIndex` is an index into the texts that were given. */
export interface Findings {
  title: string;
  summary: string;
  claims: readonly { text: string; quote: string | null; sourceIndex: number | null }[];
}

interface ExtractTask {
  userId: string;
  runId: string;
  prompt: string;
  documents: readonly Document[];
  /** US dollars that it may cost at most. */
  budget: string;
  signal: AbortSignal;
}

/** Null instead of these: no model may be asked, or none answered. */
interface ExtractedFindings extends Findings {
  /** US dollars. */
  cost: string;
}
