import { describe, expect, test } from '@jest/globals';
import { withFinishedAnswers } from '../../../gateway/sources/finishedAnswers.ts';
import type { SubgraphResponse } from '../../../gateway/sources/source.ts';
import { fakeSource, request } from './fakeSource.ts';

describe('finished answers', () => {
  test('are answers, of which everybody gets a copy', async () => {
    const source = fakeSource();
    const event: SubgraphResponse = JSON.parse('{"data":{"a":[{"b":null}],"__proto__":{"c":1}}}');
    const execute = () =>
      withFinishedAnswers(source).execute(request({ deadline: 0, operationKind: 'subscription', event }));
    const [first, second] = [await execute(), await execute()];
    expect(JSON.stringify(first)).toBe(JSON.stringify(event));
    (first.data!.a as object[]).push({});
    expect(JSON.stringify(second)).toBe(JSON.stringify(event));
    expect(source.calls).toHaveLength(0);
  });

  test('are no answers to anything else', async () => {
    const source = fakeSource();
    const asked = request({ deadline: 0 });
    void withFinishedAnswers(source).execute(asked);
    expect(source.calls[0]!.request).toBe(asked);
  });
});
