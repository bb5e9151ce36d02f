import { describe, expect, test } from '@jest/globals';
import { writeReply } from '../../../subgraphs/chat/reply/run.ts';
import type { Platform } from '../../../subgraphs/shared/platform.ts';
import { until } from '../../support/server.ts';
import {
  ana,
  answered,
  approve,
  beginTalks,
  callTool,
  entriesOf,
  gate,
  goalId,
  read,
  send,
  talks,
  told,
} from './talk.ts';

beginTalks({ goal: true });

const never = new AbortController().signal;
/** Longer than a lease. */
const lease = 10_001;
const stateOf = async (messageId: string) =>
  (await talks.graph.db.generation.findUniqueOrThrow({ where: { messageId } })).state;

/** A worker whose platform can be taken from it: from then on all that it does fails, as if its process had been killed. */
function mortal(): { platform: Platform; kill(): void } {
  let isDead = false;
  const dying = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(object, key) {
        const value = Reflect.get(object, key);
        if (isDead && typeof value === 'function') return () => Promise.reject(new Error('killed'));
        if (typeof value === 'function') return value.bind(object);
        return typeof value === 'object' && value !== null ? dying(value as object) : value;
      },
    });
  const { db, ...platform } = talks.graph.platform;
  return {
    platform: { ...platform, db: dying(db) },
    kill() {
      isDead = true;
    },
  };
}

describe('a worker dies', () => {
  test('before it has said anything: another one begins anew, and nothing is said twice', async () => {
    const { opened, open } = gate();
    talks.openai.script = (_, number) =>
      number === 1 ? [{ wait: opened }, { text: 'Never heard.' }] : [{ text: 'Hello.' }];
    const { reply } = await send(ana, 'Hello');
    const worker = mortal();
    const work = writeReply(worker.platform, reply.id, never);
    await until(() => talks.openai.asked.length === 1, 'the first question');
    worker.kill();
    open();
    await expect(work).rejects.toThrow('killed');
    await talks.graph.runJobs();
    expect(await stateOf(reply.id)).toBe('RUNNING');
    talks.graph.clock.advance(lease);
    await talks.graph.runJobs();
    expect(await read(ana, reply.id)).toMatchObject({ status: 'COMPLETE', content: 'Hello.' });
    expect((await told(talks, reply.id)).text).toBe('Hello.');
  });

  test('in the middle of its words: the reply has failed, and keeps them', async () => {
    const { opened, open } = gate();
    talks.openai.script = () => [{ text: 'So far' }, { wait: opened }, { text: ' lost' }];
    const { reply } = await send(ana, 'Hello');
    const worker = mortal();
    const work = writeReply(worker.platform, reply.id, never);
    await until(async () => (await read(ana, reply.id)).content === 'So far', 'the first words');
    worker.kill();
    open();
    await expect(work).rejects.toThrow('killed');
    talks.graph.clock.advance(lease);
    await talks.graph.runJobs();
    expect(await read(ana, reply.id)).toMatchObject({
      status: 'FAILED',
      endedBecause: 'INTERRUPTED',
      content: 'So far',
    });
    expect((await told(talks, reply.id)).text).toBe('So far');
    expect(talks.openai.asked).toHaveLength(1);
    // What it may have cost counts, until somebody knows better.
    talks.graph.clock.advance(16 * 60_000);
    await talks.graph.runJobs();
    expect((await read(ana, reply.id)).aiCalls).toMatchObject([{ outcome: 'LOST' }]);
  });

  test('after words and their tools, before it asks on: another one goes on from there', async () => {
    const { opened, open } = gate();
    talks.openai.script = (_, number) =>
      [
        [{ text: 'I look. ' }, callTool('ListGoals', {})],
        [{ wait: opened }, { text: 'Never heard.' }],
        [{ text: 'There is one.' }],
      ][number - 1]!;
    const { reply } = await send(ana, 'Hello');
    const worker = mortal();
    const work = writeReply(worker.platform, reply.id, never);
    await until(() => talks.openai.asked.length === 2, 'the second question');
    worker.kill();
    open();
    await expect(work).rejects.toThrow('killed');
    talks.graph.clock.advance(lease);
    await talks.graph.runJobs();
    const after = await read(ana, reply.id);
    expect(after).toMatchObject({ status: 'COMPLETE', content: 'I look. There is one.' });
    expect(after.toolCalls).toMatchObject([{ state: 'DONE' }]);
    expect((await told(talks, reply.id)).text).toBe('I look. There is one.');
  });

  test('between a change and its record: it is made once', async () => {
    talks.openai.script = (_, number) =>
      number === 1 ? [callTool('LogProgress', { goalId, value: '5' })] : [{ text: 'Done.' }];
    const { id, toolCalls } = await answered(talks, ana, 'log 5 km');
    const worker = mortal();
    const { graph } = worker.platform;
    const died: Platform = {
      ...worker.platform,
      graph: {
        async ask(request) {
          const answer = await graph.ask(request);
          if (request.idempotencyKey) worker.kill();
          return answer;
        },
      },
    };
    // Approved, but the queue gives it to the one that is going to die.
    await approve(ana, toolCalls[0].id, toolCalls[0].confirmation);
    await expect(writeReply(died, id, never)).rejects.toThrow('killed');
    expect(await entriesOf(talks, ana)).toBe(1);
    expect(await read(ana, id)).toMatchObject({ toolCalls: [{ state: 'RUNNING' }] });
    talks.graph.clock.advance(lease);
    await talks.graph.runJobs();
    const reply = await read(ana, id);
    expect(reply).toMatchObject({ status: 'COMPLETE', content: 'Done.', toolCalls: [{ state: 'DONE' }] });
    expect(await entriesOf(talks, ana)).toBe(1);
    expect(JSON.parse(reply.toolCalls[0].result).data.logProgress.entry.value).toBe('5');
  });

  test('whose database was away for a moment: the reply is written all the same', async () => {
    const { platform } = talks.graph;
    const away = () => Promise.reject(Object.assign(new Error('away'), { code: 'P1001' }));
    const db = new Proxy(platform.db, {
      get(target, key) {
        if (key === 'toolCall') return { findMany: away };
        const value = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { reply } = await send(ana, 'Hello');
    await writeReply({ ...platform, db }, reply.id, never);
    expect(await read(ana, reply.id)).toMatchObject({ status: 'STREAMING', endedBecause: null });
    talks.openai.script = () => [{ text: 'Hello.' }];
    talks.graph.clock.advance(lease);
    await talks.graph.runJobs();
    expect(await read(ana, reply.id)).toMatchObject({ status: 'COMPLETE', content: 'Hello.' });
  });

  test('again and again: the reply is given up', async () => {
    let { opened, open } = gate();
    talks.openai.script = () => [{ wait: opened }];
    const { reply } = await send(ana, 'Hello');
    for (let life = 0; life < 5; life++) {
      const worker = mortal();
      const work = writeReply(worker.platform, reply.id, never);
      await until(() => talks.openai.asked.length === life + 1, 'the question');
      worker.kill();
      open();
      await expect(work).rejects.toThrow('killed');
      ({ opened, open } = gate());
      talks.graph.clock.advance(lease);
    }
    await talks.graph.runJobs();
    expect(await read(ana, reply.id)).toMatchObject({ status: 'FAILED', endedBecause: 'INTERRUPTED' });
    expect(talks.openai.asked).toHaveLength(5);
  });
});

describe('two workers', () => {
  test('never write the same reply', async () => {
    const { opened, open } = gate();
    talks.openai.script = () => [{ text: 'One' }, { wait: opened }];
    const { reply } = await send(ana, 'Hello');
    const { platform } = talks.graph;
    const work = Promise.all([1, 2, 3].map(() => writeReply(platform, reply.id, never)));
    await until(async () => (await read(ana, reply.id)).content === 'One', 'the first words');
    open();
    await work;
    expect(talks.openai.asked).toHaveLength(1);
    expect((await told(talks, reply.id)).text).toBe('One');
  });

  test('one that has lost its lease writes nothing more, though it lives', async () => {
    const { opened, open } = gate();
    talks.openai.script = (_, number) =>
      number === 1 ? [{ wait: opened }, { text: 'Late.' }] : [{ text: 'In time.' }];
    const { reply } = await send(ana, 'Hello');
    const late = writeReply(talks.graph.platform, reply.id, never);
    await until(() => talks.openai.asked.length === 1, 'the question');
    talks.graph.clock.advance(lease);
    await talks.graph.runJobs();
    open();
    await late;
    expect(await read(ana, reply.id)).toMatchObject({ status: 'COMPLETE', content: 'In time.' });
    expect((await told(talks, reply.id)).text).toBe('In time.');
  });
});

describe('a worker that is asked to go', () => {
  test('hands back what has said nothing yet, and another one writes it', async () => {
    const { opened, open } = gate();
    talks.openai.script = (_, number) => (number === 1 ? [{ wait: opened }] : [{ text: 'Hello.' }]);
    const { reply } = await send(ana, 'Hello');
    const closing = new AbortController();
    const work = writeReply(talks.graph.platform, reply.id, closing.signal);
    await until(() => talks.openai.asked.length === 1, 'the question');
    closing.abort();
    await work;
    open();
    expect(await stateOf(reply.id)).toBe('QUEUED');
    await until(() => talks.openai.asked[0]!.aborted, 'the request to be ended');
    await talks.graph.runJobs();
    const after = await read(ana, reply.id);
    expect(after).toMatchObject({ status: 'COMPLETE', content: 'Hello.' });
    expect(after.aiCalls).toMatchObject([{ outcome: 'STOPPED' }, { outcome: 'OK' }]);
    await told(talks, reply.id);
  });

  test('hands back what has said something in an earlier round only', async () => {
    const { opened, open } = gate();
    talks.openai.script = (_, number) =>
      [[{ text: 'I look. ' }, callTool('ListGoals', {})], [{ wait: opened }], [{ text: 'One.' }]][number - 1]!;
    const { reply } = await send(ana, 'Hello');
    const closing = new AbortController();
    const work = writeReply(talks.graph.platform, reply.id, closing.signal);
    await until(() => talks.openai.asked.length === 2, 'the second question');
    closing.abort();
    await work;
    open();
    await talks.graph.runJobs();
    expect(await read(ana, reply.id)).toMatchObject({ status: 'COMPLETE', content: 'I look. One.' });
    expect((await told(talks, reply.id)).text).toBe('I look. One.');
  });

  test('ends what is in the middle of its words, and keeps them', async () => {
    const { opened, open } = gate();
    talks.openai.script = () => [{ text: 'So far' }, { wait: opened }];
    const { reply } = await send(ana, 'Hello');
    const closing = new AbortController();
    const work = writeReply(talks.graph.platform, reply.id, closing.signal);
    await until(async () => (await read(ana, reply.id)).content === 'So far', 'the first words');
    closing.abort();
    await work;
    open();
    expect(await read(ana, reply.id)).toMatchObject({
      status: 'FAILED',
      endedBecause: 'INTERRUPTED',
      content: 'So far',
    });
    await told(talks, reply.id);
  });
});

test('a reply that the queue has lost is found', async () => {
  const { jobs } = talks.graph.platform;
  const { add } = jobs;
  jobs.add = async () => {};
  const { reply } = await send(ana, 'Hello');
  jobs.add = add;
  await talks.graph.runJobs();
  expect(await stateOf(reply.id)).toBe('QUEUED');
  talks.graph.clock.advance(lease);
  await talks.graph.runJobs();
  expect(await read(ana, reply.id)).toMatchObject({ status: 'COMPLETE', content: 'Hello.' });
});
