import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';

/** Longer than any sender goes on trying: Standard Webhooks three days, Stripe three, too. */
const daysKept = 8;
const batch = 5_000;

/** Forgets calls that nobody repeats any more. */
async function forgetCalls({ db, now }: Pick<Platform, 'db' | 'now'>): Promise<void> {
  const end = new Date(now().getTime() - daysKept * 86_400_000);
  const old = () => db.$executeRaw`
    DELETE FROM incoming_calls WHERE ctid IN (SELECT ctid FROM incoming_calls WHERE at < ${end}::timestamptz LIMIT ${batch})`;
  while ((await old()) === batch);
}

export const incomingJobs = (platform: Platform): JobDefinition[] => [
  { name: 'integrations.forgetCalls', every: 3_600_000, concurrency: 1, run: () => forgetCalls(platform) },
];
