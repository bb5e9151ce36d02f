import { Decimal } from 'decimal.js';
import type { Usage } from './provider.ts';

/** US dollars per million tokens. */
export interface Price {
  readonly input: Decimal.Value;
  readonly cachedInput: Decimal.Value;
  readonly output: Decimal.Value;
}

interface DatedPrice extends Price {
  /** The day, in UTC, from which it holds. The first of a model holds for earlier days too. */
  readonly from: string;
  /** Requests with more input than this cost a multiple, all of them. */
  readonly long?: { readonly over: number; readonly input: number; readonly output: number };
}

const price = (from: string, input: string, cachedInput: string, output: string, long?: DatedPrice['long']) => ({
  from,
  input,
  cachedInput,
  output,
  ...(long && { long }),
});
const over272k = { over: 272_000, input: 2, output: 1.5 };

/**
 * List prices of the providers' own APIs, oldest first, each model under its plain name, as their pages said in November 2026. A
 * model's first date is that of its release, sometimes to the month.
 */
const prices: Readonly<Record<string, Readonly<Record<string, readonly DatedPrice[]>>>> = {
  // "Pricing" in Anthropic's API documentation, and its announcements of changes.
  anthropic: {
    'claude-fable-5-2': [price('2026-11-01', '8', '0.8', '40')],
    'claude-fable-5-1': [price('2026-09-01', '10', '0.25', '50')],
    'claude-fable-5': [price('2026-06-01', '10', '1', '50')],
    'claude-opus-5-5': [price('2026-09-22', '4', '0.2', '20')],
    'claude-opus-5': [price('2026-07-24', '5', '0.5', '25')],
    'claude-opus-4-8': [price('2026-05-01', '5', '0.5', '25')],
    'claude-opus-4-7': [price('2026-03-01', '5', '0.5', '25')],
    'claude-opus-4-6': [price('2026-01-01', '5', '0.5', '25')],
    'claude-opus-4-5': [price('2025-11-01', '5', '0.5', '25')],
    'claude-opus-4-1': [price('2025-08-01', '15', '1.5', '75')],
    'claude-opus-4': [price('2025-05-01', '15', '1.5', '75')],
    'claude-sonnet-5-5': [price('2026-09-28', '2', '0.2', '10'), price('2026-10-07', '2', '0.1', '10')],
    'claude-sonnet-5': [price('2026-06-30', '2', '0.2', '10')],
    'claude-sonnet-4-6': [price('2026-02-01', '3', '0.3', '15')],
    'claude-sonnet-4-5': [price('2025-09-29', '3', '0.3', '15')],
    'claude-haiku-5-5': [price('2026-10-07', '0.1', '0.01', '0.5', { over: 100_000, input: 5, output: 5 })],
    'claude-haiku-4-5': [price('2025-10-15', '1', '0.1', '5')],
  },
  // "Pricing" and the pages of models in OpenAI's API documentation, and its changelog.
  openai: {
    'gpt-6-astra': [price('2026-09-03', '10', '1', '50', over272k)],
    'gpt-6.1-sol': [price('2026-09-29', '2', '0.1', '10', over272k)],
    'gpt-6-sol': [price('2026-09-15', '2', '0.2', '10', over272k)],
    'gpt-6-luna': [price('2026-09-15', '0.1', '0.01', '0.5', over272k)],
    // The lower price of Sol was promised until 21 November 2026 only.
    'gpt-5.6-sol': [
      price('2026-07-09', '5', '0.5', '30', over272k),
      price('2026-08-21', '4', '0.4', '20', over272k),
      price('2026-11-22', '5', '0.5', '30', over272k),
    ],
    'gpt-5.6-terra': [
      price('2026-07-09', '2.5', '0.25', '15', over272k),
      price('2026-07-30', '2', '0.2', '12', over272k),
    ],
    'gpt-5.6-luna': [
      price('2026-07-09', '1', '0.1', '6', over272k),
      price('2026-07-30', '0.2', '0.02', '1.2', over272k),
    ],
    'gpt-5.5': [price('2026-04-23', '5', '0.5', '30', over272k)],
    'gpt-5.4': [price('2026-03-05', '2.5', '0.25', '15', over272k)],
    'gpt-5.4-mini': [price('2026-03-17', '0.75', '0.075', '4.5')],
    'gpt-5.4-nano': [price('2026-03-17', '0.2', '0.02', '1.25')],
    'gpt-5.2': [price('2025-12-11', '1.75', '0.175', '14')],
    'gpt-5.1': [price('2025-11-13', '1.25', '0.125', '10')],
    'gpt-5': [price('2025-08-07', '1.25', '0.125', '10')],
    'gpt-5-mini': [price('2025-08-07', '0.25', '0.025', '2')],
    'gpt-5-nano': [price('2025-08-07', '0.05', '0.005', '0.4')],
    'gpt-4.1': [price('2025-04-14', '2', '0.5', '8')],
    'gpt-4.1-mini': [price('2025-04-14', '0.4', '0.1', '1.6')],
    'gpt-4.1-nano': [price('2025-04-14', '0.1', '0.025', '0.4')],
    'gpt-4o': [price('2024-10-01', '2.5', '1.25', '10')],
    'gpt-4o-mini': [price('2024-07-18', '0.15', '0.075', '0.6')],
  },
};

/** US dollars for a search of the web, whatever the model: ten for a thousand. What is found is charged as input. */
const webSearch = '0.01';

/** Both providers charge this multiple of the input's price for what they write to their caches (for five minutes). */
const cacheWriting = 1.25;

export interface PricedCall {
  readonly provider: string;
  readonly model: string;
  readonly at: Date;
}

/**
 * What an answer cost, or would cost, in US dollars. A model that is not in the table, of a provider that is, counts as the dearest
 * of that provider there ever was: a budget must hold although somebody configured a model that came out yesterday.
 * @param own prices of providers that are not in the table, as they were configured (`registry.ts`)
 * @returns null where neither knows the provider: then nothing can be said
 */
export function costOf(
  { provider, model, at }: PricedCall,
  usage: Usage,
  own: Readonly<Record<string, Price>> = {},
): Decimal | null {
  const configured = Object.hasOwn(own, provider) ? own[provider] : undefined;
  if (configured) return charge({ ...configured, from: '' }, usage);
  if (!Object.hasOwn(prices, provider)) return null;
  const table = prices[provider]!;
  const name = model.replace(snapshot, '');
  const rows = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!rows) return Decimal.max(...Object.values(table).flatMap((all) => all.map((row) => charge(row, usage))));
  const day = at.toISOString().slice(0, 10);
  return charge(rows.findLast(({ from }) => from <= day) ?? rows[0]!, usage);
}

/** The date at the end of a fixed version's name: `-20250929`, `-2026-03-17`. */
const snapshot = /-\d{4}-?\d{2}-?\d{2}$/;

function charge({ input, cachedInput, output, long }: DatedPrice, usage: Usage): Decimal {
  const written = usage.cacheWrites ?? 0;
  const isLong = long !== undefined && usage.input > long.over;
  const fresh = Math.max(0, usage.input - usage.cachedInput - written);
  const read = new Decimal(input).times(fresh).plus(new Decimal(input).times(cacheWriting).times(written));
  return read
    .plus(new Decimal(cachedInput).times(usage.cachedInput))
    .times(isLong ? long.input : 1)
    .plus(new Decimal(output).times(usage.output).times(isLong ? long.output : 1))
    .dividedBy(1_000_000)
    .plus(new Decimal(webSearch).times(usage.webSearches ?? 0));
}
