import type { ServerResponse } from 'node:http';
import type { LeaveSignal } from '../sources/source.ts';

/**
 * Whether the client of a response still waits for it. Less than an AbortController, which every request would pay 10 µs for and few need.
 */
export class Presence implements LeaveSignal {
  aborted = false;
  #listeners: Set<() => void> | undefined;

  constructor(response: ServerResponse) {
    this.aborted = response.destroyed;
    response.on('close', () => {
      if (!response.writableFinished) this.#leave();
    });
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  #leave(): void {
    this.aborted = true;
    for (const listener of this.#listeners ?? []) listener();
  }
}
