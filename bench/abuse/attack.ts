/** How something abusive ended. */
export interface Refused {
  /** Status and code over HTTP; over WebSocket the code of the error, or of the close frame. */
  readonly outcome: string;
  /** From the first byte that was sent. */
  readonly milliseconds: number;
}

export interface Attack {
  readonly name: string;
  readonly expected: string;
  /** @param tenant an account of its own */
  start(url: string, tenant: string): Promise<Attacker>;
}

export interface Attacker {
  /** Attacks once, for the nth time. */
  attack(n: number): Promise<Refused>;
  stop(): void;
}
