import { describe, expect, test } from '@jest/globals';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { testTime } from '../../support/graph.ts';
import { addresses, makeCategory, runToEnd, standIns, stepsOf, world } from './standIns.ts';

beginGraph({ people: 'EACH_TEST' });

const run = (categoryId: string) => runToEnd(graph, ana, categoryId);

describe('a run', () => {
  test.each([
    [
      'no address',
      [],
      'NO_SOURCES',
      'The category names no address to read, and no search provider is set up.',
      'PLAN FAILED',
    ],
    [
      'dead addresses only',
      ['https://dead.example/', 'https://gone.example/'],
      'NOTHING_FETCHED',
      'None of the 2 addresses could be read; the first: It is UNREACHABLE.',
      'GATHER FAILED',
    ],
    [
      'pages without text only',
      ['https://empty.example/'],
      'NOTHING_FETCHED',
      'The one address that there is could not be read: There is no text there.',
      'GATHER FAILED',
    ],
  ])('with %s fails with a sentence', async (_, sources, code, message, last) => {
    await standIns({ 'https://empty.example/': { title: 'E', text: ' ' } }).install(graph);
    const failed = await run(await makeCategory(ana, { sources }));
    expect(failed).toMatchObject({ state: 'FAILED', error: { code, message }, result: null, endedAt: testTime });
    expect(stepsOf(failed).at(-1)).toBe(last);
    expect(failed.failures.map(({ url }: { url: string }) => url)).toEqual(sources);
  });

  test('fails with a sentence when what was read says nothing', async () => {
    await standIns(world(), { summarise: () => null }).install(graph);
    const failed = await run(await makeCategory(ana, { sources: addresses }));
    expect(failed).toMatchObject({
      state: 'FAILED',
      step: 'EXTRACT',
      error: { code: 'NOTHING_FOUND', message: 'What was read says nothing that could be written down.' },
    });
  });

  test('fails when something goes wrong on our side, without saying what', async () => {
    await standIns(world(), {
      summarise: () => {
        throw new Error('secret detail');
      },
    }).install(graph);
    const failed = await run(await makeCategory(ana, { sources: addresses }));
    expect(failed).toMatchObject({
      state: 'FAILED',
      step: 'EXTRACT',
      error: { code: 'INTERNAL', message: 'Something went wrong on our side.' },
    });
    expect(JSON.stringify(failed)).not.toContain('secret');
  });

  test('that takes too long fails, and keeps what it read', async () => {
    await standIns(world(), {
      extract: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    }).install(graph, { time: 300 });
    const failed = await run(await makeCategory(ana, { sources: addresses }));
    expect(failed).toMatchObject({ state: 'FAILED', error: { code: 'TIME' }, progress: { fetched: 3 } });
  });

  test('does without the model when that fails', async () => {
    await standIns(world(), { extract: () => Promise.reject(new Error('429')) }).install(graph);
    const done = await run(await makeCategory(ana, { sources: addresses }));
    expect(done).toMatchObject({ state: 'DONE', cost: '0' });
    expect(done.steps[2].note).toBe('3 statements found without a model.');
  });
});
