import { expect, test } from '@jest/globals';
import { isCovered, measured } from '../../../subgraphs/chat/insights/evidence.ts';
import { answered } from './answers.ts';

const evidence = [
  { label: '', value: '12.5', unit: 'km', from: null, to: null, objectId: null },
  { label: '', value: '-18', unit: '%', from: null, to: null, objectId: null },
  { label: '', value: '12500', unit: 'm2', from: null, to: null, objectId: null },
];

test.each([
  ['12.5 km, 18 % less', true],
  ['12.50 km', true],
  ['12,500 in all.', true],
  ['12500 m2 of lawn', true],
  ['“Run 10 km” came to 12.5 km', true],
  ['no number at all', true],
  ['Run 10 km came to 12.5 km', false],
  ['“Run 10 km” came to 10 km', false],
  ['13 km', false],
  ['2 km', false],
  ['12.5.3', false],
  ['12,50', false],
  ['12500 m2 and m3', false],
  ['x18y19', false],
  ['12½ km', false],
  ['١٨ %', false],
])('“%s”: only its numbers from the evidence is %s', (text, covered) => {
  expect(isCovered(text, evidence, ['Run 10 km', '1'])).toBe(covered);
});

test('a name covers only itself, and only in quotation marks', () => {
  expect(isCovered('“1” came to 12.5', evidence, ['1'])).toBe(true);
  expect(isCovered('1 came to 12.5', evidence, ['1'])).toBe(false);
});

test.each([
  ['0.000', 2, '0'],
  ['0.00234', 2, '0.0023'],
  [-0.305, 2, '-0.31'],
  ['1234567890123.456', 2, '1234567890123.46'],
  [1e-10, 2, '0.0000000001'],
  [97.4999, 0, '97'],
])('%s to %s places is %s', (number, places, value) => {
  expect(measured(answered({ a: [number] }), ['a', 0], { label: 'A', places })).toMatchObject({
    value,
    path: ['a', '0'],
  });
});

test('what is not there cannot be evidence', () => {
  expect(() => measured(answered({ a: null }), ['a', 0, 'b'], { label: 'A' })).toThrow('No number at a.0.b.');
});
