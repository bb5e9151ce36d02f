import type { Tx } from '../../shared/db.ts';
import type { ExportedType } from '../../shared/subgraph.ts';
import { allRows, shown } from '../exportedRows.ts';

export const notificationExports: readonly ExportedType[] = [
  { name: 'notifications', rows: (db, userId) => allRows((page) => db.notification.findMany(page), userId) },
  {
    name: 'push_deliveries',
    rows: (db, userId) =>
      allRows((page) => db.pushDelivery.findMany(page), userId, ['notificationId', 'round', 'deviceId']),
  },
  {
    name: 'notification_settings',
    rows: async (db, userId) => (await db.notificationSettings.findMany({ where: { userId } })).map(shown),
  },
  {
    name: 'notification_preferences',
    rows: (db, userId) => allRows((page) => db.notificationPreference.findMany(page), userId, ['kind']),
  },
  { name: 'reminders', rows: (db, userId) => allRows((page) => db.reminder.findMany(page), userId) },
];

/** Deletes every row of the user in this room; preferences go with the settings, pushes with what they told. */
export async function eraseNotifications(db: Tx, userId: string): Promise<void> {
  const where = { userId };
  await db.notification.deleteMany({ where });
  await db.notificationSettings.deleteMany({ where });
  await db.reminder.deleteMany({ where });
}
