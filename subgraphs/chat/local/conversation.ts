import type { ProviderRequest, ToolDefinition, ToolRequest } from '../../shared/models/provider.ts';
import { whyUnavailable } from './access.ts';
import { understand } from './language/choice.ts';
import { english } from './language/english/grammar.ts';
import type { Grammar } from './language/grammar.ts';
import { momentOf } from './moment.ts';
import { outcomeOf } from './outcome.ts';
import { isUnknown } from './reading.ts';
import type { Request } from './requests.ts';
import type { Setting, Step, Task } from './task.ts';
import { taskFor } from './tasks/index.ts';
import { type Exchange, exchangesOf, type RecordedCall } from './transcript.ts';
import { parseJson } from './values.ts';

/** What is to be done next: calls to wait for, or a text that ends the answer. */
export interface Round {
  readonly text: string;
  readonly calls: readonly ToolRequest[];
}

/** A task as far as the talk has brought it. */
interface Running {
  /** Tells it from the others of the talk, in the ids of its calls. */
  readonly name: string;
  readonly task: Task;
  readonly setting: Setting;
  step: Step | null;
  /** What it said since the last result. */
  said: string[];
  calls: number;
  /** Its last words; null while it is under way. */
  end: string | null;
  /** Answers of the person that it has not asked for yet, because a result was missing. What it goes on as shares them. */
  readonly inbox: string[];
}

type CallStep = Extract<Step, { kind: 'call' }>;

const mostCalls = 4;
const mostTasks = 12;
/** A question is older than this only in talks that have left it behind. */
const mostExchanges = 8;
const longestAnswer = 200;

/** Plays the talk up to now, and says what comes next. */
export function nextRound(request: ProviderRequest): Round {
  const tools = new Map(request.tools.map((tool) => [tool.name, tool]));
  const moment = momentOf(request.facts);
  const all = exchangesOf(request.turns);
  let running: Running[] = [];
  let grammar: Grammar = english;
  let said = '';
  let introduced = false;
  for (const exchange of all.slice(-mostExchanges)) {
    running = running.filter((one) => one.end === null);
    if (!takesAnswer(running, exchange.text, said)) {
      const understood = understand(exchange.text, grammar, moment);
      grammar = understood.grammar;
      running = begin(understood.requests, { grammar, moment, tools, introduced });
    }
    running = running.flatMap((one) => advance(one, exchange));
    said = exchange.answer;
    introduced ||= said.includes(grammar.phrases.noModel);
  }
  return roundOf(running, tools);
}

function begin(requests: readonly Request[], setting: Setting): Running[] {
  return requests.slice(0, mostTasks).map((request, index) => {
    const task = taskFor(request, setting);
    return start({ name: String(index + 1), task, setting, said: [], inbox: [] });
  });
}

const start = (running: Pick<Running, 'name' | 'task' | 'setting' | 'said' | 'inbox'>): Running =>
  resume({ ...running, step: null, calls: 0, end: null }, undefined);

function resume(running: Running, value: unknown): Running {
  const next = running.task.next(value);
  running.step = next.done ? null : next.value;
  if (next.done) running.end = next.value;
  return running;
}

/**
 * Whether the person answers a question of the first task that waits; gives it the answer if so. A task that waits for a read
 * has asked as well when our words ended in a question: the result has fallen out of the talk since, and is read again.
 */
function takesAnswer(running: readonly Running[], text: string, said: string): boolean {
  const waiting =
    running.find(({ step }) => step?.kind === 'ask') ??
    (said.trimEnd().endsWith('?') ? running.find(({ step }) => step?.kind === 'call' && !step.write) : undefined);
  if (!waiting || text.length > longestAnswer) return false;
  const ask = waiting.step?.kind === 'ask' ? waiting.step : null;
  if (asksElse(text, ask?.names ?? [], waiting.setting)) return false;
  if (ask && ask.understand(text) === undefined) return false;
  waiting.inbox.push(text);
  return true;
}

/** Whether words are a request of their own rather than an answer. */
function asksElse(text: string, names: readonly string[] | 'ANY', { grammar, moment }: Setting): boolean {
  if (names !== 'ANY') {
    const said = text.trim().toLowerCase();
    return grammar.starts.test(said) && !names.some((name) => name.toLowerCase() === said);
  }
  const { requests } = understand(text, grammar, moment);
  return !requests.some((request) => nameable.has(request.kind) || isUnknown(request));
}

/** What a name may read like: "read 24 books", "drink water every day". */
const nameable: ReadonlySet<Request['kind']> = new Set(['log', 'create', 'remind', 'change']);

/** Goes on with a task until it is done, or waits for what this exchange does not hold. Returns what it goes on as: itself, or several. */
function advance(running: Running, exchange: Exchange): Running[] {
  while (running.step) {
    const { step } = running;
    if (step.kind === 'say') {
      running.said.push(step.text);
      resume(running, undefined);
    } else if (step.kind === 'each') {
      const { name, setting, said, inbox } = running;
      return step.tasks.flatMap((task, index) => {
        const part = { name: `${name}-${index + 1}`, task, setting, said: index === 0 ? said : [], inbox };
        return advance(start(part), exchange);
      });
    } else if (step.kind === 'ask') {
      const answer = running.inbox.shift();
      if (answer === undefined) break;
      const understood = step.understand(answer);
      if (understood === undefined) break;
      running.said = [];
      resume(running, understood);
    } else if (!settle(running, step, exchange)) break;
  }
  return [running];
}

/** Resumes a task with the result of its call; false when there is none yet. */
function settle(running: Running, step: CallStep, exchange: Exchange): boolean {
  const { phrases } = running.setting.grammar;
  const recorded = recordedCall(running, step, exchange);
  if (!recorded) {
    if (running.setting.tools.has(step.tool)) return false;
    running.said = [];
    end(running, whyUnavailable(step.tool, running.setting));
    return true;
  }
  recorded.used = true;
  running.calls += 1;
  running.said = [];
  const outcome = outcomeOf(recorded.result, step.write, phrases);
  if ('data' in outcome) resume(running, outcome.data);
  else end(running, outcome.sentence);
  return true;
}

function end(running: Running, sentence: string): void {
  running.step = null;
  running.end = sentence;
}

const idOf = ({ name, calls }: Running) => `local_${name}_${calls + 1}`;

/** The recorded call of this step: by its id, or by what it asked for where ids were made anew or tasks share a read. */
function recordedCall(running: Running, step: CallStep, { calls }: Exchange): RecordedCall | undefined {
  const free = calls.filter(({ name, used }) => name === step.tool && !(step.write && used));
  const asked = canonical(fitted(step, running.setting.tools.get(step.tool)));
  return (
    free.find(({ id, used }) => id === idOf(running) && !used) ??
    free.find((call) => canonical(parseJson(call.arguments)) === asked)
  );
}

/** The same text for the same arguments: an approval may have stored them with their members in another order. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  if (Array.isArray(value)) return `[${value.slice(0, 100).map(canonical).join()}]`;
  const entries = Object.entries(value).slice(0, 100);
  return `{${entries
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join()}}`;
}

/** A call's arguments, without those that the tool as it is offered does not take. */
function fitted(step: CallStep, tool: ToolDefinition | undefined): Record<string, unknown> {
  const properties = tool?.parameters.properties;
  const known = typeof properties === 'object' && properties !== null ? properties : null;
  const entries = Object.entries(step.arguments).filter(
    ([name, value]) => value !== null && value !== undefined && (!known || Object.hasOwn(known, name)),
  );
  return Object.fromEntries(entries);
}

function roundOf(running: readonly Running[], tools: ReadonlyMap<string, ToolDefinition>): Round {
  const calls = new Map<string, ToolRequest>();
  const words: string[] = [];
  for (const one of running) {
    if (one.step?.kind !== 'call') continue;
    const args = JSON.stringify(fitted(one.step, tools.get(one.step.tool)));
    const key = one.step.write ? idOf(one) : `${one.step.tool} ${args}`;
    if (!calls.has(key) && calls.size >= mostCalls) continue;
    words.push(...one.said);
    if (!calls.has(key)) calls.set(key, { id: idOf(one), name: one.step.tool, arguments: args });
  }
  if (calls.size > 0) return { text: words.map((text) => `${text}\n\n`).join(''), calls: [...calls.values()] };
  const ends = running.flatMap((one) => (one.end === null ? [] : [...one.said, one.end]));
  const asking = running.find(({ step }) => step?.kind === 'ask');
  if (asking?.step?.kind === 'ask') ends.push(...asking.said, asking.step.question);
  return { text: [...new Set(ends)].join('\n\n'), calls: [] };
}
