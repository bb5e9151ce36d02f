import { beforeEach, describe, expect, test } from '@jest/globals';
import { tellDueReminders } from '../../../subgraphs/integrations/notifications/reminders/due.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';

beginGraph({ people: 'EACH_TEST' });

const createGoal = `mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } errors { code path message } } }`;
const createReminder = `mutation ($input: CreateReminderInput!) { createReminder(input: $input) {
  reminder { id followPace } errors { code path }
} }`;
const updateReminder = `mutation ($input: UpdateReminderInput!) { updateReminder(input: $input) { errors { code path } } }`;
const logProgress = `mutation ($input: LogProgressInput!) { logProgress(input: $input) { errors { code path message } } }`;

const made = async (document: string, name: string, input: object) => {
  const answer = (await ana.data(document, { input }))[name];
  if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
  return answer;
};
const goal = async (input: object = {}): Promise<string> =>
  (await made(createGoal, 'createGoal', { kind: 'CUSTOM', title: 'Read', ...input })).goal.id;
const remind = async (input: object): Promise<string> =>
  (await made(createReminder, 'createReminder', input)).reminder.id;
const told = async () =>
  (
    await ana.data(
      '{ viewer { notifications(first: 50, filter: { kinds: [REMINDER] }) { nodes { kind title body urgent subjectId createdAt } } } }',
    )
  ).viewer.notifications.nodes;
const at = async (time: string) => {
  graph.clock.set(time);
  await graph.settle();
  await graph.runJobs();
};
const read = () =>
  graph.db.notification.updateMany({ where: { userId: ana.userId }, data: { readAt: graph.clock.now() } });

describe('a reminder falls', () => {
  test('at its local time, each day once, whatever the number of processes', async () => {
    const id = await remind({ message: 'Water the plants', timeOfDay: '18:00' });
    await at('2026-03-10T16:59:59Z');
    expect(await told()).toEqual([]);
    graph.clock.set('2026-03-10T17:00:00Z');
    const closing = new AbortController().signal;
    await Promise.all([1, 2, 3].map(() => tellDueReminders(graph.platform, closing)));
    await at('2026-03-10T17:00:10Z');
    expect(await told()).toMatchObject([{ kind: 'REMINDER', title: 'Water the plants', subjectId: id }]);
    await read();
    await at('2026-03-11T17:00:00Z');
    expect(await told()).toHaveLength(2);
  });

  test('by the clock of the person through the change to summer time', async () => {
    await remind({ message: 'Night', timeOfDay: '02:30' });
    for (const [time, count] of [
      ['2026-03-28T01:30:00Z', 1],
      ['2026-03-29T01:29:59Z', 1],
      ['2026-03-29T01:30:00Z', 2],
      ['2026-03-30T00:30:00Z', 3],
    ] as const) {
      await at(time);
      expect([time, (await told()).length]).toEqual([time, count]);
      await read();
    }
  });

  test('late on the same day when it was missed, and not the day after', async () => {
    await remind({ message: 'Once', timeOfDay: '14:00' });
    await at('2026-03-10T21:00:00Z');
    expect(await told()).toHaveLength(1);
    await read();
    await at('2026-03-12T12:00:00Z');
    expect(await told()).toHaveLength(1);
    await at('2026-03-12T13:00:00Z');
    expect(await told()).toHaveLength(2);
  });

  test('once on a single day', async () => {
    await remind({ message: 'Dentist', timeOfDay: '08:00', date: '2026-03-12' });
    for (const day of ['12', '13', '14']) await at(`2026-03-${day}T07:00:00Z`);
    expect(await told()).toHaveLength(1);
  });

  test('not while it is switched off; and again when its time is changed on the same day', async () => {
    const id = await remind({ message: 'Pills', timeOfDay: '14:00', active: false });
    await at('2026-03-10T13:00:00Z');
    expect(await told()).toEqual([]);
    await made(updateReminder, 'updateReminder', { id, active: true, timeOfDay: '15:00' });
    await at('2026-03-10T14:00:00Z');
    expect(await told()).toHaveLength(1);
    await made(updateReminder, 'updateReminder', { id, timeOfDay: '16:00' });
    await at('2026-03-10T15:00:00Z');
    await read();
    expect(await graph.db.notification.count({ where: { userId: ana.userId, kind: 'REMINDER' } })).toBe(1); // It took the place of the first.
    await made(updateReminder, 'updateReminder', { id, message: 'All pills' });
    await at('2026-03-10T16:00:00Z');
    expect(await told()).toHaveLength(1);
  });

  test('at the time of the zone that the person has moved to', async () => {
    await remind({ message: 'Sleep', timeOfDay: '22:00' });
    const move = 'mutation { updateProfile(input: { timeZone: "America/New_York" }) { errors { code } } }';
    await ana.data(move);
    await graph.settle();
    await at('2026-03-10T21:00:00Z');
    expect(await told()).toEqual([]);
    await at('2026-03-11T02:00:00Z');
    expect(await told()).toHaveLength(1);
  });

  test('before the deadline of its goal, also when that is moved', async () => {
    const goalId = await goal({ title: 'Thesis', deadline: '2026-04-10' });
    await remind({ goalId, timeOfDay: '09:00', daysBeforeDeadline: 7 });
    await at('2026-03-10T12:00:05Z');
    await ana.data(
      'mutation ($id: ID!) { updateGoal(input: { id: $id, deadline: "2026-03-20" }) { errors { code message } } }',
      { id: goalId },
    );
    await at('2026-03-11T12:00:00Z');
    expect(await told()).toEqual([]);
    await at('2026-03-13T08:00:00Z');
    expect(await told()).toMatchObject([{ title: 'Time for: Thesis', subjectId: goalId }]);
    await at('2026-04-03T07:00:00Z');
    expect(await graph.db.notification.count({ where: { userId: ana.userId, kind: 'REMINDER' } })).toBe(1);
  });
});

describe('a reminder of a goal', () => {
  test('to log is silent when the day has an entry', async () => {
    const goalId = await goal({ targetValue: '300', unit: 'pages' });
    await remind({ goalId, kind: 'TO_LOG', timeOfDay: '20:00' });
    await made(logProgress, 'logProgress', { goalId, value: '10' });
    await at('2026-03-10T19:00:00Z');
    expect(await told()).toEqual([]);
    await at('2026-03-11T19:00:00Z');
    expect(await told()).toMatchObject([{ title: 'Log your day: Read' }]);
  });

  test('about a goal with a long name of emoji is cut between two of them', async () => {
    await remind({ goalId: await goal({ title: '🏃'.repeat(200) }), kind: 'TO_LOG', timeOfDay: '18:00' });
    await at('2026-03-10T17:00:00Z');
    expect((await told()).map(({ title }: { title: string }) => title)).toEqual([
      expect.stringMatching(/^Log your day: (🏃)+…$/u),
    ]);
  });

  test('is silent when the goal is done or rests, and several speak for themselves', async () => {
    const goalId = await goal();
    await remind({ goalId, timeOfDay: '08:00' });
    await remind({ goalId, timeOfDay: '08:00', message: 'The blue book' });
    await at('2026-03-11T07:00:00Z');
    expect((await told()).map(({ title }: { title: string }) => title).sort()).toEqual([
      'The blue book',
      'Time for: Read',
    ]);
    await read();
    await ana.data('mutation ($id: ID!) { completeGoal(input: { id: $id }) { errors { code } } }', { id: goalId });
    await at('2026-03-12T07:00:00Z');
    expect(await graph.db.notification.count({ where: { userId: ana.userId, kind: 'REMINDER' } })).toBe(2);
  });

  test('that follows the pace speaks when it must, and more urgently the later it is', async () => {
    const goalId = await goal({
      targetValue: '100',
      startValue: '0',
      cumulative: true,
      startDate: '2026-03-10',
      deadline: '2026-06-17',
    });
    await remind({ goalId, timeOfDay: '20:00', followPace: true });
    await made(logProgress, 'logProgress', { goalId, value: '4' });
    const spoken: unknown[] = [];
    for (const day of ['11', '12', '13', '14', '15']) {
      await at(`2026-03-${day}T19:00:00Z`);
      const [latest] = (await told()).filter(({ createdAt }: { createdAt: string }) =>
        createdAt.startsWith(`2026-03-${day}`),
      );
      spoken.push(latest ? [latest.body.replace(/ \(.*/, ''), latest.urgent] : null);
    }
    expect(spoken).toEqual([
      null,
      null,
      ['Tomorrow it will be due', false],
      ['Today counts', true],
      ['You are behind', true],
    ]);
  });

  test('needs a goal to follow a pace', async () => {
    const { errors } = (
      await ana.data(createReminder, { input: { message: 'x', timeOfDay: '08:00', followPace: true } })
    ).createReminder;
    expect(errors).toEqual([{ code: 'REQUIRED', path: ['goalId'] }]);
  });

  test('waits while the goals cannot be asked, and keeps no other waiting', async () => {
    const goalId = await goal();
    await remind({ goalId, timeOfDay: '14:00' });
    await remind({ message: 'Plants', timeOfDay: '14:00' });
    graph.clock.set('2026-03-10T13:00:00Z');
    const broken = { ...graph.platform, graph: { ask: () => Promise.reject(new Error('down')) } };
    await tellDueReminders(broken, new AbortController().signal);
    expect(await told()).toMatchObject([{ title: 'Plants' }]);
    await at('2026-03-10T13:05:00Z');
    expect(await told()).toHaveLength(2);
  });
});

beforeEach(() => graph.db.reminder.deleteMany());
