import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../../subgraphs/shared/ids.ts';
import type { Step } from '../../support/models/modelServer.ts';
import { collect, type HttpPerson, type Topology, until } from '../../support/server.ts';
import { errorsOf } from '../support.ts';
import { callTool, gate } from './talk.ts';
import { checkNumbers, type Delta, glimpse, type Live, seeded, startLive, stream, textOf, watch } from './viewer.ts';

const after = (pause: number | (() => number)) => ({
  get wait() {
    return new Promise((done) => setTimeout(done, typeof pause === 'number' ? pause : pause()));
  },
});
/** Text in many languages, in pieces that come one after the other. */
const words = ['word ', 'größer ', 'слово ', '言葉 ', '👨‍👩‍👧 ', '\n- ', '“x” '];
const slowly = (pieces: number, pause: number | (() => number)): { steps: Step[]; text: string } => {
  const texts = Array.from({ length: pieces }, (_, i) => `${i}${words[i % words.length]}`);
  return { steps: texts.flatMap((text) => [{ text }, after(pause)]), text: texts.join('') };
};

describe.each(['embedded', 'processes'] as const)('a reply as it is written (%s)', (topology: Topology) => {
  let live: Live;
  let ana: HttpPerson;
  beforeAll(async () => {
    live = await startLive(topology);
    ana = await live.person('ana@example.com');
  }, 120_000);
  afterAll(() => live?.stop(), 60_000);

  test('is told to whoever listens, from the beginning, from the middle and after its end', async () => {
    const { opened, open } = gate();
    live.script = () => [{ text: 'One ' }, { wait: opened }, { text: 'two ' }, after(60), { text: 'three' }];
    const { id } = await live.say(ana, 'Count');
    const early = [watch(live.server, ana, id), watch(live.server, ana, id)];
    await until(async () => (await live.read(ana, id)).content === 'One ', 'the first words');
    const late = [watch(live.server, ana, id), watch(live.server, ana, id, 1)];
    await glimpse(live.server, ana, id, 0, 1);
    open();
    const [first, second, third, fourth] = await Promise.all([...early, ...late]);
    checkNumbers(first!.deltas);
    expect(textOf(first!.deltas)).toBe('One two three');
    expect(second!.deltas).toEqual(first!.deltas);
    expect(third!.deltas).toEqual(first!.deltas);
    expect(fourth!.deltas).toEqual(first!.deltas.slice(1));
    const last = first!.deltas.at(-1)!;
    expect(last).toMatchObject({ kind: 'END', status: 'COMPLETE' });
    expect(first!.deltas.at(-2)).toMatchObject({ kind: 'USAGE', usage: { outcome: 'OK' } });
    expect((await watch(live.server, ana, id)).deltas).toEqual(first!.deltas);
    expect(await watch(live.server, ana, id, last.sequence)).toEqual({ deltas: [], ended: true, errors: null });
    expect(await live.read(ana, id)).toMatchObject({ content: 'One two three', lastSequence: last.sequence });
  });

  test('is the same to the letter when the connection is cut a hundred times', async () => {
    const seed = 20_261_126;
    const random = seeded(seed);
    let cuts = 0;
    // Long enough for the slowest machine; what is left after the last cut comes at once.
    const { steps, text } = slowly(1_200, () => (cuts < 100 ? 16 : 0));
    live.script = () => steps;
    const { id } = await live.say(ana, 'Tell me a lot');
    const whole = watch(live.server, ana, id);
    const got: Delta[] = [];
    while (got.at(-1)?.kind !== 'END') {
      const most = cuts < 100 ? Math.floor(random() * 3) : Number.POSITIVE_INFINITY;
      const { deltas, ended, errors } = await glimpse(live.server, ana, id, got.length, most);
      // A machine with too much to do sends people away for a moment: they come again, as clients do.
      if (isBusy(errors)) continue;
      if (errors) throw new Error(JSON.stringify(errors));
      got.push(...deltas);
      if (!ended) cuts++;
    }
    expect([seed, cuts]).toEqual([seed, 100]);
    checkNumbers(got);
    expect(textOf(got)).toBe(text);
    // `toolCall` and `usage` are told as they are now; the rest is as it was told.
    expect(got).toEqual((await whole).deltas);
    expect((await live.read(ana, id)).content).toBe(text);
  }, 60_000);

  test('goes on after a proposal, on the same stream', async () => {
    const { createGoal } = await ana.ask(
      `mutation { createGoal(input: { title: "Running", kind: NUMERIC, targetValue: "100", cumulative: true }) { goal { id } ${errorsOf} } }`,
    );
    live.script = (number) =>
      number === 1
        ? [{ text: 'I will. ' }, callTool('LogProgress', { goalId: createGoal.goal.id, value: '5' })]
        : [{ text: 'Done.' }];
    const { id } = await live.say(ana, 'log 5');
    const whole = watch(live.server, ana, id);
    await until(async () => (await live.read(ana, id)).status === 'WAITING', 'the proposal');
    const [call] = (await live.read(ana, id)).toolCalls;
    const { approveToolCall } = await ana.ask(
      `mutation ($input: ApproveToolCallInput!) { approveToolCall(input: $input) { ${errorsOf} } }`,
      { input: { id: call.id, confirmation: call.confirmation } },
    );
    expect(approveToolCall.errors).toEqual([]);
    const { deltas } = await whole;
    checkNumbers(deltas);
    expect(textOf(deltas)).toBe('I will. Done.');
    const states = deltas.filter(({ kind }) => kind === 'TOOL_CALL').map(({ toolCallState }) => toolCallState);
    expect(states).toEqual(['PROPOSED', 'RUNNING', 'DONE']);
    const { node } = await ana.ask('query ($id: ID!) { node(id: $id) { ... on Goal { currentValue } } }', {
      id: createGoal.goal.id,
    });
    expect(node.currentValue).toBe('5');
  });

  test('ends for its viewers when it is stopped, and when it is deleted', async () => {
    const begin = async () => {
      live.script = () => [{ text: 'So far' }, { hang: true }];
      const reply = await live.say(ana, 'Tell me');
      await until(async () => (await live.read(ana, reply.id)).content === 'So far', 'the first words');
      return { ...reply, watched: watch(live.server, ana, reply.id) };
    };
    const stopped = await begin();
    await ana.ask(`mutation ($id: ID!) { stopMessage(input: { messageId: $id }) { ${errorsOf} } }`, { id: stopped.id });
    const { deltas } = await stopped.watched;
    checkNumbers(deltas);
    expect(deltas.at(-1)).toMatchObject({ kind: 'END', status: 'STOPPED' });
    await until(() => live.model.requests.at(-1)!.aborted, 'the request to be ended');
    const deleted = await begin();
    const id = deleted.conversationId;
    await ana.ask(`mutation ($id: ID!) { deleteConversation(input: { id: $id }) { ${errorsOf} } }`, { id });
    expect((await deleted.watched).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    await until(() => live.model.requests.at(-1)!.aborted, 'the request to be ended');
  });

  test('is nobody else’s, and has no numbers but its own', async () => {
    live.script = () => [{ text: 'Mine' }];
    const { id } = await live.say(ana, 'Hello');
    await watch(live.server, ana, id);
    const { lastSequence } = await live.read(ana, id);
    const ben = await live.person('ben@example.com');
    const codes = async (person: HttpPerson, messageId: string, position: number) => {
      const { deltas, errors } = await watch(live.server, person, messageId, position);
      expect(deltas).toEqual([]);
      return (errors as any)?.map(({ extensions }: any) => extensions.code);
    };
    expect(await codes(ben, id, 0)).toEqual(['NOT_FOUND']);
    expect(await codes(ana, newId('message'), 0)).toEqual(['NOT_FOUND']);
    expect(await codes(ana, 'x', 0)).toEqual(['NOT_FOUND']);
    for (const position of [lastSequence + 1, -1, 2_147_483_647]) {
      expect(await codes(ana, id, position)).toEqual(['BAD_USER_INPUT']);
    }
    // A day after its end, the message itself has it all.
    await live.server.platform.db.messageDelta.deleteMany({ where: { messageId: id } });
    expect(await codes(ana, id, 0)).toEqual(['BAD_USER_INPUT']);
    expect(await watch(live.server, ana, id, lastSequence)).toMatchObject({ ended: true, errors: null });
  });

  test('comes over server-sent events as well', async () => {
    const { steps, text } = slowly(50, 5);
    live.script = () => steps;
    const { id } = await live.say(ana, 'Hello');
    const response = await fetch(`${live.server.url}/graphql`, {
      method: 'POST',
      headers: { ...ana.headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: stream, variables: { id, after: 0 } }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = (await response.text()).split('\n\n').filter((event) => event.startsWith('event: next'));
    const deltas = events.map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)).data.messageStream);
    checkNumbers(deltas);
    expect(textOf(deltas)).toBe(text);
  });

  test('is told of in the person’s events: begun and ended', async () => {
    live.script = () => [{ text: 'Hello.' }];
    const socket = ana.socket();
    const events = collect<any>(
      socket,
      'subscription { chatMessage { event { id } message { id role status content } conversation { id } } }',
    );
    // The subscription is there once something is told that happened after it was asked for.
    await until(async () => {
      await live.say(ana, 'Is anybody there?');
      return events.messages.length > 0 || events.state.error;
    }, 'the subscription');
    expect(events.state.error).toBeNull();
    const { id, conversationId } = await live.say(ana, 'Hello');
    const ofReply = () => events.messages.map((one) => one.chatMessage).filter(({ message }) => message?.id === id);
    await until(() => ofReply().some(({ message }) => message.status === 'COMPLETE'), 'the end');
    expect(ofReply().at(-1)).toMatchObject({ message: { content: 'Hello.' }, conversation: { id: conversationId } });
    events.stop();
  });
});

const isBusy = (errors: unknown) =>
  Array.isArray(errors) && errors.some((error) => error.extensions?.code === 'RATE_LIMITED');
