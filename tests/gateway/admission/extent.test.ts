import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type GraphQLError, getIntrospectionQuery, Kind, parse, type SelectionSetNode } from 'graphql';
import { type Extent, measure } from '../../../gateway/admission/extent.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../gateway/admission/limits.ts';
import { makeManifest } from '../../../gateway/admission/manifest.ts';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');
const measureText = (text: string, limits: Partial<Limits> = {}) => [
  ...measure(parse(text), { ...DEFAULT_LIMITS, ...limits }).values(),
];
const refusalOf = (text: string, limits?: Partial<Limits>): GraphQLError => {
  try {
    measureText(text, limits);
  } catch (error) {
    return error as GraphQLError;
  }
  throw new Error('It was let through.');
};

describe('the extent of an operation', () => {
  test('counts what its fragments expand to', () => {
    const [extent] = measureText(`
      query Q($a: Int @d) @d { x: a { ...F } ...F ... @d { b } }
      fragment F on T @d { c: d { e @d } ...G }
      fragment G on T { f g }`);
    expect(extent).toEqual({
      selections: 15,
      rootFields: 5,
      aliases: 3,
      directives: 7,
      depth: 3,
      introspectionDepth: 0,
      nesting: 4,
    });
  });

  test.each([
    ['aliases', `{ ${times(31, (i) => `a${i}: a { b }`)} }`, 31, { rootFields: 99 }],
    ['aliases', '{ a { ...F } b { ...F } } fragment F on T { x: c ...G } fragment G on T { y: d }', 4, { aliases: 3 }],
    ['rootFields', `{ ${times(21, (i) => `f${i}`)} }`, 21, {}],
    ['rootFields', '{ ...F ...F ... { a } } fragment F on Query { a b }', 5, { rootFields: 4 }],
    ['directives', `{ a ${'@skip(if: true) '.repeat(51)} }`, 51, {}],
    ['directives', '{ ...F @a ...F @a } fragment F on Query @a { a @a }', 6, { directives: 5 }],
    ['depth', `${'{a'.repeat(13)}${'}'.repeat(13)}`, 13, {}],
    ['depth', '{ a { ...F } } fragment F on T { b { ...G } } fragment G on T { c { d } }', 4, { depth: 3 }],
    ['depth', '{ __schema: a { b { c } } }', 3, { depth: 2 }],
    ['depth', '{ a { ...__schema } } fragment __schema on T { b { c } }', 3, { depth: 2 }],
    ['introspectionDepth', `{ __schema { types ${'{ ofType '.repeat(19)}${'}'.repeat(19)} } }`, 21, {}],
    [
      'introspectionDepth',
      '{ ...F } fragment F on Query { x: __type(name: "A") { ...G } } fragment G on __Type { a { b } }',
      3,
      { introspectionDepth: 2 },
    ],
    ['selections', '{ a { ...F ...F } } fragment F on T { ...G ...G } fragment G on T { b c }', 15, { selections: 14 }],
    ['comparisons', `{ a { ${'b '.repeat(150)} } }`, 149 * 150, {}],
    ['comparisons', '{ a(x: [1, {y: 2}]) a(x: [1, {y: 3}]) }', 10, { comparisons: 9 }],
    ['comparisons', '{ a { b } a { ...F } } fragment F on T { b }', 4, { comparisons: 3 }],
    ['operations', times(11, (i) => `query Q${i} { a }`), 11, {}],
    [
      'fragments',
      `{ ${times(101, (i) => `...F${i}`)} } ${times(101, (i) => `fragment F${i} on Query { a }`)}`,
      101,
      {},
    ],
  ] as const)('is limited in %s: %.60s', (name, text, found, limits) => {
    const { extensions, locations } = refusalOf(text, limits);
    expect(extensions.limit).toEqual({ name, found, allowed: { ...DEFAULT_LIMITS, ...limits }[name] });
    expect(name === 'operations' || name === 'fragments' || locations).toBeTruthy();
  });

  test('is limited in every operation, whichever is to run, and the refusal names it', () => {
    expect(refusalOf('query A { a } query B { a { b { c } } }', { depth: 2 }).message).toBe(
      'The query "B" has 3 levels of fields; at most 2 are allowed.',
    );
  });

  test('of a fragment bomb is found without expanding it', () => {
    const bomb = `{ ...F0 } ${times(40, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Query { a }`;
    const { message, extensions } = refusalOf(bomb);
    expect(message).toContain('more than a billion selections');
    expect(extensions.limit).toMatchObject({ name: 'selections' });
  });

  test('of fragments that lead into one another is limited as nested selections are', () => {
    const chain = (length: number) =>
      `{ ...F0 } ${times(length, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F${length} on Query { a }`;
    expect(measureText(chain(60))[0]).toMatchObject({ nesting: 62 });
    expect(refusalOf(chain(70)).extensions.limit).toMatchObject({ name: 'nesting' });
  });

  test('counts a remembered fragment as deep as it is spread', () => {
    const text = '{ ...F ... { ... { ...F } } } fragment F on Query { ... { a } }';
    expect(measureText(text)[0]).toMatchObject({ nesting: 5 });
    expect(refusalOf(text, { nesting: 4 }).extensions.limit).toMatchObject({ name: 'nesting', found: 5 });
  });

  test.each([
    ['{ ...A } fragment A on T { ...B } fragment B on T { ...A }', 'Cannot spread fragment "A" within itself.'],
    ['{ ...A } fragment A on T { a } fragment A on T { b }', 'There can be only one fragment named "A".'],
    ['{ a } fragment A on T { ...A }', 'Fragment "A" is never used.'],
  ])('is not taken where fragments are wrong: %s', (text, message) => {
    expect(refusalOf(text).message).toBe(message);
  });

  test('of what explorers and our own clients ask is within the limits', () => {
    const options = {
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    };
    expect(measureText(getIntrospectionQuery(options))[0]).toMatchObject({ depth: 1, introspectionDepth: 15 });
    const folder = join(import.meta.dirname, '../../../operations');
    // The assistant's tools are in no manifest.
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.graphql') && !file.startsWith('assistant/'),
    );
    const { operations } = makeManifest(files.map((file) => readFileSync(join(folder, file), 'utf8')));
    expect(operations.length).toBeGreaterThan(10);
    for (const { body } of operations) expect(measureText(body)).toHaveLength(1);
  });

  test('is what a naive expansion counts', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const document = parse(text);
        const fragments = new Map<string, SelectionSetNode>();
        for (const definition of document.definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION)
            fragments.set(definition.name.value, definition.selectionSet);
        for (const [operation, extent] of measure(document, unlimited))
          expect(extent).toEqual(expand(operation.selectionSet, fragments));
      }),
    );
  });
});

const unlimited = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((name) => [name, Number.MAX_SAFE_INTEGER]),
) as unknown as Limits;

/** Fragments spread only those after them, and all are used. */
const documents = fc
  .array(
    fc.array(fc.constantFrom('a', 'b: a', 'a @d', 'x { ID }', '... { ID }', '... @d { ID }', '__schema { ID }', 'ID'), {
      minLength: 1,
      maxLength: 4,
    }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((sets) => {
    const body = (index: number) => {
      const next = index + 1 < sets.length ? `...F${index + 1}` : 'a';
      return `{ ${sets[index]!.join(' ')} ID }`.replaceAll('ID', next);
    };
    return sets.map((_, i) => (i ? `fragment F${i} on Query ${body(i)}` : `query ${body(0)}`)).join('\n');
  });

/** Measures by walking everything again wherever it is spread. */
function expand(root: SelectionSetNode, fragments: Map<string, SelectionSetNode>): Extent {
  const total = {
    selections: 0,
    rootFields: 0,
    aliases: 0,
    directives: 0,
    depth: 0,
    introspectionDepth: 0,
    nesting: 0,
  };
  const walk = (set: SelectionSetNode, fields: number, level: number, schemaAt: number | null): void => {
    total.nesting = Math.max(total.nesting, level);
    for (const selection of set.selections) {
      total.selections++;
      total.directives += selection.directives!.length;
      if (selection.kind === Kind.FIELD) {
        if (fields === 0) total.rootFields++;
        if (selection.alias) total.aliases++;
        const asks = schemaAt ?? (selection.name.value === '__schema' ? fields : null);
        if (asks === null) total.depth = Math.max(total.depth, fields + 1);
        else {
          total.depth = Math.max(total.depth, asks + 1);
          total.introspectionDepth = Math.max(total.introspectionDepth, fields + 1);
        }
        if (selection.selectionSet) walk(selection.selectionSet, fields + 1, level + 1, asks);
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value)!;
        walk(inner, fields, level + 1, schemaAt);
      }
    }
  };
  walk(root, 0, 1, null);
  return total;
}
