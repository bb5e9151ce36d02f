import type { ExportedType } from '../../shared/archives.ts';
import type { Tx } from '../../shared/db.ts';
import { allRows } from '../exportedRows.ts';

/** What came in from providers and devices, and the mappings of it. */
export const itemExports: readonly ExportedType[] = [
  {
    name: 'calendar_events',
    about: 'Events of connected calendars.',
    rows: (db, userId) => allRows((page) => db.calendarEvent.findMany(page), userId),
  },
  {
    name: 'mail_messages',
    about: 'Heads of mail from connected mailboxes.',
    rows: (db, userId) => allRows((page) => db.mailMessage.findMany(page), userId),
  },
  {
    name: 'bank_transactions',
    about: 'Transactions of connected accounts.',
    rows: (db, userId) => allRows((page) => db.bankTransaction.findMany(page), userId),
  },
  {
    name: 'external_tasks',
    about: 'Tasks of connected lists.',
    rows: (db, userId) => allRows((page) => db.externalTask.findMany(page), userId),
  },
  {
    name: 'received_events',
    about: 'Events that services sent.',
    rows: (db, userId) => allRows((page) => db.receivedEvent.findMany(page), userId),
  },
  {
    name: 'item_deletions',
    about: 'What was deleted where it came from.',
    rows: (db, userId) =>
      allRows((page) => db.itemDeletion.findMany(page), userId, ['connectionId', 'itemType', 'externalId']),
  },
  {
    name: 'health_samples',
    about: 'Samples from your health data.',
    rows: (db, userId) => allRows((page) => db.healthSample.findMany(page), userId),
  },
  {
    name: 'health_deletions',
    about: 'Samples that were deleted on the device.',
    rows: (db, userId) => allRows((page) => db.healthDeletion.findMany(page), userId, ['connectionId', 'type', 'uuid']),
  },
  {
    name: 'device_anchors',
    about: 'How far devices have sent health data.',
    rows: (db, userId) => allRows((page) => db.deviceAnchor.findMany(page), userId, ['connectionId', 'type']),
  },
  {
    name: 'metric_sources',
    about: 'Which source counts for each health metric.',
    rows: (db, userId) => allRows((page) => db.metricSource.findMany(page), userId, ['type']),
  },
  {
    name: 'progress_mappings',
    about: 'How items of connections become progress.',
    rows: (db, userId) => allRows((page) => db.progressMapping.findMany(page), userId),
  },
  {
    name: 'progress_mapping_days',
    about: 'What came of that, by day.',
    rows: (db, userId) => allRows((page) => db.progressMappingDay.findMany(page), userId, ['mappingId', 'localDate']),
  },
];

/** Deletes the mappings of a user; the rest goes with the connections that it came by. */
export async function eraseItems(db: Tx, userId: string): Promise<void> {
  await db.progressMapping.deleteMany({ where: { userId } });
}
