import { describe, expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { UserErrors } from '../../subgraphs/shared/errors.ts';
import { isId, type Kind, kindOf, kinds, newId } from '../../subgraphs/shared/ids.ts';
import { Checks, findNul } from '../../subgraphs/shared/input.ts';

describe('ids', () => {
  test.each(Object.keys(kinds) as Kind[])('a new id of a %s is of that kind and no other', (kind) => {
    const id = newId(kind);
    expect(id).toMatch(new RegExp(`^${kind}_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$`));
    expect(kindOf(id)).toBe(kind);
    for (const other of Object.keys(kinds) as Kind[]) expect(isId(other, id)).toBe(other === kind);
  });

  test('carry their time, sort by it, and are all different', () => {
    const at = Date.UTC(2026, 2, 10);
    expect(Number.parseInt(newId('goal', at).slice(5, 17), 16)).toBe(at);
    const ids = Array.from({ length: 1000 }, (_, i) => newId('goal', at + i));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 10_000 }, () => newId('goal', at))).size).toBe(10_000);
  });

  test('can be made for any time: what was before 1970 sorts first', () => {
    expect(newId('entry', new Date('1900-01-01')).slice(6, 18)).toBe('000000000000');
    expect(kindOf(newId('entry', 1.5))).toBe('entry');
  });

  test.each([
    '',
    'goal',
    'goal_',
    'goal_123',
    `goal_${'g'.repeat(32)}`,
    `goal_${'A'.repeat(32)}`,
    `goal_${'a'.repeat(33)}`,
    ` goal_${'a'.repeat(32)}`,
    `goal_${'a'.repeat(32)}\n`,
    `unknown_${'a'.repeat(32)}`,
    `constructor_${'a'.repeat(32)}`,
    `__proto___${'a'.repeat(32)}`,
    `goal_${'a'.repeat(1_000_000)}`,
  ])('%.60j is none', (text) => {
    expect(kindOf(text)).toBeNull();
  });
});

describe('checks', () => {
  const problems = (use: (checks: Checks) => void) => {
    const checks = new Checks();
    use(checks);
    try {
      checks.done();
      expect(checks.failed).toBe(false);
      return [];
    } catch (error) {
      expect(error).toBeInstanceOf(UserErrors);
      expect(checks.failed).toBe(true);
      return (error as UserErrors).errors.map(({ code, path }) => `${code} ${path.join('.')}`);
    }
  };

  test('collect everything that is wrong, each with its path', () => {
    const found = problems((checks) => {
      checks.required(['a'], undefined);
      checks.text(['list', 3, 'title'], '', 5);
      checks.number(['b'], 7, 0, 5);
      checks.list(['c'], [1, 2, 3], 2);
      checks.newId(['id'], 'goal', newId('area'));
      checks.that(false, ['d'], 'No.', 'TAKEN');
    });
    expect(found).toEqual(['REQUIRED a', 'INVALID list.3.title', 'INVALID b', 'LIMIT c', 'INVALID id', 'TAKEN d']);
  });

  test('let pass what is absent, unless it is required', () => {
    const found = problems((checks) => {
      for (const nothing of [null, undefined]) {
        checks.text(['a'], nothing, 5);
        checks.number(['a'], nothing, 0, 5);
        checks.list(['a'], nothing, 5, 1);
        checks.newId(['a'], 'goal', nothing);
      }
      checks.required(['a'], 0);
      checks.required(['a'], '');
    });
    expect(found).toEqual([]);
  });

  test.each<[string, number, string[]]>([
    ['abcde', 5, []],
    ['abcdef', 5, ['LIMIT x']],
    ['🎉🎉🎉🎉🎉', 5, []],
    ['🎉🎉🎉🎉🎉🎉', 5, ['LIMIT x']],
    ['   ', 5, ['INVALID x']],
    ['\u3000\n', 5, ['INVALID x']],
    ['x'.repeat(1_000_000), 10_000, ['LIMIT x']],
  ])('measure %.20j in characters as people count them', (text, most, expected) => {
    expect(problems((checks) => void checks.text(['x'], text, most))).toEqual(expected);
  });

  test('let text be empty where that is meant', () => {
    expect(problems((checks) => void checks.text(['x'], '', 5, 0))).toEqual([]);
  });

  test.each<[Decimal.Value, boolean]>([
    ['0', true],
    ['5', true],
    ['5.000000000001', false],
    ['-0.000000000001', false],
    [Number.NaN, false],
    [Number.POSITIVE_INFINITY, false],
    [new Decimal('1e30'), false],
  ])('a number from 0 to 5: %s', (value, holds) => {
    expect(problems((checks) => void checks.number(['x'], value, 0, 5)).length === 0).toBe(holds);
  });
});

describe('what PostgreSQL cannot store', () => {
  test('is found wherever it stands, and nothing else is', () => {
    const storable = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    const tree = fc.object({
      key: storable,
      values: [storable, fc.integer(), fc.constant(null), fc.boolean()],
      maxDepth: 4,
    });
    fc.assert(fc.property(tree, (value) => expect(findNul(value)).toBeNull()));
    fc.assert(
      fc.property(
        tree,
        storable,
        fc.constantFrom('\0', 'a\0b', '\ud800', '\udc00x', '🎉\ud83c'),
        (value, name, text) => {
          expect(findNul({ ...value, [`~${name}`]: text })).toEqual([`~${name}`]);
          expect(findNul({ outer: [value, text] })).toEqual(['outer', '1']);
          expect(findNul({ outer: { ...value, [text]: 1 } })).toEqual(['outer']);
        },
      ),
    );
  });

  test('is not looked for inside dates and decimals', () => {
    expect(findNul({ at: new Date(), amount: new Decimal(1) })).toBeNull();
  });
});
