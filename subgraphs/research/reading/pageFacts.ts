import type { parseHTML } from 'linkedom';
import { webAddress } from './addresses.ts';
import { instantOf } from './dates.ts';
import { line } from './lines.ts';

type Document = ReturnType<typeof parseHTML>['document'];

/** What a page says of itself. */
export interface PageFacts {
  published: Date | null;
  /** The address that the page calls its own; only on its own site, as anybody can claim anything. */
  canonicalUrl: string | null;
  /** Where it leads, in the page's order. */
  links: { url: string; text: string }[];
  /** Feeds that it offers. */
  feeds: { url: string; title: string }[];
  /** BCP 47, as far as the page tells. */
  language: string | null;
}

const mostLinks = 500;
const mostFeeds = 20;
const feedTypes = /^application\/(rss|atom|rdf|feed)\+(xml|json)$|^application\/json$|^text\/xml$/i;

export function pageFacts(document: Document, url: string): PageFacts & { title: string } {
  const base = webAddress(document.querySelector('base[href]')?.getAttribute('href'), url) ?? url;
  const data = linkedData(document);
  const canonical = webAddress(document.querySelector('link[rel~="canonical"][href]')?.getAttribute('href'), base);
  return {
    title: line(
      meta(document, 'og:title', 'twitter:title') ||
        document.querySelector('title')?.textContent ||
        document.querySelector('h1')?.textContent ||
        '',
    ),
    published: publishedOf(document, data),
    canonicalUrl: canonical !== null && siteOf(canonical) === siteOf(url) ? canonical : null,
    links: linksOf(document, base),
    feeds: feedsOf(document, base),
    language: languageOf(document.documentElement?.getAttribute('lang')),
  };
}

function meta(document: Document, ...names: string[]): string {
  for (const name of names) {
    const found = document
      .querySelector(`meta[property="${name}"], meta[name="${name}"], meta[itemprop="${name}"]`)
      ?.getAttribute('content');
    if (found?.trim()) return found;
  }
  return '';
}

/** The first that is a date, from what is meant for machines to what is meant for people. */
function publishedOf(document: Document, data: readonly Record<string, unknown>[]): Date | null {
  const named = meta(
    document,
    'article:published_time',
    'og:published_time',
    'datePublished',
    'date',
    'dc.date',
    'DC.date.issued',
    'dcterms.created',
    'citation_publication_date',
    'parsely-pub-date',
    'sailthru.date',
    'pubdate',
  );
  const candidates = [
    named,
    ...data.map(({ datePublished }) => datePublished),
    document.querySelector('[itemprop="datePublished"]')?.getAttribute('datetime'),
    document
      .querySelector('article time[datetime], main time[datetime], time[pubdate][datetime]')
      ?.getAttribute('datetime'),
    ...data.map(({ dateCreated }) => dateCreated),
    document.querySelector('time[datetime]')?.getAttribute('datetime'),
  ];
  for (const candidate of candidates) {
    const at = typeof candidate === 'string' ? instantOf(candidate.replaceAll('/', '-')) : null;
    if (at !== null) return at;
  }
  return null;
}

/** The objects of the page's JSON-LD, with those of its graphs. */
function linkedData(document: Document): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  for (const script of [...document.querySelectorAll('script[type="application/ld+json"]')].slice(0, 20)) {
    try {
      const parsed: unknown = JSON.parse((script.textContent ?? '').slice(0, 200_000));
      for (const one of [parsed].flat() as (Record<string, unknown> | null)[]) {
        if (typeof one !== 'object' || one === null) continue;
        found.push(one);
        if (Array.isArray(one['@graph']))
          found.push(...one['@graph'].filter((part) => typeof part === 'object' && part !== null));
      }
    } catch {
      // Many pages have broken data.
    }
  }
  return found.slice(0, 200);
}

function linksOf(document: Document, base: string): PageFacts['links'] {
  const links = new Map<string, string>();
  for (const anchor of document.querySelectorAll('a[href]')) {
    if (links.size >= mostLinks) break;
    const href = anchor.getAttribute('href') ?? '';
    const url = href.startsWith('#') ? null : webAddress(href, base);
    if (url !== null && !links.get(url)) links.set(url, line(anchor.textContent ?? '', 200));
  }
  return [...links].map(([url, text]) => ({ url, text }));
}

function feedsOf(document: Document, base: string): PageFacts['feeds'] {
  const feeds = new Map<string, string>();
  for (const link of document.querySelectorAll('link[rel~="alternate"][href]')) {
    const type = (link.getAttribute('type') ?? '').replace(/;.*$/s, '').trim();
    const url = feedTypes.test(type) ? webAddress(link.getAttribute('href'), base) : null;
    if (url !== null && !feeds.has(url)) feeds.set(url, line(link.getAttribute('title') ?? '', 200));
    if (feeds.size >= mostFeeds) break;
  }
  return [...feeds].map(([url, title]) => ({ url, title }));
}

function languageOf(tag: string | null | undefined): string | null {
  try {
    return tag ? (Intl.getCanonicalLocales(tag.trim().replace('_', '-'))[0] ?? null) : null;
  } catch {
    return null;
  }
}

/** Roughly the site: the last two labels of the host, or the whole of an address of numbers. */
function siteOf(url: string): string {
  const { hostname } = new URL(url);
  return /^[\d.]+$|:/.test(hostname)
    ? hostname
    : hostname
        .replace(/^www\./, '')
        .split('.')
        .slice(-2)
        .join('.');
}
