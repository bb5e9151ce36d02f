import { parse } from 'graphql';
import { problemsOf, variableProblemsOf } from '../../shared/clientSchema.ts';
import type { Scope } from '../../shared/context.ts';
import { sha256 } from '../../shared/crypto.ts';
import { FetchRefused } from '../../shared/http.ts';
import { kindOf } from '../../shared/ids.ts';
import { operationOf } from '../documents.ts';
import { notify } from '../notifications/notifications.ts';
import { askAs } from './numbers.ts';
import { askerOf, orLater, outcomeOf, type StepOutcome, type Work } from './outcome.ts';
import type { Action, AiTaskAction, ApiCallAction, DataUpdateAction, NotificationAction } from './rule.ts';
import { scopesFor } from './scopes.ts';

/**
 * Takes an action whose texts are filled in.
 * @param key under which whatever goes out has its effect once
 */
export function takeAction(action: Action, key: string, work: Work): Promise<StepOutcome> {
  const problem = problemOf(action, work.run.scopes);
  if (problem) return Promise.resolve({ state: 'FAILED', error: problem });
  switch (action.type) {
    case 'notification':
      return Promise.resolve(tellPerson(action, key, work));
    case 'dataUpdate':
      return orLater(changeData(action, key, work));
    case 'apiCall':
      return callAddress(action, key, work);
    case 'aiTask':
      return orLater(askAssistant(action, key, work));
  }
}

/** Why an action cannot be taken, or may not by this rule, as a sentence; null when it can. */
export function problemOf(action: Action, scopes: readonly Scope[]): string | null {
  const problem = action.type === 'dataUpdate' ? problemOfUpdate(action) : null;
  if (problem) return problem;
  const missing = scopesFor(action, scopes).filter((scope) => !scopes.includes(scope));
  return missing.length === 0 ? null : `This needs ${missing.join(', ')}, which whoever wrote the rule did not have.`;
}

/** The notification and the outcome of the step are one transaction. */
function tellPerson(action: NotificationAction, key: string, { run }: Work): StepOutcome {
  return {
    state: 'DONE',
    async output({ db, now }) {
      const { kind, title, body, subjectId } = action;
      const notificationId = await notify(
        { db, userId: run.userId, now, actor: { kind: 'automation', id: run.id }, causationId: run.id },
        {
          kind,
          title: title || 'Automation',
          ...(body && { body }),
          ...(subjectId !== null && kindOf(subjectId) && { subjectId }),
          cause: `rulerun:${key}`,
        },
      );
      return notificationId
        ? JSON.stringify({ notificationId })
        : 'None was made: the person does not want this kind, or was told before.';
    },
  };
}

/** Why a mutation cannot be sent as it is; null when it can. The graph may have changed since it was written down. */
function problemOfUpdate({ document, variables }: DataUpdateAction): string | null {
  const parsed = parse(document, { noLocation: true });
  const problems = problemsOf(parsed);
  const all = problems.length > 0 ? problems : variableProblemsOf(operationOf(parsed)!, variables);
  return all.length === 0 ? null : all.map(({ message }) => message).join(' ');
}

async function changeData(action: DataUpdateAction, key: string, work: Work): Promise<StepOutcome> {
  const { document, variables } = action;
  const scopes = scopesFor(action, work.run.scopes);
  const request = { query: document, variables, idempotencyKey: key, signal: work.signal };
  return outcomeOf(await askAs(work.platform, { ...askerOf(work), scopes }, request));
}

const passing = new Set(['UNREACHABLE', 'TOO_SLOW']);
const mostOfAnswer = 16_000;

/** The key goes along, so that whoever is called can tell a repetition. Redirects are not followed: headers and body are for this address. */
async function callAddress(action: ApiCallAction, key: string, { platform, signal }: Work): Promise<StepOutcome> {
  const { method, url, headers, body } = action;
  const given = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
  const hasType = headers.some(({ name }) => name.toLowerCase() === 'content-type');
  try {
    const sent = await platform.http.send(method, url, {
      headers: {
        ...(body !== null &&
          !hasType && { 'content-type': isJson(body) ? 'application/json' : 'text/plain; charset=utf-8' }),
        ...given,
        'idempotency-key': key,
      },
      ...(body !== null && { body }),
      maxBytes: mostOfAnswer,
      overflow: 'cut',
      signal,
    });
    const { status } = sent;
    const output = JSON.stringify({ status, body: new TextDecoder().decode(sent.body).slice(0, 3_000) });
    if (status >= 200 && status <= 299) return { state: 'DONE', output };
    const error = `The address answered with status ${status}.`;
    return status >= 500 || status === 429 || status === 408
      ? { state: 'LATER', error, until: sent.retryAfter }
      : { state: 'FAILED', error };
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    return passing.has(error.code) || error.retryAfter
      ? { state: 'LATER', error: error.message, until: error.retryAfter }
      : { state: 'FAILED', error: error.message };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const task = `mutation AutomationTask($id: ID!, $title: String!, $contextIds: [ID!]!, $prompt: String!) {
  createConversation(input: { id: $id, title: $title, contextIds: $contextIds }) {
    conversation { id }
    errors { code message path }
  }
  sendMessage(input: { conversationId: $id, content: $prompt }) {
    message { id }
    reply { id }
    errors { code message path }
  }
}`;

/** Starts a conversation, and does not wait for the reply: what the assistant would change in it is proposed to the person. */
async function askAssistant(action: AiTaskAction, key: string, work: Work): Promise<StepOutcome> {
  const { run, rule } = work;
  const about = new Set(['area', 'goal', 'result']);
  const variables = {
    // The same id for the same step: sent again, it is the same conversation.
    id: `conversation_${sha256(`${run.userId} ${key}`).slice(0, 32)}`,
    title: rule.name,
    contextIds: [...new Set(action.subjectIds)].filter((id) => about.has(kindOf(id) ?? '')),
    prompt: action.prompt.trim() === '' ? rule.name : action.prompt,
  };
  const scopes = scopesFor(action, run.scopes);
  const request = { query: task, variables, idempotencyKey: key, signal: work.signal };
  const answer = await askAs(work.platform, { ...askerOf(work), scopes }, request);
  const outcome = outcomeOf(answer);
  if (outcome.state !== 'DONE') return outcome;
  const { conversation } = answer.data!.createConversation;
  const { message, reply } = answer.data!.sendMessage;
  const ids = { conversationId: conversation?.id, messageId: message?.id, replyId: reply?.id };
  return { state: 'DONE', output: JSON.stringify(ids) };
}
