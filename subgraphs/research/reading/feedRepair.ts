/** No feed has longer tags; the parser takes seconds for one of a hundred thousand attributes. */
const longestTag = 16_000;

/** Characters `<` that begin no tag, at most: so many are no slips of a pen. */
const mostStray = 20_000;

/** A text to be parsed as a feed: the feed as it is, or a feed of one of its items. */
export interface Reading {
  document: string;
  isPart: boolean;
}

/**
 * What to try with the text of an XML feed, in this order: the feed, cut after so many items and closed again where it was cut; then, for who could
 * not read that, its head and each item as a feed of its own.
 */
export function* repairedFeeds(text: string, mostItems: number): Generator<Reading> {
  const root = /<((?:[\w-]{1,20}:)?(?:rss|feed|rdf))\b[^<>]{0,4000}>/i.exec(text);
  if (!root) return;
  const [open, name] = root;
  const kind = name!.toLowerCase().replace(/^.*:/, '');
  const prefix = kind === 'feed' ? (/^[\w-]+:/.exec(name!)?.[0] ?? '') : '';
  const item = prefix + (kind === 'feed' ? 'entry' : 'item');
  const body = soundTags(text.slice(root.index + open.length));
  if (body === null) return;
  const items = itemsOf(body, item, mostItems);
  const channel = kind === 'rss' ? ['<channel>', '</channel>'] : ['', ''];
  const last = items.at(-1);
  const isWhole = new RegExp(`</${name}\\s*>\\s*$`, 'i').test(body.slice(-1_000)) && items.length < mostItems;
  // The document type goes: nobody declares entities for us.
  yield {
    document: isWhole || !last ? open + body : `${open}${body.slice(0, last.end)}${channel[1]}</${name}>`,
    isPart: false,
  };
  const head = body.slice(0, items[0]?.start ?? 20_000);
  const title =
    new RegExp(
      `<${prefix}title\\b[^<>]{0,200}>[^<]{0,1000}(?:<!\\[CDATA\\[[^<]{0,1000}\\]\\]>)?\\s*</${prefix}title>`,
      'i',
    ).exec(head)?.[0] ?? '';
  const link =
    new RegExp(`<${prefix}link\\b[^<>]{0,500}(?:/>|>[^<]{0,1000}</${prefix}link>)`, 'i').exec(head)?.[0] ?? '';
  yield { document: `${open}${channel[0]}${title}${link}${channel[1]}</${name}>`, isPart: true };
  for (const { start, end } of items) {
    const fields = fieldsOf(body.slice(start, end));
    yield { document: `${open}${channel[0]}<${item}>${fields}</${item}>${channel[1]}</${name}>`, isPart: true };
  }
}

/** Where the items begin and end. One that never ends is as long as to the next. */
function itemsOf(body: string, name: string, most: number): { start: number; end: number }[] {
  const items: { start: number; end: number }[] = [];
  const tag = new RegExp(`<(/?)${name}(?=[\\s>])`, 'gi');
  let start = -1;
  for (let found = tag.exec(body); found && items.length < most; found = tag.exec(body)) {
    if (found[1] === '') start = found.index;
    else if (start >= 0) {
      items.push({ start, end: body.indexOf('>', found.index) + 1 || body.length });
      start = -1;
    }
  }
  return items;
}

const fields = [
  'title',
  'link',
  'guid',
  'id',
  'pubDate',
  'dc:date',
  'published',
  'updated',
  'description',
  'summary',
  'content',
  'content:encoded',
];

/** What is of use in a broken item, each field with its content as text: markup that does not close breaks nothing then. */
function fieldsOf(item: string): string {
  const parts: string[] = item.match(/<(?:\w+:)?link\b[^<>]{0,2000}\/>/gi) ?? [];
  for (const field of fields) {
    const open = new RegExp(`<((?:atom:)?${field})(?:\\s[^<>]{0,2000})?>`, 'i').exec(item);
    if (!open || open[0].endsWith('/>')) continue;
    const start = open.index + open[0].length;
    const end = item.toLowerCase().indexOf(`</${open[1]!.toLowerCase()}`, start);
    if (end < 0) continue;
    const text = item.slice(start, end);
    parts.push(
      open[0],
      text.includes('<![CDATA[') ? text : text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      `</${open[1]}>`,
    );
  }
  return parts.join('');
}

/**
 * The text with nothing left open: comments gone, and each `<` that begins no tag written as the character that it is. The parser goes back to the
 * start of the tag for each one that never ends, which takes minutes for a megabyte of them. Null when there is a tag as no feed has it.
 */
function soundTags(text: string): string | null {
  const parts: string[] = [];
  const missing = new Set<string>();
  const find = (what: string, from: number) => {
    const found = missing.has(what) ? -1 : text.indexOf(what, from);
    if (found < 0) missing.add(what);
    return found;
  };
  let at = 0;
  let close = -1;
  let stray = 0;
  for (let open = text.indexOf('<'); open >= 0; open = text.indexOf('<', at)) {
    parts.push(text.slice(at, open));
    const isComment = text.startsWith('<!--', open);
    const isData = text.startsWith('<![CDATA[', open);
    const stop = isComment ? find('-->', open + 4) : isData ? find(']]>', open + 9) : -1;
    if (stop >= 0) {
      at = stop + 3;
      if (isData) parts.push(text.slice(open, at));
      continue;
    }
    if (close < open) close = find('>', open);
    const next = text.indexOf('<', open + 1);
    const isTag = close > open && (next < 0 || close < next) && /[a-z_/?!]/i.test(text[open + 1]!);
    if (isTag && close - open > longestTag) return null;
    if (!isTag && ++stray > mostStray) return null;
    at = isTag ? close + 1 : open + 1;
    parts.push(isTag ? text.slice(open, at) : '&lt;');
  }
  parts.push(text.slice(at));
  return parts.join('');
}
