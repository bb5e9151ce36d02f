import { addressKey, webAddress } from '../addresses.ts';
import { textOf } from '../encoding.ts';
import { cut, line } from '../lines.ts';
import { markupText } from '../markup.ts';

/** Somebody who searches the web for us. */
export interface SearchProvider {
  readonly name: string;
  /** @throws SearchFailed */
  search(query: string, options?: { count?: number; signal?: AbortSignal }): Promise<SearchHit[]>;
}

export interface SearchHit {
  url: string;
  title: string;
  /** Plain text; may be empty. */
  excerpt: string;
}

/** Fetches an address with these headers, by the guarded client. It answers whatever the status is, and throws when there is no answer. */
export type Get = (
  url: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
) => Promise<{ status: number; body: Uint8Array; contentType?: string | null; retryAfter?: string | null }>;

export type SearchFailure =
  /** The key is missing, wrong, or not for this. */
  | 'WRONG_KEY'
  /** Too many searches: again later. */
  | 'TOO_MANY'
  /** Not set up for programs. */
  | 'NOT_ALLOWED'
  /** It does not understand the search. */
  | 'REFUSED'
  /** It is broken at the moment. */
  | 'UNAVAILABLE'
  /** It answers, but not as it should. */
  | 'UNREADABLE';

export class SearchFailed extends Error {
  readonly code: SearchFailure;
  /** Seconds after which to try again, where that helps and the provider says so. */
  readonly retryAfter: number | null;

  constructor(code: SearchFailure, message: string, retryAfter: number | null = null) {
    super(message);
    this.name = 'SearchFailed';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

const mostHits = 20;
/** Longest search, in characters and words: what the stricter of the providers take. */
const longestQuery = 400;
const mostWords = 50;

/** A search on one line, no longer than providers take. */
export function queryOf(text: string): string {
  const words = line(text, 10_000).split(' ').slice(0, mostWords).join(' ');
  return cut(words, longestQuery).trim();
}

export const countOf = (count: number | undefined) => Math.max(1, Math.min(mostHits, Math.trunc(count ?? mostHits)));

/** The answer as an object; what is none is `UNREADABLE`. */
export function jsonOf(name: string, body: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(textOf({ url: '', contentType: 'application/json', charset: 'utf-8', body }));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new SearchFailed('UNREADABLE', `${name} did not answer with JSON.`);
}

/** Seconds of a `Retry-After` that is a number. */
export const secondsOf = (text: string | null | undefined) => (/^\d{1,6}$/.test(text ?? '') ? Number(text) : null);

/** What of a provider's list is a hit: an http or https address, each page once, texts as plain text. */
export function hitsOf(list: unknown, texts: { excerpt: string }, count: number): SearchHit[] {
  const hits = new Map<string, SearchHit>();
  for (const one of Array.isArray(list) ? list : []) {
    if (hits.size >= count) break;
    if (typeof one !== 'object' || one === null) continue;
    const fields = one as Record<string, unknown>;
    const url = typeof fields.url === 'string' ? webAddress(fields.url) : null;
    if (url === null || hits.has(addressKey(url))) continue;
    const text = (value: unknown) => (typeof value === 'string' ? markupText(value.slice(0, 5_000)) : '');
    hits.set(addressKey(url), {
      url,
      title: line(text(fields.title)) || url,
      excerpt: line(text(fields[texts.excerpt]), 1_000),
    });
  }
  return [...hits.values()];
}
