import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { makeManifest, manifestFile, printManifest, readManifest } from '../../../gateway/admission/manifest.ts';
import { manifestOfOperations } from '../../../scripts/manifest.ts';

const bodyOf = (...files: string[]) => makeManifest(files).operations[0]!.body;

describe('a manifest', () => {
  test('is in the format of Apollo', () => {
    const body = 'query TestQuery { test }';
    // The id is the one that Apollo iOS's own tests expect of this operation.
    const id = '8ed9fcbb8ef3c853ad0ecdc920eb8216608bd7c3b32258744e9289ec0372eb30';
    expect(makeManifest(['query TestQuery {\n  test\n}\n'])).toEqual({
      format: 'apollo-persisted-query-manifest',
      version: 1,
      operations: [{ id, body, name: 'TestQuery', type: 'query' }],
    });
  });

  test('asks for __typename in fields and fragments, not in inline fragments or at the root', () => {
    expect(bodyOf('query Test { allAnimals { species ... on Pet { name owner { id } } } }')).toBe(
      'query Test { allAnimals { __typename species ... on Pet { name owner { __typename id } } } }',
    );
    expect(bodyOf('query Test { ...F } fragment F on Query { a }')).toBe(
      'query Test { ...F }\nfragment F on Query { __typename a }',
    );
  });

  test('leaves a __typename where it stands, without alias and directives', () => {
    expect(bodyOf('query Test { a { b x: __typename @include(if: true) } }')).toBe('query Test { a { b __typename } }');
  });

  test('has each fragment once, before those that it uses itself, whatever file it is in', () => {
    const body = bodyOf(
      'fragment C on T { c } fragment B on T { b ...C }',
      'query Test { x { ...A ...C ...B } }',
      'fragment A on T { a { ...B } } fragment Unused on T { d }',
    );
    expect(body.split('\n').map((line) => parse(line).definitions[0])).toMatchObject([
      { name: { value: 'Test' } },
      { name: { value: 'A' } },
      { name: { value: 'B' } },
      { name: { value: 'C' } },
    ]);
  });

  test('breaks arguments as the printer does, and joins the lines by spaces', () => {
    const name = (letter: string) => letter.repeat(30);
    expect(bodyOf(`query Test($a: Int = 1, $b: [ID!]) { f(${name('x')}: $a, ${name('y')}: $b, z: "a  b") }`)).toBe(
      `query Test($a: Int = 1, $b: [ID!]) { f( ${name('x')}: $a ${name('y')}: $b z: "a  b" ) }`,
    );
  });

  test.each([
    ['query Test { a(b: {c: 1}) }', 'an object literal'],
    [`query Test { a(b: [${'LONG_NAME, '.repeat(10)}]) }`, 'a long list literal'],
    ['query Test { a(b: """c""") }', 'a block string'],
    ['query Test { ...F }', '"Test" spreads "F", which is in no file.'],
    ['query { a }', 'needs a name'],
    ['query A { a } query A { b }', 'same name'],
    ['query A { ...F } fragment F on Q { a } fragment F on Q { a }', 'two fragments "F"'],
  ])('is not made of %s', (file, message) => {
    expect(() => makeManifest([file])).toThrow(message);
  });

  test('of this repository is up to date, every id that of its body', () => {
    const text = readFileSync(manifestFile, 'utf8');
    expect(text).toBe(manifestOfOperations(join(import.meta.dirname, '../../../operations')));
    for (const { id, body } of readManifest(text).operations)
      expect(createHash('sha256').update(body).digest('hex')).toBe(id);
  });

  test('is read as it was printed, and nothing else is', () => {
    const manifest = makeManifest(['query A { a }']);
    expect(readManifest(printManifest(manifest))).toEqual(manifest);
    for (const text of ['', 'null', '[]', '{"format":"relay"}', JSON.stringify({ ...manifest, operations: [null] })])
      expect(() => readManifest(text)).toThrow('The manifest of persisted operations');
  });
});
