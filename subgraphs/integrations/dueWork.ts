import { Prisma } from '../shared/db.ts';

/** Rows of a table that are due and that nobody has under a lease. */
const unheld = (table: Prisma.Sql, due: Prisma.Sql, now: Date) => Prisma.sql`
  SELECT count(*) AS count, min(${due}) AS since FROM ${table}
  WHERE ${due} <= ${now}::timestamptz AND (lease_until IS NULL OR lease_until < ${now}::timestamptz)`;

/** What is due in this domain and nobody is at. */
export const dueWork = (now: Date): Record<string, Prisma.Sql> => ({
  syncs: Prisma.sql`
    SELECT count(*) AS count, min(coalesce(sync.lease_until, sync.next_sync_at)) AS since FROM connection_syncs sync
    JOIN connections connection ON connection.user_id = sync.user_id AND connection.id = sync.connection_id
    WHERE connection.status IN ('ACTIVE', 'ERROR')
      AND ((sync.lease IS NULL AND sync.next_sync_at <= ${now}::timestamptz) OR sync.lease_until < ${now}::timestamptz)`,
  pushes: unheld(Prisma.sql`push_deliveries`, Prisma.sql`next_attempt_at`, now),
  mappings: unheld(Prisma.sql`progress_mapping_days`, Prisma.sql`due_at`, now),
  ruleRuns: Prisma.sql`
    SELECT count(*) AS count, min(CASE WHEN state = 'RUNNING' THEN lease_until ELSE due_at END) AS since FROM rule_runs
    WHERE (state = 'RUNNING' AND lease_until < ${now}::timestamptz) OR (state = 'QUEUED' AND due_at <= ${now}::timestamptz)`,
  // While a delivery is being sent, it is due again when that counts no longer.
  webhooks: Prisma.sql`
    SELECT count(*) AS count, min(due_at) AS since FROM webhook_deliveries WHERE due_at <= ${now}::timestamptz`,
});
