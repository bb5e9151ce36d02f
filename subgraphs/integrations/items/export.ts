import type { Tx } from '../../shared/db.ts';
import type { ExportedType } from '../../shared/subgraph.ts';
import { allRows } from '../exportedRows.ts';

/** What came in from providers and devices, and the mappings of it. */
export const itemExports: readonly ExportedType[] = [
  { name: 'calendar_events', rows: (db, userId) => allRows((page) => db.calendarEvent.findMany(page), userId) },
  { name: 'mail_messages', rows: (db, userId) => allRows((page) => db.mailMessage.findMany(page), userId) },
  { name: 'bank_transactions', rows: (db, userId) => allRows((page) => db.bankTransaction.findMany(page), userId) },
  { name: 'external_tasks', rows: (db, userId) => allRows((page) => db.externalTask.findMany(page), userId) },
  { name: 'received_events', rows: (db, userId) => allRows((page) => db.receivedEvent.findMany(page), userId) },
  {
    name: 'item_deletions',
    rows: (db, userId) =>
      allRows((page) => db.itemDeletion.findMany(page), userId, ['connectionId', 'itemType', 'externalId']),
  },
  { name: 'health_samples', rows: (db, userId) => allRows((page) => db.healthSample.findMany(page), userId) },
  {
    name: 'health_deletions',
    rows: (db, userId) => allRows((page) => db.healthDeletion.findMany(page), userId, ['connectionId', 'type', 'uuid']),
  },
  {
    name: 'device_anchors',
    rows: (db, userId) => allRows((page) => db.deviceAnchor.findMany(page), userId, ['connectionId', 'type']),
  },
  { name: 'metric_sources', rows: (db, userId) => allRows((page) => db.metricSource.findMany(page), userId, ['type']) },
  { name: 'progress_mappings', rows: (db, userId) => allRows((page) => db.progressMapping.findMany(page), userId) },
  {
    name: 'progress_mapping_days',
    rows: (db, userId) => allRows((page) => db.progressMappingDay.findMany(page), userId, ['mappingId', 'localDate']),
  },
];

/** Deletes the mappings of a user; the rest goes with the connections that it came by. */
export async function eraseItems(db: Tx, userId: string): Promise<void> {
  await db.progressMapping.deleteMany({ where: { userId } });
}
