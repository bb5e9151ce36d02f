import type { Webhook } from '../../../prisma/generated/client.ts';
import { type UserContext, within } from '../../shared/context.ts';
import { limit, notFound } from '../../shared/errors.ts';
import { publish } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Checks } from '../../shared/input.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../../shared/stored.ts';
import { transaction } from '../../shared/subgraph.ts';
import { checkVariables, readOperation, readSubscriptionField } from '../documents.ts';
import { checkFilters, type EventFilter, findEventTypes, storedFilters } from '../eventTypes.ts';
import type {
  CreateWebhookInput,
  EventFilterInput,
  RotateWebhookSecretInput,
  UpdateWebhookInput,
} from '../generated.ts';
import { longestKeep, newSecret, replaceSecret } from '../signingSecrets.ts';
import { checkDocument } from './answers.ts';
import { discardWaiting } from './deliveries.ts';
import { placeOf } from './messages.ts';
import { rightsOf } from './rights.ts';

const mostWebhooks = 20;

/** A webhook and, this once, its secret. An idempotency key's stored answer has it too, sealed like the row. */
export interface WithSecret {
  webhook: Webhook;
  secret: string | null;
}

interface Registration {
  url: string;
  document: string;
  variables: unknown;
  filters: readonly EventFilterInput[];
  description: string | null | undefined;
}

/** Checks a whole registration, so that after a change its parts still fit together. */
export function checkRegistration(
  checks: Checks,
  { url, document, variables, filters, description }: Registration,
): void {
  checks.that(url.startsWith('https:'), ['url'], 'A webhook needs an https address.');
  checks.text(['description'], description, 500, 0);
  const field = readSubscriptionField(checks, ['document'], document);
  if (field === null) return;
  const definitions = readOperation(checks, ['document'], document, 'subscription')?.variableDefinitions;
  checkVariables(checks, ['variables'], variables, definitions);
  checkFilters(checks, ['filters'], filters, findEventTypes(field)!);
}

/**
 * Registers a webhook.
 * @throws UserErrors INVALID, CONFLICT (id), LIMIT.
 */
export async function createWebhook(ctx: UserContext, input: CreateWebhookInput): Promise<WithSecret> {
  const { userId } = ctx;
  const variables = input.variables ?? {};
  const checks = new Checks();
  checks.newId(['id'], 'webhook', input.id);
  checkRegistration(checks, { ...input, variables, description: input.description });
  checks.done();

  const hash = inputHash(input);
  const now = ctx.now();
  const id = input.id ?? newId('webhook', now);
  const rights = rightsOf(ctx.viewer);
  await checkDocument(ctx.root, ctx, { userId, id, document: input.document, variables, ...rights });
  const secret = newSecret();
  const data = {
    userId,
    id,
    url: input.url,
    host: new URL(input.url).hostname,
    description: input.description ?? null,
    document: input.document,
    variables: variables as object,
    filters: storedFilters(input.filters) as object[],
    active: input.active,
    ...rights,
    sealedSecret: ctx.secrets.seal(secret, placeOf(userId, id)),
    rotatedAt: now,
    inputHash: hash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  return inTransaction(ctx, async (inner) => {
    const { count } = await inner.db.webhook.createMany({ data: [data], skipDuplicates: true });
    const webhook = await inner.db.webhook.findUniqueOrThrow({ where: { userId_id: { userId, id } } });
    if (count === 0) return { webhook: sameCreation(webhook, hash), secret: null };
    const having = await inner.db.webhook.count({ where: { userId } });
    if (having > mostWebhooks) throw limit([], `One may have at most ${mostWebhooks} webhooks.`);
    await publish(inner, { type: 'webhook.created', subjectId: id, data: {} });
    return { webhook, secret };
  });
}

/** The graph is asked first, without a transaction; then the change is one. */
const inTransaction = <T>(ctx: UserContext, work: (inner: UserContext) => Promise<T>): Promise<T> =>
  transaction(ctx.root, (tx) => work(within(ctx, tx)));

/**
 * Changes a webhook. From then on it works with the rights of whoever changed it: nobody can turn somebody else's rights to an address of theirs.
 * @throws UserErrors INVALID, NOT_FOUND, CONFLICT with the current webhook.
 */
export async function updateWebhook(ctx: UserContext, input: UpdateWebhookInput): Promise<Webhook> {
  const { userId } = ctx;
  const where = { userId_id: { userId, id: input.id } };
  const current = await ctx.db.webhook.findUnique({ where });
  if (!current) throw notFound(['id'], 'webhook');
  expectVersion(current.version, input.expectedVersion, { webhook: current });
  const registration = {
    url: input.url ?? current.url,
    document: input.document ?? current.document,
    variables: input.variables ?? current.variables,
    filters: input.filters ?? (current.filters as unknown as EventFilter[]),
    description: input.description,
  };
  const checks = new Checks();
  checkRegistration(checks, registration);
  checks.done();

  const changes = changesOf(current, {
    url: input.url ?? undefined,
    document: input.document ?? undefined,
    variables: (input.variables ?? undefined) as object | undefined,
    filters: input.filters ? (storedFilters(input.filters) as object[]) : undefined,
    description: input.description,
    active: input.active ?? undefined,
  });
  if (Object.keys(changes).length === 0) return current;
  const rights = rightsOf(ctx.viewer);
  const { document, variables } = registration;
  await checkDocument(ctx.root, ctx, { userId, id: input.id, document, variables, ...rights });
  return inTransaction(ctx, async (inner) => {
    await lockRow(inner, 'webhook', input.id, 'webhook');
    const locked = await inner.db.webhook.findUniqueOrThrow({ where });
    // What was checked is the whole: it holds only for what it was read from.
    expectVersion(locked.version, current.version, { webhook: locked });
    const isNewStart = changes.url !== undefined || changes.active === true;
    const data = {
      ...changes,
      ...rights,
      host: new URL(registration.url).hostname,
      ...(isNewStart && newStart),
      version: current.version + 1,
      updatedAt: ctx.now(),
    };
    const changed = await inner.db.webhook.update({ where, data });
    if (changes.active === false) await discardWaiting(inner, input.id, 'The webhook was switched off.');
    await publish(inner, { type: 'webhook.updated', subjectId: input.id, data: {} });
    return changed;
  });
}

/** Nothing is held against an address that is new, or switched on again. */
const newStart = { disabledReason: null, failures: 0, failingSince: null, restingUntil: null };

/** Its deliveries go with it. @throws UserErrors NOT_FOUND. */
export async function deleteWebhook(ctx: UserContext, id: string): Promise<void> {
  const { count } = await ctx.db.webhook.deleteMany({ where: { userId: ctx.userId, id } });
  if (count === 0) throw notFound(['id'], 'webhook');
  await publish(ctx, { type: 'webhook.deleted', subjectId: id, data: {} });
}

/**
 * Replaces a webhook's secret; the old one counts for `keepPreviousHours` more.
 * @throws UserErrors INVALID, NOT_FOUND.
 */
export async function rotateSecret(ctx: UserContext, input: RotateWebhookSecretInput): Promise<WithSecret> {
  const { id, keepPreviousHours } = input;
  const checks = new Checks();
  checks.number(['keepPreviousHours'], keepPreviousHours, 0, longestKeep);
  checks.done();
  await lockRow(ctx, 'webhook', id, 'webhook');
  const where = { userId_id: { userId: ctx.userId, id } };
  const current = await ctx.db.webhook.findUniqueOrThrow({ where });
  const now = ctx.now();
  const secret = newSecret();
  const sealed = ctx.secrets.seal(secret, placeOf(ctx.userId, id));
  const webhook = await ctx.db.webhook.update({
    where,
    data: { ...replaceSecret(current, sealed, keepPreviousHours, now), version: current.version + 1, updatedAt: now },
  });
  await publish(ctx, { type: 'webhook.updated', subjectId: id, data: {} });
  return { webhook, secret };
}
