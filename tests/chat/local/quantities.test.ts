import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { english } from '../../../subgraphs/chat/local/language/english/grammar.ts';
import { german } from '../../../subgraphs/chat/local/language/german/grammar.ts';
import { bestMatches, likeness } from '../../../subgraphs/chat/local/matching.ts';
import { convert, joinDurations, readNumber, takeAmount } from '../../../subgraphs/chat/local/quantities.ts';

describe('amounts', () => {
  test.each([
    ['8,000', '8000', '8'],
    ['1.500', '1.5', '1500'],
    ['5,5', '5.5', '5.5'],
    ['1,234.5', '1234.5', null],
    ['1.234,5', null, '1234.5'],
    ['1.2.3', null, null],
    ['007', '7', '7'],
    ['1234567890123', null, null],
  ])('%s', (digits, inEnglish, inGerman) => {
    expect(readNumber(digits, english.numbers)).toBe(inEnglish);
    expect(readNumber(digits, german.numbers)).toBe(inGerman);
  });

  test.each([
    ['5 km run', '5', 'km', 'run'],
    ['5km run', '5', 'km', 'run'],
    ['a glass of water', '1', 'glass', 'of water'],
    ['a run', null, null, null],
    ['twenty pages', '20', 'pages', ''],
    ['€20 on books', '20', '€', 'on books'],
    ['yoga 3 times', '3', null, 'yoga'],
    ['20 of reading', '20', null, 'of reading'],
  ])('%s', (text, value, unit, rest) => {
    const found = takeAmount(text, english.numbers);
    expect(found && [found.value.value, found.value.unit, found.rest]).toEqual(value && [value, unit, rest]);
  });

  test.each([
    ['1h30', '90 min'],
    ['1 h 30 min', '90 min'],
    ['2 hours and 15 minutes', '135 min'],
    ['1:30 h', '90 min'],
    ['2 hours and a half', '2.5 h'],
    ['anderthalb Stunden', '1.5 h'],
    ['eine halbe Stunde', '30 min'],
    ['1 hour', '1 hour'],
  ])('%s', (text, expected) => expect(joinDurations(text)).toBe(expected));

  test.each([
    ['3.1', 'mi', 'km', '4.98897'],
    ['90', 'min', 'h', '1.5'],
    ['177', 'lb', 'kg', '80.2858'],
    ['5', 'km', 'm', '5000'],
    ['2', 'cups', 'ml', '473.176'],
    ['5', 'km', 'kg', null],
    ['5', 'pages', 'books', null],
  ])('%s %s in %s', (value, from, to, expected) => expect(convert(value, from, to)).toBe(expected));

  test('there and back again is the same, to five digits', () => {
    const units = fc.constantFrom('km', 'mi', 'm', 'yd');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), units, units, (value, from, to) => {
        const back = convert(convert(String(value), from, to)!, to, from);
        expect(Math.abs(Number(back) - value) / value).toBeLessThan(1e-4);
      }),
    );
  });
});

describe('which goal is meant', () => {
  const titles = (subject: string, unit: string | null, ...goals: [string, string | null][]) =>
    bestMatches(
      goals.map(([title, goalUnit]) => ({ title, unit: goalUnit })),
      { subject, unit, fillers: english.fillers },
    ).map(({ title }) => title);

  test.each([
    ['reading', 'read'],
    ['redaing', 'reading'],
    ['guitr', 'guitar'],
    ['meditaton', 'meditation'],
    ['gelaufen', 'running'],
  ])('%s is like %s', (one, other) => expect(likeness(one, other)).toBeGreaterThanOrEqual(0.8));

  test.each([
    ['run', 'read'],
    ['chess', 'cheese'],
    ['cat', 'car'],
    ['plants', 'plan'],
    ['yoga', 'water'],
  ])('%s is not like %s', (one, other) => expect(likeness(one, other)).toBeLessThan(0.5));

  test('the exact title before all others', () => {
    expect(titles('Run', 'km', ['Run', 'km'], ['Run 900 km', 'km'])).toEqual(['Run']);
  });

  test('the unit decides between two', () => {
    expect(titles('read', 'pages', ['Read 24 books', 'books'], ['Read daily', 'pages'])).toEqual(['Read daily']);
  });

  test('several when they fit equally well, none when nothing does', () => {
    expect(titles('run', 'km', ['Run far', 'km'], ['Run fast', 'km'])).toEqual(['Run far', 'Run fast']);
    expect(titles('chess', null, ['Run far', 'km'])).toEqual([]);
    expect(titles('cycling', 'km', ['Run far', 'km'])).toEqual([]);
  });

  test('a unit alone is enough when nothing else is said', () => {
    expect(titles('', 'km', ['Run far', 'km'], ['Yoga', 'min'])).toEqual(['Run far']);
  });
});
