import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ModelServer, Step } from '../support/models/modelServer.ts';
import { startOpenAiServer } from '../support/models/openaiServer.ts';
import { beginProcess, type EndingProcess, freePort, runProcess } from '../support/process.ts';
import { type HttpPerson, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const email = 'ana@example.com';
const script = 'scripts/chat.ts';

let model: ModelServer;
let steps: readonly Step[] = [];
let server: TestServer;
let ana: HttpPerson;
beforeAll(async () => {
  // Before it is asked for the first time, it is asked whether it can call tools.
  model = await startOpenAiServer(({ body }) =>
    JSON.stringify(body.messages).includes('say_hello') ? [{ text: 'Hello.' }] : steps,
  );
  server = await startServer('embedded', { COMPATIBLE_AI_URL: model.url, COMPATIBLE_AI_MODEL: 'stand-in' });
  ana = await server.person(email);
}, 60_000);
afterAll(async () => {
  await server.stop();
  await model.stop();
}, 30_000);

const chat = (args: string[], env: Record<string, string> = {}, url = server.url) =>
  runProcess([script, '--url', url, '--email', email, ...args], env);

const talks: EndingProcess[] = [];
afterEach(() => {
  for (const talk of talks.splice(0)) talk.signal('SIGKILL');
});

/** A talk through pipes. */
function begin(...args: string[]) {
  const talk = beginProcess([script, '--url', server.url, '--email', email, ...args], {});
  talks.push(talk);
  const says = (text: string, times = 1) => until(text, () => talk.output().split(text).length > times);
  return {
    ...talk,
    says,
    /** Waits for the prompt, at which Ctrl-C ends the talk. */
    async leave() {
      await until('the prompt', () => talk.output().endsWith('\n› '));
      talk.signal('SIGINT');
      return talk.ended;
    },
  };
}

async function createGoal(title: string): Promise<string> {
  const { createGoal: made } = await ana.ask(
    'mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } errors { message } } }',
    { input: { title, kind: 'NUMERIC', unit: 'km', targetValue: '100', cumulative: true } },
  );
  return made.goal.id;
}

const currentValue = async (id: string) =>
  (await ana.ask('query ($id: ID!) { goal(id: $id) { currentValue } }', { id })).goal.currentValue;

/** The reply that was shown last, and how it ended. */
async function lastReply() {
  const { viewer } = await ana.ask(
    '{ viewer { conversations(first: 1) { nodes { currentMessage { content status } } } } }',
  );
  return viewer.conversations.nodes[0].currentMessage;
}

describe('with --say', () => {
  test('what the assistant proposes happens with --approve, and only then', async () => {
    const swimming = await createGoal('Swimming');
    const refused = await chat(['--say', 'log 5 km swimming today', '--provider', 'local']);
    expect(refused).toMatchObject({ code: 0, output: expect.stringContaining('Log progress?') });
    expect(refused.output).toMatch(/Goal +Swimming\n +Value +5\n/);
    expect(await currentValue(swimming)).toBe('0');

    const approved = await chat(['--say', 'log 5 km swimming today', '--provider', 'local', '--approve']);
    expect(approved.output).toContain('▸ Log progress … done\n');
    expect(approved.code).toBe(0);
    expect(await currentValue(swimming)).toBe('5');
    expect(approved.output).toContain((await lastReply()).content);
  }, 60_000);

  test('an API key speaks for its owner', async () => {
    const { createApiKey } = await ana.ask(
      `mutation { createApiKey(input: { name: "chat", scopes: ["chat:read", "chat:write", "goals:read"] }) { key errors { message } } }`,
    );
    await createGoal('Cycling');
    const { code, output } = await chat(['--say', 'How is Cycling going?'], { JARVIS_TOKEN: createApiKey.key });
    expect([code, output]).toEqual([0, expect.stringContaining('Cycling')]);
  }, 30_000);

  test('a server that is not there, one that lets nobody in, and a wrong option are sentences', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    expect(await chat(['--say', 'hello'], {}, nowhere)).toEqual({
      code: 1,
      output: `Nobody answers at ${nowhere}. Start Jarvis with "npm start", or name another address with --url.\n`,
    });
    const closed = await startServer('embedded', { APPLE_CLIENT_IDS: 'example.jarvis' });
    try {
      const { code, output } = await chat(['--say', 'hello'], {}, closed.url);
      expect([code, output]).toEqual([
        1,
        expect.stringMatching(/^[^\n]*sign[^\n]*Pass an API key in JARVIS_TOKEN[^\n]*\n$/i),
      ]);
    } finally {
      await closed.stop();
    }
    expect(await chat(['--nonsense'])).toMatchObject({ code: 1, output: expect.stringMatching(/^Unknown option/) });
    expect(await chat(['--say', 'hello', '--provider', 'nobody'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('There is no such provider here'),
    });
  }, 60_000);

  test('a connection that breaks loses nothing of a reply and repeats nothing', async () => {
    await createGoal('Rowing');
    const proxy = await startBreakingProxy(Number(new URL(server.url).port));
    try {
      const { code, output } = await chat(['--say', 'how is Rowing going?'], {}, proxy.url);
      expect(proxy.breaks).toBeGreaterThan(0);
      expect(code).toBe(0);
      expect(output.split((await lastReply()).content)).toHaveLength(2);
    } finally {
      proxy.server.close();
    }
  }, 30_000);
});

describe('a talk', () => {
  test('asks before anything is done, and knows commands', async () => {
    const hiking = await createGoal('Hiking');
    const talk = begin('--provider', 'local');
    talk.write('/help\n/nothing\nlog 3 km hiking today\n');
    await talk.says('There is no /nothing.');
    await talk.says('Do it?');
    expect(await currentValue(hiking)).toBe('0');
    talk.write('perhaps\ny\n');
    await talk.says('Log progress … done');
    talk.write('log 4 km hiking today\n');
    await talk.says('Log progress?', 2);
    talk.write('n\nI did not\n/memories\n/usage\n/providers\n/again\n');
    await talk.says('Log progress?', 3);
    talk.signal('SIGINT');
    await talk.says('(stopped)');
    const { code, output } = await talk.leave();
    expect(code).toBe(0);
    expect((await lastReply()).status).toBe('STOPPED');
    expect(output).toContain('local          jarvis-local');
    expect(output).toMatch(/To go on: npm run chat -- --conversation conversation_[0-9a-f]{32}\n$/);
    expect(await currentValue(hiking)).toBe('3');
  }, 60_000);

  test('says what would be sent to whom before consent, and Ctrl-C stops a reply that is being written', async () => {
    steps = [{ text: 'Let me ' }, { text: 'think' }, { hang: true }];
    const talk = begin();
    talk.write('/consent local\n/consent compatible\n');
    await talk.says('local needs no consent');
    await talk.says('Which?');
    expect(talk.output()).toMatch(/compatible \(stand-in\) may be sent.*MESSAGES +what you write/s);
    talk.write('messages\n/provider compatible\nWhat now?\n');
    await talk.says('compatible may get MESSAGES from now on.');
    await talk.says('Let me think');
    talk.signal('SIGINT');
    await talk.says('(stopped)');
    expect((await talk.leave()).code).toBe(0);
    expect(await lastReply()).toEqual({ content: 'Let me think', status: 'STOPPED' });
  }, 60_000);

  test('is taken up where it was left, with what still waits', async () => {
    const skiing = await createGoal('Skiing');
    const { sendMessage } = await ana.ask(
      `mutation { sendMessage(input: { content: "log 6 km skiing today", provider: "local" }) { conversation { id } errors { message } } }`,
    );
    const talk = begin('--conversation', sendMessage.conversation.id);
    await talk.says('Do it?');
    talk.write('yes\n');
    await talk.says('Log progress … done');
    expect((await talk.leave()).code).toBe(0);
    expect(await currentValue(skiing)).toBe('6');
  }, 30_000);
});

/** Passes bytes on to a port, and breaks the first two WebSockets right after a delta has passed. */
async function startBreakingProxy(port: number): Promise<{ url: string; server: Server; readonly breaks: number }> {
  let breaks = 0;
  const proxy = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      const isToBreak = breaks < 2 && chunk.includes('"messageStream"');
      if (isToBreak) breaks++;
      client.write(chunk, () => isToBreak && client.destroy());
    });
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    server: proxy,
    get breaks() {
      return breaks;
    },
  };
}
