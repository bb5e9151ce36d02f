import type { Platform } from '../../shared/platform.ts';
import { storableText } from '../../shared/storable.ts';
import { type DeltaSource, deltaLogOf, type NewDelta } from '../deltaLog.ts';
import type { Lease } from '../generations.ts';

/** A reply on which nothing is said renews its lease this often, in milliseconds. */
const heartbeat = 3_000;

export interface ReplyWriter {
  /** Adds to the text. */
  say(piece: string): void;
  tell(delta: NewDelta): void;
  /** The text so far, what earlier workers said included. */
  readonly text: string;
  /** Resolves once all is stored. @throws LeaseLost and whatever the database says */
  flush(): Promise<void>;
  close(): void;
}

/**
 * Tells a reply's viewers what a model says, in the order in which it was said: stored first, then announced. When storing fails, `onFailure` is
 * called once and nothing more is written.
 * @param before the text that was told already
 */
export function createWriter(
  platform: Platform,
  lease: Lease,
  before: string,
  onFailure: (error: Error) => void,
): ReplyWriter {
  const log = deltaLogOf(platform);
  let waiting: NewDelta[] = [];
  let half = '';
  let text = before;
  let hasSpoken = false;
  let isStoring = false;
  let failure: Error | null = null;
  let isClosed = false;
  let flushed: (() => void)[] = [];
  const isIdle = () => failure !== null || (waiting.length === 0 && !isStoring);

  const source: DeltaSource = {
    lease,
    get isUrgent() {
      return !hasSpoken || flushed.length > 0;
    },
    take() {
      const taken = waiting;
      waiting = [];
      isStoring = true;
      hasSpoken ||= taken.some(({ kind }) => kind === 'TEXT');
      return taken;
    },
    settled(error) {
      isStoring = false;
      if (error && !failure) {
        failure = error;
        onFailure(error);
      }
      if (waiting.length > 0 && !failure && !isClosed) log.wake(source);
      if (!isIdle()) return;
      for (const done of flushed) done();
      flushed = [];
    },
  };
  const add = (delta: NewDelta) => {
    if (failure || isClosed) return;
    const last = waiting.at(-1);
    if (delta.kind === 'TEXT' && last?.kind === 'TEXT') last.text += delta.text!;
    else waiting.push(delta);
    if (!isStoring) log.wake(source);
  };
  const timer = setInterval(() => {
    if (!isStoring && !failure && !isClosed) log.wake(source);
  }, heartbeat);
  timer.unref();

  return {
    say(piece) {
      const whole = half + piece;
      // A model's pieces may part an emoji in two.
      half = /[\ud800-\udbff]$/.exec(whole)?.[0] ?? '';
      const clean = storableText(half ? whole.slice(0, -1) : whole);
      if (clean === '') return;
      text += clean;
      add({ kind: 'TEXT', text: clean });
    },
    tell: add,
    get text() {
      return text;
    },
    async flush() {
      if (!isIdle()) {
        const stored = new Promise<void>((done) => flushed.push(done));
        if (!isStoring) log.wake(source);
        await stored;
      }
      if (failure) throw failure;
    },
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}
