import { describe, expect, test } from '@jest/globals';
import { commonPath, targetsAt } from '../../../gateway/execution/targets.ts';

const cat = { __typename: 'Cat', toy: { __typename: 'Ball' } };
const dog = { __typename: 'Dog', toy: null };
const data = { pets: [cat, null, dog], best: cat, rooms: [[cat], [], [dog, cat]] };
const pathsAt = (path: (string | number)[]) =>
  targetsAt([{ data, path: [], ancestors: [] }], path).map((target) => target.path.join('.'));

describe('a path of a plan', () => {
  test.each([
    [[], ['']],
    [['best'], ['best']],
    [
      ['pets', '@'],
      ['pets.0', 'pets.2'],
    ],
    [['pets', '@', 'toy'], ['pets.0.toy']],
    [
      ['rooms', '@', '@'],
      ['rooms.0.0', 'rooms.2.0', 'rooms.2.1'],
    ],
    [['pets', '@|[Dog,Bird]'], ['pets.2']],
    [['', 'best|[Cat]', 'toy'], ['best.toy']],
    [['best|[Dog]', 'toy'], []],
    [['nothing', '@'], []],
    [['pets'], []],
  ])('%j leads to %j', (path, expected) => {
    expect(pathsAt(path)).toEqual(expected);
  });

  test('remembers the objects above, without lists', () => {
    const [target] = targetsAt([{ data, path: [], ancestors: [] }], ['rooms', '@', '@', 'toy']);
    expect(target?.ancestors).toEqual([data, cat]);
  });
});

test('what several paths start with is where a fetch for all of them belongs', () => {
  expect(
    commonPath([
      ['a', 0, 'b'],
      ['a', 1, 'b'],
    ]),
  ).toEqual(['a']);
  expect(commonPath([['a', 0, 'b']])).toEqual(['a', 0, 'b']);
  expect(commonPath([])).toEqual([]);
});
