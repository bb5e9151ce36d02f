import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodingOf, textOf } from '../../../subgraphs/research/reading/encoding.ts';
import { fixture, received } from './received.ts';

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('what says nothing of its encoding, or lies', () => {
  test.each([
    ['lies-shift-jis.xml', 'application/rss+xml; charset=utf-8', 'shift_jis', '新しい閲覧室'],
    ['lies-shift-jis.xml', 'application/rss+xml; charset=iso-8859-1', 'shift_jis', '新しい閲覧室'],
    ['says-nothing-euc-jp.xml', null, 'euc-jp', '新しい閲覧室'],
    ['meta-shift-jis.page', 'text/html', 'shift_jis', '本文は日本語です。'],
    ['meta-shift-jis.page', 'text/html; charset=utf-8', 'shift_jis', '本文は日本語です。'],
    ['lies-windows-1252.xml', 'text/xml; charset=utf-8', 'windows-1252', 'Les élèves préfèrent l’été'],
    ['utf-16le.xml', 'text/xml; charset=utf-8', 'utf-16le', 'Les élèves préfèrent l’été'],
    ['silent-windows-1251.page', 'text/html', 'windows-1251', 'Новый читальный зал'],
    ['silent-koi8-r.page', 'text/html', 'koi8-r', 'Новый читальный зал'],
    ['silent-gbk.page', 'text/html', 'gb18030', '新的阅览室'],
    ['silent-big5.page', 'text/html', 'big5', '新的閱覽室'],
    ['silent-euc-kr.page', 'text/html', 'euc-kr', '새로운 열람실'],
  ])('%s as %s', (name, contentType, encoding, words) => {
    const it = fixture(name, contentType);
    expect(encodingOf(it.body, /charset=(.*)/.exec(contentType ?? '')?.[1] ?? null)).toBe(encoding);
    expect(textOf(it)).toContain(words);
  });
});

test.each([
  ['UTF-8 that is called Latin-1', 'Grüße aus Köln', 'text/html; charset=iso-8859-1'],
  ['UTF-8 that is called something unknown', 'Grüße aus Köln', 'text/html; charset=klingon'],
  ['UTF-8 that is called Shift_JIS', '図書館のお知らせ', 'text/html; charset=shift_jis'],
])('%s', (_, text, type) => expect(textOf(received(text, type))).toBe(text));

test('a mark at the beginning beats everything, and goes', () => {
  const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('é')]);
  expect(textOf(received(bytes, 'text/html; charset=windows-1252'))).toBe('é');
});

test('UTF-16 without a mark', () => {
  const bytes = Uint8Array.from([...'<?xml version="1.0"?>'].flatMap((character) => [0, character.charCodeAt(0)]));
  expect(textOf(received(bytes, null))).toBe('<?xml version="1.0"?>');
});

test('a single broken byte in much UTF-8 is damage, and an end within a character is a cut', () => {
  const good = new TextEncoder().encode('Grüße aus Köln. '.repeat(20));
  expect(textOf(received(Uint8Array.from([...good, 0xff, ...good]), null))).toContain('Grüße aus Köln. \uFFFDGrüße');
  expect(textOf(received(good.subarray(0, good.indexOf(0xc3) + 1), null))).toBe('Gr\uFFFD');
});

test('ISO-8859-1 that is called so', () => {
  expect(textOf(received(latin('Gr\u00fc\u00dfe'), 'text/plain; charset="ISO-8859-1"'))).toBe('Grüße');
});

test('what cannot be stored is not in it', () => {
  expect(textOf(received('a\0b\r\nc\rd', null))).toBe('ab\nc\nd');
  expect(textOf(received(latin('<meta charset=utf-16><p>Gr\u00fc\u00dfe</p>'), null))).toContain('Grüße');
});

test('never an error, whatever the bytes and the labels', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.option(fc.string({ maxLength: 40 })), (body, type) => {
      const text = textOf({
        url: 'https://example.org/',
        contentType: type === null ? null : `text/html; charset=${type}`,
        charset: type,
        body,
      });
      expect(text).not.toMatch(/\0|\p{Surrogate}/u);
    }),
    { numRuns: 500 },
  );
});
