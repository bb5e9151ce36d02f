import { describe, expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { applyRewrites, contextArguments, renamePath } from '../../../gateway/execution/rewrites.ts';

const schema = buildSchema(
  'type Query { node: Node } interface Node { id: ID } type A implements Node { id: ID } type B { id: ID }',
);
const rename = (path: string[], renameKeyTo: string) => ({ kind: 'KeyRenamer' as const, path, renameKeyTo });

describe('a rewrite', () => {
  test('sets a value on the types that it is meant for', () => {
    const value = { __typename: 'A', id: '1' };
    applyRewrites(schema, [{ kind: 'ValueSetter', path: ['... on B', '__typename'], setValueTo: 'X' }], value);
    expect(value.__typename).toBe('A');
    applyRewrites(schema, [{ kind: 'ValueSetter', path: ['... on Node', '__typename'], setValueTo: 'Node' }], value);
    expect(value).toEqual({ __typename: 'Node', id: '1' });
  });

  test.each([[0], [false], [null], [''], [{ deep: 1 }]])('renames a key whose value is %j, in lists too', (value) => {
    const data = { list: [[{ __typename: 'A', alias: value }], null, [{ __typename: 'B', alias: value }]] };
    applyRewrites(schema, [rename(['list', '... on A', 'alias'], 'name')], data);
    expect(data).toEqual({ list: [[{ __typename: 'A', name: value }], null, [{ __typename: 'B', alias: value }]] });
  });

  test('leaves alone what is not there', () => {
    const data = { other: 1 };
    applyRewrites(schema, [rename(['list', 'alias'], 'name'), rename(['alias'], 'name')], data);
    expect(data).toEqual({ other: 1 });
  });

  test('is undone in the path of an error', () => {
    const rewrites = [rename(['list', '... on A', 'alias'], 'name')];
    expect(renamePath(rewrites, ['list', 0, 1, 'alias', 'x'])).toEqual(['list', 0, 1, 'name', 'x']);
    expect(renamePath(rewrites, ['alias', 'list'])).toEqual(['alias', 'list']);
  });
});

describe('a context argument', () => {
  const above = { __typename: 'A', currency: 'EUR' };
  const target = { data: { id: '1' }, path: [], ancestors: [{}, above, { __typename: 'B' }] };

  test('is read from as many fields above as the path climbs', () => {
    const paths = [
      rename(['..', '..', '... on B', 'currency'], 'c'),
      rename(['..', '..', '... on A', 'currency'], 'c'),
    ];
    expect(contextArguments(schema, paths, target)).toEqual({ c: 'EUR' });
  });

  test('that is not known leaves its target out', () => {
    expect(contextArguments(schema, [rename(['..', 'currency'], 'c')], target)).toBeUndefined();
  });
});
