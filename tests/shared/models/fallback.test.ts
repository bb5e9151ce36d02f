import { describe, expect, test } from '@jest/globals';
import { Breaker } from '../../../subgraphs/shared/models/breaker.ts';
import { type EndedAttempt, streamWithFallback } from '../../../subgraphs/shared/models/fallback.ts';
import {
  type Provider,
  ProviderError,
  type ProviderErrorCode,
  type ProviderEvent,
  type ProviderRequest,
} from '../../../subgraphs/shared/models/provider.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { until } from '../../support/until.ts';
import { request } from './support.ts';

type Act = ProviderEvent | Error | Promise<unknown>;
const text = (value: string): ProviderEvent => ({ kind: 'text', text: value });
const usage = (output: number): ProviderEvent => ({ kind: 'usage', usage: { input: 5, cachedInput: 0, output } });
const end: ProviderEvent = { kind: 'end', reason: 'STOP' };
const fails = (code: ProviderErrorCode, retryAfter: number | null = null) => new ProviderError(code, code, retryAfter);

/** A provider that plays its acts, one list a request; the last list again for all further ones. */
function scripted(name: string, ...plays: Act[][]) {
  let asked = 0;
  const provider: Provider = {
    name,
    model: 'm',
    contextWindow: 1_000,
    maxOutput: 100,
    isLocal: false,
    supportsTools: async () => true,
    async *stream(_, signal) {
      for (const act of plays[Math.min(asked++, plays.length - 1)]!) {
        signal.throwIfAborted();
        if (act instanceof Error) throw act;
        if (act instanceof Promise)
          await Promise.race([
            act,
            new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason))),
          ]);
        else yield act;
      }
    },
  };
  return { provider, asked: () => asked };
}

/** Everything that one call brought about. */
function run(
  given: { provider: Provider }[],
  requestFor: (provider: Provider) => ProviderRequest | Promise<ProviderRequest> = () => request(),
  breakers = new Map<Provider, Breaker>(),
) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const log: string[] = [];
  const ended: EndedAttempt[] = [];
  const events: string[] = [];
  const stream = streamWithFallback(
    given.map(({ provider }) => provider),
    requestFor,
    {
      signal: abort.signal,
      clock,
      breaker: (provider) => breakers.get(provider) ?? null,
      onStart: async ({ provider, number }) => void log.push(`start ${number} ${provider.name}`),
      onAttempt: async (attempt) => {
        log.push(`${attempt.outcome} ${attempt.number} ${attempt.provider.name}`);
        ended.push(attempt);
      },
    },
  );
  const done = (async () => {
    for await (const { provider, event } of stream) {
      events.push(`${provider.name} ${event.kind === 'text' ? event.text : event.kind}`);
    }
  })();
  const outcome = done.then(
    () => 'done',
    (error: unknown) => error,
  );
  return { clock, abort, log, ended, events, outcome };
}

describe('falling back', () => {
  test('is not needed when the first answers', async () => {
    const [first, second] = [scripted('a', [text('Yes'), usage(3), end]), scripted('b', [end])];
    const { outcome, events, log, ended } = run([first, second]);
    expect(await outcome).toBe('done');
    expect(events).toEqual(['a Yes', 'a usage', 'a end']);
    expect(log).toEqual(['start 1 a', 'ANSWERED 1 a']);
    expect(ended[0]).toMatchObject({
      usage: { input: 5, cachedInput: 0, output: 3 },
      firstEventAt: new Date(1_800_000_000_000),
      error: null,
    });
    expect(second.asked()).toBe(0);
  });

  test.each<ProviderErrorCode>(['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE', 'TIMEOUT', 'REJECTED', 'PROTOCOL'])(
    'asks the next one after %s',
    async (code) => {
      const { outcome, events, log, ended } = run([
        scripted('a', [usage(1), fails(code)]),
        scripted('b', [text('Yes'), end]),
      ]);
      expect(await outcome).toBe('done');
      expect(events).toEqual(['b Yes', 'b end']);
      expect(log).toEqual(['start 1 a', 'FAILED 1 a', 'start 2 b', 'ANSWERED 2 b']);
      expect(ended[0]).toMatchObject({ firstEventAt: null, usage: { output: 1 }, error: { code } });
    },
  );

  test.each<[string, ProviderEvent]>([
    ['text', text('Well')],
    ['call', { kind: 'toolCall', call: { id: 'a', name: 'Today', arguments: '{}' } }],
  ])('stays with a provider after its first %s', async (_, event) => {
    const second = scripted('b', [end]);
    const { outcome, log } = run([scripted('a', [event, fails('UNAVAILABLE')]), second]);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
    expect(log).toEqual(['start 1 a', 'FAILED 1 a']);
    expect(second.asked()).toBe(0);
  });

  test('waits for a provider that is busy for a moment, once', async () => {
    const first = scripted('a', [fails('RATE_LIMITED', 2)]);
    const { outcome, clock, log } = run([first, scripted('b', [end])]);
    await until('it waits', () => clock.waiting === 1);
    await clock.advance(1_999);
    expect(first.asked()).toBe(1);
    await clock.advance(1);
    expect(await outcome).toBe('done');
    expect(log).toEqual(['start 1 a', 'FAILED 1 a', 'start 2 a', 'FAILED 2 a', 'start 3 b', 'ANSWERED 3 b']);
  });

  test('is not needed when that provider answers then', async () => {
    const { outcome, clock, events } = run([scripted('a', [fails('OVERLOADED', 0.5)], [text('Yes'), end])]);
    await until('it waits', () => clock.waiting === 1);
    await clock.advance(500);
    expect(await outcome).toBe('done');
    expect(events).toEqual(['a Yes', 'a end']);
  });

  test.each([[fails('RATE_LIMITED', 2.1)], [fails('RATE_LIMITED')], [fails('UNAVAILABLE', 1)]])(
    'does not wait otherwise',
    async (failure) => {
      const first = scripted('a', [failure]);
      const { outcome } = run([first, scripted('b', [end])]);
      expect(await outcome).toBe('done');
      expect(first.asked()).toBe(1);
    },
  );

  test('throws the last failure when all have failed', async () => {
    const { outcome } = run([scripted('a', [fails('REJECTED')]), scripted('b', [fails('TIMEOUT')])]);
    expect(await outcome).toMatchObject({ code: 'TIMEOUT' });
  });

  test('throws what is no failure of a provider at once', async () => {
    const second = scripted('b', [end]);
    const { outcome, log } = run([scripted('a', [new RangeError('our fault')]), second]);
    expect(await outcome).toMatchObject({ message: 'our fault' });
    expect(log).toEqual(['start 1 a', 'FAILED 1 a']);
    expect(second.asked()).toBe(0);
  });

  test('makes a request for each, and falls back when the probe for it fails', async () => {
    const seen: string[] = [];
    const { outcome, events, log } = run([scripted('a', [end]), scripted('b', [end])], async (provider) => {
      seen.push(provider.name);
      if (provider.name === 'a') throw fails('UNAVAILABLE');
      return request();
    });
    expect(await outcome).toBe('done');
    expect(seen).toEqual(['a', 'b']);
    expect(events).toEqual(['b end']);
    expect(log).toEqual(['start 1 b', 'ANSWERED 1 b']);
  });

  test('skips whose breaker is open, and tells the breakers how it went', async () => {
    const clock = new FakeClock();
    const [first, second] = [scripted('a', [fails('UNAVAILABLE')]), scripted('b', [text('Yes'), end])];
    const breakers = new Map([[first.provider, new Breaker(clock, { failures: 2 })]]);
    for (let round = 0; round < 4; round++)
      expect(await run([first, second], undefined, breakers).outcome).toBe('done');
    expect(first.asked()).toBe(2);
    const { outcome } = run([first], undefined, breakers);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 30 });
  });

  test('does not blame a provider for requests that it refused', async () => {
    const clock = new FakeClock();
    const first = scripted('a', [fails('REJECTED')]);
    const breakers = new Map([[first.provider, new Breaker(clock, { failures: 1 })]]);
    for (let round = 0; round < 3; round++) await run([first], undefined, breakers).outcome;
    expect(first.asked()).toBe(3);
  });

  test('ends when it is stopped, within an answer', async () => {
    const second = scripted('b', [end]);
    const { outcome, abort, log, events } = run([scripted('a', [text('Well'), new Promise(() => {})]), second]);
    await until('it has begun', () => events.length === 1);
    abort.abort('stopped');
    expect(await outcome).toBe('stopped');
    expect(log).toEqual(['start 1 a', 'CANCELLED 1 a']);
    expect(second.asked()).toBe(0);
  });

  test('ends when it is stopped, while it waits', async () => {
    const { outcome, abort, clock } = run([scripted('a', [fails('RATE_LIMITED', 1)])]);
    await until('it waits', () => clock.waiting === 1);
    abort.abort('stopped');
    expect(await outcome).toBe('stopped');
    expect(clock.waiting).toBe(0);
  });

  test('ends when nobody reads on', async () => {
    const log: string[] = [];
    const stream = streamWithFallback([scripted('a', [text('Well'), text(' done'), end]).provider], () => request(), {
      signal: new AbortController().signal,
      clock: new FakeClock(),
      breaker: () => null,
      onAttempt: ({ outcome }) => void log.push(outcome),
    });
    for await (const _ of stream) break;
    expect(log).toEqual(['CANCELLED']);
  });
});
