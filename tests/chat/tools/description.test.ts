import { expect, test } from '@jest/globals';
import { describeCall } from '../../../subgraphs/chat/tools/description.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import { catalogue } from './support.ts';

const describeTool = (name: string, variables: Record<string, unknown>) =>
  describeCall(catalogue.tools.get(name)!, variables);

test('a call is described in words, with the ids of what it is about', () => {
  const goalId = newId('goal');
  expect(
    describeTool('LogProgress', { note: 'goal_1 is NOT_DONE', localDate: '2026-03-01', value: 5, goalId }),
  ).toEqual({
    title: 'Log progress',
    details: [
      { name: 'Goal', value: goalId, objectId: goalId },
      { name: 'Value', value: '5', objectId: null },
      { name: 'Day', value: '2026-03-01', objectId: null },
      { name: 'Note', value: 'goal_1 is NOT_DONE', objectId: null },
    ],
  });
});

test('nothing that is approved is left out, lists and parts included', () => {
  expect(
    describeTool('CreateGoal', {
      title: 'RUN',
      kind: 'HABIT',
      cumulative: false,
      frequency: { times: 3, period: 'WEEK' },
      direction: 'AT_LEAST',
      milestones: [{ title: 'FIRST', dueDate: '2026-03-01' }, { title: 'Second' }],
    }).details.map(({ name, value }) => `${name}: ${value}`),
  ).toEqual([
    'Title: RUN',
    'Kind: Habit',
    'Frequency: times: 3; period: Week',
    'Direction: At least',
    'Values add up: No',
    'Milestones: title: FIRST; due date: 2026-03-01, title: Second',
  ]);
  expect(describeTool('CreateReminder', { weekdays: ['MONDAY', 'FRIDAY'] }).details[0]).toMatchObject({
    name: 'Days of the week',
    value: 'Monday, Friday',
  });
  expect(describeTool('Today', {})).toEqual({ title: 'Today', details: [] });
});
