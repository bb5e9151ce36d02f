import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';
import { tellDueDigests } from './digest.ts';
import { sendDuePushes } from './push/deliveries.ts';
import { forgetPushes } from './push/forget.ts';
import { planDuePushes } from './push/plan.ts';
import { sendWithdrawals } from './push/withdraw.ts';
import { tellDueReminders } from './reminders/due.ts';

const second = 1_000;

/** What is due stands in the tables, so these only look there: what one process leaves undone, the next look of any process finds. */
export function notificationJobs(platform: Platform): JobDefinition[] {
  return [
    { name: 'integrations.remind', every: 5 * second, run: (_, closing) => tellDueReminders(platform, closing) },
    { name: 'integrations.digest', every: 20 * second, run: () => tellDueDigests(platform) },
    {
      name: 'integrations.push',
      every: 2 * second,
      run: async (_, closing) => {
        await planDuePushes(platform, closing);
        await sendDuePushes(platform, closing);
        await sendWithdrawals(platform, closing);
      },
    },
    { name: 'integrations.forgetPushes', every: 3_600 * second, run: () => forgetPushes(platform) },
  ];
}
