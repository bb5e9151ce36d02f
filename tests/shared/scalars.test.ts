import { describe, expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { type GraphQLScalarType, parseValue as parseLiteralText } from 'graphql';
import { scalars } from '../../subgraphs/shared/scalars.ts';

const literal = (scalar: GraphQLScalarType, text: string) => scalar.parseLiteral(parseLiteralText(text), {});
const badInput = expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) });
const refusal = (work: () => unknown) => {
  try {
    return ['accepted', work()];
  } catch (error) {
    return error;
  }
};

const good: Record<string, [unknown, unknown][]> = {
  DateTime: [
    ['2026-03-01T08:30:00Z', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01t08:30:00z', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01T08:30:00.123456789+02:00', '2026-03-01T06:30:00.123Z'],
    ['2026-03-01T23:59:59-23:59', '2026-03-02T23:58:59.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['1900-01-01T00:00:00Z', '1900-01-01T00:00:00.000Z'],
    ['2199-12-31T23:59:59Z', '2199-12-31T23:59:59.000Z'],
  ],
  LocalDate: [
    ['2026-03-01', '2026-03-01'],
    ['2024-02-29', '2024-02-29'],
    ['1900-01-01', '1900-01-01'],
    ['2199-12-31', '2199-12-31'],
  ],
  TimeZone: ['Europe/Berlin', 'UTC', 'Australia/Lord_Howe', 'Etc/GMT+5', 'America/Argentina/Ushuaia'].map((z) => [
    z,
    z,
  ]),
  Decimal: [
    ['12.50', '12.5'],
    ['-0.000000000001', '-0.000000000001'],
    ['999999999999999999.999999999999', '999999999999999999.999999999999'],
    ['+5', '5'],
    ['007', '7'],
    ['-0', '0'],
    [-0, '0'],
    [0.1, '0.1'],
    [1e-7, '0.0000001'],
    [123456, '123456'],
    [1e17, '100000000000000000'],
  ],
  URL: [
    ['https://example.com', 'https://example.com/'],
    ['http://127.0.0.1:8080/a?b#c', 'http://127.0.0.1:8080/a?b#c'],
    ['https://ä.example/ö', 'https://xn--4ca.example/%C3%B6'],
  ],
  EmailAddress: [
    ['ana@example.com', 'ana@example.com'],
    ['a.b+c@sub.example.co', 'a.b+c@sub.example.co'],
  ],
  JSON: [
    [{ a: [1, 'x', null, true] }, { a: [1, 'x', null, true] }],
    [null, null],
  ],
};

const bad: Record<string, unknown[]> = {
  DateTime: [
    '2026-03-01',
    '2026-03-01T08:30:00',
    '2026-03-01 08:30:00Z',
    '2026-03-01T08:30Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T08:60:00Z',
    '2026-03-01T08:30:60Z',
    '2026-03-01T08:30:00+24:00',
    '2026-03-01T08:30:00+02',
    '1899-12-31T23:59:59Z',
    '2200-01-01T00:00:00Z',
    '+012026-03-01T00:00:00Z',
    '2026-03-01T08:30:00Z\n',
    '２０26-03-01T08:30:00Z',
    '',
    1772353800000,
    null,
    {},
    'x'.repeat(1_000_000),
  ],
  LocalDate: [
    '2026-02-30',
    '2025-02-29',
    '2026-3-1',
    '1899-12-31',
    '2200-01-01',
    '2026-03-01T00:00:00Z',
    '0000-00-00',
    '',
    '2026-03-01\n',
    20260301,
    true,
  ],
  TimeZone: [
    'Mars/Olympus',
    '',
    '+01:00',
    'Europe/Berlin ',
    'Europe/Berlin\0',
    '../etc/passwd',
    'x'.repeat(1_000_000),
    1,
  ],
  Decimal: [
    '',
    ' 1',
    '1 ',
    '1e3',
    '.5',
    '5.',
    '0x10',
    '1,5',
    'NaN',
    'Infinity',
    '１',
    '1_000',
    '1'.repeat(19),
    `0.${'1'.repeat(13)}`,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e18,
    1e-13,
    true,
    null,
    [],
    '1'.repeat(1_000_000),
  ],
  URL: [
    'example.com',
    '/path',
    'ftp://example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:pass@example.com',
    'https://user@example.com',
    'https://',
    '',
    `https://example.com/${'x'.repeat(2048)}`,
    `https://example.com/${'ö'.repeat(1000)}`,
    7,
  ],
  EmailAddress: [
    '',
    'ana',
    'ana@',
    '@example.com',
    'ana@example.com\n',
    'ana@example.com\r\nBcc: x@y.z',
    'a na@example.com',
    'ana@exa mple.com',
    `${'a'.repeat(250)}@example.com`,
    'a@'.repeat(500_000),
    'x'.repeat(1_000_000),
    5,
    null,
  ],
};

for (const [name, cases] of Object.entries(good)) {
  const scalar = scalars[name as keyof typeof scalars] as GraphQLScalarType;
  describe(name, () => {
    test.each(cases)('takes %j', (given, out) => {
      expect(scalar.serialize(scalar.parseValue(given))).toEqual(out);
      if (typeof given === 'string') expect(scalar.serialize(literal(scalar, JSON.stringify(given)))).toEqual(out);
    });
    if (bad[name]) {
      test.each(bad[name].map((value) => [shown(value), value]))('refuses %s soon, as BAD_USER_INPUT', (_, given) => {
        const start = Date.now();
        expect(refusal(() => scalar.parseValue(given))).toEqual(badInput);
        expect(Date.now() - start).toBeLessThan(500);
      });
    }
  });
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text;
}

describe('literals in a document', () => {
  test.each([
    ['12.5', '12.5'],
    ['1e3', '1000'],
    ['-7', '-7'],
    ['"12.50"', '12.5'],
  ])('Decimal takes %s', (text, out) => {
    expect(scalars.Decimal.serialize(literal(scalars.Decimal, text))).toBe(out);
  });

  test.each(['1e999999999', '1e-999999999', '1e18', 'true', '"1e3"', '[1]', 'null'])('Decimal refuses %s', (text) => {
    expect(refusal(() => literal(scalars.Decimal, text))).toEqual(badInput);
  });

  test.each(['DateTime', 'LocalDate', 'TimeZone', 'URL', 'EmailAddress'] as const)('%s refuses a number', (name) => {
    expect(refusal(() => literal(scalars[name], '5'))).toEqual(badInput);
  });
});

describe('round trips', () => {
  test('of any decimal in range lose no digit', () => {
    const digits = fc.tuple(
      fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }),
      fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }),
    );
    fc.assert(
      fc.property(digits, ([whole, part]) => {
        const text = `${whole}.${String(part).padStart(12, '0')}`;
        const once = scalars.Decimal.serialize(scalars.Decimal.parseValue(text)) as string;
        expect(new Decimal(once).eq(text)).toBe(true);
        expect(scalars.Decimal.serialize(scalars.Decimal.parseValue(once))).toBe(once);
        expect(once).not.toMatch(/e/);
      }),
    );
  });

  test('of any number as JSON writes it give that number, or a refusal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (number) => {
        const answer = refusal(() => scalars.Decimal.parseValue(number));
        if (Array.isArray(answer)) expect(Number(scalars.Decimal.serialize(answer[1]))).toBe(number + 0);
        else expect(answer).toEqual(badInput);
      }),
    );
  });

  test('of any instant and any day in range give the same', () => {
    const range = { min: new Date('1900-01-01T00:00:00Z'), max: new Date('2199-12-31T23:59:59Z'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (date) => {
        const text = date.toISOString();
        expect(scalars.DateTime.parseValue(text)).toEqual(date);
        expect(scalars.DateTime.serialize(date)).toBe(text);
        expect(scalars.LocalDate.parseValue(text.slice(0, 10))).toBe(text.slice(0, 10));
        expect(scalars.LocalDate.serialize(new Date(`${text.slice(0, 10)}T00:00:00Z`))).toBe(text.slice(0, 10));
      }),
    );
  });
});
