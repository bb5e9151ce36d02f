import type { Scope } from '../../shared/context.ts';
import { type PersonFacts, readFacts } from '../../shared/models/facts.ts';
import type { Provider } from '../../shared/models/provider.ts';
import type { Providers } from '../../shared/models/registry.ts';
import { todayOf } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import { issueTaskToken } from '../../shared/taskTokens.ts';
import type { ReplyEnd } from '../generated.ts';
import type { Lease } from '../generations.ts';
import { classesFor, providersFor } from '../models.ts';
import type { SettingsRow } from '../rows.ts';
import { readSettings } from '../settings.ts';
import { catalogue } from '../tools/catalogue.ts';
import { toolDefinitions } from '../tools/definitions.ts';
import { tellAnswer } from './answer.ts';
import { type Ask, classed, findFitting, findObjects } from './findings.ts';
import { type Material, readMemories, readThread, type Thread } from './material.ts';
import { assemble, type Finding, type Prompt } from './prompt.ts';
import { finishCalls, takeCalls } from './toolRounds.ts';
import type { ReplyWriter } from './writer.ts';

/** Questions to a model for one reply, and calls of tools after which it must answer. */
const mostRounds = 8;
const mostCalls = 24;

/** What the assistant may ever do for somebody, of what they may do themselves. */
const assistantScopes: readonly Scope[] = [
  'goals:read',
  'goals:write',
  'chat:read',
  'chat:write',
  'research:read',
  'research:write',
  'integrations:read',
  'integrations:write',
];

/** Everything that the work on one reply needs. */
export interface ReplyWork {
  platform: Platform;
  models: Providers;
  lease: Lease;
  writer: ReplyWriter;
  signal: AbortSignal;
}

/** How the work on a reply came to its end: for good, or until the person has answered. */
export type Outcome = { end: ReplyEnd } | 'WAITING';

/**
 * The loop: what the person has approved runs first; then the model is asked, what it says is told, the tools that it calls run or are
 * proposed; and again, until it calls none.
 */
export async function runRounds(work: ReplyWork): Promise<Outcome> {
  const { platform, lease, signal, writer } = work;
  const { generation } = lease;
  const { userId, messageId } = generation;
  const context = openContext(work);
  for (;;) {
    const calls = await finishCalls(work, context.allowed);
    if (calls.some(({ state }) => state === 'PROPOSED')) return 'WAITING';
    if (generation.round >= mostRounds) return { end: 'LIMIT' };
    // What may be sent, and remembered, is asked anew each round: the person may have withdrawn it.
    const facts = await readFacts(platform.db, userId);
    const memories = await readMemories(platform.db, userId, facts);
    const { thread, settings } = await context.read();
    const { text } = writer;
    const material = { ...thread, memories, calls, text };
    // Once something was said, nobody else goes on in the middle of it.
    const only = text !== '' ? generation.provider : generation.wantedProvider;
    const candidates = providersFor(work.models, facts, only, generation.provider ?? settings.provider);
    if (candidates.length === 0) return { end: 'NO_CONSENT' };
    const findings = await context.findings(thread, candidates, settings.retrieval);
    generation.round++;
    // The last round is for an answer: there is nothing more to call. Calls that could not even be read cost nothing.
    const ran = calls.filter(({ document }) => document !== '').length;
    const isLast = generation.round === mostRounds || ran >= mostCalls;
    const promptFor = promptsOf(work, material, findings, facts, isLast ? null : context.allowed);
    const answer = await tellAnswer(work, { candidates, promptFor, facts });
    await writer.flush();
    if (answer.reason === 'LENGTH' || answer.reason === 'REFUSAL') return { end: answer.reason };
    if (answer.calls.length === 0) {
      if (answer.isCrowded)
        await platform.jobs.add('chat.summarise', { messageId }, { id: `chat.summarise.${messageId}` });
      return { end: 'FINISHED' };
    }
    signal.throwIfAborted();
    await takeCalls(work, answer.calls, {
      allowed: { classes: allowedClasses(answer.provider, facts), scopes: context.allowed },
      ask: context.ask,
    });
  }
}

const allowedClasses = (provider: Provider, facts: PersonFacts) => new Set(classesFor(provider, facts));

/** What stays the same over the rounds: rights, the conversation before, and what was found. */
function openContext({ platform, lease: { generation } }: ReplyWork) {
  const { db, graph, now, log } = platform;
  const { userId, messageId, behalfKind, behalfId } = generation;
  const allowed = new Set(assistantScopes.filter((scope) => generation.scopes.includes(scope)));
  const reading = [...allowed].filter((scope) => scope.endsWith(':read'));
  let token: string | undefined;
  const ask: Ask = async (query, variables) => {
    const behalf = { kind: behalfKind, id: behalfId };
    token ??= await issueTaskToken(
      db,
      { userId, kind: 'assistant', taskId: messageId, scopes: reading, behalf },
      now(),
      600,
    );
    return graph.ask({ token, query, variables, requestId: messageId });
  };
  let before: { thread: Thread; settings: SettingsRow } | undefined;
  let found: Finding[] | undefined;
  return {
    allowed,
    ask,
    async read() {
      before ??= { thread: await readThread(db, generation), settings: await readSettings(db, userId) };
      return before;
    },
    /** Only a language model makes something of it; the built-in assistant asks for what it needs. */
    async findings({ path, contextIds }: Thread, candidates: readonly Provider[], retrieval: boolean) {
      if (candidates[0]!.isLocal) return [];
      if (found) return found;
      const question = path.findLast(({ role }) => role === 'USER')?.content ?? '';
      try {
        const shown = new Set(path.map(({ id }) => id));
        const [objects, fitting] = await Promise.all([
          findObjects(ask, contextIds),
          retrieval ? findFitting(ask, question, shown) : [],
        ]);
        found = [...objects, ...(await classed(db, userId, fitting))];
      } catch (error) {
        // A reply with less is better than none.
        log.warn({ error: (error as Error).message }, 'nothing was looked up for a reply');
        found = [];
      }
      return found;
    },
  };
}

/** What a provider is sent: by its window, its tools (none without scopes), and the consents that it has. */
function promptsOf(
  { platform, signal }: ReplyWork,
  material: Material,
  findings: readonly Finding[],
  facts: PersonFacts,
  scopes: ReadonlySet<string> | null,
): (provider: Provider) => Promise<Prompt> {
  const now = platform.now();
  const requestFacts = { now, timeZone: facts.timeZone, today: todayOf(facts, now) };
  return async (provider) => {
    const classes = allowedClasses(provider, facts);
    const canCall = scopes !== null && (await provider.supportsTools(signal));
    const tools = canCall ? toolDefinitions(catalogue(), { classes, scopes }) : [];
    return assemble({ provider, material, findings, tools, facts: requestFacts, classes });
  };
}
