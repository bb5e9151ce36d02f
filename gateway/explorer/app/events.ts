/** What the live subscription of this page has brought so far. */
export interface EventLog {
  /** Name of the operation; null before the first subscription. */
  operation: string | null;
  status: 'connecting' | 'live' | 'ended';
  entries: readonly EventEntry[];
}

export interface EventEntry {
  /** 1 for the first event of the subscription. */
  number: number;
  at: Date;
  /** Name of the first field in the answer, such as progressUpdated; 'error' when there is no data. */
  field: string;
  result: unknown;
}

/** Older events leave the list, so that a subscription may run for days. */
const kept = 200;

let log: EventLog = { operation: null, status: 'ended', entries: [] };
const listeners = new Set<() => void>();

function change(next: Partial<EventLog>): void {
  log = { ...log, ...next };
  for (const listener of listeners) listener();
}

/** The one event log of this page, newest first: GraphiQL itself shows the latest event alone. */
export const events = {
  state: () => log,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  start: (operation: string) => change({ operation, status: 'connecting', entries: [] }),
  setStatus: (status: EventLog['status']) => change({ status }),
  add(result: { data?: Record<string, unknown> | null }): void {
    const number = (log.entries[0]?.number ?? 0) + 1;
    const field = Object.keys(result.data ?? {})[0] ?? 'error';
    const entry = { number, at: new Date(), field, result };
    change({ status: 'live', entries: [entry, ...log.entries].slice(0, kept) });
  },
  clear: () => change({ entries: [], operation: log.status === 'ended' ? null : log.operation }),
};
