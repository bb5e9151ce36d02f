import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { modelsOf } from '../../../subgraphs/chat/models.ts';
import { type AiDataClass, dataClasses } from '../../../subgraphs/shared/models/dataClasses.ts';
import { type Person, startGraph, type TestGraph, type Variables } from '../../support/graph.ts';
import { startAnthropicServer } from '../../support/models/anthropicServer.ts';
import type { ModelRequest, ModelServer, Reply, Step } from '../../support/models/modelServer.ts';
import { startOpenAiServer } from '../../support/models/openaiServer.ts';
import { errorsOf, mutate } from '../support.ts';

/** A language model that says what the test wants: `script` is asked at each request. */
export interface ScriptedModel {
  server: ModelServer;
  script: (request: ModelRequest, number: number) => Reply | Promise<Reply>;
  /** What it was asked since the last `begin`. */
  readonly asked: ModelRequest[];
}

interface Talks {
  graph: TestGraph;
  openai: ScriptedModel;
  anthropic: ScriptedModel;
  /** Forgets what the models were asked and how they failed, and has them say "Hello." again. */
  begin(): void;
  stop(): Promise<void>;
}

const hello = (): Reply => [{ text: 'Hello.' }];

/** The graph with both providers on this machine; each person consents for themselves. */
async function startTalks(env: Record<string, string> = {}): Promise<Talks> {
  const model = async (start: typeof startOpenAiServer): Promise<ScriptedModel & { from: number }> => {
    const scripted = { script: hello, from: 0 } as unknown as ScriptedModel & { from: number };
    scripted.server = await start((request) =>
      scripted.script(request, scripted.server.requests.length - scripted.from),
    );
    Object.defineProperty(scripted, 'asked', { get: () => scripted.server.requests.slice(scripted.from) });
    return scripted;
  };
  const openai = await model(startOpenAiServer);
  const anthropic = await model(startAnthropicServer as typeof startOpenAiServer);
  const graph = await startGraph({
    env: {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: openai.server.url,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: anthropic.server.url,
      AI_PROVIDERS: 'openai,anthropic',
      AI_SILENCE_MS: '1000',
      ...env,
    },
  });
  return {
    graph,
    openai,
    anthropic,
    begin() {
      const models = modelsOf(graph.platform);
      for (const provider of models.all) {
        const breaker = models.breaker(provider);
        breaker?.settle(breaker.admit(), 'answered');
      }
      for (const one of [openai, anthropic]) {
        one.script = hello;
        one.from = one.server.requests.length;
      }
    },
    async stop() {
      await graph.stop();
      await openai.server.stop();
      await anthropic.server.stop();
    },
  };
}

/** What the tests of a file talk with, and who talks: somebody new in each test, with a goal where the file asks for that. */
export let talks: Talks;
export let ana: Person;
export let goalId: string;

/** Sets all of that up for the tests of a file. */
export function beginTalks(options: { env?: Record<string, string>; consent?: boolean; goal?: boolean } = {}): void {
  beforeAll(async () => {
    talks = await startTalks(options.env);
  }, 60_000);
  afterAll(() => talks?.stop());
  beforeEach(async () => {
    talks.begin();
    ana = await talks.graph.person();
    if (options.consent ?? true) await consent(ana, 'openai');
    if (options.goal) goalId = await makeGoal(ana);
  });
}

export async function consent(person: Person, provider: string, classes: readonly AiDataClass[] = dataClasses) {
  const { grantAiConsent } = await person.data(
    `mutation ($input: GrantAiConsentInput!) { grantAiConsent(input: $input) { ${errorsOf} } }`,
    { input: { provider, dataClasses: classes, disclosureVersion: '1' } },
  );
  if (grantAiConsent.errors.length > 0) throw new Error(JSON.stringify(grantAiConsent.errors));
}

export const withdraw = (graph: TestGraph, person: Person, provider: string) =>
  graph.db.aiConsent.updateMany({
    where: { userId: person.userId, provider },
    data: { withdrawnAt: graph.clock.now() },
  });

const replyFields = `id status content endedBecause provider model lastSequence
  toolCalls { id tool kind state title details { name value objectId } document confirmation variables result tainted version }
  context { kind objectId label tokens omitted }
  aiCalls { id outcome provider model dataClasses cost inputTokens cachedInputTokens outputTokens estimated latencyMs firstEventMs }`;

const heads = 'reply { id status content } conversation { id title messageCount currentMessage { id } }';

/** The payload of sendMessage, refused or not. */
export const trySend = (person: Person, input: Variables) =>
  mutate(person, 'sendMessage', input, `message { id role content } ${heads}`);

/** Says something that must be accepted. */
export async function send(person: Person, content: string, more: Variables = {}) {
  const payload = await trySend(person, { content, ...more });
  if (payload.errors.length > 0) throw new Error(JSON.stringify(payload.errors));
  return payload as { message: any; reply: any; conversation: any };
}

/** Says something, lets the workers work, and reads the reply. */
export async function answered({ graph }: Pick<Talks, 'graph'>, person: Person, content: string, more: Variables = {}) {
  const { reply, conversation } = await send(person, content, more);
  await graph.runJobs();
  return { ...(await read(person, reply.id)), conversationId: conversation.id as string };
}

export async function read(person: Person, id: string) {
  const { node } = await person.data(`query ($id: ID!) { node(id: $id) { ... on Message { ${replyFields} } } }`, {
    id,
  });
  return node;
}

const call = 'toolCall { id state result decidedAt version }';
export const approve = (person: Person, id: string, confirmation: string, more: Variables = {}) =>
  mutate(person, 'approveToolCall', { id, confirmation, ...more }, call);
export const reject = (person: Person, id: string, reason?: string) =>
  mutate(person, 'rejectToolCall', { id, ...(reason !== undefined && { reason }) }, call);
export const stopReply = (person: Person, messageId: string) =>
  mutate(person, 'stopMessage', { messageId }, 'message { id status content endedBecause lastSequence }');
export const regenerate = (person: Person, messageId: string, more: Variables = {}) =>
  mutate(person, 'regenerateMessage', { messageId, ...more }, heads);
export const edit = (person: Person, input: Variables) =>
  mutate(person, 'editMessage', input, `message { id content } ${heads}`);
export const settings = (person: Person, input: Variables) =>
  mutate(person, 'updateAssistantSettings', input, 'settings { provider retrieval allowedTools version }');

/** What has been told of a reply: the deltas, checked to be numbered without gaps, and to end in END once and only once. */
export async function told({ graph }: Pick<Talks, 'graph'>, messageId: string) {
  const deltas = await graph.db.messageDelta.findMany({ where: { messageId }, orderBy: { sequence: 'asc' } });
  const numbers = deltas.map(({ sequence }) => sequence);
  if (numbers.some((number, i) => number !== i + 1)) throw new Error(`Gaps: ${numbers}`);
  const ends = deltas.filter(({ kind }) => kind === 'END');
  if (ends.length > 1 || (ends.length === 1 && deltas.at(-1) !== ends[0])) throw new Error('More comes after the end');
  return { deltas, kinds: deltas.map(({ kind }) => kind), text: deltas.map(({ text }) => text ?? '').join('') };
}

let calls = 0;
/** The step with which a model calls a tool. */
export const callTool = (name: string, input: unknown): Step => ({
  toolCall: { id: `c${++calls}`, name, arguments: typeof input === 'string' ? input : JSON.stringify(input) },
});

/** What a model was given of a kind, in the words of OpenAI. */
export const toolResultsOf = ({ body }: ModelRequest): string[] =>
  body.messages.filter(({ role }: { role: string }) => role === 'tool').map(({ content }: any) => content);

export async function makeGoal(person: Person, more: Variables = {}): Promise<string> {
  const input = { title: 'Running', kind: 'NUMERIC', unit: 'km', targetValue: '100', cumulative: true, ...more };
  const { goal, errors } = await mutate(person, 'createGoal', input, 'goal { id }');
  if (!goal) throw new Error(JSON.stringify(errors));
  return goal.id;
}

/** How many entries of progress somebody has: what a write of the tests does. */
export const entriesOf = ({ graph }: Pick<Talks, 'graph'>, { userId }: Person) =>
  graph.db.progressEntry.count({ where: { userId } });

/** A promise that the test settles. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((done) => {
    open = done;
  });
  return { opened, open };
}
