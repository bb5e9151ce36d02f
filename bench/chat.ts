import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Step } from '../tests/support/models/modelServer.ts';
import { startOpenAiServer } from '../tests/support/models/openaiServer.ts';
import { freePort, post, startProcess } from '../tests/support/process.ts';
import { cpuTime, residentMemory } from './load.ts';
import { tableOf } from './table.ts';

/**
 * `npm run bench -- chat [--streams 200] [--pieces 200] [--interval 25]`: replies on their way from a language model (a stand-in in this
 * process, which speaks OpenAI's protocol) through Jarvis (`npm start`, its embedded database) to a viewer over WebSocket. All streams run at
 * once: the model begins when all have asked, and then says a piece to each every `interval` milliseconds. Measured: from the moment in which the model sends a piece to the one in which
 * the viewer has it; and whether each viewer has the text to the letter, with every number once and in order.
 */
const option = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const streams = option('streams', 200);
const pieces = option('pieces', 200);
const interval = option('interval', 25);
/** Replies that one person may have written at once. */
const each = 10;

type Told = { messageStream: { sequence: number; kind: string; text: string | null } };

/** When the model sent each piece, by the words that the person said. */
const sent = new Map<string, number[]>();
const textOf = (said: string, i: number) => `${said}:${i} `;

/** The model begins when all are there who are to be answered together. */
let gate = gateFor(1);
const model = await startOpenAiServer(async ({ body }) => {
  const said = String(body.messages.at(-1).content);
  const times: number[] = [];
  sent.set(said, times);
  const { begins, number } = gate.enter();
  const steps: Step[] = [];
  for (let i = 0; i < pieces; i++) {
    // Each stream has a moment of its own within the interval.
    const at = async () => (await begins) + (i + number / gate.count) * interval;
    steps.push({
      get wait() {
        return at()
          .then(until)
          .then(() => void times.push(performance.now()));
      },
    });
    steps.push({ text: textOf(said, i) });
  }
  return steps;
});
const directory = mkdtempSync(join(tmpdir(), 'jarvis-bench-'));
const jarvis = await startProcess('gateway', {
  NODE_ENV: 'development',
  DATA_DIR: directory,
  LOG_LEVEL: 'error',
  DEMO_DATA: 'off',
  PORT: String(await freePort()),
  OPENAI_API_KEY: 'bench',
  AI_DAILY_BUDGET: '1000',
  OPENAI_BASE_URL: model.url,
});
try {
  const { pid, url } = jarvis;
  const people = await signInAll(url, Math.ceil(streams / each));
  const one = await streamAll(url, people, 1, 'alone');
  const cpu = cpuTime([pid]);
  const before = performance.now();
  const all = await streamAll(url, people, streams, 'together');
  const seconds = (performance.now() - before) / 1_000;
  const used = (cpuTime([pid]) - cpu) / 1_000;
  const rows = [['', 'first piece p50', 'p99', 'max', 'any piece p50', 'p99', 'texts to the letter', 'resumed']];
  for (const [name, result] of [
    ['1 stream', one],
    [`${streams} streams at once`, all],
  ] as const) {
    const ms = (values: number[], share: number) => `${at(values, share).toFixed(1)} ms`;
    const { first, every, right, count, resumed } = result;
    rows.push([
      name,
      ms(first, 0.5),
      ms(first, 0.99),
      ms(first, 1),
      ms(every, 0.5),
      ms(every, 0.99),
      `${right}/${count}`,
      String(resumed),
    ]);
  }
  console.log(`${tableOf(rows)}

${pieces} pieces a stream, one every ${interval} ms. Jarvis: ${residentMemory(pid).toFixed(0)} MB, ${((used / seconds) * 100).toFixed(0)} % of a core with ${streams} streams; load ${loadavg()[0]!.toFixed(1)}.`);
} catch (error) {
  console.error(error, jarvis.output().slice(-3_000));
  process.exitCode = 1;
} finally {
  await jarvis.end();
  await model.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit();

/** Access tokens of people who let OpenAI have their messages. Each comes from an address of its own: from one, only so many may sign in. */
async function signInAll(url: string, count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let i = 0; i < count; i++) {
    const { data } = await post(
      url,
      'mutation ($email: EmailAddress!) { signInForDevelopment(input: { email: $email }) { accessToken } }',
      { email: `bench-${i}@jarvis.example` },
      { 'x-forwarded-for': `10.0.0.${i}` },
    );
    tokens[i] = `Bearer ${data.signInForDevelopment.accessToken}`;
    await post(
      url,
      'mutation { grantAiConsent(input: { provider: "openai", dataClasses: [MESSAGES, GOALS], disclosureVersion: "1" }) { errors { message } } }',
      {},
      { authorization: tokens[i]! },
    );
  }
  return tokens;
}

/** Says something; who is sent away at the door comes again when told to. Returns the id of the reply. */
async function say(url: string, content: string, authorization: string): Promise<string> {
  const query =
    'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { reply { id } errors { message } } }';
  for (;;) {
    const { data, errors } = await post(url, query, { input: { content } }, { authorization });
    if (data?.sendMessage.reply) return data.sendMessage.reply.id;
    const wait = errors?.[0]?.extensions.retryAfter;
    if (wait === undefined) throw new Error(JSON.stringify(errors ?? data));
    await pause(wait * 1_000);
  }
}

function pause(time: number): Promise<void> {
  return new Promise((done) => setTimeout(done, time));
}

async function streamAll(url: string, tokens: string[], count: number, label: string) {
  gate = gateFor(count);
  const first: number[] = [];
  const every: number[] = [];
  let right = 0;
  let resumed = 0;
  const clients = tokens.map((authorization) =>
    createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      lazy: false,
    }),
  );
  const stream = async (i: number) => {
    const said = `${label}-${i}`;
    await pause(i * 25);
    const reply = await say(url, said, tokens[i % tokens.length]!);
    const query = `subscription ($messageId: ID!, $after: Int!) {
      messageStream(messageId: $messageId, after: $after) { sequence kind text } }`;
    let text = '';
    let sequence = 0;
    let isInOrder = true;
    let heard = 0;
    let hasEnded = false;
    while (!hasEnded) {
      const client = clients[i % tokens.length]!;
      try {
        for await (const { data } of client.iterate<Told>({
          query,
          variables: { messageId: reply, after: sequence },
        })) {
          const delta = data!.messageStream;
          isInOrder &&= delta.sequence === ++sequence;
          hasEnded = delta.kind === 'END';
          if (delta.kind !== 'TEXT') continue;
          const now = performance.now();
          text += delta.text;
          for (; heard < pieces && text.length >= lengthTo(said, heard); heard++) {
            const late = now - sent.get(said)![heard]!;
            every.push(late);
            if (heard === 0) first.push(late);
          }
        }
      } catch (refused) {
        // Sent away at the door: it goes on after what it has seen.
        const wait = Array.isArray(refused) && refused[0].extensions?.retryAfter;
        if (!wait) throw refused;
        resumed++;
        await pause(wait * 1_000);
      }
    }
    if (isInOrder && text === Array.from({ length: pieces }, (_, n) => textOf(said, n)).join('')) right++;
  };
  await Promise.all(Array.from({ length: count }, (_, i) => stream(i)));
  for (const client of clients) await client.dispose();
  return { first, every, right, count, resumed };
}

/** Characters of the text up to and with a piece. */
function lengthTo(said: string, piece: number): number {
  let length = 0;
  for (let i = 0; i <= piece; i++) length += textOf(said, i).length;
  return length;
}

function gateFor(count: number) {
  let entered = 0;
  let open = (_time: number) => {};
  const begins = new Promise<number>((done) => {
    open = done;
  });
  return {
    count,
    enter() {
      const number = entered++;
      if (entered === count) open(performance.now() + 500);
      return { begins, number };
    },
  };
}

function at(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!;
}

function until(time: number): Promise<void> {
  return new Promise((done) => setTimeout(done, Math.max(0, time - performance.now())));
}
