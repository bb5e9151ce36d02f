import { expect, test } from '@jest/globals';
import { parseUrl } from '../../subgraphs/shared/urls.ts';

test('an address with letters of all languages is one, however often it is asked', () => {
  for (let i = 0; i < 200_000; i++) parseUrl(`https://a.example/${i % 10}`);
  expect(parseUrl('https://ä.example/ö')?.href).toBe('https://xn--4ca.example/%C3%B6');
  expect(parseUrl('/ö', 'https://ä.example')?.pathname).toBe('/%C3%B6');
  expect(parseUrl('nothing')).toBeNull();
});
