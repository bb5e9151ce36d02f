import { describe, expect, test } from '@jest/globals';
import { BoundedMap } from '../../gateway/boundedMap.ts';

describe('a bounded map', () => {
  test('forgets what was used longest ago', () => {
    const map = new BoundedMap<number>({ entries: 2, weight: 100 });
    map.set('a', 1, 1);
    map.set('b', 2, 1);
    expect(map.get('a')).toBe(1);
    map.set('c', 3, 1);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });

  test('holds no more weight than it may', () => {
    const map = new BoundedMap<number>({ entries: 10, weight: 100 });
    for (const key of ['a', 'b', 'c', 'd']) map.set(key, 1, 25);
    map.set('e', 1, 20);
    expect([map.size, map.weight, map.get('a')]).toEqual([4, 95, undefined]);
  });

  test('counts a key that is set again once', () => {
    const map = new BoundedMap<number>({ entries: 10, weight: 100 });
    map.set('a', 1, 20);
    map.set('a', 2, 5);
    expect([map.size, map.weight, map.get('a')]).toEqual([1, 5, 2]);
    map.delete('a');
    map.delete('a');
    expect([map.size, map.weight]).toEqual([0, 0]);
  });

  test('does not give up all it has for one thing', () => {
    const map = new BoundedMap<number>({ entries: 10, weight: 100, largest: 25 });
    map.set('a', 1, 20);
    map.set('big', 1, 26);
    expect([map.get('a'), map.get('big')]).toEqual([1, undefined]);
  });
});
