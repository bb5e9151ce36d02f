import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { makeRule, runsOf, work } from './support.ts';

beginGraph({ people: 'EACH_TEST' });

const schedule = (input: object) => ({ mode: 'PARALLEL', triggers: [{ schedule: input }] });
const fallsOf = async (id: string) => (await runsOf(ana, id)).map(({ localOccurrence }) => localOccurrence);
const nextOf = async (id: string) =>
  (
    await ana.data('query ($id: ID!) { node(id: $id) { ... on AutomationRule { nextRunAt lastRun { state } } } }', {
      id,
    })
  ).node;
const hour = 3_600_000;

describe('a schedule', () => {
  test('makes one run an occurrence, whatever the number of processes', async () => {
    const id = await makeRule(ana, schedule({ cron: '0 14 * * *' }));
    expect(await nextOf(id)).toEqual({ nextRunAt: '2026-03-10T13:00:00.000Z', lastRun: null });
    await work(graph);
    expect(await runsOf(ana, id)).toEqual([]);
    graph.clock.advance(hour);
    await Promise.all([work(graph), work(graph), work(graph)]);
    expect(await runsOf(ana, id)).toMatchObject([
      { trigger: 'SCHEDULE', state: 'DONE', localOccurrence: '2026-03-10T14:00' },
    ]);
    expect(await nextOf(id)).toEqual({ nextRunAt: '2026-03-11T13:00:00.000Z', lastRun: { state: 'DONE' } });
  });

  test('keeps to the wall clock over the changes of the clocks: a time in the gap falls once, one that comes twice the first time', async () => {
    graph.clock.set('2026-03-28T00:00:00Z');
    const id = await makeRule(ana, schedule({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' }));
    for (let i = 0; i < 10; i++) {
      await graph.runJobs();
      graph.clock.advance(6 * hour);
    }
    // 02:30 does not exist on the 29th: it falls as much later as the clock jumps.
    expect(await fallsOf(id)).toEqual(['2026-03-28T02:30', '2026-03-29T03:30', '2026-03-30T02:30']);
    for (const time of ['24T12:00', '25T00:29', '25T00:31', '25T01:31', '25T02:31', '25T12:00']) {
      graph.clock.set(`2026-10-${time}:00Z`);
      await graph.runJobs();
    }
    // Runs of the spring are forgotten by now.
    expect(await fallsOf(id)).toEqual(['2026-10-24T02:30', '2026-10-25T02:30']);
  });

  test('is made up for once when it was missed by less than a day, else left out', async () => {
    const id = await makeRule(ana, schedule({ cron: '0 * * * *' }));
    graph.clock.advance(5 * hour + 60_000);
    await work(graph);
    expect(await fallsOf(id)).toEqual(['2026-03-10T18:00']);
    const daily = await makeRule(ana, schedule({ rrule: 'FREQ=WEEKLY;BYDAY=WE;BYHOUR=7' }));
    graph.clock.set('2026-03-13T07:00:00Z');
    await work(graph);
    expect(await fallsOf(daily)).toEqual([]);
    expect((await nextOf(daily)).nextRunAt).toBe('2026-03-18T06:00:00.000Z');
  });

  test('by the person’s own clock moves with them', async () => {
    const id = await makeRule(ana, schedule({ cron: '0 7 * * *' }));
    expect((await nextOf(id)).nextRunAt).toBe('2026-03-11T06:00:00.000Z');
    const move = 'mutation { updateProfile(input: { timeZone: "America/New_York" }) { errors { code } } }';
    await ana.data(move);
    await work(graph);
    expect((await nextOf(id)).nextRunAt).toBe('2026-03-11T11:00:00.000Z');
  });

  test('counts from the day it was written, also when it is written once more', async () => {
    const everyOther = { rrule: 'FREQ=DAILY;INTERVAL=2;BYHOUR=6' };
    const id = await makeRule(ana, schedule(everyOther));
    expect((await nextOf(id)).nextRunAt).toBe('2026-03-12T05:00:00.000Z');
    graph.clock.advance(24 * hour);
    const again = `mutation ($id: ID!, $triggers: [AutomationTriggerInput!]) {
      updateAutomationRule(input: { id: $id, triggers: $triggers, name: "Again" }) { errors { code } } }`;
    await ana.data(again, { id, triggers: [{ schedule: everyOther }] });
    expect((await nextOf(id)).nextRunAt).toBe('2026-03-12T05:00:00.000Z');
  });
});
