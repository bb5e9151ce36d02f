import { parseFeed } from 'feedsmith';
import { webAddress } from './addresses.ts';
import { instantOf } from './dates.ts';
import { type Received, textOf } from './encoding.ts';
import { repairedFeeds } from './feedRepair.ts';
import { cut, line } from './lines.ts';
import { markupText } from './markup.ts';

export interface FeedItem {
  url: string;
  title: string;
  /** Null when the feed does not say so, or nothing that is a date. */
  published: Date | null;
  text: string;
}

export interface Feed {
  title: string;
  /** In the feed's order. */
  items: FeedItem[];
}

const mostItems = 200;
/** What is looked at of a feed, and of one item's text, in characters. */
const longestFeed = 3_000_000;
const longestText = 100_000;

/** A feed of any kind (RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed), or null when it is none. What cannot be read of it is left out. Never throws. */
export function readFeed(received: Received): Feed | null {
  const text = textOf(received).trimStart();
  const parsed = text.startsWith('{') ? parse(text) : parseXml(text.slice(0, longestFeed));
  // A feed without a name and without items is something else.
  if (parsed === null || (parsed.title === undefined && parsed.items.length === 0)) return null;
  const base = webAddress(parsed.home, received.url) ?? received.url;
  const items: FeedItem[] = [];
  const seen = new Set<string>();
  for (const { links, title, date, text: content } of parsed.items.slice(0, mostItems)) {
    const url = links.map((link) => webAddress(link, base)).find((address) => address !== null);
    if (!url || seen.has(url)) continue;
    seen.add(url);
    const body = cut(markupText((content ?? '').slice(0, longestText * 4)), longestText);
    const name = titleText(title) || line(body.split('\n', 1)[0]!, 100) || url;
    items.push({ url, title: name, published: instantOf(date), text: body });
  }
  return { title: titleText(parsed.title) || new URL(received.url).hostname, items };
}

type AnyFeed = ReturnType<typeof parseFeed<string>>;

/** What all kinds of feeds have in common. */
interface Parsed {
  title?: string;
  home?: string;
  items: { links: (string | undefined)[]; title?: string; date?: string; text?: string }[];
}

/** The first reading that gives anything; of a broken feed, what its sound items say. */
function parseXml(text: string): Parsed | null {
  let whole: Parsed | null = null;
  const rest: Parsed['items'] = [];
  for (const { document, isPart } of repairedFeeds(text, mostItems)) {
    const parsed = parse(document);
    if (!isPart && parsed !== null && parsed.items.length > 0) return parsed;
    if (parsed === null) continue;
    whole ??= parsed;
    if (isPart) rest.push(...parsed.items);
  }
  return whole && { ...whole, items: rest };
}

function parse(text: string): Parsed | null {
  try {
    return common(parseFeed(text, { maxItems: mostItems }));
  } catch {
    return null;
  }
}

function common(parsed: AnyFeed): Parsed {
  switch (parsed.format) {
    case 'rss':
      return {
        title: parsed.feed.title,
        home: parsed.feed.link,
        items: (parsed.feed.items ?? []).map((item) => ({
          links: [item.link, item.guid?.isPermaLink === false ? undefined : absolute(item.guid?.value)],
          title: item.title ?? item.dc?.titles?.[0],
          date: item.pubDate ?? item.dc?.dates?.[0],
          text: longer(item.content?.encoded, item.description),
        })),
      };
    case 'rdf':
      return {
        title: parsed.feed.title,
        home: parsed.feed.link,
        items: (parsed.feed.items ?? []).map((item) => ({
          links: [item.link, absolute(item.rdf?.about)],
          title: item.title,
          date: item.dc?.dates?.[0],
          text: longer(item.content?.encoded, item.description),
        })),
      };
    case 'atom':
      return {
        title: markupOf(parsed.feed.title),
        home: parsed.feed.xml?.base ?? linkOf(parsed.feed.links),
        items: (parsed.feed.entries ?? []).map((entry) => ({
          links: [linkOf(entry.links), absolute(entry.id)],
          title: markupOf(entry.title),
          date: entry.published ?? entry.updated,
          text: longer(markupOf(entry.content), markupOf(entry.summary)),
        })),
      };
    default:
      return {
        title: parsed.feed.title,
        home: parsed.feed.home_page_url,
        items: (parsed.feed.items ?? []).map((item) => ({
          links: [item.url, item.external_url, absolute(item.id)],
          title: item.title,
          date: item.date_published ?? item.date_modified,
          text: item.content_html ?? escaped(item.content_text) ?? escaped(item.summary),
        })),
      };
  }
}

const linkOf = (links: { href?: string; rel?: string }[] | undefined) =>
  (links?.find(({ rel }) => !rel || rel === 'alternate') ?? links?.find(({ rel }) => rel === 'related'))?.href;
/** An id is an address only when it looks like one. */
const absolute = (id: string | undefined) => (/^https?:\/\//i.test(id ?? '') ? id : undefined);
const longer = (a = '', b = '') => (a.length >= b.length ? a : b);
/** Atom says which of its texts are plain. */
const markupOf = (text: { value?: string; type?: string } | undefined) =>
  text?.type === 'text' || text?.type === 'text/plain' ? escaped(text.value) : text?.value;
/** Titles are meant to be text, but many have markup. What is not inline HTML is the title's own: "List<T>". */
const titleText = (title = '') =>
  line(
    markupText(
      title
        .slice(0, 5_000)
        .replace(
          /<(?!\/?(?:a|abbr|b|br|code|del|em|font|i|img|ins|mark|p|q|s|small|span|strong|sub|sup|u|wbr)\b)/gi,
          '&lt;',
        ),
    ),
  );
/** Plain text among markup. */
const escaped = (text: string | undefined) => text?.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
