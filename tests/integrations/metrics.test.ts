import { expect, test } from '@jest/globals';
import { counted } from '../../subgraphs/integrations/connections/metrics.ts';
import type { Apns, PushOutcome } from '../../subgraphs/integrations/notifications/push/apns.ts';
import { pushCounted } from '../../subgraphs/integrations/notifications/push/metrics.ts';
import type { Outside } from '../../subgraphs/integrations/providers/provider.ts';
import { domainMetrics } from '../../subgraphs/shared/metrics.ts';

/** Figures of a metric, as they are told. */
const figures = async (name: string) =>
  (await domainMetrics.getSingleMetricAsString(name)).split('\n').filter((line) => !line.startsWith('#') && line);

test('calls to providers are counted and timed by provider and what came of them', async () => {
  const answers: (number | Error)[] = [200, 404, 429, 503, new Error('no answer')];
  const outside = {
    fetch: async () => {
      const next = answers.shift()!;
      if (next instanceof Error) throw next;
      return { status: next };
    },
  } as unknown as Outside;
  const way = counted(outside, 'TEST');
  for (const status of [200, 404, 429, 503]) expect(await way.fetch('https://a.example')).toEqual({ status });
  await expect(way.fetch('https://a.example')).rejects.toThrow('no answer');
  expect((await figures('jarvis_provider_calls_total')).filter((line) => line.includes('TEST')).sort()).toEqual(
    ['failing', 'limited', 'ok', 'refused', 'unreachable'].map(
      (outcome) => `jarvis_provider_calls_total{provider="TEST",outcome="${outcome}"} 1`,
    ),
  );
  expect(await figures('jarvis_provider_call_seconds')).toContain(
    'jarvis_provider_call_seconds_count{provider="TEST"} 5',
  );
});

test('pushes are counted and timed by what APNs made of them', async () => {
  const outcomes: (PushOutcome | Error)[] = [
    { state: 'SENT' },
    { state: 'DEAD', reason: 'Unregistered', since: null },
    { state: 'LATER', reason: 'TooManyRequests' },
    { state: 'REFUSED', reason: 'PayloadTooLarge' },
    new Error('no provider token'),
  ];
  const apns: Apns = {
    async push() {
      const next = outcomes.shift()!;
      if (next instanceof Error) throw next;
      return next;
    },
  };
  const push = {} as Parameters<Apns['push']>[0];
  // What other tests of this process have counted is there already.
  const counts = async () =>
    new Map(
      (await figures('jarvis_pushes_total')).map((line) => [/"(\w+)"/.exec(line)![1]!, Number(line.split(' ')[1])]),
    );
  const timed = async () => Number(/count (\d+)/.exec((await figures('jarvis_push_seconds')).join('\n'))?.[1] ?? 0);
  const [before, timedBefore] = [await counts(), await timed()];
  for (let i = 0; i < 4; i++) await pushCounted(apns, push);
  await expect(pushCounted(apns, push)).rejects.toThrow('no provider token');
  const after = await counts();
  const more = ['dead', 'later', 'refused', 'sent', 'unreachable'].map(
    (outcome) => (after.get(outcome) ?? 0) - (before.get(outcome) ?? 0),
  );
  expect(more).toEqual([1, 1, 1, 1, 1]);
  expect((await timed()) - timedBefore).toBe(5);
});
