import { newId } from '../../shared/ids.ts';
import type { DemoAccount } from '../../shared/subgraph.ts';

const hour = 3_600_000;
const day = 24 * hour;
const stamps = (at: Date, version = 1) => ({ version, createdAt: at, updatedAt: at });
const made = { inputHash: 'demo' };

const news = [
  { kind: 'ACHIEVEMENT', title: 'Goal completed', body: null },
  { kind: 'ACHIEVEMENT', title: 'Achievement: Seven days in a row', body: null },
  { kind: 'INSIGHT', title: 'You sleep longer after a run', body: 'On average 24 minutes, over the last 90 days.' },
  { kind: 'REMINDER', title: 'Time to read', body: '20 pages are planned for today.' },
  { kind: 'ALERT', title: 'A goal has fallen behind', body: 'Two more days without an entry and the month is lost.' },
] as const;

export async function demoNotifications({ db, userId, now, random }: DemoAccount, goals: string[]): Promise<void> {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const at = new Date(now.getTime() - Math.round((i + random()) * 3 * day));
    const unread = i < 4;
    return {
      ...news[Math.floor(random() * news.length)]!,
      ...stamps(at),
      userId,
      id: newId('notification', at),
      subjectId: goals[Math.floor(random() * goals.length)] ?? null,
      quiet: false,
      sentAt: at,
      readAt: unread ? null : new Date(at.getTime() + Math.round(random() * 5 * hour)),
      visibleAt: at,
    };
  });
  await db.notification.createMany({ data: rows });
  const settings = { quietFrom: '22:30', quietTo: '07:00', quietExcept: ['ALERT'], version: 1, updatedAt: now };
  await db.notificationSettings.create({ data: { userId, ...settings, digestAt: '18:30' } });
  await db.notificationPreference.create({ data: { userId, kind: 'INSIGHT', inApp: true, push: true, digest: true } });
  await demoPushes({ db, userId }, rows.slice(0, 30));
}

/** What became of the latest of them on the person's devices. */
async function demoPushes(
  { db, userId }: Pick<DemoAccount, 'db' | 'userId'>,
  told: readonly { id: string; sentAt: Date }[],
): Promise<void> {
  const devices = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM devices WHERE user_id = ${userId} ORDER BY id LIMIT 2`;
  const outcomes = [
    { state: 'SENT', reason: null, attempts: 1 },
    { state: 'SUPPRESSED', reason: 'READ', attempts: 0 },
  ];
  const data = told.flatMap(({ id, sentAt }, i) =>
    devices.map((device, j) => {
      const outcome = outcomes[i % 5 === 3 && j === 1 ? 1 : 0]!;
      const at = new Date(sentAt.getTime() + 900);
      const expiresAt = new Date(sentAt.getTime() + day);
      const ids = { userId, notificationId: id, deviceId: device.id, round: 1 };
      return { ...ids, ...outcome, expiresAt, sentAt: outcome.state === 'SENT' ? at : null, createdAt: sentAt };
    }),
  );
  await db.pushDelivery.createMany({ data });
}

export async function demoReminders({ db, userId, now }: DemoAccount, goals: string[]): Promise<void> {
  const since = new Date(now.getTime() - 300 * day);
  const schedules = [
    { kind: 'TO_DO', timeOfDay: '07:15', weekdays: [1, 3, 5], message: 'Shoes are by the door' },
    { kind: 'TO_LOG', timeOfDay: '21:00', weekdays: [1, 2, 3, 4, 5, 6, 7], message: null },
    { kind: 'TO_DO', timeOfDay: '10:00', weekdays: [6, 7], message: null },
    { kind: 'TO_DO', timeOfDay: '09:00', weekdays: [], daysBeforeDeadline: 7, message: 'One week left' },
  ];
  const once = [
    { message: 'Call the dentist', timeOfDay: '08:00', date: new Date(now.getTime() - 30 * day) },
    { message: 'Renew the passport', timeOfDay: '09:30', date: new Date(now.getTime() + 6 * day) },
  ];
  const reminders = [
    ...goals.slice(0, 8).map((goalId, i) => ({ ...schedules[i % schedules.length]!, goalId, active: i !== 5 })),
    ...once.map((row) => ({ ...row, kind: 'TO_DO', weekdays: [], goalId: null, active: true })),
  ];
  const data = reminders.map((row, i) => ({
    ...row,
    ...made,
    ...stamps(since),
    userId,
    id: newId('reminder', since.getTime() + i),
    followPace: i === 0,
    // When they fall is found out first.
    dueAt: row.active ? now : null,
  }));
  await db.reminder.createMany({ data });
}
