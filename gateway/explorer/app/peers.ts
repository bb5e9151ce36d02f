import type { Credentials } from './session.ts';

/**
 * The other open tabs of this explorer. sessionStorage belongs to one tab; through this channel they share one
 * sign-in, so that a second tab can watch what the first one does.
 */
export interface Peers {
  /** Tells the others that the credentials changed; null means signed out. */
  tell(credentials: Credentials | null): void;
  /** The others' credentials, as many as answer in time. */
  ask(): Promise<Credentials[]>;
}

type Message =
  | { type: 'changed'; credentials: Credentials | null }
  | { type: 'question' }
  | { type: 'answer'; credentials: Credentials };

/** Tabs of the same browser answer within a few milliseconds, busy or in the background within some tens. */
const answerTime = 150;

export function createPeers(
  current: () => Credentials | null,
  onChange: (credentials: Credentials | null) => void,
): Peers {
  const channel = new BroadcastChannel('jarvis-explorer-session');
  const send = (message: Message) => channel.postMessage(message);
  const waiting = new Set<(credentials: Credentials) => void>();
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'changed') onChange(data.credentials);
    if (data.type === 'answer') for (const receive of waiting) receive(data.credentials);
    const mine = current();
    if (data.type === 'question' && mine) send({ type: 'answer', credentials: mine });
  };
  return {
    tell: (credentials) => send({ type: 'changed', credentials }),
    ask: () =>
      new Promise((resolve) => {
        const answers: Credentials[] = [];
        const receive = (credentials: Credentials) => answers.push(credentials);
        waiting.add(receive);
        send({ type: 'question' });
        setTimeout(() => {
          waiting.delete(receive);
          resolve(answers);
        }, answerTime);
      }),
  };
}
