import type { Provider, ProviderEvent, ProviderRequest } from '../../shared/models/provider.ts';
import { nextRound, type Round } from './conversation.ts';

/**
 * The assistant that is built in: rules, not a language model. It needs no key and no network, says the same to the same
 * talk, and acts through the tools that it is offered, as the others do.
 */
export function createLocalProvider(): Provider {
  return {
    name: 'local',
    model: 'jarvis-local',
    contextWindow: 128_000,
    maxOutput: 8_000,
    isLocal: true,
    supportsTools: async () => true,
    stream,
  };
}

/** A signal that is aborted ends the answer, without an end. */
async function* stream(request: ProviderRequest, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
  for (const event of eventsOf(nextRound(request), request.maxOutputTokens)) {
    signal.throwIfAborted();
    yield event;
  }
}

/** A round as its events. A word is the piece that a text comes in, and the measure of what is allowed. */
function* eventsOf({ text, calls }: Round, mostWords: number): Generator<ProviderEvent> {
  const words = text.match(/\S+\s*/g) ?? [];
  for (const word of words.slice(0, mostWords)) yield { kind: 'text', text: word };
  for (const call of calls) yield { kind: 'toolCall', call };
  yield { kind: 'usage', usage: { input: 0, cachedInput: 0, output: 0 } };
  if (calls.length > 0) yield { kind: 'end', reason: 'TOOL_CALLS' };
  else yield { kind: 'end', reason: words.length > mostWords ? 'LENGTH' : 'STOP' };
}
