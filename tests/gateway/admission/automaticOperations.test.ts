import { describe, expect, test } from '@jest/globals';
import { createAutomaticOperations } from '../../../gateway/admission/automaticOperations.ts';
import { sha256 } from '../../../gateway/admission/sha256.ts';

const create = (options = {}) => {
  let time = 0;
  const automatic = createAutomaticOperations({ schema: 's1', now: () => time, ttl: 1_000, ...options });
  return { automatic, pass: (milliseconds: number) => (time += milliseconds) };
};

/** As much of Redis as registrations use, with what was asked of it. */
function createStore() {
  const entries = new Map<string, string>();
  const sets: unknown[][] = [];
  const store = {
    get: async (key: string) => entries.get(key) ?? null,
    set: async (...all: [string, string, 'PX', number]) => {
      sets.push(all);
      entries.set(all[0], all[1]);
      return 'OK' as const;
    },
  };
  return { store: store as never, entries, sets };
}
const broken = {
  get: () => Promise.reject(new Error('Command timed out')),
  set: () => Promise.reject(new Error('Stream isn’t writeable')),
} as never;

const text = '{ a }';
const hash = sha256(text);

describe('registered texts', () => {
  test('are found by their hash until their time is over', () => {
    const { automatic, pass } = create();
    expect(automatic.get(hash)).toBeUndefined();
    automatic.set(hash, text);
    expect(automatic.get(hash)).toBe(text);
    pass(1_000);
    expect(automatic.get(hash)).toBeUndefined();
  });

  test('are bounded in number and size', () => {
    const { automatic } = create({ entries: 2, weight: 1_000 });
    for (const letter of ['a', 'b', 'c']) automatic.set(sha256(letter), letter);
    expect(automatic.get(sha256('a'))).toBeUndefined();
    expect(automatic.get(sha256('c'))).toBe('c');
    automatic.set(sha256('x'.repeat(200)), 'x'.repeat(200));
    expect(automatic.get(sha256('x'.repeat(200)))).toBeUndefined();
  });

  test('are shared through the store, under the schema, with a time to live', async () => {
    const { store, sets } = createStore();
    create({ store }).automatic.set(hash, text);
    expect(sets).toEqual([[`apq:s1:${hash}`, text, 'PX', 1_000]]);
    const other = create({ store }).automatic;
    expect(await other.get(hash)).toBe(text);
    expect(other.get(hash)).toBe(text);
    expect(await create({ store, schema: 's2' }).automatic.get(hash)).toBeUndefined();
  });

  test('that somebody changed in the store are not found', async () => {
    const { store, entries } = createStore();
    entries.set(`apq:s1:${hash}`, '{ b }');
    expect(await create({ store }).automatic.get(hash)).toBeUndefined();
  });

  test('are not found while the store fails, and still work in this process', async () => {
    const { automatic } = create({ store: broken });
    expect(await automatic.get(hash)).toBeUndefined();
    automatic.set(hash, text);
    expect(await automatic.get(hash)).toBe(text);
  });
});
