import { notFound } from '../../shared/errors.ts';
import { findEvent, type LoggedEvent, readSpan } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import type { UserContext } from '../context.ts';
import type { EventFilter } from '../eventTypes.ts';
import type { WebhookDryRunInput, WebhookDryRunResult } from '../generated.ts';
import { type Answered, type Asking, askFor, checkDocument } from './answers.ts';
import { typesOf, wants } from './matching.ts';
import { bodyOf } from './messages.ts';
import { rightsOf } from './rights.ts';
import { checkRegistration } from './webhooks.ts';

const mostResults = 20;
/** Events that are looked at to find so many that pass the filters. */
const mostEvents = 1_000;
const usualSpan = 30 * 24 * 3_600_000;
/** Asked of the graph at the same time. */
const atOnce = 5;

/**
 * What would be sent for events in the past: the newest first. Asked with the rights that both the webhook and whoever asks have, so that it
 * shows nobody more than they may see.
 * @throws UserErrors INVALID, REQUIRED, NOT_FOUND.
 */
export async function dryRun(ctx: UserContext, input: WebhookDryRunInput): Promise<WebhookDryRunResult[]> {
  const { db, userId, root } = ctx;
  const checks = new Checks();
  checks.number(['first'], input.first, 1, mostResults);
  if (input.id == null) checks.required(['document'], input.document);
  checks.done();
  const stored =
    input.id == null ? null : await db.webhook.findUnique({ where: { userId_id: { userId, id: input.id } } });
  if (input.id != null && !stored) throw notFound(['id'], 'webhook');

  const draft = {
    document: input.document ?? stored!.document,
    variables: input.variables ?? stored?.variables ?? {},
    filters: input.filters ?? (stored?.filters as unknown as EventFilter[] | undefined) ?? [],
  };
  checkRegistration(checks, { ...draft, url: 'https:', description: null });
  checks.done();
  const { scopes, keyId } = rightsOf(ctx.viewer);
  const asking: Asking = {
    userId,
    id: stored?.id ?? newId('webhook', ctx.now()),
    ...draft,
    scopes: stored ? scopes.filter((scope) => stored.scopes.includes(scope)) : scopes,
    keyId,
  };
  await checkDocument(root, ctx, asking);

  const events = (await readEvents(ctx, input, draft)).slice(0, input.first);
  const results: WebhookDryRunResult[] = [];
  for (let i = 0; i < events.length; i += atOnce) {
    const part = events.slice(i, i + atOnce).map(async (event) => resultOf(event, await askOf(ctx, asking, event)));
    results.push(...(await Promise.all(part)));
  }
  return results;
}

const askOf = ({ root: db, graph, now }: UserContext, asking: Asking, event: LoggedEvent): Promise<Answered> =>
  askFor({ db, graph, now }, asking, event.id);

type Draft = { document: string; variables: unknown; filters: readonly unknown[] };

/** The events that pass, the newest first. @throws UserErrors NOT_FOUND */
async function readEvents(ctx: UserContext, input: WebhookDryRunInput, draft: Draft): Promise<LoggedEvent[]> {
  const { db, userId } = ctx;
  const choosing = draft as Parameters<typeof wants>[0];
  if (input.eventId != null) {
    const event = await findEvent(db, userId, input.eventId);
    if (!event) throw notFound(['eventId'], 'event');
    return wants(choosing, event) ? [event] : [];
  }
  const to = input.to ?? ctx.now();
  const from = input.from ?? new Date(to.getTime() - usualSpan);
  const span = { from, to, types: typesOf(choosing), limit: mostEvents, newestFirst: true };
  return (await readSpan(db, userId, span)).filter((event) => wants(choosing, event));
}

function resultOf({ id, type, at }: LoggedEvent, answer: Answered): WebhookDryRunResult {
  const event = { eventId: id, eventType: type, eventAt: at };
  const failed = (problem: string) => ({ ...event, payload: null, problem });
  switch (answer.kind) {
    case 'DATA':
      return { ...event, payload: bodyOf(event, answer), problem: null };
    case 'NOTHING':
      return failed('The event is not kept any more.');
    case 'REFUSED':
      return failed(answer.messages.join(' '));
    case 'ENDED':
      return failed('What you are signed in with has ended.');
    case 'AWAY':
      return failed(answer.message);
  }
}
