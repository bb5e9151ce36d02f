import type { Fetched } from '../../shared/http.ts';
import type { FeedItem } from '../reading/feeds.ts';
import type { SnapshotRow } from './rows.ts';
import { keepSnapshot, latestSnapshot, snapshotsOfFeed, updateSnapshot } from './snapshots.ts';
import type { Work } from './work.ts';

/** Reading one address: a page, a feed, or a page that a feed names. What was read before is asked for only if it has changed. */

/** A text that was read. */
export interface Gathered {
  snapshot: SnapshotRow;
  /** The server said that it is still what it was. */
  isUnchanged: boolean;
}

/** A feed that was read, with what a server must be told to send it only if it has changed. */
export interface ReadFeed {
  snapshot: SnapshotRow;
  etag: string | null;
  lastModified: string | null;
}

/** Something that a feed names: what the feed says of it, or what was read there when the feed last changed. */
export interface Candidate {
  url: string;
  feedUrl: string;
  item: FeedItem | null;
  known: SnapshotRow | null;
}

/** What a feed says of an item is enough when it is at least so long; else the page that it names is read. */
const enoughText = 500;

/**
 * Reads a page, or what a feed names.
 * @throws what `fetch` and the readers throw
 */
export async function readAddress(
  work: Work,
  url: string,
  signal: AbortSignal,
): Promise<Gathered | { feed: ReadFeed | null; candidates: Candidate[] }> {
  const answer = await ask(work, url, signal);
  if ('known' in answer) {
    const { known, isUnchanged } = answer;
    if (known.kind === 'PAGE') return { snapshot: known, isUnchanged };
    const before = await snapshotsOfFeed(work.platform.db, work.run.userId, url, work.budget.itemsOfFeed);
    const candidates = before.map((one) => ({ url: one.url, feedUrl: url, item: null, known: one }));
    return { feed: null, candidates };
  }
  const { fetched } = answer;
  const feed = await work.means.readFeed(fetched, signal);
  if (!feed) return { snapshot: await keepPage(work, url, fetched, null, signal), isUnchanged: false };
  const snapshot = await keepSnapshot(work.platform.db, work.run.userId, {
    ...origin(url, fetched),
    etag: null,
    lastModified: null,
    kind: 'FEED',
    feedUrl: null,
    title: feed.title,
    text: '',
    content: fetched.body,
    publishedAt: null,
  });
  const newest = [...feed.items].sort((a, b) => (b.published?.getTime() ?? 0) - (a.published?.getTime() ?? 0));
  return {
    feed: { snapshot, etag: fetched.etag, lastModified: fetched.lastModified },
    candidates: newest.map((item) => ({ url: item.url, feedUrl: url, item, known: null })),
  };
}

/** Everything that a feed names has been read: from now on it need not be sent again until it changes. */
export async function feedIsRead(
  { platform: { db } }: Work,
  { snapshot, etag, lastModified }: ReadFeed,
): Promise<void> {
  await updateSnapshot(db, snapshot, { etag, lastModified });
}

/**
 * Reads what a feed names. Where the page cannot be read, what the feed says of it must do.
 * @throws what `fetch` throws, when the feed says nothing either
 */
export async function readItem(
  work: Work,
  { url, feedUrl, item, known }: Candidate,
  signal: AbortSignal,
  fail: (url: string, error: unknown) => void,
): Promise<Gathered> {
  if (known) return { snapshot: known, isUnchanged: true };
  const said = item!.text.trim();
  if (said.length >= enoughText) return { snapshot: await keepItem(work, feedUrl, item!), isUnchanged: false };
  try {
    const answer = await ask(work, url, signal);
    if ('known' in answer) {
      const { known: page, isUnchanged } = answer;
      const isNamed = page.feedUrl !== null;
      return { snapshot: isNamed ? page : await updateSnapshot(work.platform.db, page, { feedUrl }), isUnchanged };
    }
    return { snapshot: await keepPage(work, url, answer.fetched, feedUrl, signal), isUnchanged: false };
  } catch (error) {
    if (said === '') throw error;
    fail(url, error);
    return { snapshot: await keepItem(work, feedUrl, item!), isUnchanged: false };
  }
}

/** Asks for an address, unless this very run has read it already: then whoever worked on it before was broken off. */
async function ask(
  { platform: { db, now }, means, run }: Work,
  url: string,
  signal: AbortSignal,
): Promise<{ known: SnapshotRow; isUnchanged: boolean } | { fetched: Fetched }> {
  const known = await latestSnapshot(db, run.userId, url);
  if (known?.kind === 'PAGE' && run.attempts > 1 && known.checkedAt >= run.startedAt!) {
    return { known, isUnchanged: false };
  }
  const fetched = await means.fetch(url, {
    ...(known?.etag && { etag: known.etag }),
    ...(known?.lastModified && { lastModified: known.lastModified }),
    signal,
  });
  if (fetched.notModified && known)
    return { known: await updateSnapshot(db, known, { checkedAt: now() }), isUnchanged: true };
  return { fetched };
}

const origin = (url: string, { url: finalUrl, etag, lastModified, fetchedAt }: Fetched) => ({
  url,
  finalUrl,
  etag,
  lastModified,
  fetchedAt,
});

async function keepPage(
  { platform, means, run }: Work,
  url: string,
  fetched: Fetched,
  feedUrl: string | null,
  signal: AbortSignal,
) {
  const page = await means.readPage(fetched, signal);
  return keepSnapshot(platform.db, run.userId, {
    ...origin(url, fetched),
    kind: 'PAGE',
    feedUrl,
    title: page.title,
    text: page.text,
    content: fetched.body,
    publishedAt: page.published,
  });
}

function keepItem({ platform, run }: Work, feedUrl: string, { url, title, text, published }: FeedItem) {
  return keepSnapshot(platform.db, run.userId, {
    kind: 'ITEM',
    url,
    finalUrl: feedUrl,
    feedUrl,
    title,
    text,
    content: new TextEncoder().encode(text),
    etag: null,
    lastModified: null,
    publishedAt: published,
    fetchedAt: platform.now(),
  });
}
