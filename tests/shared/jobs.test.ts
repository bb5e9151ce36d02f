import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createJobs, type JobDefinition, type Jobs } from '../../subgraphs/shared/jobs.ts';
import { domainMetrics } from '../../subgraphs/shared/metrics.ts';
import { recordingLog } from '../support/platform.ts';
import { beginProcess } from '../support/process.ts';
import { hasRedis, startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { nowhere, stores, times } from './jobStores.ts';

for (const [name, make] of stores) {
  const group = name === 'Redis' && !hasRedis() ? describe.skip : describe;
  group(`jobs on ${name}`, () => {
    let store: Awaited<ReturnType<typeof make>>;
    const opened: Jobs[] = [];
    const { log, lines } = recordingLog('error');
    /** Each test has a queue of its own. */
    let queue = '';
    let number = 0;
    beforeAll(async () => {
      store = await make();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
      lines.length = 0;
    });
    afterAll(async () => store.stop());

    const open = (own: Partial<typeof times> = {}) => {
      const jobs = createJobs(store.connection, log, { ...times, ...own });
      opened.push(jobs);
      // Of this store alone: what is counted of jobs is counted for the whole process.
      queue = `${name.toLowerCase()}${number}`;
      return jobs;
    };
    const fresh = () => {
      number++;
      return open();
    };
    const job = (what: string, run: JobDefinition['run'], more: Partial<JobDefinition> = {}): JobDefinition => ({
      name: `${queue}.${what}`,
      run,
      ...more,
    });

    /** Runs a module that knows `createJobs`, `createLog`, and how these jobs are made. */
    const inAProcess = (code: string) =>
      beginProcess(
        [
          '--input-type=module',
          '--eval',
          `import { createJobs } from './subgraphs/shared/jobs.ts';
           import { createLog } from './subgraphs/shared/log.ts';
           const [connection, times] = ${JSON.stringify([store.connection, times])};
           ${code}`,
        ],
        {},
      );

    test('tells how a queue stands, and how long the first job has been due', async () => {
      const jobs = fresh();
      expect(await jobs.figures(queue)).toEqual({
        counts: { waiting: 0, active: 0, delayed: 0, failed: 0 },
        oldestMs: 0,
      });
      await jobs.add(`${queue}.first`, {});
      const added = Date.now();
      await until('the first has waited a little', () => Date.now() - added > 60);
      await jobs.add(`${queue}.second`, {});
      await jobs.add(`${queue}.later`, {}, { delay: 60_000 });
      const figures = await jobs.figures(queue);
      expect(figures.counts).toEqual({ waiting: 2, active: 0, delayed: 1, failed: 0 });
      expect(figures.oldestMs).toBeGreaterThanOrEqual(60);
      expect(figures.oldestMs).toBeLessThan(60_000);
    });

    test('counts attempts at jobs by name and outcome', async () => {
      const jobs = fresh();
      let attempts = 0;
      await jobs.work([
        job('breaks', async () => {
          if (++attempts < 3) throw new Error('not yet');
        }),
        job('fails', () => Promise.reject(new Error('never')), { attempts: 1 }),
      ]);
      await jobs.add(`${queue}.breaks`, {});
      await jobs.add(`${queue}.fails`, {});
      const counted = async () =>
        (await domainMetrics.getSingleMetric('jarvis_jobs_total')!.get()).values
          .filter(({ labels }) => String(labels.job).startsWith(`${queue}.`))
          .map(({ labels, value }) => `${String(labels.job).split('.')[1]} ${labels.outcome} ${value}`)
          .sort();
      await until('all have ended', async () => (await counted()).length === 3);
      expect(await counted()).toEqual(['breaks done 1', 'breaks tried again 2', 'fails failed 1']);
    });

    test('runs a job with its data, added before or after a worker came', async () => {
      const jobs = fresh();
      const seen: unknown[] = [];
      await jobs.add(`${queue}.early`, { userId: 'user_1' });
      const remember = async (data: unknown) => void seen.push(data);
      await jobs.work([job('early', remember), job('late', remember)]);
      await jobs.add(`${queue}.late`, { userId: 'user_2' });
      await until('both ran', () => seen.length === 2);
      expect(seen).toEqual(expect.arrayContaining([{ userId: 'user_1' }, { userId: 'user_2' }]));
    });

    test('the same id twice is one job, whatever the id looks like', async () => {
      const jobs = fresh();
      const seen: string[] = [];
      for (const id of ['export:user_1', '42', 'plain']) {
        await jobs.add(`${queue}.once`, { id }, { id });
        await jobs.add(`${queue}.once`, { id }, { id });
      }
      await jobs.add(`${queue}.once`, { id: 'last' });
      await jobs.work([job('once', async ({ id }) => void seen.push(id!))]);
      await until('the last ran', () => seen.includes('last'));
      expect(seen.sort()).toEqual(['42', 'export:user_1', 'last', 'plain']);
    });

    test('a job that is done is forgotten at once: nothing of it stays, and its id is free again', async () => {
      const jobs = fresh();
      let runs = 0;
      await jobs.work([job('short', async () => void runs++)]);
      await until('it ran three times', async () => {
        await jobs.add(`${queue}.short`, {}, { id: 'same' });
        return runs >= 3;
      });
    });

    test('a delayed job runs when its time has come, not before', async () => {
      const jobs = fresh();
      const seen: string[] = [];
      let ran = 0;
      const start = Date.now();
      await jobs.work([
        job('mark', async ({ what }) => {
          seen.push(what!);
          ran = Date.now();
        }),
      ]);
      await jobs.add(`${queue}.mark`, { what: 'delayed' }, { delay: 300 });
      await jobs.add(`${queue}.mark`, { what: 'now' });
      await until('both ran', () => seen.length === 2);
      expect(seen).toEqual(['now', 'delayed']);
      expect(ran - start).toBeGreaterThanOrEqual(295);
    });

    test('a failing job is tried again until it works, and no more often than it says', async () => {
      const jobs = fresh();
      const tries: Record<string, number> = {};
      const failing = (until: number) => async (data: Record<string, string>) => {
        tries[data.what!] = (tries[data.what!] ?? 0) + 1;
        if (tries[data.what!]! < until) throw new Error(`try ${tries[data.what!]} of ${data.what} failed`);
      };
      await jobs.work([
        job('mends', failing(3)),
        job('twice', failing(99), { attempts: 2 }),
        job('usual', failing(99)),
        job('seven', failing(99), { attempts: 7 }),
      ]);
      for (const what of ['mends', 'twice', 'usual', 'seven']) await jobs.add(`${queue}.${what}`, { what });
      await until('the most patient was tried for the last time', () => lines.join('').includes('try 7 of seven'));
      expect(tries).toEqual({ mends: 3, twice: 2, usual: 5, seven: 7 });
    });

    test('a job with `every` runs by itself, once for all processes, and stops when it is no longer defined', async () => {
      const one = fresh();
      const two = open();
      let runs = 0;
      const tick = job('tick', async () => void runs++, { every: 200 });
      const start = Date.now();
      await one.work([tick]);
      await two.work([tick]);
      await until('it ran three times', () => runs >= 3);
      expect(runs).toBeLessThanOrEqual((Date.now() - start) / 200 + 2);
      await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
      const later = open();
      let other = false;
      await later.work([
        job('other', async () => {
          other = true;
        }),
      ]);
      await later.add(`${queue}.other`, {}, { delay: 700 });
      await until('some periods have gone by', () => other);
      // One that was already waiting fails as unknown, five times in all; none comes after it.
      expect(lines.filter((line) => line.includes('No job is called')).length).toBeLessThanOrEqual(5);
    });

    if (name === 'Redis')
      test('what runs by itself goes on when the queue has lost everything', async () => {
        const jobs = fresh();
        let runs = 0;
        const count = async () => void runs++;
        await jobs.work([job('often', count, { every: 100 })]);
        await until('it runs', () => runs > 1);
        await store.lose!();
        const before = runs;
        // One may have been under way.
        await until('it runs again', () => runs > before + 2);
      });

    test('close waits for a running job', async () => {
      const jobs = fresh();
      let started = false;
      let finished = false;
      let finish = () => {};
      const work = new Promise<void>((done) => {
        finish = done;
      });
      await jobs.work([
        job('slow', async () => {
          started = true;
          await work;
          finished = true;
        }),
      ]);
      await jobs.add(`${queue}.slow`, {});
      await until('it started', () => started);
      const closing = jobs.close();
      finish();
      await closing;
      expect(finished).toBe(true);
    });

    test('close gives up on a job that does not end', async () => {
      number++;
      const jobs = open({ closing: 200 });
      let started = false;
      let finish = () => {};
      const work = new Promise<void>((done) => {
        finish = done;
      });
      await jobs.work([
        job('endless', async () => {
          started = true;
          await work;
        }),
      ]);
      await jobs.add(`${queue}.endless`, {});
      await until('it started', () => started);
      const start = Date.now();
      await jobs.close();
      expect(Date.now() - start).toBeLessThan(5_000);
      finish();
    });

    test('ten jobs that cannot finish are handed back at once, not when their locks have run out, and can be added meanwhile', async () => {
      number++;
      const one = open({ closing: 400, lock: 60_000 });
      const begun = new Set<string>();
      const handed = job(
        'handed',
        async ({ what }, closing) => {
          begun.add(what!);
          await new Promise((_, fail) => closing.addEventListener('abort', () => fail(new Error('The process ends.'))));
        },
        { concurrency: 10 },
      );
      await one.work([handed]);
      const all = Array.from({ length: 10 }, (_, i) => String(i));
      for (const what of all) await one.add(`${queue}.handed`, { what });
      await until('all run', () => begun.size === 10);
      const rested = one.rest();
      await one.add(`${queue}.handed`, { what: 'late' });
      await rested;
      const two = open({ lock: 60_000 });
      const done = new Set<string>();
      await two.work([job('handed', async ({ what }) => void done.add(what!))]);
      await until('another process has done them', () => done.size === 11, 5);
      expect([...done].sort()).toEqual([...all, 'late'].sort());
    });

    test('a job of which three workers die is given up, can be seen, and put back', async () => {
      number++;
      const quick = { lock: 600, stalledCheck: 150 };
      const jobs = open(quick);
      await jobs.add(`${queue}.deadly`, { what: 'poison' });
      for (let death = 0; death < 3; death++) {
        const other = inAProcess(`
          const jobs = createJobs(connection, createLog('silent'), { ...times, lock: 600, stalledCheck: 150 });
          await jobs.work([{ name: '${queue}.deadly', run: () => process.kill(process.pid, 'SIGKILL') }]);`);
        await other.ended;
      }
      const done: string[] = [];
      await jobs.work([job('deadly', async ({ what }) => void done.push(what!))]);
      let failed: Awaited<ReturnType<Jobs['failed']>> = [];
      await until('it is given up', async () => {
        failed = await jobs.failed(queue);
        return failed.length > 0;
      });
      expect(failed).toEqual([
        {
          id: expect.any(String),
          name: `${queue}.deadly`,
          data: { what: 'poison' },
          reason: expect.stringContaining('stalled'),
          failedAt: expect.any(Date),
        },
      ]);
      expect(done).toEqual([]);
      expect(await jobs.retry(queue, 'other')).toBe(false);
      expect(await jobs.retry(queue, failed[0]!.id)).toBe(true);
      await until('it is done', () => done.length > 0);
      expect([done, await jobs.failed(queue)]).toEqual([['poison'], []]);
    }, 30_000);

    test('a job whose worker hangs for longer than its lock is done by another, and counts as done', async () => {
      number++;
      const jobs = open({ lock: 600, stalledCheck: 150 });
      await jobs.add(`${queue}.blocked`, { what: 'once' });
      const other = inAProcess(`
        const jobs = createJobs(connection, createLog('silent'), { ...times, lock: 600, stalledCheck: 150 });
        await jobs.work([{ name: '${queue}.blocked', async run() {
          console.log('begun');
          for (const end = Date.now() + 1_500; Date.now() < end; );
          console.log('woken');
        } }]);
        setTimeout(async () => { await jobs.close(); process.exit(); }, 300);`);
      await until('it has begun', () => other.output().includes('begun'));
      let done = 0;
      await jobs.work([job('blocked', async () => void done++)]);
      await other.ended;
      expect(done).toBe(1);
      expect(await jobs.failed(queue)).toEqual([]);
      const { counts } = await jobs.figures(queue);
      expect([counts.waiting, counts.active, counts.delayed]).toEqual([0, 0, 0]);
    }, 30_000);

    test('names the job that nobody knows, and those that are known', async () => {
      const jobs = fresh();
      await jobs.work([job('known', async () => {})]);
      await jobs.add(`${queue}.unknown`, {});
      await until('it was logged', () => lines.length > 0);
      expect(lines[0]).toContain(`No job is called ${queue}.unknown. Known: ${queue}.known`);
    });

    test('who begins to work while the queues close is left without a worker', async () => {
      const jobs = fresh();
      // A worker on a pool that has ended asks in vain for ever, and leaves the process no time for anything else.
      const other = inAProcess(`
        for (let moment = 0; moment < 40; moment++) {
          const jobs = createJobs(connection, createLog('silent'), times);
          jobs.work([{ name: '${queue}.late', run: async () => {} }]).catch(() => {});
          await new Promise((done) => setTimeout(done, moment));
          await jobs.close();
          await new Promise((done) => setTimeout(done, 5));
        }
        process.exit();`);
      const tooLong = setTimeout(() => other.signal('SIGKILL'), 30_000);
      expect(await other.ended).toEqual({ code: 0, output: '' });
      clearTimeout(tooLong);
      await jobs.close();
    }, 60_000);

    test('the job of a killed worker is taken over when its lock has run out', async () => {
      const jobs = fresh();
      const other = inAProcess(`
        const jobs = createJobs(connection, createLog('silent'), times);
        await jobs.work([{ name: '${queue}.handed', run: () => { console.log('running'); return new Promise(() => {}); } }]);`);
      await jobs.add(`${queue}.handed`, { userId: 'user_1' });
      await until('the other process has it', () => other.output().includes('running'));
      other.signal('SIGKILL');
      await other.ended;
      const seen: unknown[] = [];
      await jobs.work([job('handed', async (data) => void seen.push(data))]);
      await until('it was taken over', () => seen.length > 0);
      expect(seen).toEqual([{ userId: 'user_1' }]);
    });
  });
}

(hasRedis() ? test : test.skip)(
  'adding a job while Redis is away fails soon, and works again once it is back',
  async () => {
    const redis = await startRedis({ appendonly: 'yes' });
    const { log } = recordingLog('error');
    const jobs = createJobs({ redisUrl: redis.url, databaseUrl: nowhere }, log, times);
    const seen: string[] = [];
    try {
      await jobs.work([{ name: 'away.mark', run: async ({ what }) => void seen.push(what!) }]);
      await redis.kill();
      const start = Date.now();
      await expect(jobs.add('away.mark', { what: 'lost' })).rejects.toThrow();
      expect(Date.now() - start).toBeLessThan(5_000);
      await redis.start();
      await until('it can be added again', () =>
        jobs.add('away.mark', { what: 'back' }, { id: 'back' }).then(
          () => true,
          () => false,
        ),
      );
      await until('and runs', () => seen.includes('back'));
    } finally {
      await jobs.close();
      await redis.stop();
    }
  },
);
