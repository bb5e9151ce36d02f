import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { log, makeGoal } from './fixtures/graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph();
});
afterAll(() => graph?.stop());

describe('the local day of an entry', () => {
  const logAt = async (person: Person, time: string, input = {}) => {
    graph.clock.set(time);
    const goal = await makeGoal(person, {});
    return (await log(person, { goalId: goal.id, value: '1', ...input }, 'entry { localDate timeZone occurredAt }'))
      .entry;
  };
  const keeper = async (timeZone: string, dayStartMinutes = 0) => {
    const person = await graph.person({ timeZone });
    await graph.db.user.update({ where: { id: person.userId }, data: { dayStartMinutes } });
    return person;
  };

  test.each([
    ['Europe/Berlin', 0, '2026-03-09T23:30:00Z', '2026-03-10'],
    ['America/New_York', 0, '2026-03-10T03:59:00Z', '2026-03-09'],
    ['Pacific/Kiritimati', 0, '2026-03-10T10:00:00Z', '2026-03-11'],
    ['Europe/Berlin', 240, '2026-03-10T02:30:00Z', '2026-03-09'],
    // The clock goes from 02:00 to 03:00, and the person's day starts at 03:00.
    ['Europe/Berlin', 180, '2026-03-29T00:59:00Z', '2026-03-28'],
    ['Europe/Berlin', 180, '2026-03-29T01:00:00Z', '2026-03-29'],
    // 02:30 comes twice: before the day starts, both times.
    ['Europe/Berlin', 180, '2026-10-25T01:30:00Z', '2026-10-24'],
    ['Europe/Berlin', 180, '2026-10-25T02:00:00Z', '2026-10-25'],
  ])('in %s with the day starting at minute %d, %s is %s', async (timeZone, dayStart, time, localDate) => {
    const person = await keeper(timeZone, dayStart);
    expect(await logAt(person, time)).toMatchObject({ localDate, timeZone });
  });

  test('follows the zone the person travels in, and is never moved by a later change of zone', async () => {
    const person = await keeper('Europe/Berlin');
    expect(await logAt(person, '2026-03-10T20:00:00Z', { timeZone: 'Asia/Tokyo' })).toMatchObject({
      localDate: '2026-03-11',
      timeZone: 'Asia/Tokyo',
    });
    await graph.db.user.update({ where: { id: person.userId }, data: { timeZone: 'America/Los_Angeles' } });
    const { viewer } = await person.data('{ viewer { goals { nodes { entries { nodes { localDate } } } } } }');
    expect(viewer.goals.nodes[0].entries.nodes).toEqual([{ localDate: '2026-03-11' }]);
    graph.clock.set('2026-03-10T12:00:00Z');
  });

  test('an entry for another day is said to have happened at its noon', async () => {
    graph.clock.set('2026-03-10T12:00:00Z');
    const person = await keeper('America/New_York');
    expect(await logAt(person, '2026-03-10T12:00:00Z', { localDate: '2026-03-08' })).toMatchObject({
      occurredAt: '2026-03-08T16:00:00.000Z',
    });
  });
});
