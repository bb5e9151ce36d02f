import { Decimal } from 'decimal.js';
import { systemClock } from '../clock.ts';
import type { Platform } from '../platform.ts';
import type { PersonFacts } from './facts.ts';
import { type Attempt, type EndedAttempt, streamWithFallback } from './fallback.ts';
import { type AiOutcome, type AiPurpose, closeCall, openCall } from './ledger.ts';
import { costOf } from './prices.ts';
import { type Provider, ProviderError, type ProviderEvent, type ProviderRequest, type Usage } from './provider.ts';
import type { Providers } from './registry.ts';
import { tokensOf, tokensOfRequest } from './tokens.ts';

/** A question to a language model, on record. */
export interface ModelQuestion {
  platform: Platform;
  models: Providers;
  /** Asked in this order, while nothing of an answer has come. */
  candidates: readonly Provider[];
  requestFor(provider: Provider): Promise<{ request: ProviderRequest; dataClasses: readonly string[] }>;
  userId: string;
  purpose: AiPurpose;
  subjectId: string | null;
  facts: PersonFacts;
  signal: AbortSignal;
  /** Told when a call is on record, and when it has ended, with its id. */
  onCall?(call: { id: string; provider: Provider; hasEnded: boolean }): void | Promise<void>;
}

/**
 * Asks language models until one answers, keeping the ledger: each call is written down and counted against the day's budget before anything is
 * sent, and closed with what it really took.
 * @throws ProviderError when none answers (BudgetUsedUp where it was for money), and what the signal was aborted with
 */
export async function* askModels(
  question: ModelQuestion,
): AsyncGenerator<{ provider: Provider; event: ProviderEvent }> {
  const { platform, models, candidates, userId, purpose, subjectId, facts, signal, onCall } = question;
  const { db, config, now } = platform;
  const opened = new Map<number, string>();
  const classes = new Map<Provider, readonly string[]>();
  let written = '';
  const price = (provider: Provider, usage: Usage) =>
    provider.isLocal
      ? new Decimal(0)
      : (costOf({ provider: provider.name, model: provider.model, at: now() }, usage, models.prices) ?? new Decimal(0));

  const onStart = async ({ number, provider, request }: Attempt) => {
    written = '';
    const input = tokensOfRequest(request);
    const { maxOutputTokens: output, webSearches = 0 } = request;
    const mostCost = price(provider, { input, cachedInput: 0, output, webSearches });
    const call = {
      userId,
      purpose,
      subjectId,
      provider: provider.name,
      model: provider.model,
      inputTokens: input,
      mostCost,
    };
    const dataClasses = classes.get(provider) ?? [];
    const id = await openCall(db, { ...call, dataClasses }, facts, config.AI_DAILY_BUDGET, now());
    opened.set(number, id);
    await onCall?.({ id, provider, hasEnded: false });
  };
  const onAttempt = async (ended: EndedAttempt) => {
    const { number, provider, request, startedAt, endedAt, firstEventAt, usage } = ended;
    const id = opened.get(number);
    if (id === undefined) return;
    // A call that failed before it said anything was not charged; one that was cut off was, for what it had said.
    const isFree = ended.outcome === 'FAILED' && firstEventAt === null && usage === null;
    const tokens = usage ?? {
      input: isFree ? 0 : tokensOfRequest(request),
      cachedInput: 0,
      output: tokensOf(written),
      webSearches: isFree ? 0 : (request.webSearches ?? 0),
    };
    const closed = {
      provider: provider.name,
      model: provider.model,
      purpose,
      outcome: outcomeOf(ended),
      inputTokens: tokens.input,
      cachedInputTokens: tokens.cachedInput,
      outputTokens: tokens.output,
      estimated: usage === null,
      cost: price(provider, tokens),
      firstEventMs: firstEventAt && firstEventAt.getTime() - startedAt.getTime(),
      latencyMs: endedAt.getTime() - startedAt.getTime(),
    };
    await closeCall(db, userId, id, closed, now());
    await onCall?.({ id, provider, hasEnded: true });
  };
  const requestFor = async (provider: Provider) => {
    const { request, dataClasses } = await question.requestFor(provider);
    classes.set(provider, dataClasses);
    return request;
  };
  const breaker = (provider: Provider) => models.breaker(provider);
  const stream = streamWithFallback(candidates, requestFor, {
    signal,
    clock: systemClock,
    breaker,
    onStart,
    onAttempt,
  });
  for await (const { provider, event } of stream) {
    if (event.kind === 'text') written += event.text;
    if (event.kind === 'toolCall') written += event.call.arguments;
    yield { provider, event };
  }
}

function outcomeOf({ outcome, error }: EndedAttempt): Exclude<AiOutcome, 'PENDING'> {
  if (outcome === 'ANSWERED') return 'OK';
  if (outcome === 'CANCELLED') return 'STOPPED';
  return error instanceof ProviderError ? error.code : 'LOST';
}
