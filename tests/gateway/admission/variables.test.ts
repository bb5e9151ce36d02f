import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { DEFAULT_LIMITS } from '../../../gateway/admission/limits.ts';
import { checkVariables } from '../../../gateway/admission/variables.ts';

const check = (json: string, limits = {}) => checkVariables(JSON.parse(json), { ...DEFAULT_LIMITS, ...limits });

describe('variables', () => {
  test('come back as they were sent', () => {
    expect({ ...check('{"a":[1,{"b":null}],"c":"d"}') }).toEqual({ a: [1, { b: null }], c: 'd' });
    expect({ ...checkVariables(undefined, DEFAULT_LIMITS) }).toEqual({});
    expect({ ...checkVariables(null, DEFAULT_LIMITS) }).toEqual({});
  });

  test.each(['[]', '"a"', '1', 'true'])('are an object, not %s', (json) => {
    expect(() => check(json)).toThrow('Variables must be an object');
  });

  test.each([
    ['variableDepth', '{"a":{"b":[1]}}', { variableDepth: 2 }, 3],
    ['variableValues', '{"a":[1,2,3]}', { variableValues: 4 }, 5],
  ] as const)('are limited in %s', (name, json, limits, found) => {
    expect.assertions(2);
    try {
      check(json, limits);
    } catch (error) {
      expect((error as GraphQLError).extensions.limit).toEqual({ name, found, allowed: limits[name as never] });
      expect((error as GraphQLError).message).toContain('at most');
    }
  });

  test('nested beyond any stack are refused', () => {
    expect(() => check(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toThrow('at most 20 are allowed');
  });

  test('with the name of prototypes are refused, at any depth', () => {
    expect(() => check('{"__proto__":{"isAdmin":true}}')).toThrow('__proto__');
    expect(() => check('{"a":[{"__proto__":1}]}')).toThrow('__proto__');
  });

  test('that were not sent are not there, whatever objects inherit', () => {
    const variables = check('{"a":1}');
    expect(variables.constructor).toBeUndefined();
    expect(variables.toString).toBeUndefined();
    expect(check('{"constructor":{"prototype":{"x":1}}}').constructor).toEqual({ prototype: { x: 1 } });
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test('are taken or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 25 }), (value) => {
        try {
          checkVariables(value, DEFAULT_LIMITS);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphQLError);
        }
      }),
    );
  });
});
