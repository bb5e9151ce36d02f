import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, GraphQLError } from 'graphql';
import { type CheckedDocument, createDocuments, type RefusedDocument } from '../../../gateway/admission/documents.ts';
import { DEFAULT_LIMITS } from '../../../gateway/admission/limits.ts';

const schema = buildSchema(`
  type Query { goal(id: ID): Goal  goals(first: Int): [Goal!]! }
  type Mutation { close(id: ID!): Goal }
  type Goal { id: ID!  title: String  parts: [Goal!]! }`);
const create = (options = {}) => createDocuments({ schema, ...options });
const accepted = (found: CheckedDocument | RefusedDocument) => {
  if (found.errors) throw found.errors[0];
  return found;
};
const refused = (found: CheckedDocument | RefusedDocument) => {
  if (!found.errors) throw new Error('It was let in.');
  return found;
};

describe('documents', () => {
  test('are looked at once, and are the same object from then on', () => {
    const documents = create();
    const first = accepted(documents.get('{ goal { id } }'));
    expect(documents.get('{ goal { id } }')).toBe(first);
    expect(documents.get('{ goal {  id } }')).not.toBe(first);
    expect(first).toMatchObject({ text: '{ goal { id } }', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(documents.statistics).toEqual({ entries: 2, refused: 0, hits: 1, misses: 2 });
  });

  test('have one object for each operation', () => {
    const text =
      'query A { ...F } mutation B { close(id: 1) { id } } query C { goal { id } } fragment F on Query { x: __schema { description } }';
    const found = accepted(create().get(text));
    expect(found.operations.map(({ kind, name, introspects }) => [kind, name, introspects])).toEqual([
      ['query', 'A', true],
      ['mutation', 'B', false],
      ['query', 'C', false],
    ]);
    expect(found.operation('B')).toBe(found.operations[1]);
    expect(found.operation('B')).toMatchObject({ document: found, node: found.document.definitions[1] });
    expect(() => found.operation(null)).toThrow('several operations');
    expect(() => found.operation('')).toThrow('several operations');
    expect(() => found.operation('D')).toThrow('The document has no operation "D".');
    expect(() => found.operation('constructor')).toThrow('no operation "constructor"');
  });

  test('with one operation need no name, and take no other', () => {
    const found = accepted(create().get('query A { goal { __typename } }'));
    expect(found.operation(undefined)).toBe(found.operation('A'));
    expect(found.operation(undefined).introspects).toBe(false);
    expect(() => found.operation('B')).toThrow(GraphQLError);
    expect(accepted(create().get('{ __typename }')).operation(null)).toMatchObject({ name: null, kind: 'query' });
  });

  test.each([
    ['text', '{ goal', 'Syntax Error: Expected Name, found <EOF>.'],
    ['text', '', 'Syntax Error: Unexpected <EOF>.'],
    ['text', '{'.repeat(99), 'The document has 65 levels of nesting; at most 64 are allowed.'],
    ['limits', `{ ${'goal { id } '.repeat(21)} }`, 'The unnamed query has 21 root fields; at most 20 are allowed.'],
    ['validation', '{ gaol { id } }', 'Cannot query field "gaol" on type "Query". Did you mean "goal" or "goals"?'],
    ['validation', 'type Query { a: Int } { goal { id } }', 'The "Query" definition is not executable.'],
    ['validation', '{ constructor }', 'Cannot query field "constructor" on type "Query".'],
    ['validation', '{ goal { ...toString } }', 'Unknown fragment "toString".'],
  ])('are refused by %s: %.30s', (stage, text, message) => {
    const found = refused(create().get(text));
    expect(found.stage).toBe(stage);
    expect(found.errors[0]!.message).toBe(message);
    expect(found.errors[0]!.extensions.code).toBe('BAD_USER_INPUT');
    expect(found.errors[0]!.locations).toHaveLength(1);
  });

  test('that are refused are remembered as well', () => {
    const documents = create();
    const first = documents.get('{ gaol }');
    expect(documents.get('{ gaol }')).toBe(first);
    expect(documents.statistics).toEqual({ entries: 0, refused: 1, hits: 1, misses: 1 });
  });

  test('that are too long are not', () => {
    const documents = create();
    const text = `{ goal { id } } # ${'x'.repeat(100_000)}`;
    expect(refused(documents.get(text)).errors[0]!.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(documents.statistics.refused).toBe(0);
  });

  test('that are long are told apart by their whole text', () => {
    const documents = create();
    const text = (name: string) => `{ ${name} { id } } # ${'x'.repeat(20_000)}`;
    const first = accepted(documents.get(text('goals')));
    expect(documents.get(text('goals'))).toBe(first);
    expect(documents.get(text('goalz'))).toMatchObject({ stage: 'validation' });
  });

  test('guess nothing where the schema is closed', () => {
    expect(refused(create({ suggestions: false }).get('{ gaol }')).errors[0]!.message).toBe(
      'Cannot query field "gaol" on type "Query".',
    );
  });

  test('answer at most ten errors, each of bounded length', () => {
    const many = refused(create().get(`{ goal { ${Array.from({ length: 50 }, (_, i) => `f${i}`).join(' ')} } }`));
    expect(many.errors).toHaveLength(10);
    expect(many.errors[9]!.message).toContain('Too many validation errors');
    const long = refused(create().get(`{ goals(first: "${'x'.repeat(5_000)}") { id } }`));
    expect(long.errors[0]!.message).toHaveLength(1_001);
  });

  test('are forgotten by what they weigh, unless they were prepared', () => {
    const documents = create({ capacity: { entries: 2, weight: 1_000_000 } });
    const prepared = accepted(documents.prepare('{ goal { title } }'));
    const first = documents.get('{ a: goal { id } }');
    for (const alias of ['b', 'c', 'd']) accepted(documents.get(`{ ${alias}: goal { id } }`));
    expect(documents.get('{ goal { title } }')).toBe(prepared);
    expect(documents.get('{ a: goal { id } }')).not.toBe(first);
    expect(documents.statistics.entries).toBe(3);
    const light = create({ capacity: { entries: 100, weight: 20_000 } });
    for (let i = 0; i < 50; i++) light.get(`{ a${i}: goal { id } }`);
    expect(light.statistics.entries).toBeLessThan(10);
  });

  test('of an attacker do not fill the memory', () => {
    const documents = create();
    for (let i = 0; i < 1_500; i++) documents.get(`{ x${i} }`);
    expect(documents.statistics.refused).toBe(1_000);
  });

  test('keep to limits of one’s own', () => {
    expect(refused(create({ limits: { ...DEFAULT_LIMITS, depth: 1 } }).get('{ goal { id } }')).stage).toBe('limits');
  });

  test('are let in or refused, whatever they are', () => {
    const documents = create();
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      'goal',
      'id',
      'query Q',
      'fragment F on Goal',
      '...F',
      '... on Goal',
      '$a: Int',
      ':',
      '1',
      '"x"',
      '@skip(if: true)',
      '__schema',
      '__typename',
      'constructor',
      '#',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece, { maxLength: 40 }).map((all) => all.join(' ')),
        ),
        (text) => {
          const found = documents.get(text);
          for (const error of found.errors ?? []) expect(error).toBeInstanceOf(GraphQLError);
        },
      ),
      { numRuns: 500 },
    );
  });
});
