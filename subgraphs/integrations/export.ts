import type { Tx } from '../shared/db.ts';
import type { ExportedType } from '../shared/subgraph.ts';

const pageSize = 500;

/** Rows of a table in pages of their ids, without what is ours alone (the owner's id, hashes, secrets). */
async function* allRows<Row extends { id: string }>(
  find: (page: { where: object; orderBy: { id: 'asc' }; take: number }) => Promise<Row[]>,
  userId: string,
): AsyncIterable<Record<string, unknown>> {
  let after = '';
  for (;;) {
    const rows = await find({ where: { userId, id: { gt: after } }, orderBy: { id: 'asc' }, take: pageSize });
    for (const row of rows) {
      const { userId: _, inputHash, sealedSecret, previousSecret, ...shown } = row as Record<string, unknown>;
      yield shown;
    }
    if (rows.length < pageSize) return;
    after = rows.at(-1)!.id;
  }
}

/** Everything that this domain holds of a person. Secrets of webhooks are ours to keep: the person was shown them. */
export const exports: readonly ExportedType[] = [
  { name: 'connections', rows: (db, userId) => allRows((page) => db.connection.findMany(page), userId) },
  {
    name: 'connection_log_entries',
    rows: (db, userId) => allRows((page) => db.connectionLogEntry.findMany(page), userId),
  },
  { name: 'notifications', rows: (db, userId) => allRows((page) => db.notification.findMany(page), userId) },
  {
    name: 'notification_settings',
    rows: async (db, userId) => {
      const rows = await db.notificationSettings.findMany({ where: { userId } });
      return rows.map(({ userId: _, ...row }) => row);
    },
  },
  {
    name: 'notification_preferences',
    rows: async (db, userId) => {
      const rows = await db.notificationPreference.findMany({ where: { userId } });
      return rows.map(({ userId: _, ...row }) => row);
    },
  },
  { name: 'reminders', rows: (db, userId) => allRows((page) => db.reminder.findMany(page), userId) },
  { name: 'automation_rules', rows: (db, userId) => allRows((page) => db.automationRule.findMany(page), userId) },
  { name: 'webhooks', rows: (db, userId) => allRows((page) => db.webhook.findMany(page), userId) },
];

/** Deletes every row of the user in this domain; logs and preferences go with what they belong to. */
export async function erase(db: Tx, userId: string): Promise<void> {
  const where = { userId };
  await db.connection.deleteMany({ where });
  await db.notification.deleteMany({ where });
  await db.notificationSettings.deleteMany({ where });
  await db.reminder.deleteMany({ where });
  await db.automationRule.deleteMany({ where });
  await db.webhook.deleteMany({ where });
}
