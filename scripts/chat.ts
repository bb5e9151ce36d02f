import { parseArgs } from 'node:util';
import { type Credentials, openGraph, Refusal } from './chat/graph.ts';
import type { Decide } from './chat/reply.ts';
import { openScreen } from './chat/screen.ts';
import { askPerson, converse, createTalk } from './chat/talk.ts';

/**
 * `npm run chat`: the assistant in a terminal, over the graph and nothing else, by the operations of `operations/chat/` that apps use. A sample
 * of how a client sends a message, follows the reply, and has proposals approved.
 */
const usage = `npm run chat -- [options]
  --url ADDRESS       where Jarvis is; default http://localhost:4000
  --email ADDRESS     who signs in, as in development; default demo@jarvis.example
  --token TOKEN       an access token or API key instead; better in the variable JARVIS_TOKEN
  --conversation ID   goes on with a conversation; default a new one
  --provider NAME     who is to answer, e.g. local
  --say TEXT          says this, prints the reply and ends: with 0, or with 1 when it failed
  --approve           with --say, approves what the assistant proposes; otherwise it is rejected`;

const withoutPerson =
  (approve: boolean): Decide =>
  async () =>
    approve ? { approve, always: false } : { approve, reason: 'Nobody was there to approve it.' };

async function main(): Promise<boolean> {
  const { values } = readArguments();
  if (values.help) {
    console.log(usage);
    return true;
  }
  const token = values.token ?? process.env.JARVIS_TOKEN;
  const credentials: Credentials = token ? { token } : { email: values.email };
  const graph = await openGraph(values.url, credentials).catch((error) => {
    if (token || !/sign/i.test(error.message)) throw error;
    throw new Refusal(`${error.message} Pass an API key in JARVIS_TOKEN instead.`);
  });
  const screen = openScreen();
  try {
    const isAlone = values.say !== undefined;
    const talk = createTalk(graph, screen, isAlone ? withoutPerson(values.approve) : askPerson(screen));
    talk.provider = values.provider ?? null;
    if (isAlone) {
      talk.conversationId = values.conversation ?? null;
      return (await talk.say(values.say!)) === 'COMPLETE';
    }
    screen.say('Talk to Jarvis. /help says what else there is.');
    if (values.conversation) await talk.resume(values.conversation);
    await converse(talk);
    if (talk.conversationId) screen.say(`To go on: npm run chat -- --conversation ${talk.conversationId}`);
    return true;
  } finally {
    screen.close();
    graph.close();
  }
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        url: { type: 'string', default: 'http://localhost:4000' },
        email: { type: 'string', default: 'demo@jarvis.example' },
        token: { type: 'string' },
        conversation: { type: 'string' },
        provider: { type: 'string' },
        say: { type: 'string' },
        approve: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n${usage}`);
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
