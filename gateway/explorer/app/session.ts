import { Refused, refreshSession, type Tokens } from './account.ts';
import { createPeers } from './peers.ts';

/** Who the explorer speaks as: someone signed in, or the holder of a pasted API key. */
export type Credentials = ({ kind: 'session' } & Tokens) | { kind: 'apiKey'; key: string; obtainedAt: number };

/** What the page shows of the session. A new object at each change, for React's `useSyncExternalStore`. */
export interface SessionState {
  credentials: Credentials | null;
  /** A sentence for the person, when the session ended otherwise than by their hand. */
  notice: string | null;
}

const storageKey = 'jarvis-explorer:session';
/** Refresh this long before the token ends, or at four fifths of a life shorter than five minutes. */
const refreshLead = 60_000;
const retryDelay = 10_000;
/** setTimeout wraps above this; a later expiry is simply looked at again. */
const longestTimer = 2 ** 31 - 1;

let state: SessionState = { credentials: stored(), notice: null };
let timer: ReturnType<typeof setTimeout> | undefined;
let renewal: Promise<boolean> | null = null;
const listeners = new Set<() => void>();
const peers = createPeers(
  () => state.credentials,
  (credentials) => adopt(credentials),
);

/** The one session of this page, kept in sessionStorage and shared with the explorer's other open tabs. */
export const session = {
  state: () => state,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Signs in or, with null, out: here and in every other tab. */
  set(credentials: Credentials | null, notice: string | null = null): void {
    adopt(credentials, notice);
    peers.tell(credentials);
  },
  /** The Authorization value to send now; waits for fresh tokens when the present ones have ended. */
  async authorization(): Promise<string | null> {
    const { credentials } = state;
    if (credentials?.kind === 'session' && credentials.expiresAt <= Date.now()) await renew();
    return authorizationOf(state.credentials);
  },
  renew,
};

function authorizationOf(credentials: Credentials | null): string | null {
  if (!credentials) return null;
  return `Bearer ${credentials.kind === 'apiKey' ? credentials.key : credentials.accessToken}`;
}

/**
 * Gets fresh tokens, once however many ask. A refresh token works once only, so the tabs take turns, and each looks
 * first whether another has already done it.
 *
 * @returns whether there are fresh tokens now
 */
function renew(): Promise<boolean> {
  renewal ??= takeTurn(async () => {
    const before = state.credentials;
    if (before?.kind !== 'session') return false;
    const newest = [before, ...(await peers.ask())].reduce((a, b) => (b.obtainedAt > a.obtainedAt ? b : a));
    if (newest !== before) {
      adopt(newest);
      return true;
    }
    try {
      const tokens = await refreshSession(before);
      // Signed out while we waited: the fresh tokens are not wanted.
      if (state.credentials !== before) return false;
      session.set({ kind: 'session', ...tokens });
      return true;
    } catch (error) {
      if (state.credentials !== before) return false;
      if (error instanceof Refused) session.set(null, 'Your session has ended. Sign in again.');
      else schedule(retryDelay);
      return false;
    }
  }).finally(() => {
    renewal = null;
  });
  return renewal;
}

/** Web Locks exist on https and localhost only; elsewhere a tab can but hope that it is alone. */
function takeTurn<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('jarvis-explorer-refresh', work) : work();
}

function adopt(credentials: Credentials | null, notice: string | null = null): void {
  state = { credentials, notice };
  if (credentials) sessionStorage.setItem(storageKey, JSON.stringify(credentials));
  else sessionStorage.removeItem(storageKey);
  scheduleRefresh();
  for (const listener of listeners) listener();
}

function scheduleRefresh(): void {
  clearTimeout(timer);
  const { credentials } = state;
  if (credentials?.kind !== 'session') return;
  const life = credentials.expiresAt - credentials.obtainedAt;
  schedule(credentials.expiresAt - Math.min(refreshLead, life / 5) - Date.now());
}

function schedule(delay: number): void {
  clearTimeout(timer);
  // Never at once: tokens that were born expired would otherwise be refreshed without end.
  const wait = Math.max(delay, 1_000);
  timer = setTimeout(wait > longestTimer ? scheduleRefresh : renew, Math.min(wait, longestTimer));
}

function stored(): Credentials | null {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Credentials | null;
  } catch {
    return null;
  }
}

scheduleRefresh();
// A tab opened while another is signed in joins it.
if (!state.credentials) {
  peers.ask().then(([theirs]) => {
    if (theirs && !state.credentials) adopt(theirs);
  });
}
