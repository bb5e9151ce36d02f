import { type Clock, sleep } from '../clock.ts';
import { FetchRefused } from './refusals.ts';

/** Who asks for a host that rests longer than this gets a refusal instead of a place in the queue. */
const patience = 60_000;
/** A host is not left alone for longer than this, whatever it says. */
const longestRest = 3_600_000;
/** From so many hosts on, those that nobody asks for are forgotten. */
const mostHosts = 1_000;

export interface Turns {
  /** Does the work when it is this host's turn, and `pause` milliseconds before the next one's. */
  take<T>(host: string, pause: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** The host said that it is asked too much: nobody asks it for so long. */
  rest(host: string, milliseconds: number, status: number): void;
}

interface Host {
  gate: Gate;
  /** Not before this moment, in the clock's elapsed milliseconds. */
  readyAt: number;
  /** What it said when it asked for rest. */
  status: number;
}

/** Manners: so many requests at once altogether, so many for each host, and a pause between them. */
export function createTurns(clock: Clock, { atOnce, perHost }: { atOnce: number; perHost: number }): Turns {
  const all = createGate(atOnce);
  const hosts = new Map<string, Host>();

  function hostOf(name: string): Host {
    if (hosts.size >= mostHosts) {
      for (const [other, { gate, readyAt }] of hosts)
        if (gate.idle() && readyAt <= clock.elapsed()) hosts.delete(other);
    }
    const host = hosts.get(name) ?? { gate: createGate(perHost), readyAt: 0, status: 0 };
    hosts.set(name, host);
    return host;
  }

  return {
    async take(name, pause, signal, work) {
      const host = hostOf(name);
      const leaveHost = await host.gate.enter(signal);
      try {
        // Whoever waits may find, when it wakes, that the host has asked for rest meanwhile.
        for (let wait = host.readyAt - clock.elapsed(); wait > 0; wait = host.readyAt - clock.elapsed()) {
          if (wait > patience) throw resting(host.status, new Date(clock.now() + wait));
          await sleep(clock, wait, signal);
        }
        const leave = await all.enter(signal);
        try {
          return await work();
        } finally {
          host.readyAt = Math.max(host.readyAt, clock.elapsed() + pause);
          leave();
        }
      } finally {
        leaveHost();
      }
    },
    rest(name, milliseconds, status) {
      const host = hostOf(name);
      host.readyAt = Math.max(host.readyAt, clock.elapsed() + Math.min(milliseconds, longestRest));
      host.status = status;
    },
  };
}

const resting = (status: number, retryAfter: Date) =>
  new FetchRefused('HTTP_STATUS', 'The site asks to be left alone for a while.', { status, retryAfter });

interface Gate {
  /** Waits for a place. Returns what gives it back. */
  enter(signal?: AbortSignal): Promise<() => void>;
  idle(): boolean;
}

/** Lets so many in at once; the others wait in the order in which they came. */
function createGate(places: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    inside -= 1;
    waiting.shift()?.();
  };
  return {
    enter: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const enter = () => {
          signal?.removeEventListener('abort', stop);
          inside += 1;
          resolve(leave);
        };
        const stop = () => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(signal?.reason);
        };
        if (inside < places) return enter();
        signal?.addEventListener('abort', stop, { once: true });
        waiting.push(enter);
      }),
    idle: () => inside === 0 && waiting.length === 0,
  };
}
