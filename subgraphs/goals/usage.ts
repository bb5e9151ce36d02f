import { Prisma } from '../shared/db.ts';
import type { Usage } from '../shared/telemetry/business.ts';

/** Goals whose last day is over; where on Earth it ended last makes no difference to counts of days and weeks. */
const due = Prisma.sql`SELECT user_id, (deadline + 1)::timestamp AT TIME ZONE 'UTC' AS at FROM goals WHERE deadline IS NOT NULL`;

/** How goals are used: who has some, which were completed, and of those that were due, which were completed by then or since. */
export const usage = (): Usage => ({
  features: { goals: Prisma.sql`SELECT user_id FROM goals` },
  outcomes: {
    'goal completed': Prisma.sql`SELECT user_id, completed_at AS at FROM goals WHERE completed_at IS NOT NULL`,
    'goal due': due,
    'goal due and completed': Prisma.sql`${due} AND completed_at IS NOT NULL`,
  },
});
