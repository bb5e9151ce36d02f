import { describe, expect, test } from '@jest/globals';
import { readRobots } from '../../../subgraphs/shared/http/robotsText.ts';

const allows = (text: string, path: string) =>
  readRobots('https://a.example/robots.txt', text, 'JarvisBot').allows(new URL(path, 'https://a.example'));

describe('rules', () => {
  test.each([
    ['nothing', '', '/a', true],
    ['rules of nobody', 'Disallow: /', '/a', true],
    ['rules for everybody', 'User-agent: *\nDisallow: /a', '/a/b', false],
    ['other pages', 'User-agent: *\nDisallow: /a', '/b', true],
    ['rules for another', 'User-agent: OtherBot\nDisallow: /', '/a', true],
    ['ours, whatever the case and version', 'user-AGENT: jarvisbot/2.0 # us\nDISALLOW : /a # all', '/a', false],
    ['ours before everybody’s', 'User-agent: *\nDisallow: /\n\nUser-agent: JarvisBot\nDisallow: /b', '/a', true],
    ['ours, empty', 'User-agent: *\nDisallow: /\n\nUser-agent: JarvisBot\nDisallow:', '/a', true],
    ['a group of several', 'User-agent: X\nUser-agent: JarvisBot\nUser-agent: Y\nDisallow: /a', '/a', false],
    [
      'a group in two parts',
      'User-agent: JarvisBot\nDisallow: /b\nUser-agent: X\nDisallow: /c\nUser-agent: JarvisBot\nDisallow: /a',
      '/a',
      false,
    ],
    ['the longest rule', 'User-agent: *\nDisallow: /\nAllow: /a', '/a', true],
    ['wildcards', 'User-agent: *\nDisallow: /*.pdf$', '/x/a.pdf', false],
    ['the end', 'User-agent: *\nDisallow: /*.pdf$', '/x/a.pdf?x', true],
    ['queries', 'User-agent: *\nDisallow: /*?', '/a?b', false],
    ['old line ends and a mark at the start', '\uFEFFUser-agent: *\rDisallow: /a\r', '/a', false],
    ['a page of another kind', '<html><body>User-agent: *<br>Disallow: /</body></html>', '/a', true],
    ['other fields within a group', 'User-agent: *\nSitemap: /x\nDisallow: /a', '/a', false],
  ])('%s', (_, text, path, allowed) => expect(allows(text, path)).toBe(allowed));
});

test.each([
  ['Crawl-delay: 5', 5_000],
  ['Crawl-delay: 0.5', 500],
  ['Crawl-delay: 9999', 30_000],
  ['Crawl-delay: -1', 0],
  ['Crawl-delay: soon', 0],
  ['Disallow:', 0],
])('%s', (rule, milliseconds) => {
  const { crawlDelay } = readRobots('https://a.example/robots.txt', `User-agent: *\n${rule}`, 'JarvisBot');
  expect(crawlDelay).toBe(milliseconds);
});

test('a file made to keep its reader busy does not', () => {
  const page = `/${'a'.repeat(2_000)}`;
  // Without limits: a rule for each of 10,000 names, 200 million in all; and as many steps to match.
  expect(allows(`${'User-agent: JarvisBot\n'.repeat(10_000)}${'Disallow: /x\n'.repeat(20_000)}`, page)).toBe(true);
  expect(allows(`User-agent: *\n${'Disallow: /*a*a*a*a*a*a*a*a*b\n'.repeat(15_000)}`, page)).toBe(true);
  expect(allows(`User-agent: *\nDisallow: /${'*'.repeat(400_000)}b`, page)).toBe(true);
  expect(allows(`User-agent: *\nDisallow: /${'*'.repeat(1_000)}a`, page)).toBe(false);
});
