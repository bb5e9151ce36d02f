import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { createAnthropic } from './anthropic.ts';
import { Breaker, type BreakerOptions } from './breaker.ts';
import { createCompatible } from './compatible.ts';
import { createOpenAi } from './openai.ts';
import type { Price } from './prices.ts';
import type { Provider } from './provider.ts';

export interface Providers {
  /** All that are configured, in the order in which they are asked; the one on this machine is the last. */
  readonly all: readonly Provider[];
  /** Their names, in the same order. */
  readonly order: readonly string[];
  /** Prices of those that no price list knows: for `costOf`. */
  readonly prices: Readonly<Record<string, Price>>;
  get(name: string): Provider | undefined;
  /** The breaker of a provider, one a process; none for the one on this machine. */
  breaker(provider: Provider): Breaker | null;
}

type ModelConfig = Pick<Config, ModelVariable>;
type ModelVariable = Extract<keyof Config, `${'AI' | 'ANTHROPIC' | 'OPENAI' | 'COMPATIBLE_AI'}_${string}`>;

/** The language models that the configuration names, and the one on this machine for who has a use for it. `readConfig` has checked that it fits together. */
export function createProviders(
  config: ModelConfig,
  local: Provider | null,
  clock: Clock,
  breakerOptions: BreakerOptions = {},
): Providers {
  const connection = { clock, silence: config.AI_SILENCE_MS };
  const elsewhere = new Map<string, Provider>();
  if (config.ANTHROPIC_API_KEY) {
    const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseURL, ANTHROPIC_MODEL: model } = config;
    elsewhere.set('anthropic', createAnthropic({ apiKey, baseURL, model }, connection));
  }
  if (config.OPENAI_API_KEY) {
    const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = config;
    elsewhere.set('openai', createOpenAi({ apiKey, baseURL, model }, connection));
  }
  const name = config.COMPATIBLE_AI_NAME;
  if (config.COMPATIBLE_AI_URL && config.COMPATIBLE_AI_MODEL) {
    const { COMPATIBLE_AI_URL: baseURL, COMPATIBLE_AI_KEY: apiKey, COMPATIBLE_AI_MODEL: model } = config;
    const contextWindow = config.COMPATIBLE_AI_CONTEXT;
    elsewhere.set(name, createCompatible({ name, baseURL, apiKey, model, contextWindow }, connection));
  }
  const wanted = config.AI_PROVIDERS.length > 0 ? config.AI_PROVIDERS : [...elsewhere.keys()];
  const all = [...wanted.flatMap((one) => elsewhere.get(one) ?? []), ...(local ? [local] : [])];
  const breakers = new Map(all.filter((one) => !one.isLocal).map((one) => [one, new Breaker(clock, breakerOptions)]));
  const input = config.COMPATIBLE_AI_INPUT_PRICE;
  return {
    all,
    order: all.map((provider) => provider.name),
    prices: {
      [name]: { input, cachedInput: input, output: config.COMPATIBLE_AI_OUTPUT_PRICE },
      ...(local && { [local.name]: { input: 0, cachedInput: 0, output: 0 } }),
    },
    get: (wantedName) => all.find((provider) => provider.name === wantedName),
    breaker: (provider) => breakers.get(provider) ?? null,
  };
}
