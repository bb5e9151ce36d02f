import { describe, expect, test } from '@jest/globals';
import { workOnRun } from '../../../subgraphs/research/runs/engine.ts';
import { usualBudget } from '../../../subgraphs/research/runs/work.ts';
import type { Db } from '../../../subgraphs/shared/db.ts';
import { newId } from '../../../subgraphs/shared/ids.ts';
import type { Platform } from '../../../subgraphs/shared/platform.ts';
import { ana, beginGraph, graph } from '../../support/begin.ts';
import { testTime } from '../../support/graph.ts';
import { makeCategory, mutate, readRun, runFields, type Site, standIns, stepsOf, trigger } from './standIns.ts';

beginGraph({ people: 'EACH_TEST' });

const sites: Record<string, Site> = {
  'https://a.example/': { title: 'A', text: 'A says this.' },
  'https://b.example/': { title: 'B', text: 'B says that.' },
};
const sources = Object.keys(sites);
const never = new AbortController().signal;
const allDone = ['PLAN DONE', 'GATHER DONE', 'EXTRACT DONE', 'VERIFY DONE', 'WRITE DONE'];

/** A platform whose process is killed at its nth transaction: before it, or after it was stored and before anybody heard so. */
function dying(nth: number, when: 'before' | 'after'): Platform {
  let count = 0;
  const db = new Proxy(graph.db, {
    get(target, name) {
      if (name !== '$transaction') return Reflect.get(target, name, target);
      return async (...args: [never]) => {
        count++;
        if (count > nth) throw new Error('dead');
        if (count === nth && when === 'before') throw new Error('killed');
        const result = await target.$transaction(...args);
        if (count === nth) throw new Error('killed');
        return result;
      };
    },
  }) as Db;
  return { ...graph.platform, db };
}

/** What is there of a run when all is over. */
async function remains(id: string) {
  const { userId } = ana;
  const [run, results, events] = await Promise.all([
    readRun(ana, id),
    graph.db.researchResult.count({ where: { userId } }),
    graph.db.event.findMany({ where: { userId, type: { in: ['researchRun.completed', 'researchResult.created'] } } }),
  ]);
  return { run, results, events: events.map(({ type }) => type).sort() };
}
const once = { results: 1, events: ['researchResult.created', 'researchRun.completed'] };

describe('a worker that is killed', () => {
  const moments = [1, 2, 3, 4, 5, 6].flatMap((nth) => [[nth, 'before'] as const, [nth, 'after'] as const]);

  test.each(moments)('at its transaction %i (%s it was stored) costs nothing: another goes on', async (nth, when) => {
    const { means } = await standIns(sites).install(graph);
    const { run } = await trigger(ana, await makeCategory(ana, { sources }));
    await workOnRun(dying(nth, when), means, usualBudget, run.id, never).catch(() => {});
    // Nobody may go on before the lease has run out.
    const between = await readRun(ana, run.id);
    await graph.runJobs();
    if (between.state === 'RUNNING') expect(await readRun(ana, run.id)).toEqual(between);
    graph.clock.advance(10_001);
    await graph.runJobs();
    const { run: done, ...rest } = await remains(run.id);
    expect(rest).toEqual(once);
    expect(stepsOf(done).filter((entry) => !entry.endsWith('INTERRUPTED'))).toEqual(allDone);
    expect(stepsOf(done).length).toBeLessThanOrEqual(6);
    expect(done.state).toBe('DONE');
  });

  test.each(['fetch', 'summarise', 'verify'] as const)(
    'while it is at %s, and comes back late, stores nothing',
    async (at) => {
      const sane = standIns(sites);
      let runId = '';
      let overtaken: Promise<void> | null = null;
      // The whole process stands still; meanwhile another takes over and ends the run.
      const overtake = () => {
        if (!overtaken) {
          graph.clock.advance(10_001);
          overtaken = workOnRun(graph.platform, sane.means, usualBudget, runId, never);
        }
        return overtaken;
      };
      const late = standIns(sites, {
        async extract({ documents, prompt }) {
          if (at !== 'summarise') return null;
          await overtake();
          return { ...sane.means.summarise(documents, prompt)!, title: 'Late', cost: '0.1' };
        },
      });
      const fetchNow = late.means.fetch;
      late.means.fetch = async (url, options) => {
        if (at === 'fetch') await overtake();
        return fetchNow(url, options);
      };
      let overtaking = Promise.resolve();
      const verifyNow = late.means.verify;
      late.means.verify = (quote, text) => {
        if (at === 'verify') overtaking = overtake();
        return verifyNow(quote, text);
      };
      await late.install(graph);
      runId = (await trigger(ana, await makeCategory(ana, { sources }))).run.id;
      await graph.runJobs();
      await overtaking;
      const { run: done, ...rest } = await remains(runId);
      expect(rest).toEqual(once);
      expect(done.state).toBe('DONE');
    },
  );

  test('five times over is not begun again', async () => {
    const { means } = await standIns(sites).install(graph);
    const { run } = await trigger(ana, await makeCategory(ana, { sources }));
    for (let i = 0; i < 5; i++) {
      await workOnRun(dying(2, 'before'), means, usualBudget, run.id, never).catch(() => {});
      graph.clock.advance(10_001);
    }
    await graph.runJobs();
    const failed = await readRun(ana, run.id);
    expect(failed).toMatchObject({
      state: 'FAILED',
      error: { code: 'INTERRUPTED', message: 'It was broken off too often.' },
      result: null,
    });
    expect(stepsOf(failed)).toEqual(Array(5).fill('PLAN INTERRUPTED'));
  });

  test('goes on without reading again what it has read', async () => {
    const { means, urls } = await standIns(sites).install(graph);
    const { run } = await trigger(ana, await makeCategory(ana, { sources }));
    // Its third transaction would have stored what was gathered.
    await workOnRun(dying(3, 'before'), means, usualBudget, run.id, never).catch(() => {});
    expect(urls().sort()).toEqual(sources);
    graph.clock.advance(10_001);
    await graph.runJobs();
    expect(urls()).toHaveLength(2);
    expect(await readRun(ana, run.id)).toMatchObject({ state: 'DONE', progress: { fetched: 2 } });
  });
});

test('a process that is about to end hands its runs back at once', async () => {
  const closing = new AbortController();
  const { means } = await standIns(sites, {
    extract: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        closing.abort();
      }),
  });
  await standIns(sites).install(graph);
  const { run } = await trigger(ana, await makeCategory(ana, { sources }));
  await workOnRun(graph.platform, means, usualBudget, run.id, closing.signal);
  expect(await readRun(ana, run.id)).toMatchObject({ state: 'QUEUED', step: 'EXTRACT' });
  await graph.runJobs();
  const done = await readRun(ana, run.id);
  expect(stepsOf(done)).toEqual([
    'PLAN DONE',
    'GATHER DONE',
    'EXTRACT INTERRUPTED',
    'EXTRACT DONE',
    'VERIFY DONE',
    'WRITE DONE',
  ]);
});

describe('cancelling', () => {
  const cancel = (id: string) => mutate(ana, 'cancelResearchRun', `run { ${runFields} }`, { id });

  test('ends a run that waits, and one that is cancelled stays so', async () => {
    const { urls } = await standIns(sites).install(graph);
    const { run } = await trigger(ana, await makeCategory(ana, { sources }));
    expect(await cancel(run.id)).toMatchObject({ run: { state: 'CANCELLED', endedAt: testTime }, errors: [] });
    expect(await cancel(run.id)).toMatchObject({ run: { state: 'CANCELLED' }, errors: [] });
    await graph.runJobs();
    expect(await readRun(ana, run.id)).toMatchObject({ state: 'CANCELLED', steps: [] });
    expect(urls()).toEqual([]);
  });

  test('ends a run that is under way, and what it waits for', async () => {
    let runId = '';
    const aborted: unknown[] = [];
    await standIns(sites, {
      extract: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push((signal.reason as Error).name);
            reject(signal.reason);
          });
          void cancel(runId);
        }),
    }).install(graph);
    runId = (await trigger(ana, await makeCategory(ana, { sources }))).run.id;
    await graph.runJobs();
    const { run, results, events } = await remains(runId);
    expect(run).toMatchObject({ state: 'CANCELLED', step: 'EXTRACT', result: null, error: null });
    expect(stepsOf(run)).toEqual(['PLAN DONE', 'GATHER DONE', 'EXTRACT CANCELLED']);
    expect([results, events, aborted]).toEqual([0, ['researchRun.completed'], ['LeaseLost']]);
  });

  test('is too late for a run that has ended', async () => {
    await standIns(sites).install(graph);
    const { run } = await trigger(ana, await makeCategory(ana, { sources }));
    await graph.runJobs();
    expect(await cancel(run.id)).toMatchObject({
      run: { state: 'DONE' },
      errors: [{ code: 'CONFLICT', path: ['id'] }],
    });
  });

  test('of its category ends a run too', async () => {
    let categoryId = '';
    await standIns(sites, {
      extract: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          void mutate(ana, 'deleteResearchCategory', 'deletedId', { id: categoryId });
        }),
    }).install(graph);
    categoryId = await makeCategory(ana, { sources });
    const { run } = await trigger(ana, categoryId);
    await graph.runJobs();
    expect(await readRun(ana, run.id)).toBeNull();
    expect(await graph.db.researchResult.count({ where: { userId: ana.userId } })).toBe(0);
  });
});

describe('trying once more', () => {
  const retry = (runId: string, more: object = {}) =>
    mutate(ana, 'retryResearchRun', `run { ${runFields} }`, { runId, ...more });

  test('goes on from the step that failed, with what was done before', async () => {
    let isBroken = true;
    const { urls } = await standIns(sites, {
      verify: () => {
        if (isBroken) throw new Error('broken');
        return 'VERBATIM';
      },
    }).install(graph);
    const first = (await trigger(ana, await makeCategory(ana, { sources }))).run;
    await graph.runJobs();
    expect(await readRun(ana, first.id)).toMatchObject({ state: 'FAILED', step: 'VERIFY' });
    isBroken = false;
    const { run, errors } = await retry(first.id);
    expect(errors).toEqual([]);
    expect(run).toMatchObject({ state: 'QUEUED', trigger: 'RETRY', step: 'VERIFY', retryOf: { id: first.id } });
    await graph.runJobs();
    const done = await readRun(ana, run.id);
    expect(done).toMatchObject({ state: 'DONE', progress: { fetched: 2, claims: 2 } });
    expect(stepsOf(done)).toEqual(['PLAN REUSED', 'GATHER REUSED', 'EXTRACT REUSED', 'VERIFY DONE', 'WRITE DONE']);
    expect(urls()).toHaveLength(2);
    expect(await readRun(ana, first.id)).toMatchObject({ state: 'FAILED', result: null });
    expect(await graph.db.researchResult.count({ where: { userId: ana.userId } })).toBe(1);
  });

  test('may fail again, and is tried again', async () => {
    const world: Record<string, Site> = {};
    await standIns(world).install(graph);
    const first = (await trigger(ana, await makeCategory(ana, { sources }))).run;
    await graph.runJobs();
    const second = (await retry(first.id)).run;
    await graph.runJobs();
    expect(stepsOf(await readRun(ana, second.id))).toEqual(['PLAN REUSED', 'GATHER FAILED']);
    Object.assign(world, sites);
    const third = (await retry(second.id)).run;
    await graph.runJobs();
    expect(await readRun(ana, third.id)).toMatchObject({ state: 'DONE', failures: [] });
  });

  test('is done once for an id, and not for what is done or under way', async () => {
    await standIns({}).install(graph);
    const categoryId = await makeCategory(ana, { sources });
    const first = (await trigger(ana, categoryId)).run;
    expect((await retry(first.id)).errors).toMatchObject([{ code: 'CONFLICT', path: ['runId'] }]);
    await graph.runJobs();
    const { id } = (await retry(first.id)).run;
    expect(await retry(first.id)).toMatchObject({ run: { id }, errors: [{ code: 'CONFLICT' }] });
    await standIns(sites).install(graph);
    await graph.runJobs();
    expect(await readRun(ana, id)).toMatchObject({ state: 'DONE' });
    expect((await retry(id)).errors).toMatchObject([{ code: 'CONFLICT', path: ['runId'] }]);
  });
});

test('two runs of a person are under way at a time, one of a category; the others follow', async () => {
  let most = 0;
  const busy = new Set<string>();
  let arrive = () => {};
  const both = new Promise<void>((done) => {
    arrive = done;
  });
  const { means } = await standIns(sites, {
    async extract({ prompt }) {
      if (busy.has(prompt)) throw new Error('There is a run of this category already.');
      busy.add(prompt);
      most = Math.max(most, await graph.db.researchRun.count({ where: { userId: ana.userId, state: 'RUNNING' } }));
      // The first one stays until there is a second one beside it.
      if (busy.size === 2) arrive();
      await both;
      busy.delete(prompt);
      return null;
    },
  }).install(graph);
  const at = graph.clock.now();
  const runs: { id: string; categoryId: string }[] = [];
  for (const prompt of ['a', 'b', 'c']) {
    const categoryId = await makeCategory(ana, { sources, prompt });
    for (const local of ['2026-03-09T07:00', '2026-03-10T07:00']) {
      runs.push({ id: newId('run', at), categoryId });
      const scheduled = { trigger: 'SCHEDULE', localOccurrence: local, dueAt: new Date(`${local}Z`), createdAt: at };
      await graph.db.researchRun.create({ data: { userId: ana.userId, ...runs.at(-1)!, ...scheduled } });
    }
  }
  await Promise.all(runs.map(({ id }) => workOnRun(graph.platform, means, usualBudget, id, never)));
  expect(most).toBe(2);
  await graph.runJobs();
  for (const { id } of runs) expect(await readRun(ana, id)).toMatchObject({ state: 'DONE' });
  expect(most).toBe(2);
});
