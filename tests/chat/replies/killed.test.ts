import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type HttpPerson, until } from '../../support/server.ts';
import { gate } from './talk.ts';
import { checkNumbers, follow, type Live, startLive, textOf, watch } from './viewer.ts';

/** The process that writes replies, ended in the middle of its work: for real, with real queues. */
let live: Live;
let ana: HttpPerson;
beforeAll(async () => {
  live = await startLive('processes');
  ana = await live.person('ana@example.com');
}, 120_000);
afterAll(() => live?.stop(), 60_000);

test('killed, replies fail with what they had said, or are begun anew; viewers hear of it on the same connection', async () => {
  const { opened, open } = gate();
  live.script = (number) =>
    number === 1 ? [{ text: 'So far' }, { wait: opened }] : number === 2 ? [{ wait: opened }] : [{ text: 'Hello.' }];
  const speaking = await live.say(ana, 'Tell me');
  const viewers = [watch(live.server, ana, speaking.id), watch(live.server, ana, speaking.id)];
  await until(async () => (await live.read(ana, speaking.id)).content === 'So far', 'the first words');
  const asked = live.model.requests.length;
  live.script = (number) => (number === 1 ? [{ wait: opened }] : [{ text: 'Hello.' }]);
  const silent = await live.say(ana, 'Say hello');
  viewers.push(watch(live.server, ana, silent.id));
  await until(() => live.model.requests.length > asked, 'the second question');
  await live.server.restart('chat', 'SIGKILL');
  open();
  const [first, second, third] = await Promise.all(viewers);
  checkNumbers(first!.deltas);
  expect(textOf(first!.deltas)).toBe('So far');
  expect(first!.deltas.at(-1)).toMatchObject({ kind: 'END', status: 'FAILED' });
  expect(second).toEqual(first);
  expect(await live.read(ana, speaking.id)).toMatchObject({
    status: 'FAILED',
    endedBecause: 'INTERRUPTED',
    content: 'So far',
  });
  checkNumbers(third!.deltas);
  expect(textOf(third!.deltas)).toBe('Hello.');
  expect(await live.read(ana, silent.id)).toMatchObject({ status: 'COMPLETE', content: 'Hello.' });
}, 120_000);

test('asked to end, it lets replies end that can, and hands on those that have not begun to speak', async () => {
  const { opened, open } = gate();
  live.script = () => [{ text: 'I am ' }, { wait: opened }, { text: 'done.' }];
  const speaking = await live.say(ana, 'Tell me');
  const viewers = [follow(live.server, ana, speaking.id)];
  await until(async () => (await live.read(ana, speaking.id)).content === 'I am ', 'the first words');
  const asked = live.model.requests.length;
  live.script = (number) => (number === 1 ? 'hang' : [{ text: 'Hello.' }]);
  const silent = await live.say(ana, 'Say hello');
  viewers.push(follow(live.server, ana, silent.id));
  await until(() => live.model.requests.length > asked, 'the second question');
  const restarted = live.server.restart('chat', 'SIGTERM');
  open();
  await restarted;
  const [first, second] = await Promise.all(viewers);
  checkNumbers(first!);
  expect(textOf(first!)).toBe('I am done.');
  checkNumbers(second!);
  expect(textOf(second!)).toBe('Hello.');
}, 120_000);
