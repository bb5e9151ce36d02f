import type { Clock } from '../clock.ts';
import { ProviderError } from './provider.ts';

export interface Connection {
  readonly clock: Clock;
  /** Milliseconds without a single byte after which a provider counts as gone. */
  readonly silence: number;
}

/** Bytes of one event at most. A real one has some hundred; the SDKs keep a whole event before they look at it. */
const eventLimit = 1_048_576;
/** Bytes of an error's body that are read. */
const errorLimit = 65_536;

/**
 * The `fetch` that the SDKs get. It ends a request when nothing came for too long, before the headers or after, and when an event
 * grows beyond all reason. Bytes count, not events: a provider that thinks for a while says so with pings. Redirects are not
 * followed: the key is for the address that was configured.
 */
export function watchedFetch({ clock, silence }: Connection): typeof fetch {
  return async (input, init) => {
    const gone = new AbortController();
    const signal = init?.signal ? AbortSignal.any([init.signal, gone.signal]) : gone.signal;
    const inTime = async <T>(work: Promise<T>): Promise<T> => {
      let cancel = () => {};
      const silent = new Promise<never>((_, fail) => {
        cancel = clock.after(silence, () => fail(new ProviderError('TIMEOUT', `nothing came for ${silence} ms`)));
      });
      try {
        return await Promise.race([work, silent]);
      } catch (error) {
        gone.abort(error);
        throw error;
      } finally {
        cancel();
      }
    };
    const response = await inTime(fetch(input, { ...init, signal, redirect: 'manual' }));
    if (!response.body) return response;
    const reader = response.body.getReader();
    const read = () => inTime(reader.read());
    const body = response.ok ? wholeLines(read, (error) => gone.abort(error)) : beginning(read);
    const { status, statusText, headers } = response;
    return new Response(body(reader), { status, statusText, headers });
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Read = () => ReturnType<Reader['read']>;

/**
 * Hands on what came up to each line's end, so that a long line is put together once, and counts the bytes since the last blank
 * line, which is where an event ends.
 */
function wholeLines(read: Read, abort: (error: Error) => void) {
  let held: Uint8Array[] = [];
  let size = 0;
  let isLineEmpty = true;
  const measure = (bytes: Uint8Array): boolean => {
    let hasLineEnd = false;
    for (const byte of bytes) {
      size++;
      if (byte === 10) {
        hasLineEnd = true;
        if (isLineEmpty) size = 0;
        isLineEmpty = true;
      } else if (byte !== 13) isLineEmpty = false;
    }
    return hasLineEnd;
  };
  return (reader: Reader) =>
    new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          for (;;) {
            const { done, value } = await read();
            const isHanded = !done && measure(value);
            if (!done) held.push(value);
            if (size > eventLimit) {
              const error = new ProviderError('PROTOCOL', `an event of more than ${eventLimit} bytes`);
              abort(error);
              throw error;
            }
            if (!done && !isHanded) continue;
            if (held.length > 0) controller.enqueue(held.length === 1 ? held[0]! : Buffer.concat(held));
            held = [];
            if (done) controller.close();
            return;
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
}

/** The first bytes only: enough to learn what is wrong. */
function beginning(read: Read) {
  let size = 0;
  return (reader: Reader) =>
    new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await read();
          if (!done) controller.enqueue(value.subarray(0, errorLimit - size));
          size += value?.length ?? 0;
          if (!done && size < errorLimit) return;
          controller.close();
          if (!done) await reader.cancel();
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
}

/**
 * Whether an answer is a stream of events at all.
 * @throws ProviderError where it is something else: a page of a proxy, an answer in one piece.
 */
export function checkEventStream(response: Response): void {
  const type = response.headers.get('content-type') ?? 'nothing';
  if (!/^text\/event-stream\b/i.test(type)) {
    throw new ProviderError('PROTOCOL', `an answer of ${type} instead of text/event-stream`);
  }
}
