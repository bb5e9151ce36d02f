import { Decimal } from 'decimal.js';
import type { Found } from './dates.ts';
import type { NumberWords } from './language/grammar.ts';
import type { Amount } from './requests.ts';

type Dimension = 'LENGTH' | 'TIME' | 'MASS' | 'VOLUME' | 'MONEY_EUR' | 'MONEY_USD' | 'MONEY_GBP' | 'ENERGY' | 'SHARE';
interface Unit {
  readonly dimension: Dimension;
  /** In the dimension's base: metres, minutes, grams, millilitres … */
  readonly size: string;
}

const table: readonly (readonly [Dimension, string, string])[] = [
  ['LENGTH', '1000', 'km kms kilometer kilometers kilometre kilometres kilometern'],
  ['LENGTH', '1', 'm meter meters metre metres metern'],
  ['LENGTH', '0.01', 'cm centimeter centimeters centimetre centimetres zentimeter'],
  ['LENGTH', '1609.344', 'mi mile miles meile meilen'],
  ['LENGTH', '0.9144', 'yd yard yards'],
  ['LENGTH', '0.3048', 'ft foot feet'],
  ['TIME', '1', 'min mins minute minutes minuten'],
  ['TIME', '60', 'h hr hrs hour hours std stunde stunden'],
  ['TIME', '0.016666666666666666667', 's sec secs second seconds sekunde sekunden'],
  ['MASS', '1000', 'kg kgs kilo kilos kilogram kilograms kilogramm'],
  ['MASS', '1', 'g gram grams gramme gramm'],
  ['MASS', '453.59237', 'lb lbs pound pounds'],
  ['MASS', '500', 'pfund'],
  ['MASS', '28.349523125', 'oz ounce ounces'],
  ['MASS', '6350.29318', 'st stone stones'],
  ['VOLUME', '1000', 'l liter liters litre litres litern'],
  ['VOLUME', '100', 'dl'],
  ['VOLUME', '10', 'cl'],
  ['VOLUME', '1', 'ml milliliter milliliters millilitre millilitres'],
  ['VOLUME', '236.5882365', 'cup cups tasse tassen'],
  ['VOLUME', '250', 'glass glasses glas gläser gläsern'],
  ['MONEY_EUR', '1', '€ eur euro euros'],
  ['MONEY_USD', '1', '$ usd dollar dollars'],
  ['MONEY_GBP', '1', '£ gbp'],
  ['ENERGY', '1', 'kcal calorie calories kalorie kalorien'],
  ['SHARE', '1', '% percent prozent'],
];
const units: ReadonlyMap<string, Unit> = new Map(
  table.flatMap(([dimension, size, words]) => words.split(' ').map((word) => [word, { dimension, size }] as const)),
);

const unitOf = (word: string): Unit | undefined => units.get(word.trim().toLowerCase().replace(/\.$/, ''));

export const isUnit = (word: string): boolean => unitOf(word) !== undefined;

/** Whether two units measure the same; false also when one of them is no unit we know. */
export function sameDimension(one: string, other: string): boolean {
  const dimension = unitOf(one)?.dimension;
  return dimension !== undefined && dimension === unitOf(other)?.dimension;
}

/** A value in another unit, to six significant digits; null when one cannot become the other. */
export function convert(value: string, from: string, to: string): string | null {
  const [source, target] = [unitOf(from), unitOf(to)];
  if (!source || !target || source.dimension !== target.dimension) return null;
  if (source.size === target.size) return value;
  return new Decimal(value).times(source.size).dividedBy(target.size).toSignificantDigits(6).toFixed();
}

const numeral = String.raw`\d{1,15}(?:[.,]\d{1,12}){0,5}`;
const amountPattern = new RegExp(
  String.raw`(?<![\p{L}\d.,])([€$£])?\s?(${numeral})\s{0,2}(k(?!\p{L})|[€$£%]|\p{L}[\p{L}-]{0,30}\.?)?`,
  'iu',
);
const wordPattern = /(?<![\p{L}\d-])(\p{L}{1,20})(?=(\s{1,2})(\p{L}[\p{L}-]{0,30}))/giu;

/** Words that stand behind a number without being its unit. */
const noUnits = new Set(
  'of for at in on to a an my the and more times x time mal von im am auf für mit der die das und mehr'.split(' '),
);

/** The first amount in a text: digits before words, and the word behind, which may be a unit. */
export function takeAmount(text: string, numbers: NumberWords): Found<Amount> | null {
  const match = text.match(amountPattern);
  if (match) {
    const [whole, currency, digits, word] = match;
    const value = readNumber(digits ?? '', numbers);
    if (value === null) return null;
    const index = match.index ?? 0;
    const bare = whole.slice(0, whole.length - (word?.length ?? 0));
    if (currency) return found(text, index, bare, value, currency);
    const unit = word?.replace(/\.$/, '') ?? null;
    if (unit === null || !noUnits.has(unit.toLowerCase())) return found(text, index, whole, value, unit);
    return found(text, index, counts.has(unit.toLowerCase()) ? whole : bare, value, null);
  }
  for (const { 0: number, 2: space = '', 3: unit = '', index } of text.matchAll(wordPattern)) {
    const value = numbers.words.get(number.toLowerCase());
    if (value === undefined || (numbers.articles.has(number.toLowerCase()) && !isUnit(unit))) continue;
    const whole = `${number}${space}${unit}`;
    if (!noUnits.has(unit.toLowerCase())) return found(text, index, whole, value, unit);
    return found(text, index, counts.has(unit.toLowerCase()) ? whole : number, value, null);
  }
  return null;
}

const counts = new Set(['times', 'x', 'time', 'mal']);

function found(text: string, index: number, taken: string, value: string, unit: string | null): Found<Amount> {
  const rest = `${text.slice(0, index)} ${text.slice(index + taken.length)}`.replace(/\s+/g, ' ').trim();
  return { value: { value, unit }, rest };
}

/** Digits as a decimal's text; null when they are none, as in 1.2.3. A sign between groups of three is the language's sign of thousands. */
export function readNumber(digits: string, { thousands }: NumberWords): string | null {
  const point = thousands === ',' ? '.' : ',';
  const grouped = thousands === ',' ? /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/ : /^\d{1,3}(?:\.\d{3})+(?:,\d+)?$/;
  const text = grouped.test(digits) ? digits.replaceAll(thousands, '').replace(point, '.') : digits.replace(',', '.');
  return /^\d{1,12}(\.\d{1,12})?$/.test(text) ? new Decimal(text).toFixed() : null;
}

const hours = String.raw`(?:h|hrs?|hours?|std\.?|stunden?)`;
const minutes = '(?:m|mins?|minutes?|minuten?)';
/** "A 45-minute walk". */
const hyphen = /(\d)-(?=\p{L})/gu;

const durations: readonly (readonly [RegExp, (match: string[]) => string])[] = [
  [
    new RegExp(String.raw`\b(\d{1,3})\s?${hours}\s?(?:and |und |, )?(\d{1,2})\s?${minutes}?(?![\p{L}\d])`, 'giu'),
    ([, h, m]) => `${Number(h) * 60 + Number(m)} min`,
  ],
  [
    new RegExp(String.raw`\b(\d{1,3}):(\d{2})\s?${hours}(?!\p{L})`, 'giu'),
    ([, h, m]) => `${Number(h) * 60 + Number(m)} min`,
  ],
  [
    /\b(?:an|one) hour and a half\b|\beine? stunde und eine halbe\b|\banderthalb stunden\b|\beineinhalb stunden\b/gi,
    () => '1.5 h',
  ],
  [/\b(\d{1,3}) hours and a half\b/gi, ([, h]) => `${h}.5 h`],
  [/\b(\d{1,3}) and a half\b/gi, ([, h]) => `${h}.5`],
  [/\bhalf an hour\b|\ba half hour\b|\b(?:eine )?halbe stunde\b/gi, () => '30 min'],
  [/\b(?:a )?quarter of an hour\b|\b(?:eine )?viertelstunde\b/gi, () => '15 min'],
  [/\b(?:eine )?dreiviertelstunde\b|\bthree quarters of an hour\b/gi, () => '45 min'],
];

/** Writes stretches of time that are told in several words as one number and one unit. */
export function joinDurations(text: string): string {
  return durations.reduce(
    (joined, [pattern, write]) => joined.replace(pattern, (...match) => write(match as string[])),
    text.replace(hyphen, '$1 '),
  );
}
