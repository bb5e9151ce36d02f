const windowMs = 60_000;
/** Calls a minute of one connection: more than any service makes for one person that means well. */
export const mostCalls = 120;

/**
 * Counts the genuine calls of each connection in this process: nobody else can use up what a service may send. The answer is null, or in how many
 * seconds to come again.
 */
export function createRates(now: () => Date): (connectionId: string) => number | null {
  let minute = 0;
  let counts = new Map<string, number>();
  return (connectionId) => {
    const at = now().getTime();
    const current = Math.floor(at / windowMs);
    if (current !== minute) {
      minute = current;
      counts = new Map();
    }
    const count = (counts.get(connectionId) ?? 0) + 1;
    counts.set(connectionId, count);
    return count > mostCalls ? Math.ceil((windowMs - (at % windowMs)) / 1_000) : null;
  };
}
