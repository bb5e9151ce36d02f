import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPage } from '../../../subgraphs/research/reading/pages.ts';
import { fixture, received } from './received.ts';

const page = (body: string, head = '<title>T</title>') =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;
const html = (body: string, head?: string) => received(page(body, head), 'text/html');

test('an article: its words without the frame, and what it says of itself', () => {
  const { text, ...rest } = readPage(fixture('article.page', 'text/html; charset=utf-8'));
  expect(rest).toEqual({
    title: 'Regular sleep & health',
    published: new Date('2026-03-02T07:00:00Z'),
    canonicalUrl: 'https://example.org/sleep/regular',
    links: [
      { url: 'https://example.org/', text: 'Home' },
      { url: 'https://example.org/about', text: 'About us' },
      { url: 'https://example.org/sleep/diaries', text: 'diaries' },
    ],
    feeds: [
      { url: 'https://example.org/feed.xml', title: 'All articles' },
      { url: 'https://example.org/feed.json', title: '' },
    ],
    language: 'en-GB',
  });
  expect(text).toContain('according to a review of 41 studies with 92,340 adults.');
  expect(text).toContain('diaries and at wristbands alike.');
  expect(text).not.toMatch(/newsletter|Home|hacked|color|rights reserved/);
});

test('Markdown', () => {
  expect(readPage(fixture('notes.md', 'text/markdown'))).toEqual({
    title: 'Release 4.2',
    text: 'Release 4.2\n\nBuilds are 30 % faster in this release, says the team — at least on large projects.\n\nThe option old is gone\nIt was deprecated in 3.0\n\nPlugins load later\n\nProject Before After\nSmall 2 s 2 s',
    published: null,
    canonicalUrl: null,
    links: [{ url: 'https://example.org/team', text: 'team' }],
    feeds: [],
    language: null,
  });
});

test('plain text: paragraphs in one piece, lists as they are', () => {
  const { title, text } = readPage(fixture('wrapped.txt', 'text/plain'));
  expect(title).toBe('MEETING NOTES');
  expect(text).toBe(
    'MEETING NOTES\n\nThe committee met on Tuesday and talked about the new reading room for longer than anybody had wanted it to. It opens in May.\n\n- chairs\n- lamps',
  );
});

test.each([
  [
    'JSON-LD',
    '<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"datePublished":"2026-03-02"}]}</script>',
    '',
  ],
  [
    'broken JSON-LD and a time',
    '<script type="application/ld+json">{"datePublished": </script>',
    '<article><time datetime="2026-03-02">Monday</time></article>',
  ],
  ['a meta of another name', '<meta name="citation_publication_date" content="2026/03/02">', ''],
])('the date by %s', (_, head, body) =>
  expect(readPage(html(body, head)).published).toEqual(new Date('2026-03-02T00:00:00Z')),
);

test('nobody takes the address of another site', () => {
  expect(readPage(html('', '<link rel="canonical" href="https://victim.example.net/">')).canonicalUrl).toBeNull();
});

test('links of the web only, by the base that the page names', () => {
  const links =
    '<a href="a">A</a><a href="#top">B</a><a href="mailto:x@example.org">C</a><a href="data:text/html,x">D</a><a href="file:///etc/passwd">E</a><a href="https://me:secret@example.org/f">F</a>';
  expect(readPage(html(links, '<base href="/deep/">')).links).toEqual([
    { url: 'https://example.org/deep/a', text: 'A' },
    { url: 'https://example.org/f', text: 'F' },
  ]);
});

test('what has no title is called by its address', () => {
  expect(readPage(received('', 'text/html', 'https://www.example.org/a/b/?c=d')).title).toBe('www.example.org/a/b');
});

describe('bounded, whatever it is', () => {
  const some = 'These words are there.';
  test.each([
    ['100,000 nested elements', page(`${'<div>'.repeat(100_000)}${some}${'</div>'.repeat(100_000)}`)],
    ['100,000 nested elements that never end', page(`${'<b>'.repeat(100_000)}${some}`)],
    [
      'attributes of 1 MB',
      page(`<p title="${'x'.repeat(1_000_000)}" style="${'display'.repeat(100_000)}">${some}</p>`),
    ],
    [
      '100,000 attributes',
      page(`<p ${Array.from({ length: 100_000 }, (_, index) => `a${index}`).join(' ')}>${some}</p>`),
    ],
    ['200,000 elements', page(`<p>${some}</p>${'<p>x</p>'.repeat(200_000)}`)],
    ['200,000 entities', page(`<p>${some}</p>${'&amp;'.repeat(200_000)}`)],
    ['2 MB of <', page(`<p>${some}</p>${'<'.repeat(2_000_000)}`)],
    ['2 MB of <a', page(`<p>${some}</p>${'<a '.repeat(700_000)}`)],
    ['quotes that never end', page(`<p>${some}</p>${'<a b="'.repeat(300_000)}`)],
    ['comments that never end', page(`<p>${some}</p>${'<!--'.repeat(500_000)}`)],
    ['scripts that never end', page(`<p>${some}</p>${'<script>'.repeat(250_000)}`)],
    ['an element that hides all, and never ends', page(`<button><p>${some}</p>`)],
    ['50 MB of words', page(`<p>${some}</p>${'word '.repeat(10_000_000)}`)],
  ])('%s', (_, text) => expect(readPage(received(text, 'text/html')).text).toContain(some));

  test.each([
    ['emphasis', '_a_'.repeat(60_000)],
    ['brackets', '['.repeat(190_000)],
    ['quotes', `${'>'.repeat(50)} a\n`.repeat(3_000)],
  ])('Markdown of nothing but %s', (_, text) =>
    expect(readPage(received(text, 'text/markdown')).text.length).toBeGreaterThan(0),
  );
});

test('never an error', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '<p>',
      '</p>',
      '<div class="',
      '">',
      '<a href="',
      "'",
      '<script>',
      '</script>',
      '<!--',
      '-->',
      '<table><tr>',
      '<svg>',
      '<title>',
      '</title>',
      '&lt;',
      '&#0;',
      '&#xD800;',
      '&#99999999;',
      '<base href="',
      '<html lang="',
      '<template>',
      '<select><option>',
    ),
    fc.string({ maxLength: 20 }),
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 40 }),
      fc.constantFrom('text/html', 'text/plain', 'text/markdown', null),
      (parts, type) => {
        const { title, text } = readPage(received(parts.join(''), type));
        expect(title).not.toBe('');
        expect(title + text).not.toMatch(/\0|\p{Surrogate}/u);
      },
    ),
    { numRuns: 400 },
  );
});
