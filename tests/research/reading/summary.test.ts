import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Document } from '../../../subgraphs/research/reading/document.ts';
import { verifyQuote } from '../../../subgraphs/research/reading/quotes.ts';
import { sentencesOf } from '../../../subgraphs/research/reading/sentences.ts';
import { summarise } from '../../../subgraphs/research/reading/summary.ts';

const document = (name: string, text: string, day = 1): Document => ({
  url: `https://example.org/${name}`,
  title: `About ${name}`,
  text,
  published: new Date(Date.UTC(2026, 2, day)),
});

const compiler = document(
  'compiler',
  `Release notes
The new release of the TypeScript compiler makes builds of large projects thirty per cent faster than before.
It checks files in parallel and keeps what it knows between builds, according to Dr. Ada Example of the compiler team.
Three options that were deprecated two years ago are removed in this release of the compiler.
Subscribe to our newsletter to read more about TypeScript.
The next release of TypeScript is planned for the end of June, with a new syntax for decorators.`,
  9,
);
const copy = document(
  'copy',
  `The new release of the TypeScript compiler makes builds of large projects thirty per cent faster than before.
Teams with small projects will hardly notice any of the changes in this TypeScript release.`,
  5,
);
const garden = document(
  'garden',
  `Tomatoes like to stand in the sun, and want to be watered in the morning rather than at night.
The soil should be loose and rich, so that roots can reach down as far as they like to.`,
  10,
);
const prompt = 'News of the TypeScript compiler: releases and removed options.';

describe('sentences', () => {
  test('are the very characters of the text', () => {
    const text =
      'Dr. Example met Mr. B. Test at 3.5 p.m. in the U.S. office. “Is it so?” she asked. Yes!\nA line of its own\n次の文です。もう一つ。';
    expect(sentencesOf(text).map((sentence) => sentence.text)).toEqual([
      'Dr. Example met Mr. B. Test at 3.5 p.m. in the U.S. office.',
      '“Is it so?” she asked.',
      'Yes!',
      'A line of its own',
      '次の文です。',
      'もう一つ。',
    ]);
    for (const { text: part, start, end } of sentencesOf(text)) expect(text.slice(start, end)).toBe(part);
  });

  test('a megabyte without a mark', () => {
    expect(sentencesOf('word '.repeat(200_000)).every(({ text }) => text.length <= 1_000)).toBe(true);
  });
});

test('a summary of three to five sentences, word for word, about what was asked', () => {
  const made = summarise([garden, compiler, copy], prompt)!;
  expect(made.title).toBe('About compiler');
  expect(made.summary).toMatchInlineSnapshot(
    `"The new release of the TypeScript compiler makes builds of large projects thirty per cent faster than before. It checks files in parallel and keeps what it knows between builds, according to Dr. Ada Example of the compiler team. Three options that were deprecated two years ago are removed in this release of the compiler. The next release of TypeScript is planned for the end of June, with a new syntax for decorators. Teams with small projects will hardly notice any of the changes in this TypeScript release."`,
  );
  expect(made.claims.map(({ text, sourceIndex }) => `${sourceIndex} ${text}`)).toMatchInlineSnapshot(`
    [
      "1 The new release of the TypeScript compiler makes builds of large projects thirty per cent faster than before.",
      "2 Teams with small projects will hardly notice any of the changes in this TypeScript release.",
      "1 Three options that were deprecated two years ago are removed in this release of the compiler.",
      "1 The next release of TypeScript is planned for the end of June, with a new syntax for decorators.",
      "1 It checks files in parallel and keeps what it knows between builds, according to Dr. Ada Example of the compiler team.",
    ]
  `);
});

test('every claim stands in its source, and the same is said once', () => {
  const documents = [garden, compiler, copy];
  const { claims } = summarise(documents, prompt)!;
  for (const { quote, sourceIndex } of claims)
    expect(verifyQuote(quote, documents[sourceIndex]!.text)).toBe('VERBATIM');
  expect(claims.filter(({ text }) => text.includes('thirty per cent faster'))).toHaveLength(1);
});

test('without a prompt that fits, what the documents have in common', () => {
  expect(summarise([garden, compiler, copy], '')?.claims.length).toBeGreaterThan(3);
});

test.each([
  ['no documents', []],
  ['nothing that is a sentence', [document('menu', 'Home\nAbout\nContact us\n12 34 56')]],
])('nothing of %s', (_, documents) => expect(summarise(documents, prompt)).toBeNull());

test('the same documents give the same summary, whatever they are', () => {
  const sentence = fc
    .array(
      fc.constantFrom(
        'compiler',
        'release',
        'garden',
        'the',
        'faster',
        'of',
        'options',
        'water',
        'is',
        'new',
        'builds',
        '2026',
      ),
      { minLength: 6, maxLength: 20 },
    )
    .map((words) => `${words.join(' ')}.`);
  const documents = fc.array(
    fc
      .tuple(fc.array(sentence, { maxLength: 8 }), fc.integer({ min: 1, max: 28 }))
      .map(([sentences, day]) => document('x', sentences.join(' '), day)),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(documents, fc.constantFrom(prompt, '', 'water'), (all, asked) => {
      const made = summarise(all, asked);
      expect(summarise(structuredClone(all), asked)).toEqual(made);
      expect(made?.claims.length ?? 0).toBeLessThanOrEqual(12);
      for (const { quote, sourceIndex } of made?.claims ?? []) expect(all[sourceIndex]!.text).toContain(quote);
    }),
    { numRuns: 200 },
  );
});
