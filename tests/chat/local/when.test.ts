import { describe, expect, test } from '@jest/globals';
import { takeWhen } from '../../../subgraphs/chat/local/dates.ts';
import { english } from '../../../subgraphs/chat/local/language/english/grammar.ts';
import { german } from '../../../subgraphs/chat/local/language/german/grammar.ts';
import { momentOf } from '../../../subgraphs/chat/local/moment.ts';
import { facts } from './world.ts';

/** Day and time, or weekdays and time, of what is said on Wednesday 11 March at 10:30. */
const whenOf = (text: string, language = english, at = facts) => {
  const found = takeWhen(text, language.calendar, momentOf(at));
  if (!found) return null;
  const { date, time, weekdays } = found.value;
  return `${date ?? (weekdays.join('') || 'daily')} ${time ?? '?'}${found.rest ? ` | ${found.rest}` : ''}`;
};

describe('when', () => {
  test.each([
    ['tomorrow at 8', '2026-03-12 08:00'],
    ['at 8 tomorrow', '2026-03-12 08:00'],
    ['at 8', '2026-03-12 08:00'],
    ['at 11', '2026-03-11 11:00'],
    ['today at 5pm', '2026-03-11 17:00'],
    ['at 12 a.m.', '2026-03-12 00:00'],
    ['at 12 pm', '2026-03-11 12:00'],
    ['tonight', '2026-03-11 20:00'],
    ['tonight at 9', '2026-03-11 21:00'],
    ['this evening at 7:30', '2026-03-11 19:30'],
    ['tomorrow evening at 7', '2026-03-12 19:00'],
    ['tomorrow morning', '2026-03-12 08:00'],
    ['on Friday evening', '2026-03-13 18:00'],
    ['on Wednesday at noon', '2026-03-18 12:00'],
    ['next Monday at quarter to 8', '2026-03-16 07:45'],
    ['in two hours', '2026-03-11 12:30'],
    ['in 45 minutes', '2026-03-11 11:15'],
    ['in 14 hours', '2026-03-12 00:30'],
    ['in 3 days at 18:00', '2026-03-14 18:00'],
    ['in twelve days at 9', '2026-03-23 09:00'],
    ['on March 20 at 9', '2026-03-20 09:00'],
    ['on 1 March at 9', '2027-03-01 09:00'],
    ['on 2026-12-24 at 18:00', '2026-12-24 18:00'],
    ['every day at 9', 'daily 09:00'],
    ['every evening at 9', 'daily 21:00'],
    ['every weekday at 7:30', '12345 07:30'],
    ['on Mondays and Fridays at 6am', '15 06:00'],
    ['every Monday, Wednesday and Friday at 18:00', '135 18:00'],
    ['every weekend', '67 ?'],
    ['on February 30', null],
    ['at 25:00', null],
    ['some day', null],
  ])('%s', (text, expected) => expect(whenOf(text)).toBe(expected));

  test.each([
    ['morgen um 8', '2026-03-12 08:00'],
    ['heute Abend um 8', '2026-03-11 20:00'],
    ['heute Abend', '2026-03-11 18:00'],
    ['morgen früh um 7', '2026-03-12 07:00'],
    ['morgen Abend', '2026-03-12 18:00'],
    ['übermorgen um 18 Uhr 30', '2026-03-13 18:30'],
    ['am Freitagabend', '2026-03-13 18:00'],
    ['am Freitag um halb 8', '2026-03-13 07:30'],
    ['nächsten Montag um viertel vor 9', '2026-03-16 08:45'],
    ['am 5.12. um 8', '2026-12-05 08:00'],
    ['am 24. Dezember um 18:00 Uhr', '2026-12-24 18:00'],
    ['in einer halben Stunde', '2026-03-11 11:00'],
    ['in zwei Stunden', '2026-03-11 12:30'],
    ['in drei Tagen um 9 Uhr', '2026-03-14 09:00'],
    ['in zwölf Tagen um 9 Uhr', '2026-03-23 09:00'],
    ['jeden Tag um 9', 'daily 09:00'],
    ['jeden Abend um 9', 'daily 21:00'],
    ['jeden Morgen', 'daily 08:00'],
    ['werktags um 7:30', '12345 07:30'],
    ['montags um 6 Uhr', '1 06:00'],
    ['jeden Dienstag und Donnerstag um 18 Uhr', '24 18:00'],
    ['am Wochenende um 10', '67 10:00'],
  ])('%s', (text, expected) => expect(whenOf(text, german)).toBe(expected));

  test('"in two hours" is two hours on the clock of the world, also when the clocks change', () => {
    const at = { ...facts, now: new Date('2026-03-29T00:30:00Z'), today: '2026-03-29' };
    expect(whenOf('in two hours', english, at)).toBe('2026-03-29 04:30');
  });
});
