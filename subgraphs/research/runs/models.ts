import { Decimal } from 'decimal.js';
import { systemClock } from '../../shared/clock.ts';
import type { Config } from '../../shared/config.ts';
import { askModels } from '../../shared/models/call.ts';
import { readFacts } from '../../shared/models/facts.ts';
import { costOf } from '../../shared/models/prices.ts';
import {
  type Provider,
  ProviderError,
  type ProviderEvent,
  type ProviderRequest,
} from '../../shared/models/provider.ts';
import { createProviders, type Providers } from '../../shared/models/registry.ts';
import { tokensOfRequest } from '../../shared/models/tokens.ts';
import { todayOf } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import type { Ask } from '../reading/extraction.ts';

/** Research results and their sources: what a model is sent. */
const dataClasses = ['RESEARCH'] as const;
const mostOutput = 8_192;
const longestAnswer = 200_000;

const made = new WeakMap<Config, Providers>();

/** The language models that research may ask. There is none on this machine that could state what a text says. */
function modelsOf({ config }: Platform): Providers {
  const known = made.get(config);
  if (known) return known;
  const providers = createProviders(config, null, systemClock);
  made.set(config, providers);
  return providers;
}

export const canAskModels = (platform: Platform): boolean => modelsOf(platform).all.length > 0;

/** The models that this person's research may be sent to. */
export async function allowedModels(platform: Platform, userId: string): Promise<Provider[]> {
  const { consents } = await readFacts(platform.db, userId);
  return modelsOf(platform).all.filter(({ name }) => dataClasses.every((one) => consents.get(name)?.has(one) ?? false));
}

export interface Asking {
  userId: string;
  runId: string;
  /** US dollars that the calls may cost at most. */
  budget: string;
  signal: AbortSignal;
}

type Question = Pick<ProviderRequest, 'system' | 'webSearches'> & { user: string; mostOutput: number };

/** Asks the first of these models that answers, without tools, on record and within the day's budget and the run's. */
export async function modelCalls(
  platform: Platform,
  candidates: readonly Provider[],
  { userId, runId, budget, signal }: Asking,
) {
  const { db, now } = platform;
  const models = modelsOf(platform);
  const facts = await readFacts(db, userId);
  const cost = async () => {
    const { _sum } = await db.aiCall.aggregate({ where: { userId, subjectId: runId }, _sum: { cost: true } });
    return new Decimal(_sum.cost?.toString() ?? 0);
  };
  const before = await cost();
  return {
    async *ask({ user, mostOutput: most, ...question }: Question): AsyncGenerator<ProviderEvent> {
      const left = new Decimal(budget).minus(await cost()).plus(before);
      const at = now();
      const answer = askModels({
        platform,
        models,
        candidates,
        async requestFor({ name: provider, model, maxOutput }) {
          const request = {
            ...question,
            facts: { now: at, timeZone: facts.timeZone, today: todayOf(facts, at) },
            turns: [{ role: 'user' as const, text: user }],
            tools: [],
            maxOutputTokens: Math.min(most, maxOutput),
          };
          const usage = {
            input: tokensOfRequest(request),
            cachedInput: 0,
            output: request.maxOutputTokens,
            webSearches: question.webSearches ?? 0,
          };
          if (costOf({ provider, model, at }, usage, models.prices)?.greaterThan(left)) throw new RunBudgetUsedUp();
          return { request, dataClasses };
        },
        userId,
        purpose: 'RESEARCH',
        subjectId: runId,
        facts,
        signal,
      });
      for await (const { event } of answer) yield event;
    },
    /** US dollars that these calls have cost so far. */
    cost: async () => (await cost()).minus(before).toFixed(),
  };
}

/** What is left of the run's budget does not allow the call. */
export class RunBudgetUsedUp extends ProviderError {
  constructor() {
    super('REJECTED', 'the run’s budget does not allow it');
    this.name = 'RunBudgetUsedUp';
  }
}

/** A model that may read this person's research; null when they have consented to none. */
export async function askModel(
  platform: Platform,
  asking: Asking,
): Promise<{ ask: Ask; cost(): Promise<string> } | null> {
  const candidates = await allowedModels(platform, asking.userId);
  if (candidates.length === 0) return null;
  const { ask, cost } = await modelCalls(platform, candidates, asking);
  return {
    async ask(system, user) {
      let text = '';
      for await (const event of ask({ system, user, mostOutput })) {
        if (event.kind === 'text') text += event.text;
        if (text.length > longestAnswer) break;
      }
      return text;
    },
    cost,
  };
}
