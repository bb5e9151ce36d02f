import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { type Person, startGraph, type TestGraph, testTime } from './graph.ts';

/**
 * The graph of the test file that is running, and people in it, from `beginGraph` on. A worker runs one file after the other: these are always
 * those of the present one.
 */
export let graph: TestGraph;
export let ana: Person;
export let bob: Person;

/**
 * Starts a graph for all tests of a file, and sets its clock before each of them.
 * @param options.people `ONCE`: the same two for all tests; `EACH_TEST`: others for each, who have done nothing yet
 */
export function beginGraph(options: { people?: 'ONCE' | 'EACH_TEST'; start?: Parameters<typeof startGraph>[0] } = {}) {
  const { people = 'ONCE', start } = options;
  let started: TestGraph | undefined;
  const meet = async () => {
    ana = await graph.person();
    bob = await graph.person();
  };
  beforeAll(async () => {
    started = await startGraph(start);
    graph = started;
    if (people === 'ONCE') await meet();
  }, 60_000);
  beforeEach(async () => {
    graph.clock.set(testTime);
    if (people === 'EACH_TEST') await meet();
  });
  afterAll(() => started?.stop());
}
