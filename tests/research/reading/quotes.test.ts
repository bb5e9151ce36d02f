import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findQuote, quotesIn, verifyQuote } from '../../../subgraphs/research/reading/quotes.ts';
import { wordsOf } from '../../../subgraphs/research/reading/quoteText.ts';

const text = `Regular sleep
People who got up at the same time reported better sleep, according to a review of 41 studies with 92,340 adults.
The effect did not depend on age, and it was 3.5 times larger than in the review of 2019 by Mary O’Neill.
“We can’t explain it,” she said in Berlin — coffee isn’t the reason, nor is light. It is illegal to sell this in the EU.
Temperatures fell by -5 degrees to 1,500 non-toxic units; prices rose by 7% or $12.50 per night in Polish hotels.
Is bright light the reason for better sleep in adults? Few people think so. The oﬃcial answer follows in 10² days.
研究によると、毎朝同じ時間に起きる人はよく眠れるという結果が出ました。`;

test.each([
  ['People who got up at the same time reported better sleep'],
  ['it was 3.5 times larger than in the review of 2019 by Mary O’Neill.'],
  ['毎朝同じ時間に起きる人はよく眠れるという結果'],
])('word for word: %s', (quote) => {
  const { verdict, span } = findQuote(quote, text);
  expect(verdict).toBe('VERBATIM');
  expect(text.slice(span!.start, span!.end)).toBe(quote);
});

test.each([
  ['spaces', 'People  who got up\nat the same time', 'People who got up at the same time'],
  [
    'quotation marks and dashes',
    `"We can't explain it," she said in Berlin - coffee isn't the reason`,
    '“We can’t explain it,” she said in Berlin — coffee isn’t the reason',
  ],
  ['quotation marks around it', '"The effect did not depend on age"', 'The effect did not depend on age'],
  ['ligatures', 'The official answer follows in', 'The oﬃcial answer follows in'],
  ['invisible characters', 'People who got up at the sa\u00adme time', 'People who got up at the same time'],
  ['a small letter at the beginning', 'the effect did not depend on age', 'The effect did not depend on age'],
  [
    'commas',
    'The effect did not depend on age and it was 3.5 times larger',
    'The effect did not depend on age, and it was 3.5 times larger',
  ],
  [
    'an article less',
    'People who got up at same time reported better sleep according to a review',
    'People who got up at the same time reported better sleep, according to a review',
  ],
])('the same words but for %s', (_, quote, original) => {
  const { verdict, span } = findQuote(quote, text);
  expect(verdict).toBe('SUPPORTED');
  expect(text.slice(span!.start, span!.end)).toBe(original);
});

test.each([
  ['another number', 'according to a review of 42 studies with 92,340 adults'],
  ['a number of another size', 'according to a review of 41 studies with 92.340 adults'],
  ['a number without its point', 'and it was 35 times larger than in the review of 2019'],
  ['a number without its beginning', '500 non-toxic units; prices rose by 7%'],
  ['a number without its sign', '5 degrees to 1,500 non-toxic units'],
  ['a number without its percent', 'non-toxic units; prices rose by 7'],
  ['a number without its end', 'non-toxic units; prices rose by 7% or $12'],
  ['a raised number that is none', 'The official answer follows in 102 days.'],
  ['a word without its beginning', 'legal to sell this in the EU. Temperatures fell'],
  ['a word without its prefix', 'toxic units; prices rose by 7% or $12.50'],
  ['no "not"', 'The effect did depend on age, and it was 3.5 times larger'],
  ['one more "not"', 'People who got up at the same time reported not better sleep, according to a review'],
  ['another name', 'times larger than in the review of 2019 by Mary O’Brien.'],
  ['a name that is a word', 'or $12.50 per night in polish hotels'],
  ['"can" for "can’t"', 'We can explain it, she said in Berlin'],
  ['the opposite', 'People who got up at the same time reported worse sleep, according to a review of 41 studies'],
  ['an answer made of a question', 'bright light the reason for better sleep in adults. Few people think so'],
  ['"a few" for "few"', 'the reason for better sleep in adults? A few people think so.'],
  ['two sentences sewn together', 'People who got up at the same time did not depend on age'],
  ['other words in Japanese', '毎晩同じ時間に起きる人はよく眠れるという結果'],
  ['nothing of it', 'Completely made up words that nobody has ever written there'],
  ['too few words', 'according to'],
  ['too few characters', 'It is illegal to'],
  ['three long words', 'Temperatures fell by'],
  ['nothing', ' '],
  ['punctuation', '. . . . . . . . . . . . . . . . . . . .'],
])('unverified: %s', (_, quote) => {
  expect(findQuote(quote, text)).toEqual({ verdict: 'UNVERIFIED', span: null });
});

const nouns = ['study', 'effect', 'sleep', 'library', 'compiler', 'river', 'engine', 'garden', 'market', 'signal'];
const names = ['Berlin', 'Mary', 'Toyota', 'Kathmandu', 'UNESCO', 'O’Neill', 'Polish', 'Jürgen'];
const verbs = ['improved', 'did not change', 'can’t explain', 'was never', 'increased', 'is', 'has no', 'will be'];
const word = fc.oneof(
  fc.constantFrom(...nouns),
  fc.constantFrom(...names),
  fc.constantFrom(...verbs),
  fc.constantFrom('the', 'a', 'of', 'in', 'and', 'with', 'people', 'more', 'better', 'large'),
  fc.integer({ min: 2, max: 99_999 }).map(String),
  fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 9 })).map(([whole, part]) => `${whole}.${part}%`),
);
const sentence = fc.array(word, { minLength: 8, maxLength: 30 }).map((words) => `${words.join(' ')}.`);
const document = fc.array(sentence, { minLength: 1, maxLength: 12 }).map((sentences) => sentences.join(' '));

describe('over any text', () => {
  test('what stands there is there, word for word', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.integer({ min: 6, max: 25 }), (all, from, length) => {
        const words = all.split(' ');
        const start = from % words.length;
        const quote = words.slice(start, start + length).join(' ');
        fc.pre(quote.length >= 20 && wordsOf(quote).length >= 6);
        const { verdict, span } = findQuote(quote, all);
        expect(verdict).toBe('VERBATIM');
        expect(all.slice(span!.start, span!.end)).toBe(quote);
      }),
      { numRuns: 300 },
    );
  });

  test('it is found through curly quotes, line ends and soft hyphens, and the span is right', () => {
    fc.assert(
      fc.property(document, fc.nat(), fc.integer({ min: 8, max: 25 }), (all, from, length) => {
        const words = all.split(' ');
        const start = from % words.length;
        const quote = words.slice(start, start + length).join(' ');
        fc.pre(quote.length >= 20 && wordsOf(quote).length >= 6);
        const dressed = all.replaceAll(' ', ' \n ').replaceAll('sleep', 'sl\u00adeep').replaceAll('’', "'");
        const { verdict, span } = findQuote(quote, dressed);
        expect(verdict).toBe('SUPPORTED');
        expect(
          dressed.slice(span!.start, span!.end).replaceAll(/\s+/g, ' ').replaceAll('\u00ad', '').replaceAll("'", '’'),
        ).toBe(quote);
      }),
      { numRuns: 300 },
    );
  });

  const edit = fc.constantFrom<(words: string[], at: number) => string[] | null>(
    // Another number.
    (words, at) => place(words, at, /\d/, (old) => old.replace(/\d/, (digit) => String((Number(digit) + 1) % 10))),
    (words, at) => place(words, at, /^\d{2,}$/, (old) => `${old}0`),
    (words, at) => place(words, at, /^\d+\.\d%$/, (old) => old.replace('.', '')),
    (words, at) => place(words, at, /%/, (old) => old.replace('%', '')),
    // A negation more, or less.
    (words, at) => words.toSpliced(1 + (at % (words.length - 1)), 0, 'not'),
    (words, at) => words.toSpliced(1 + (at % (words.length - 1)), 0, 'hardly'),
    (words, at) => inner(words, at, /^(not|never|no)$/, () => []),
    (words, at) => place(words, at, /^can’t$/, () => 'can'),
    // Another name.
    (words, at) =>
      place(words, at, /^(Berlin|Mary|Toyota|Kathmandu|UNESCO|O’Neill|Polish|Jürgen)$/, (old) =>
        old === 'Berlin' ? 'Bern' : 'Berlin',
      ),
    (words, at) =>
      place(words, at, /^(increased|improved)$/, (old) => (old === 'increased' ? 'decreased' : 'worsened')),
    // A word less that is no article.
    (words, at) => inner(words, at, /^(?!(the|a)$)/, () => []),
    // Two the other way round.
    (words, at) => {
      const index = 1 + (at % (words.length - 2));
      return words[index] === words[index + 1] ? null : words.toSpliced(index, 2, words[index + 1]!, words[index]!);
    },
  );

  test('what was changed by a word is not there', () => {
    let tried = 0;
    fc.assert(
      fc.property(
        document,
        fc.nat(),
        fc.integer({ min: 6, max: 40 }),
        edit,
        fc.nat(),
        (all, from, length, change, at) => {
          const words = all.split(' ');
          const start = from % words.length;
          const changed = change(words.slice(start, start + length), at);
          fc.pre(changed !== null && changed.length >= 4);
          const quote = changed!.join(' ');
          // The change may have made of it what stands somewhere else.
          const bare = (one: string) =>
            ` ${one
              .toLowerCase()
              .split(/[\s.]+/)
              .filter((part) => !/^(the|a|)$/.test(part))
              .join(' ')} `;
          fc.pre(!bare(all).includes(bare(quote)));
          tried++;
          expect(verifyQuote(quote, all)).toBe('UNVERIFIED');
        },
      ),
      { numRuns: 3_000 },
    );
    expect(tried).toBeGreaterThan(1_000);
  });

  test('never an error', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (quote, all) => {
          expect(['VERBATIM', 'SUPPORTED', 'UNVERIFIED']).toContain(verifyQuote(quote, all));
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('a long text and a hostile quote', () => {
  const find = quotesIn('not the words of a quote '.repeat(40_000));
  expect(find('not the words of a quote and something').verdict).toBe('UNVERIFIED');
  expect(find('the words of quote not the words of a quote not the words of a quote').verdict).toBe('SUPPORTED');
  expect(find('a '.repeat(5_000)).verdict).toBe('UNVERIFIED');
});

/** Changes a word that is like this, if there is one. */
function place(words: string[], at: number, pattern: RegExp, change: (old: string) => string): string[] | null {
  const places = words.flatMap((one, index) => (pattern.test(one) ? [index] : []));
  const index = places[at % Math.max(1, places.length)];
  return index === undefined ? null : words.with(index, change(words[index]!));
}

/** Replaces a word that is neither the first nor the last. */
function inner(words: string[], at: number, pattern: RegExp, change: () => string[]): string[] | null {
  const places = words.flatMap((one, index) =>
    index > 0 && index < words.length - 1 && pattern.test(one) ? [index] : [],
  );
  const index = places[at % Math.max(1, places.length)];
  return index === undefined ? null : words.toSpliced(index, 1, ...change());
}
