import type { ExportedType } from '../../shared/archives.ts';
import type { Tx } from '../../shared/db.ts';
import { allRows, shown } from '../exportedRows.ts';

export const notificationExports: readonly ExportedType[] = [
  {
    name: 'notifications',
    about: 'Notifications.',
    rows: (db, userId) => allRows((page) => db.notification.findMany(page), userId),
  },
  {
    name: 'push_deliveries',
    about: 'What became of pushes.',
    rows: (db, userId) =>
      allRows((page) => db.pushDelivery.findMany(page), userId, ['notificationId', 'round', 'deviceId']),
  },
  {
    name: 'notification_settings',
    about: 'Quiet hours and the like.',
    rows: async (db, userId) => (await db.notificationSettings.findMany({ where: { userId } })).map(shown),
  },
  {
    name: 'notification_preferences',
    about: 'What you want to be told of, and how.',
    rows: (db, userId) => allRows((page) => db.notificationPreference.findMany(page), userId, ['kind']),
  },
  {
    name: 'reminders',
    about: 'Reminders.',
    rows: (db, userId) => allRows((page) => db.reminder.findMany(page), userId),
  },
];

/** Deletes every row of the user in this room; preferences go with the settings, pushes with what they told. */
export async function eraseNotifications(db: Tx, userId: string): Promise<void> {
  const where = { userId };
  await db.notification.deleteMany({ where });
  await db.notificationSettings.deleteMany({ where });
  await db.reminder.deleteMany({ where });
}
