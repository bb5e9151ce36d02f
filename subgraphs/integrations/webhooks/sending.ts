import type { Scope } from '../../shared/context.ts';
import { FetchRefused } from '../../shared/http.ts';
import type { Platform } from '../../shared/platform.ts';
import { transaction } from '../../shared/subgraph.ts';
import { askFor } from './answers.ts';
import { type Claim, endClaim, handBack, keepBody } from './claims.ts';
import { disable, keyEnded } from './deliveries.ts';
import { bodyOf, headersOf, largestBody } from './messages.ts';
import { webhookMetrics } from './metrics.ts';
import { type Attempt, recordAttempt } from './records.ts';
import { afterAbsence, mostAttempts } from './schedule.ts';

/** Characters of an answer that are kept. */
const longestResponse = 1_000;
/** Attempts that may be begun: more than are made, for some may be broken off. */
const mostBegun = mostAttempts + 10;

export interface SendingOptions {
  /** Uniform in [0, 1): tests bring their own. */
  random: () => number;
  closing: AbortSignal;
}

/** Sends one delivery that was claimed, and records what came of it. */
export async function send(platform: Platform, claim: Claim, options: SendingOptions): Promise<void> {
  const { now, secrets, http, log } = platform;
  const { webhook, delivery } = claim;
  if (delivery.attempts > mostBegun) {
    const outcome = 'Sending it was broken off too often.';
    if (await endClaim(platform.db, claim, now(), { state: 'FAILED', outcome })) webhookMetrics.ended('FAILED');
    return;
  }
  const body = delivery.payload ?? (await makeBody(platform, claim, options));
  if (body === null || !(await keepBody(platform, claim, body))) return;
  if (delivery.attempts === 1) webhookMetrics.began(now().getTime() - delivery.createdAt.getTime());
  const headers = headersOf(secrets, webhook, delivery.messageId, body, now());
  const at = now();
  const started = performance.now();
  let attempt: Attempt;
  try {
    const answer = await http.send('POST', webhook.url, {
      headers,
      body,
      maxBytes: 4 * longestResponse,
      overflow: 'cut',
      signal: options.closing,
    });
    const { status, retryAfter } = answer;
    const isTaken = status >= 200 && status <= 299;
    const problem = isTaken ? null : `The address answered ${status}.`;
    attempt = { at, milliseconds: 0, status, retryAfter, response: shown(answer.body), problem };
  } catch (error) {
    // It may have arrived: the receiver knows it by its id.
    if (options.closing.aborted) return handBack(platform, claim);
    if (!(error instanceof FetchRefused)) throw error;
    const { code, status, retryAfter, message } = error;
    const cause = (error.cause as Error | undefined)?.message;
    if (code === 'FORBIDDEN_ADDRESS')
      log.warn(
        { webhook: webhook.id, delivery: delivery.id, code },
        'a webhook leads to an address that may not be called',
      );
    else log.debug({ delivery: delivery.id, code, cause }, 'a webhook could not be called');
    attempt = { at, milliseconds: 0, status, retryAfter, response: null, problem: message };
  }
  attempt.milliseconds = Math.round(performance.now() - started);
  await recordAttempt(platform, claim, attempt, options.random);
}

/** The body, made from what the graph says of the event now. Null when there is none to send: then the delivery's state says why. */
async function makeBody(platform: Platform, claim: Claim, { random, closing }: SendingOptions): Promise<string | null> {
  const { db, now, bus } = platform;
  const { webhook, delivery } = claim;
  if (delivery.eventId === null) return bodyOf(delivery, { kind: 'DATA', data: { webhookId: webhook.id }, errors: [] });
  const asking = { ...webhook, scopes: webhook.scopes as Scope[] };
  const answer = await askFor(platform, asking, delivery.eventId, closing).catch((error) => {
    if (closing.aborted) return null;
    throw error;
  });
  const end = async (state: 'FAILED' | 'DISCARDED', outcome: string) => {
    if (await endClaim(db, claim, now(), { state, outcome })) webhookMetrics.ended(state);
    return null;
  };
  switch (answer?.kind) {
    case undefined:
      await handBack(platform, claim);
      return null;
    case 'DATA': {
      const body = bodyOf(delivery, answer);
      const size = Buffer.byteLength(body);
      if (size <= largestBody) return body;
      return end('FAILED', `The payload has ${size} bytes, and ${largestBody} is the most that is sent.`);
    }
    case 'NOTHING':
      return end('DISCARDED', 'The event is not kept any more.');
    case 'REFUSED':
      return end('FAILED', `The document could not be answered: ${answer.messages.join(' ')}`.slice(0, 1_000));
    case 'ENDED': {
      const { userId } = webhook;
      await transaction(db, async (tx) => {
        await endClaim(tx, claim, now(), { state: 'DISCARDED', outcome: keyEnded });
        // A person who is suspended or leaving has no tokens either: nothing is wrong with the webhook then.
        if (webhook.keyId)
          await disable({ db: tx, userId, now, actor: { kind: 'system', id: webhook.id } }, webhook, keyEnded);
      });
      bus.publish('events', userId);
      return null;
    }
    case 'AWAY': {
      const dueAt = afterAbsence({ createdAt: delivery.createdAt, now: now() }, random);
      if (dueAt === null) return end('FAILED', answer.message);
      await handBack(platform, claim, { dueAt, outcome: answer.message });
      return null;
    }
  }
}

/** The beginning of an answer as a text that can be stored and shown: no control characters. */
const shown = (body: Uint8Array): string =>
  Buffer.from(body.subarray(0, 4 * longestResponse))
    .toString('utf8')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ud800-\udfff]/g, '')
    .slice(0, longestResponse);
