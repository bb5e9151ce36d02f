import type { NumberWords } from '../grammar.ts';

/** Numbers as English says and writes them. */
export const englishNumbers: NumberWords = {
  thousands: ',',
  words: new Map(
    Object.entries({
      a: 1,
      an: 1,
      one: 1,
      two: 2,
      three: 3,
      four: 4,
      five: 5,
      six: 6,
      seven: 7,
      eight: 8,
      nine: 9,
      ten: 10,
      eleven: 11,
      twelve: 12,
      fifteen: 15,
      twenty: 20,
      thirty: 30,
      forty: 40,
      fifty: 50,
      sixty: 60,
      hundred: 100,
      half: 0.5,
      couple: 2,
      dozen: 12,
    }).map(([word, value]) => [word, String(value)]),
  ),
  articles: new Set(['a', 'an', 'half']),
};
