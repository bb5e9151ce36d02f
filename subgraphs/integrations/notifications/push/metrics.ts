import { Counter, Histogram } from 'prom-client';
import { domainMetrics } from '../../../shared/metrics.ts';
import type { Apns, PushOutcome } from './apns.ts';

const registers = [domainMetrics];

const attempts = new Counter({
  name: 'jarvis_pushes_total',
  help: 'Attempts to send pushes, by what APNs made of them: sent, later, dead (the token is of no use), refused, or unreachable',
  labelNames: ['outcome'] as const,
  registers,
});
const durations = new Histogram({
  name: 'jarvis_push_seconds',
  help: "Time from an attempt to send a push to APNs' answer",
  buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers,
});

const outcomes = { SENT: 'sent', LATER: 'later', DEAD: 'dead', REFUSED: 'refused' } as const satisfies Record<
  PushOutcome['state'],
  string
>;

/** Sends a push, and counts what became of it. */
export async function pushCounted(apns: Apns, push: Parameters<Apns['push']>[0]): Promise<PushOutcome> {
  const began = performance.now();
  let outcome: string = 'unreachable';
  try {
    const answer = await apns.push(push);
    outcome = outcomes[answer.state];
    return answer;
  } finally {
    attempts.inc({ outcome });
    durations.observe((performance.now() - began) / 1_000);
  }
}
