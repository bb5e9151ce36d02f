export const query = 'subscription { progressUpdated { at number note goal { id talks } } }';

/** What happened: when it was due, which event of its account it is, and something to carry. */
export interface Progress {
  readonly at: number;
  readonly number: number;
  readonly note: string;
}

/** Milliseconds by the clock that all processes of a machine share and that never jumps. */
export const sharedClock = () => Number(process.hrtime.bigint()) / 1e6;
