import type { ExportedType } from '../shared/archives.ts';
import type { Tx } from '../shared/db.ts';
import { allRows } from './exportedRows.ts';
import { eraseItems, itemExports } from './items/export.ts';
import { eraseNotifications, notificationExports } from './notifications/export.ts';
import { ruleExports } from './rules/exports.ts';

/** Everything that this domain holds of a person. Secrets of webhooks are ours to keep: the person was shown them. */
export const exports: readonly ExportedType[] = [
  {
    name: 'connections',
    about: 'Services and devices you connected, without access to them.',
    rows: (db, userId) => allRows((page) => db.connection.findMany(page), userId),
  },
  {
    name: 'connection_log_entries',
    about: 'What happened to connections.',
    rows: (db, userId) => allRows((page) => db.connectionLogEntry.findMany(page), userId),
  },
  ...notificationExports,
  {
    name: 'automation_rules',
    about: 'Rules that act for you.',
    rows: (db, userId) => allRows((page) => db.automationRule.findMany(page), userId),
  },
  ...ruleExports,
  {
    name: 'webhooks',
    about: 'Addresses that are told of events, without their secrets.',
    rows: (db, userId) => allRows((page) => db.webhook.findMany(page), userId),
  },
  {
    name: 'webhook_deliveries',
    about: 'What webhooks were told.',
    rows: (db, userId) => allRows((page) => db.webhookDelivery.findMany(page), userId),
  },
  {
    name: 'webhook_attempts',
    about: 'Each attempt to tell them.',
    rows: (db, userId) => allRows((page) => db.webhookAttempt.findMany(page), userId, ['deliveryId', 'number']),
  },
  ...itemExports,
];

/** Deletes every row of the user in this domain; logs, deliveries, preferences, triggers and runs go with what they belong to. */
export async function erase(db: Tx, userId: string): Promise<void> {
  const where = { userId };
  await eraseItems(db, userId);
  await db.connection.deleteMany({ where });
  await db.connectionSignIn.deleteMany({ where });
  await db.connectionRevocation.deleteMany({ where });
  await eraseNotifications(db, userId);
  await db.automationRule.deleteMany({ where });
  await db.webhook.deleteMany({ where });
}
