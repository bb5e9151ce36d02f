import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CUSTOM_FIELD_LIMITS,
  type CustomFieldDefinition,
  checkDefinitions,
  checkValues,
} from '../../subgraphs/goals/customFields.ts';

const FIELDS: CustomFieldDefinition[] = [
  { key: 'doctor', label: 'Doctor', type: 'TEXT', required: true },
  { key: 'height', label: 'Height', type: 'NUMBER', required: false, unit: 'cm' },
  { key: 'insured', label: 'Insured', type: 'BOOLEAN', required: false },
  { key: 'lastVisit', label: 'Last visit', type: 'DATE', required: false },
  {
    key: 'blood',
    label: 'Blood type',
    type: 'SELECT',
    required: false,
    options: [
      { value: 'A', label: 'A' },
      { value: 'zero', label: '0' },
    ],
  },
  { key: 'site', label: 'Site', type: 'URL', required: false },
];

/** The issues as "code path". */
function issues(result: ReturnType<typeof checkValues> | ReturnType<typeof checkDefinitions>): string[] {
  return result.ok ? [] : result.issues.map((i) => `${i.code} ${i.path.join('.')}`);
}

describe('definitions', () => {
  test('pass with their texts trimmed and "required" filled in', () => {
    expect(checkDefinitions([{ key: 'a', label: ' A ', type: 'TEXT' }])).toEqual({
      ok: true,
      value: [{ key: 'a', label: 'A', type: 'TEXT', required: false }],
    });
    expect(checkDefinitions(FIELDS)).toEqual({ ok: true, value: FIELDS });
  });

  test('are refused with a path to each mistake', () => {
    const result = checkDefinitions([
      { key: '1st', label: 'x', type: 'TEXT' },
      { key: 'ok', label: '', type: 'COLOUR' },
      { key: 's', label: 's', type: 'SELECT', options: [{ value: 'a', label: 'A' }, { value: 'a', label: 'B' }, 7] },
      { key: 't', label: 't', type: 'TEXT', options: [], unit: 'kg' },
      { key: 'e', label: 'e', type: 'SELECT' },
      { key: 'l', label: 'l'.repeat(81), type: 'TEXT', required: 'yes' },
      null,
    ]);
    expect(issues(result)).toEqual([
      'INVALID 0.key',
      'INVALID 1.type',
      'REQUIRED 1.label',
      'DUPLICATE 2.options.1.value',
      'REQUIRED 2.options.2.value',
      'REQUIRED 2.options.2.label',
      'INVALID 3.unit',
      'INVALID 3.options',
      'REQUIRED 4.options',
      'INVALID 5.required',
      'TOO_LONG 5.label',
      'INVALID 6',
    ]);
  });

  test('keep within their number and do not repeat a key', () => {
    const field = { key: 'a', label: 'A', type: 'TEXT' };
    expect(issues(checkDefinitions([field, field]))).toEqual(['DUPLICATE 1.key']);
    expect(issues(checkDefinitions(Array(CUSTOM_FIELD_LIMITS.fields + 1).fill(field)))).toEqual(['TOO_MANY ']);
    expect(issues(checkDefinitions({}))).toEqual(['INVALID ']);
    const options = Array.from({ length: CUSTOM_FIELD_LIMITS.options + 1 }, (_, i) => ({ value: `v${i}`, label: 'v' }));
    expect(issues(checkDefinitions([{ ...field, type: 'SELECT', options }]))).toEqual(['TOO_MANY 0.options']);
  });
});

describe('values', () => {
  test('pass in their canonical form', () => {
    const given = {
      doctor: ' Dr. Who ',
      height: '+0180.50',
      insured: false,
      lastVisit: '2024-02-29',
      blood: 'zero',
      site: 'https://example.org',
    };
    expect(checkValues(FIELDS, given)).toEqual({
      ok: true,
      value: {
        doctor: 'Dr. Who',
        height: '180.5',
        insured: false,
        lastVisit: '2024-02-29',
        blood: 'zero',
        site: 'https://example.org/',
      },
    });
    expect(checkValues(FIELDS, { doctor: 'x', height: -0, site: null, insured: undefined })).toEqual({
      ok: true,
      value: { doctor: 'x', height: '0' },
    });
  });

  test.each([
    ['a missing required value', {}, ['REQUIRED doctor']],
    ['an unknown key', { doctor: 'x', __proto_: 1, shoe: 2 }, ['UNKNOWN __proto_', 'UNKNOWN shoe']],
    ['text that is none', { doctor: 7 }, ['INVALID doctor']],
    ['a NUL byte', { doctor: 'a\u0000b' }, ['INVALID doctor']],
    ['a long text', { doctor: 'x'.repeat(4001) }, ['TOO_LONG doctor']],
    ['NaN', { doctor: 'x', height: Number.NaN }, ['INVALID height']],
    ['infinity', { doctor: 'x', height: 'Infinity' }, ['INVALID height']],
    ['a huge number', { doctor: 'x', height: 1e300 }, ['INVALID height']],
    ['hexadecimal', { doctor: 'x', height: '0x10' }, ['INVALID height']],
    ['a word for true', { doctor: 'x', insured: 'true' }, ['INVALID insured']],
    ['a day that does not exist', { doctor: 'x', lastVisit: '2023-02-29' }, ['INVALID lastVisit']],
    ['an option that does not exist', { doctor: 'x', blood: 'B' }, ['INVALID blood']],
    ['a script', { doctor: 'x', site: 'javascript:alert(1)' }, ['INVALID site']],
    ['a password in an address', { doctor: 'x', site: 'https://a:b@example.org' }, ['INVALID site']],
    ['a long address', { doctor: 'x', site: `https://example.org/${'x'.repeat(2000)}` }, ['TOO_LONG site']],
    ['no object', [], ['INVALID ']],
  ])('are refused: %s', (_, given, expected) => {
    expect(issues(checkValues(FIELDS, given))).toEqual(expected);
  });

  test('that passed pass again unchanged, and nothing else than defined keys comes out', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.webUrl(),
      fc.constant('2024-01-01'),
    );
    const keys = FIELDS.map((f) => f.key);
    const input = fc.dictionary(fc.constantFrom(...keys), value);
    fc.assert(
      fc.property(input, (given) => {
        const first = checkValues(FIELDS, given);
        if (!first.ok) {
          for (const { path } of first.issues) expect(keys).toContain(path[0]);
          return;
        }
        expect(checkValues(FIELDS, first.value)).toEqual(first);
      }),
    );
  });

  test('of any shape never throw', () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        checkDefinitions(given);
        checkDefinitions([given]);
        checkValues(FIELDS, given);
      }),
    );
  });
});
