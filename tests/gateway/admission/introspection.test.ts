import { describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { createDocuments } from '../../../gateway/admission/documents.ts';
import { checkIntrospection, errorsFor } from '../../../gateway/admission/introspection.ts';

const documents = createDocuments({ schema: buildSchema('type Query { a: Int }'), suggestions: false });
const operationOf = (text: string) => {
  const found = documents.get(text);
  if (found.errors) throw found.errors[0];
  return found.operation(null);
};
const refusedBy = (text: string) => {
  const found = documents.get(text);
  if (!found.errors) throw new Error('It was let in.');
  return found;
};
const nobody = { isAuthenticated: false, isDeveloper: false };
const somebody = { isAuthenticated: true, isDeveloper: false };
const developer = { isAuthenticated: true, isDeveloper: true };

describe('reading the schema', () => {
  const asks = [
    '{ __schema { types { name } } }',
    '{ __type(name: "Query") { name } }',
    '{ a: __schema { description } }',
    '{ ...F } fragment F on Query { ... { ...__typename } } fragment __typename on Query { __schema { description } }',
    '{ a @skip(if: true) __schema @include(if: false) { description } }',
  ];

  test.each(asks)('is for developers: %s', (text) => {
    expect(checkIntrospection('developers', nobody, operationOf(text))!.extensions).toEqual({
      code: 'UNAUTHENTICATED',
      http: { status: 401 },
    });
    expect(checkIntrospection('developers', somebody, operationOf(text))!.extensions).toEqual({
      code: 'FORBIDDEN',
      http: { status: 403 },
    });
    expect(checkIntrospection('developers', developer, operationOf(text))).toBeNull();
    expect(checkIntrospection('open', nobody, operationOf(text))).toBeNull();
  });

  test.each([
    '{ __typename }',
    '{ a }',
    '{ __schema: a }',
    'query __schema { ...__type } fragment __type on Query { a }',
  ])('is not what %s does', (text) => expect(checkIntrospection('developers', nobody, operationOf(text))).toBeNull());
});

describe('what is said of a refused document', () => {
  test('tells nobody unknown which names exist, while the schema is closed', () => {
    const answers = ['{ b }', '{ a { c } }', '{ a(d: 1) }', '{ ...F } fragment F on E { f }'].map((text) =>
      errorsFor('developers', nobody, refusedBy(text)).map((error) => error.toJSON()),
    );
    const asked = checkIntrospection('developers', nobody, operationOf('{ __schema { description } }'))!.toJSON();
    for (const answer of answers) expect(answer).toEqual([asked]);
  });

  test('is all of it to whoever is known, and where the schema is open', () => {
    const refused = refusedBy('{ b }');
    expect(errorsFor('developers', somebody, refused)).toBe(refused.errors);
    expect(errorsFor('open', nobody, refused)).toBe(refused.errors);
  });

  test('is all of it where it tells nothing of the schema', () => {
    for (const text of ['{', `{ ${'a '.repeat(21)} }`])
      expect(errorsFor('developers', nobody, refusedBy(text))).toBe(refusedBy(text).errors);
  });
});
