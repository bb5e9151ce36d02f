import DataLoader from 'dataloader';
import type { WebhookAttempt } from '../../../prisma/generated/client.ts';
import type { Tx } from '../../shared/db.ts';
import { countDeliveries } from './deliveries.ts';

/** What is read of a person's webhooks for many at once. */
export function webhookLoaders(db: Tx, userId: string) {
  return {
    deliveryCounts: new DataLoader((ids: readonly string[]) => countDeliveries(db, userId, ids)),
    attempts: new DataLoader(async (ids: readonly string[]) => {
      const where = { userId, deliveryId: { in: [...ids] } };
      const rows: WebhookAttempt[] = await db.webhookAttempt.findMany({ where, orderBy: { number: 'asc' } });
      return ids.map((id) => rows.filter((row) => row.deliveryId === id));
    }),
  };
}

export type WebhookLoaders = ReturnType<typeof webhookLoaders>;
