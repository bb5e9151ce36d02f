import type { NumberWords } from '../grammar.ts';

/** Numbers as German says and writes them. */
export const germanNumbers: NumberWords = {
  thousands: '.',
  words: new Map(
    Object.entries({
      ein: 1,
      eine: 1,
      einen: 1,
      einem: 1,
      einer: 1,
      zwei: 2,
      drei: 3,
      vier: 4,
      fünf: 5,
      sechs: 6,
      sieben: 7,
      acht: 8,
      neun: 9,
      zehn: 10,
      elf: 11,
      zwölf: 12,
      fünfzehn: 15,
      zwanzig: 20,
      dreißig: 30,
      vierzig: 40,
      fünfzig: 50,
      sechzig: 60,
      hundert: 100,
      halbe: 0.5,
      halben: 0.5,
      halber: 0.5,
      halbes: 0.5,
    }).map(([word, value]) => [word, String(value)]),
  ),
  articles: new Set(['ein', 'eine', 'einen', 'einem', 'einer', 'halbe', 'halben', 'halber', 'halbes']),
};
