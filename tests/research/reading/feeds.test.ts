import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFeed } from '../../../subgraphs/research/reading/feeds.ts';
import { fixture, received } from './received.ts';

const at = (iso: string) => new Date(iso);
const rss = (items: string) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://example.org/</link>${items}</channel></rss>`;

test('RSS 2.0: titles as text, absolute addresses, the longer text, no enclosures, each address once', () => {
  expect(readFeed(fixture('rss2.xml'))).toEqual({
    title: 'Example & Sons: news',
    items: [
      {
        url: 'https://example.org/news/generics?utm_source=feed',
        title: 'Generics: List<T> is faster',
        published: at('2026-03-02T09:00:00Z'),
        text: 'Lists are faster now.\n\nTwice\n\nOn every day',
      },
      {
        url: 'https://example.org/news/guid-only',
        title: 'No title & no link.',
        published: at('2026-03-01T09:30:00Z'),
        text: 'No title & no link.',
      },
      { url: 'https://example.org/odd', title: 'A date that is none', published: null, text: '' },
    ],
  });
});

test('RSS 0.91', () => {
  expect(readFeed(fixture('rss091.xml'))).toEqual({
    title: 'Old news',
    items: [{ url: 'https://example.org/1', title: 'First', published: null, text: 'From 1999 & still here.' }],
  });
});

test('RSS 1.0', () => {
  expect(readFeed(fixture('rss1.xml'))).toEqual({
    title: 'RDF news',
    items: [
      { url: 'https://example.org/a', title: 'About A', published: at('2026-03-03T04:30:00Z'), text: 'The text of A.' },
    ],
  });
});

test('Atom: the base, the kinds of text, zones of a quarter of an hour', () => {
  expect(readFeed(fixture('atom.xml'))).toEqual({
    title: 'The <blog>',
    items: [
      {
        url: 'https://example.org/blog/why',
        title: 'Why a < b & c',
        published: at('2026-03-02T04:15:00.123Z'),
        text: 'Because it is so.\n\nStill.',
      },
    ],
  });
});

test('JSON Feed', () => {
  expect(readFeed(fixture('feed.json'))).toEqual({
    title: 'JSON news',
    items: [
      { url: 'https://example.org/j/1', title: 'One', published: at('2026-03-02T09:00:00Z'), text: 'a < b & c' },
      { url: 'https://example.org/j/2', title: 'Two bold', published: null, text: 'Two bold' },
    ],
  });
});

test('a broken feed gives what can be read', () => {
  expect(readFeed(fixture('broken.xml'))).toEqual({
    title: 'Broken & proud',
    items: [
      {
        url: 'https://example.org/1?a=1&b=2',
        title: 'Salt & pepper < sugar',
        published: null,
        text: 'Not closed here',
      },
      { url: 'https://example.org/2', title: 'Fine', published: null, text: '' },
    ],
  });
});

test('a feed that is cut off, with words before it', () => {
  const text =
    `\n\nWarning: something in line 3\n${rss('<item><title>A</title><link>/a</link></item><item><title>B')}`.slice(
      0,
      -20,
    );
  expect(readFeed(received(text))?.items.map(({ title }) => title)).toEqual(['A']);
});

test('a feed in Japanese that calls itself UTF-8', () => {
  expect(readFeed(fixture('lies-shift-jis.xml', 'text/xml; charset=utf-8'))?.items[0]?.title).toBe(
    '新しい閲覧室が開きました',
  );
});

test.each([
  ['an empty text', ''],
  ['a page', '<!doctype html><html><body><p>An <b>rss</b> page</p></body></html>'],
  ['JSON that is no feed', '{"a": 1}'],
  ['JSON that is cut', '{"version": "https://jsonfeed.org/version/1.1", "items": ['],
  ['a sitemap', '<?xml version="1.0"?><urlset><url><loc>https://example.org/</loc></url></urlset>'],
])('%s is no feed', (_, text) => expect(readFeed(received(text))).toBeNull());

test('at most 200 items', () => {
  const items = Array.from(
    { length: 300 },
    (_, index) => `<item><title>N ${index}</title><link>/${index}</link></item>`,
  );
  expect(readFeed(received(rss(items.join(''))))?.items).toHaveLength(200);
});

describe('a bomb does no harm', () => {
  const lol = Array.from({ length: 9 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join('');
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">${lol}<!ENTITY f SYSTEM "file:///etc/hostname">]>`;

  test('entities that grow, or name a file, stay what they are', () => {
    const text = bomb + rss('<item><title>&l9; &f;</title><link>/x</link></item>').slice(21);
    expect(readFeed(received(text))?.items).toEqual([
      { url: 'https://example.org/x', title: '&l9; &f;', published: null, text: '' },
    ]);
  });

  // Each of them took a parser minutes, or more memory than there is, before they were looked for.
  const ten = 10_000_000;
  test.each([
    [
      '10 MB of items',
      rss('<item><title>A</title><link>/x</link><description>some words</description></item>'.repeat(ten / 90)),
    ],
    ['a title of 10 MB', rss(`<item><link>/x</link><title>${'a'.repeat(ten)}</title></item>`)],
    ['10 MB of <', rss(`<item><title>${'<'.repeat(ten)}</title></item>`)],
    ['10 MB of <a', rss(`<item><title>${'<a '.repeat(ten / 3)}</title></item>`)],
    ['10 MB of <item>', rss('<item>'.repeat(ten / 6))],
    ['10 MB of <rss>', '<rss>'.repeat(ten / 5)],
    ['100,000 nested elements', rss(`<item>${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}</item>`)],
    ['an attribute of 1 MB', rss(`<item a="${'x'.repeat(1_000_000)}"><title>x</title></item>`)],
    [
      '100,000 attributes',
      rss(`<item ${Array.from({ length: 100_000 }, (_, index) => `a${index}="1"`).join(' ')}></item>`),
    ],
    ['10 MB of <!--', rss('<!--'.repeat(ten / 4))],
    ['10 MB of <![CDATA[', rss('<![CDATA['.repeat(ten / 9))],
    ['10 MB of &amp;', rss(`<item><link>/x</link><description>${'&amp;amp;'.repeat(ten / 9)}</description></item>`)],
    ['10 MB of spaces', ' '.repeat(ten) + rss('')],
    ['10 MB of [', `{"version":"https://jsonfeed.org/version/1.1","items":${'['.repeat(ten)}`],
  ])('%s', (_, text) => {
    const feed = readFeed(received(text));
    expect(feed?.items.length ?? 0).toBeLessThanOrEqual(200);
    for (const item of feed?.items ?? []) expect(item.title.length + item.text.length).toBeLessThan(101_000);
  });
});

test('never an error, and never an address that is not of the web', () => {
  const part = fc.constantFrom(
    '<item>',
    '</item>',
    '<title>',
    '</title>',
    '<link>',
    '</link>',
    'https://example.org/x',
    'javascript:x',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&amp;',
    '&',
    '<',
    '>',
    '"',
    'word',
    '<entry>',
    '<description>',
    '<rss version="2.0"><channel>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), fc.boolean(), (parts, wrap) => {
      const feed = readFeed(received(wrap ? rss(parts.join('')) : parts.join('')));
      for (const { url } of feed?.items ?? []) expect(url).toMatch(/^https?:/);
    }),
    { numRuns: 500 },
  );
});
