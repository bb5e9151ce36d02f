import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLError, parse, Source } from 'graphql';
import { DEFAULT_LIMITS } from '../../../gateway/admission/limits.ts';
import { scan } from '../../../gateway/admission/scan.ts';

const refusalOf = (text: string, limits = {}): GraphQLError => {
  try {
    scan(new Source(text), { ...DEFAULT_LIMITS, ...limits });
  } catch (error) {
    return error as GraphQLError;
  }
  throw new Error('It was let through.');
};

describe('scanning a text', () => {
  test('counts tokens, without comments', () => {
    expect(scan(new Source('{ a(b: "c") # d e f\n }'), DEFAULT_LIMITS)).toBe(8);
  });

  test('says which limit, how many, how many are allowed, and where', () => {
    const { message, extensions, locations } = refusalOf('{ a\n b c }', { tokens: 3 });
    expect(message).toBe('The document has 4 tokens; at most 3 are allowed.');
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', limit: { name: 'tokens', found: 4, allowed: 3 } });
    expect(locations).toEqual([{ line: 2, column: 4 }]);
  });

  test('counts bytes as they are sent, not characters', () => {
    const { message, extensions } = refusalOf('{ a } # ééé', { bytes: 13 });
    expect(message).toBe('The document has 14 bytes; at most 13 are allowed.');
    expect(extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', http: { status: 413 } });
  });

  test.each([
    ['selections', '{a'.repeat(20_000)],
    ['lists', `{ a(b: ${'['.repeat(40_000)}`],
    ['objects', `{ a(b: ${'{c:'.repeat(20_000)}`],
    ['list types', `query($a: ${'['.repeat(40_000)}`],
    ['inline fragments', '{... on A'.repeat(10_000)],
  ])('refuses nested %s before the parser could overflow the stack', (_what, text) => {
    expect(refusalOf(text).message).toBe('The document has 65 levels of nesting; at most 64 are allowed.');
  });

  test('takes no bracket in a string or comment for one', () => {
    const inside = '{[('.repeat(100);
    expect(
      scan(new Source(`{ a(b: "${inside}", c: """${inside}\\""" ${inside}""") # ${inside}\n }`), DEFAULT_LIMITS),
    ).toBe(11);
  });

  test.each([
    '{ __proto__ }',
    '{ __proto__: a }',
    'query($__proto__: Int) { a }',
    'fragment __proto__ on A { a }',
    '{ a(b: {__proto__: 1}) }',
  ])('refuses the name of prototypes: %s', (text) => {
    expect(refusalOf(text).message).toBe('"__proto__" is no name to use here.');
  });

  test('lets through whatever the parser can then read or refuse', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      ':',
      '"',
      '"""',
      '#',
      '\n',
      '...',
      '$',
      '@',
      'on',
      'a',
      '1',
      '\\',
      'é',
      '\ud800',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(token, { maxLength: 200 }).map((all) => all.join(' ')),
        ),
        (text) => {
          for (const read of [() => scan(new Source(text), DEFAULT_LIMITS), () => parse(text)])
            try {
              read();
            } catch (error) {
              expect(error).toBeInstanceOf(GraphQLError);
            }
        },
      ),
    );
  });
});
