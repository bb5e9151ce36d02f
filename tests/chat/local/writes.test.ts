import { describe, expect, test } from '@jest/globals';
import { answerOf, callsOf, data, eventsOf, goals, isWrite, talk, textOf, written } from './world.ts';

describe('after a write', () => {
  test('it is confirmed with the numbers of the answer', async () => {
    expect(await talk().say('log 5 km run today')).toBe(
      'Logged 5 km on Running: 62 % (62 km of 100 km), 3 km ahead of your pace.',
    );
    expect(await talk().say('trage 5,5 km Laufen ein')).toBe(
      'Eingetragen: 5,5 km bei Running: 63 % (62,5 km von 100 km), 3 km vor deinem Plan.',
    );
  });

  test('a conversion is told before it is proposed', async () => {
    expect(await talk().say('log 3 miles run')).toMatch(/^3 miles is 4\.83 km for Running\.\n\nLogged 4\.83 km/);
  });

  test('a rejection is acknowledged, and nothing else', async () => {
    const { say, calls } = talk({
      result: (call) => (isWrite(call) ? { content: 'The person rejected this.', isError: true } : {}),
    });
    expect(await say('log 5 km run')).toBe('All right, I have not done it.');
    expect(written(calls)).toHaveLength(1);
    expect(await say('thanks')).toBe('You are welcome.');
    expect(written(calls)).toHaveLength(1);
  });

  test('one rejected write does not hold up the others', async () => {
    const { say } = talk({
      result: (call) => (call.arguments.goalId === 'run' ? { content: 'No.', isError: true } : {}),
    });
    expect(await say('log 5 km run and 20 pages')).toBe(
      'All right, I have not done it.\n\nLogged 20 pages on Read 2,000 pages: 41 % (820 pages of 2,000 pages), 24 pages behind your pace.',
    );
  });

  test('what was wrong is told', async () => {
    const world = answerOf();
    const refuses = talk({
      answer: (call) =>
        call.name === 'LogProgress'
          ? data({
              logProgress: {
                entry: null,
                goal: null,
                errors: [{ code: 'INVALID', message: 'The day is too far ahead.', path: [] }],
              },
            })
          : world(call),
    });
    expect(await refuses.say('log 5 km run')).toBe('That did not work: The day is too far ahead.');
    const broken = talk({ answer: () => ({ errors: [{ message: 'Not allowed.' }], data: null }) });
    expect(await broken.say('list my goals')).toBe('That did not work: Not allowed.');
  });

  test('a write that waits for approval is neither repeated nor taken for done', async () => {
    const turns = [
      { role: 'user', text: 'log 5 km run' },
      { role: 'assistant', text: '', toolCalls: [{ id: 'local_1_1', name: 'ListGoals', arguments: '{}' }] },
      {
        role: 'tools',
        results: [
          {
            id: 'local_1_1',
            name: 'ListGoals',
            content: JSON.stringify(data({ viewer: { goals: { nodes: goals } } })),
            isError: false,
          },
        ],
      },
      {
        role: 'assistant',
        text: '',
        toolCalls: [{ id: 'local_1_2', name: 'LogProgress', arguments: '{"goalId":"run","value":"5"}' }],
      },
      { role: 'user', text: 'thanks' },
    ] as const;
    const events = await eventsOf({ turns });
    expect(callsOf(events)).toEqual([]);
    expect(textOf(events)).toBe('You are welcome.');
  });

  test('the day it was approved on changes nothing: the call is known by its id', async () => {
    const { say, turns } = talk();
    await say('log 5 km run today');
    const before = turns.slice(0, -1);
    const events = await eventsOf({
      turns: before,
      facts: { now: new Date('2026-03-12T09:30:00Z'), timeZone: 'Europe/Berlin', today: '2026-03-12' },
    });
    expect(callsOf(events)).toEqual([]);
    expect(textOf(events)).toMatch(/^Logged 5 km on Running, yesterday/);
  });

  test('calls that got other ids on the way are known by what they asked for', async () => {
    const { say, turns } = talk();
    await say('log 5 km run and 20 pages');
    const renamed = turns.slice(0, -1).map((turn) => {
      if (turn.role === 'assistant')
        return { ...turn, toolCalls: turn.toolCalls.map((call) => ({ ...call, id: `x${call.id}` })) };
      return turn.role === 'tools'
        ? { ...turn, results: turn.results.map((one) => ({ ...one, id: `x${one.id}` })) }
        : turn;
    });
    const events = await eventsOf({ turns: renamed });
    expect(callsOf(events)).toEqual([]);
    expect(textOf(events)).toBe((turns.at(-1) as { text: string }).text);
  });
});

describe('what counts for several goals', () => {
  const year = { ...goals[0]!, id: 'year', title: 'Run 900 km in a year' };
  const week = { ...goals[0]!, id: 'week', title: 'Run three times a week', kind: 'HABIT', targetValue: null };
  const runs = answerOf([week, year]);

  test.each([
    ['log 5 km run today', 'That counts for Run three times a week and Run 900 km in a year.'],
    ['ich bin heute 5 km gelaufen', 'Das zählt für Run three times a week und Run 900 km in a year.'],
  ])('a habit and a sum of the same doing are both proposed: %s', async (text, said) => {
    const { say, calls, turns } = talk({ answer: runs });
    expect((await say(text)).split('\n\n')).toEqual([
      said,
      expect.stringMatching(/5 km .*Run three times a week/),
      expect.stringMatching(/5 km .*Run 900 km in a year/),
    ]);
    expect(written(calls)).toEqual([
      'LogProgress goalId=week localDate=2026-03-11 value=5',
      'LogProgress goalId=year localDate=2026-03-11 value=5',
    ]);
    const proposals = turns.flatMap((turn) => (turn.role === 'assistant' ? [turn.toolCalls] : []))[1]!;
    expect(new Set(proposals.map(({ id }) => id)).size).toBe(2);
  });

  test.each([
    ['I ran', 'no amount'],
    ['log 30 min run', 'an amount that does not fit'],
    ['log 5 km', 'nothing that was done'],
  ])('but not with %s: %s', async (text) => {
    const { say, calls } = talk({ answer: runs });
    expect(await say(text)).toMatch(/^Which goal do you mean/);
    expect(written(calls)).toEqual([]);
  });

  test.each([
    'log 5 km for Run 900 km in a year',
    'log 5 km on Run 900 km in a year',
    'log 5 km to Run 900 km in a year',
    'add 5 km to my Run 900 km in a year goal',
    'log 5 km run on Run 900 km in a year',
    'trage 5 km für Run 900 km in a year ein',
    'trage 5 km bei Run 900 km in a year ein',
    'trage 5 km zu Run 900 km in a year ein',
  ])('but the one that is named, alone: %s', async (text) => {
    const { say, calls } = talk({ answer: runs });
    await say(text);
    expect(written(calls)).toEqual(['LogProgress goalId=year value=5']);
  });

  test.each([
    ['Run 100 km in a month', 'log 5 km on Run 100 km in a month'],
    ['100 km in einem Monat laufen', 'trage 5 km bei 100 km in einem Monat laufen ein'],
  ])('a title that sounds like a day to come is none: %s', async (title, text) => {
    const month = { ...year, id: 'month', title };
    const { say, calls } = talk({ answer: answerOf([week, month]) });
    await say(text);
    expect(written(calls)).toEqual(['LogProgress goalId=month value=5']);
  });
});
