import { systemClock } from '../shared/clock.ts';
import type { Config } from '../shared/config.ts';
import { type AiDataClass, dataClasses } from '../shared/models/dataClasses.ts';
import { type PersonFacts, readFacts } from '../shared/models/facts.ts';
import type { Provider } from '../shared/models/provider.ts';
import { createProviders, type Providers } from '../shared/models/registry.ts';
import type { ChatUserContext } from './context.ts';
import { createLocalProvider } from './local/local.ts';

const made = new WeakMap<Config, Providers>();

/** The language models of this process, with their circuit breakers: made once for each configuration. */
export function modelsOf({ config }: { config: Config }): Providers {
  const known = made.get(config);
  if (known) return known;
  const providers = createProviders(config, createLocalProvider(), systemClock);
  made.set(config, providers);
  return providers;
}

/** Whether a person's messages may go there. */
export const maySendTo = ({ name, isLocal }: Provider, { consents }: PersonFacts): boolean =>
  isLocal || (consents.get(name)?.has('MESSAGES') ?? false);

/**
 * Who is asked, in this order: the provider that the person named for this reply and nobody else; otherwise the one of their settings, then the
 * others. Only those that the person has consented to; the built-in assistant is always the last.
 */
export function providersFor(
  { all }: Pick<Providers, 'all'>,
  facts: PersonFacts,
  wanted: string | null,
  preferred: string | null,
): readonly Provider[] {
  const open = all.filter((provider) => maySendTo(provider, facts));
  if (wanted !== null) return open.filter(({ name }) => name === wanted);
  return [...open.filter(({ name }) => name === preferred), ...open.filter(({ name }) => name !== preferred)];
}

/** Classes of data that a provider may get. What stays on this machine may be everything. */
export const classesFor = ({ name, isLocal }: Provider, { consents }: PersonFacts): readonly AiDataClass[] =>
  isLocal ? dataClasses : [...(consents.get(name) ?? [])].sort();

/** Who can answer here, as clients are told. */
export async function describeProviders(ctx: ChatUserContext) {
  const facts = await readFacts(ctx.db, ctx.userId);
  const models = modelsOf(ctx);
  return models.all.map((provider) => ({
    name: provider.name,
    model: provider.model,
    isLocal: provider.isLocal,
    consentedClasses: [...classesFor(provider, facts)],
    available: maySendTo(provider, facts) && (models.breaker(provider)?.admitsIn ?? 0) === 0,
  }));
}
