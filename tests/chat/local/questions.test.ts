import { describe, expect, test } from '@jest/globals';
import { answerOf, goals, talk, written } from './world.ts';

describe('a question of the assistant', () => {
  const twoRuns = answerOf([
    { ...goals[0]!, id: 'year', title: 'Run 900 km in a year' },
    { ...goals[0]!, id: 'coast', title: 'Run along the coast' },
  ]);

  test.each([
    ['the second', ['coast']],
    ['the first one', ['year']],
    ['2', ['coast']],
    ['Run 900 km in a year', ['year']],
    ['the coast', ['coast']],
    ['the yearly one? no: 900', []],
    ['both', ['year', 'coast']],
    ['no', []],
  ])('which of two goals: %s', async (answer, ids) => {
    const { say, calls } = talk({ answer: twoRuns });
    expect(await say('log 5 km run')).toBe(
      'Which goal do you mean by “run”: Run 900 km in a year or Run along the coast?',
    );
    await say(answer);
    expect(written(calls)).toEqual(ids.map((id) => `LogProgress goalId=${id} value=5`));
  });

  test('both are proposed at once, and one that is rejected does not hold up the other', async () => {
    const { say, calls } = talk({
      answer: twoRuns,
      result: (call) => (call.arguments.goalId === 'year' ? { content: 'No.', isError: true } : {}),
    });
    await say('log 5 km run');
    expect(await say('both')).toMatch(/^All right, I have not done it\.\n\nLogged 5 km on Run along the coast/);
    expect(written(calls)).toEqual(['LogProgress goalId=year value=5', 'LogProgress goalId=coast value=5']);
  });

  test('the answers to the questions of both come one after the other, also when results were forgotten', async () => {
    for (const forgets of [false, true]) {
      const { say, calls } = talk({ answer: twoRuns, forgets });
      await say('I ran yesterday');
      expect(await say('both')).toBe('How many km shall I log on Run 900 km in a year?');
      expect(await say('5')).toMatch(/How many km shall I log on Run along the coast\?$/);
      await say('3');
      expect(written(calls).at(-1)).toBe('LogProgress goalId=coast localDate=2026-03-10 value=3');
    }
  });

  test('changes of both are proposed at once as well', async () => {
    const { say, turns } = talk({ answer: twoRuns });
    await say('pause run');
    await say('both');
    const proposals = turns.flatMap((turn) => (turn.role === 'assistant' ? [turn.toolCalls] : [])).at(-2)!;
    expect(proposals.map(({ name }) => name)).toEqual(['UpdateGoal', 'UpdateGoal']);
  });

  test('is dropped when the person asks for something else', async () => {
    const { say, calls } = talk({ answer: twoRuns });
    await say('log 5 km run');
    await say('list my goals');
    await say('the second');
    expect(written(calls)).toEqual([]);
  });

  test('how much', async () => {
    const { say, calls } = talk();
    expect(await say('I ran yesterday')).toBe('How many km shall I log on Running?');
    await say('5.5');
    expect(written(calls)).toEqual(['LogProgress goalId=run localDate=2026-03-10 value=5.5']);
  });

  test('how much, where the unit does not fit', async () => {
    const { say, calls } = talk();
    expect(await say('log 30 min running')).toBe(
      'Running is counted in km, and I cannot turn 30 min into that. How many km shall I log?',
    );
    await say('about 4 km');
    expect(written(calls)).toEqual(['LogProgress goalId=run value=4']);
  });

  test('whether to make a goal, where none fits', async () => {
    const { say, calls } = talk();
    expect(await say('log 30 min chess')).toMatch(/no goal for “chess”.*Running.*Shall I create the habit “Chess”\?$/);
    expect(await say('yes please')).toMatch(/^Created the goal Chess, every day\.\nLogged 30 min on Chess/);
    expect(written(calls)).toEqual([
      'CreateGoal frequency={"times":1,"period":"DAY","interval":1} kind=HABIT title=Chess unit=min',
      'LogProgress goalId=new1 value=30',
    ]);
  });

  test('what to be reminded of, when, and at what time', async () => {
    const { say, calls } = talk();
    expect(await say('remind me')).toBe('What shall I remind you of, and when?');
    expect(await say('to stretch')).toBe('When shall I remind you of “stretch”?');
    expect(await say('tomorrow')).toBe('At what time shall I remind you of “stretch”?');
    expect(await say('8')).toBe('I remind you tomorrow at 08:00 of “stretch”.');
    expect(written(calls)).toEqual(['CreateReminder date=2026-03-12 message=stretch timeOfDay=08:00']);
  });

  test('a reminder of a goal is for that goal', async () => {
    const { say, calls } = talk();
    expect(await say('erinnere mich jeden Dienstag ans Laufen')).toBe(
      'Um wie viel Uhr soll ich dich an „Laufen“ erinnern?',
    );
    expect(await say('um 18:15')).toBe(
      'Ich erinnere dich jeden Dienstag um 18:15 an „Laufen“, für Running, das nächste Mal morgen 08:00.',
    );
    expect(written(calls)).toEqual(['CreateReminder goalId=run message=Laufen timeOfDay=18:15 weekdays=["TUESDAY"]']);
  });

  test('what a goal is to be', async () => {
    const { say, calls } = talk();
    expect(await say('create a goal')).toMatch(/\?$/);
    await say('read 24 books this year');
    expect(written(calls)).toEqual([
      'CreateGoal deadline=2026-12-31 kind=NUMERIC targetValue=24 title=Read 24 books unit=books',
    ]);
  });

  test('is still understood when the results before it have fallen out of the talk', async () => {
    const { say, calls } = talk({ answer: twoRuns, forgets: true });
    await say('log 5 km run');
    await say('the second');
    expect(written(calls)).toEqual(['LogProgress goalId=coast value=5']);
    await say('thanks');
    expect(written(calls)).toHaveLength(1);
  });
});
