import { newId } from '../../shared/ids.ts';
import type { DemoAccount } from '../../shared/subgraph.ts';
import { instantAt, localDateAt } from '../timeZone.ts';

/** Which of the demo's goals are measured by the phone, as what, and how many of its unit one of the goal's is. */
const measured = [
  { goal: 'goal:steps', type: 'stepCount', unit: 'count', factor: 1 },
  { goal: 'goal:sleep', type: 'sleepAnalysis', unit: 'min', factor: 60 },
  { goal: 'goal:weight', type: 'bodyMass', unit: 'kg', factor: 1 },
] as const;

/** What comes again every week: ISO day, local time, minutes. */
const weekly = [
  { title: 'Team meeting', day: 1, time: '10:00', minutes: 45, calendarId: 'work' },
  { title: 'Spanish lesson', day: 3, time: '18:30', minutes: 60, calendarId: 'home' },
  { title: 'Run with Kim', day: 6, time: '09:00', minutes: 75, calendarId: 'home' },
] as const;
const todo = ['Water the plants', 'Call the dentist', 'Renew the passport', 'Buy running shoes', 'Back up the laptop'];

/** What the demo's phone has sent, and the steps of it that become progress from today on. */
export async function demoItems(account: DemoAccount): Promise<void> {
  await demoMeasurements(account);
  await demoAppointments(account);
  await demoTasks(account);
}

/** The measurements behind the progress that the demo's goals have from Apple Health; of today there are none yet. */
async function demoMeasurements({ db, userId, now, ids, timeZone }: DemoAccount): Promise<void> {
  const connectionId = ids.get('connection:health')!;
  const today = localDateAt(now, timeZone).toString();
  for (const { goal, type, unit, factor } of measured) {
    const goalId = ids.get(goal);
    if (goalId === undefined) continue;
    await db.$executeRaw`
      INSERT INTO health_samples (user_id, id, connection_id, type, sample_key, uuid, sample_version, source, value, unit,
        started_at, ended_at, local_date, deleted, created_at, updated_at)
      SELECT user_id, 'item_' || md5(id), ${connectionId}, ${type}, 'uuid ' || md5(id), md5(id), 0, '', value * ${factor}::int, ${unit},
        occurred_at, occurred_at, local_date, false, occurred_at, occurred_at
      FROM progress_entries
      WHERE user_id = ${userId} AND goal_id = ${goalId} AND value IS NOT NULL AND local_date < ${today}::date`;
    await db.metricSource.create({ data: { userId, type, connectionId, source: '', updatedAt: now } });
  }
  const goalId = ids.get('goal:steps');
  if (goalId === undefined) return;
  await db.progressMapping.create({
    data: {
      userId,
      id: newId('mapping', now),
      goalId,
      source: 'HEALTH',
      metric: 'stepCount',
      aggregation: 'SUM',
      factor: 1,
      since: new Date(today),
      active: true,
      inputHash: 'demo',
      version: 1,
      createdAt: now,
      updatedAt: now,
    },
  });
}

async function demoAppointments({ db, userId, now, ids, timeZone }: DemoAccount): Promise<void> {
  const connectionId = ids.get('connection:calendar')!;
  const today = localDateAt(now, timeZone);
  const days = Array.from({ length: 56 }, (_, i) => today.add({ days: i - 35 }));
  const rows = days.flatMap((date) =>
    weekly
      .filter(({ day }) => day === date.dayOfWeek)
      .map(({ title, time, minutes, calendarId }) => {
        const startsAt = instantAt(date, time, timeZone);
        return {
          userId,
          id: newId('item', startsAt),
          connectionId,
          externalId: `${title}@${startsAt.toISOString()}`,
          calendarId,
          title,
          startsAt,
          endsAt: new Date(startsAt.getTime() + minutes * 60_000),
          localDate: new Date(date.toString()),
          status: 'CONFIRMED',
          createdAt: now,
          updatedAt: now,
        };
      }),
  );
  await db.calendarEvent.createMany({ data: rows });
}

async function demoTasks({ db, userId, now, ids, timeZone }: DemoAccount): Promise<void> {
  const connectionId = ids.get('connection:reminders')!;
  const today = localDateAt(now, timeZone);
  await db.externalTask.createMany({
    data: todo.map((title, i) => {
      const date = today.subtract({ days: 6 + i });
      const isDone = i % 2 === 0;
      return {
        userId,
        id: newId('item', now),
        connectionId,
        externalId: `demo-${i}`,
        listId: 'Home',
        title,
        completedAt: isDone ? instantAt(date, '17:00', timeZone) : null,
        localDate: isDone ? new Date(date.toString()) : null,
        createdAt: now,
        updatedAt: now,
      };
    }),
  });
}
