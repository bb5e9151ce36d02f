import { expect } from '@jest/globals';
import {
  type Provider,
  ProviderError,
  type ProviderEvent,
  type ProviderRequest,
  type ToolDefinition,
} from '../../../subgraphs/shared/models/provider.ts';

export const tool: ToolDefinition = {
  name: 'ListGoals',
  description: 'Lists goals.',
  parameters: { type: 'object', properties: { search: { type: 'string' } } },
};

export const request = (given: Partial<ProviderRequest> = {}): ProviderRequest => ({
  system: 'You are Jarvis.',
  facts: { now: new Date('2026-11-26T08:00:00Z'), timeZone: 'Europe/Berlin', today: '2026-11-26' },
  turns: [{ role: 'user', text: 'How am I doing?' }],
  tools: [tool],
  maxOutputTokens: 1_000,
  ...given,
});

/** All events of an answer. */
export async function all(answer: AsyncIterable<ProviderEvent>): Promise<ProviderEvent[]> {
  const events: ProviderEvent[] = [];
  for await (const event of answer) events.push(event);
  return events;
}

export const ask = (provider: Provider, given: Partial<ProviderRequest> = {}, signal = new AbortController().signal) =>
  all(provider.stream(request(given), signal));

export const textOf = (events: readonly ProviderEvent[]) =>
  events.map((event) => (event.kind === 'text' ? event.text : '')).join('');

/** The error that it ends with, which must be a ProviderError. */
export async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const outcome = await work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ProviderError);
  return outcome as ProviderError;
}
