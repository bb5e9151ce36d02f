import { describe, expect, test } from '@jest/globals';
import { readFeed } from '../../../subgraphs/research/reading/feeds.ts';
import { readPage } from '../../../subgraphs/research/reading/pages.ts';
import { createReadingThread } from '../../../subgraphs/research/reading/readingThread.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { fixture, received } from './received.ts';

const never = new AbortController().signal;
const page = () => fixture('article.page', 'text/html');
const feed = () => fixture('rss2.xml', 'application/rss+xml');
/** What takes a DOM some time, yet less than it may. */
const large = () =>
  received(`<article>${`<div><p>${'word and word, '.repeat(30)}</p></div>`.repeat(3_900)}</article>`, 'text/html');
const tooComplex = { name: 'TooComplex', code: 'TOO_COMPLEX' };

describe('a reading thread', () => {
  test('reads as its readers do, one text after the other, and starts with the first', async () => {
    const thread = createReadingThread();
    expect(thread.started).toBe(0);
    const read = await Promise.all([
      thread.page(page(), never),
      thread.feed(feed(), never),
      thread.feed(page(), never),
    ]);
    expect(read).toEqual([readPage(page()), readFeed(feed()), null]);
    expect(thread.started).toBe(1);
  });

  test('leaves what it was given as it was', async () => {
    const given = page();
    await createReadingThread().page(given, never);
    expect(given.body).toEqual(page().body);
  });

  test('lets the loop of events go round while it reads', async () => {
    let rounds = 0;
    let isRead = false;
    const reading = createReadingThread().page(large(), never);
    const turn = () => {
      rounds++;
      if (!isRead) setImmediate(turn);
    };
    turn();
    expect((await reading).text).toContain('word and word');
    isRead = true;
    expect(rounds).toBeGreaterThan(10);
  });

  test('refuses what takes too long, and reads what comes after it', async () => {
    const thread = createReadingThread({ budget: 1 });
    await expect(thread.page(large(), never)).rejects.toMatchObject(tooComplex);
    // Another thread serves those who come later, unless they take too long too.
    const next = thread.feed(received('no feed'), never).catch((error) => error.code);
    expect([null, 'TOO_COMPLEX']).toContain(await next);
    expect(thread.started).toBe(2);
  });

  test('refuses what would not fit into memory', async () => {
    const thread = createReadingThread({ memory: 32, budget: 600_000 });
    await expect(thread.page(large(), never)).rejects.toMatchObject(tooComplex);
    expect(await thread.feed(feed(), never)).toEqual(readFeed(feed()));
    expect(thread.started).toBe(2);
  });

  test('has nobody wait who does not want to any more', async () => {
    const thread = createReadingThread();
    const work = new AbortController();
    const waiting = [thread.page(large(), work.signal), thread.page(page(), work.signal)];
    work.abort(new Error('enough'));
    for (const one of waiting) await expect(one).rejects.toThrow('enough');
    await expect(thread.page(page(), work.signal)).rejects.toThrow('enough');
    expect(await thread.page(page(), never)).toEqual(readPage(page()));
  });

  test('is ended when nobody needs it, and started again by the next text', async () => {
    const clock = new FakeClock();
    const thread = createReadingThread({ idle: 1_000, after: (milliseconds, work) => clock.after(milliseconds, work) });
    await thread.page(page(), never);
    await clock.advance(1_000);
    await thread.page(page(), never);
    expect(thread.started).toBe(2);
  });
});
