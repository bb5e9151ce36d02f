import type { IncomingMessage } from 'node:http';
import { text as wholeText } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Site } from './internet.ts';

/** What may go wrong at a receiver. `TAKE_THEN_RESET` has its effect, and its answer is lost. */
export type Fault = 'ERROR' | 'GONE' | 'BUSY' | 'REDIRECT' | 'HANG' | 'TAKE_THEN_RESET' | 'DRIP' | 'HUGE' | 'REFUSE';

export interface Received {
  id: string;
  /** The body as it came. */
  text: string;
  body: any;
  headers: IncomingMessage['headers'];
  /** How many of the secrets verify the signatures. */
  verified: number;
}

/**
 * Somebody who takes webhooks: verifies with the reference library of Standard Webhooks, and writes down what it takes by `webhook-id`. What
 * does not verify is refused and counted.
 */
export interface WebhookReceiver {
  site: Site;
  secrets: string[];
  /** Every request that verified, in order. */
  received: Received[];
  /** The ids of those that were taken, repetitions included: whoever heeds them acts once on each. */
  taken: string[];
  /** Requests whose signature did not verify. */
  forged: number;
  /** For the next requests, one each. */
  faults: Fault[];
  /** For every request while it is set, after `faults`; by its id where it is a function. */
  always: Fault | null | ((id: string) => Fault | null);
}

export function createWebhookReceiver(now: () => Date): WebhookReceiver {
  const receiver: WebhookReceiver = {
    secrets: [],
    received: [],
    taken: [],
    forged: 0,
    faults: [],
    always: null,
    async site(request, response) {
      const text = await wholeText(request).catch(() => null);
      if (text === null) return; // Broken off by the sender: nothing came.
      const { headers } = request;
      const verified = receiver.secrets.filter((secret) => verifies(secret, text, headers as never, now())).length;
      if (verified === 0) {
        receiver.forged++;
        return void response.writeHead(401).end();
      }
      const id = String(headers['webhook-id']);
      receiver.received.push({ id, text, body: JSON.parse(text), headers, verified });
      const take = () => void receiver.taken.push(id);
      const { always } = receiver;
      switch (receiver.faults.shift() ?? (typeof always === 'function' ? always(id) : always)) {
        case 'ERROR':
          return void response.writeHead(500).end('it broke\u0000\u0007');
        case 'REFUSE':
          return void response.writeHead(400).end('no');
        case 'GONE':
          return void response.writeHead(410).end();
        case 'BUSY':
          return void response.writeHead(429, { 'retry-after': '600' }).end();
        case 'REDIRECT':
          return void response.writeHead(302, { location: 'http://127.0.0.1/' }).end();
        case 'HANG':
          return;
        case 'TAKE_THEN_RESET':
          take();
          return void request.socket.destroy();
        case 'DRIP': {
          response.writeHead(500);
          const drip = setInterval(() => response.write('x'), 20);
          return void response.once('close', () => clearInterval(drip));
        }
        case 'HUGE':
          take();
          return void response.writeHead(200).end('x'.repeat(5_000_000));
        default:
          take();
          response.writeHead(200).end('thank you');
      }
    },
  };
  return receiver;
}

/** By the reference library, which asks the system for the time. */
function verifies(secret: string, text: string, headers: Record<string, string>, now: Date): boolean {
  const { now: systemNow } = Date;
  Date.now = () => now.getTime();
  try {
    new Webhook(secret).verify(text, headers);
    return true;
  } catch {
    return false;
  } finally {
    Date.now = systemNow;
  }
}
