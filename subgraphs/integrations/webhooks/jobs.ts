import type { JobDefinition } from '../../shared/jobs.ts';
import type { Platform } from '../../shared/platform.ts';
import { claimDue, tidyDeliveries } from './claims.ts';
import { webhookMetrics } from './metrics.ts';
import { send } from './sending.ts';

const second = 1_000;
/** Deliveries that one process sends at the same time: fewer than the guarded client calls at once. */
const mostAtOnce = 12;

/** What sends webhooks. The table says what is due; this only looks there, so nothing that the queue loses is missed. */
export function webhookJobs(platform: Platform, random: () => number = Math.random): JobDefinition[] {
  const { log } = platform;
  /** Being sent by this process, whichever turn claimed them. */
  let underWay = 0;

  /** Sends until nothing is due. Turns overlap: one that waits for a dead address keeps no other from going on. */
  async function sendDue(closing: AbortSignal): Promise<void> {
    const mine = new Set<Promise<void>>();
    for (;;) {
      const room = closing.aborted ? 0 : mostAtOnce - underWay;
      const claims = room > 0 ? await claimDue(platform, room) : [];
      for (const claim of claims) {
        underWay++;
        const sent: Promise<void> = send(platform, claim, { random, closing })
          // Its lease runs out, and it is sent again.
          .catch((error: Error) => log.error({ error, delivery: claim.delivery.id }, 'a delivery met a fault'))
          .finally(() => {
            underWay--;
            mine.delete(sent);
          });
        mine.add(sent);
      }
      if (mine.size === 0) return;
      await Promise.race(mine);
    }
  }

  return [
    {
      name: 'integrations.sendWebhooks',
      every: 2 * second,
      concurrency: 12,
      run: (_data, closing) => sendDue(closing),
    },
    { name: 'integrations.tidyWebhooks', every: 60 * second, run: () => tidy(platform) },
  ];
}

async function tidy(platform: Platform): Promise<void> {
  const { db, now } = platform;
  await tidyDeliveries(platform);
  const at = now();
  const due = await db.webhookDelivery.aggregate({
    where: { dueAt: { lte: at } },
    _count: true,
    _min: { dueAt: true },
  });
  webhookMetrics.due(due._count, at.getTime() - (due._min.dueAt ?? at).getTime());
}
