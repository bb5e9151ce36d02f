import { randomBytes } from 'node:crypto';
import type { Webhook } from '../../prisma/generated/client.ts';
import type { UserContext } from '../shared/context.ts';
import { limit, notFound } from '../shared/errors.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { changesOf, expectVersion, inputHash, lockRow, sameCreation } from '../shared/stored.ts';
import { checkVariables, readOperation, readSubscriptionField } from './documents.ts';
import { checkFilters, type EventFilter, findEventTypes, storedFilters } from './eventTypes.ts';
import type {
  CreateWebhookInput,
  EventFilterInput,
  RotateWebhookSecretInput,
  UpdateWebhookInput,
} from './generated.ts';

const mostWebhooks = 20;
const longestKeep = 168;

/** A webhook and, this once, its secret. An idempotency key's stored answer has it too, sealed like the row. */
export interface WithSecret {
  webhook: Webhook;
  secret: string | null;
}

/** A new key of 32 bytes, as Standard Webhooks writes it. */
const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
/** What a sealed secret is bound to: on another row it does not open. */
const placeOf = (userId: string, id: string) => `webhooks|${id}|${userId}`;

interface Registration {
  url: string;
  document: string;
  variables: unknown;
  filters: readonly EventFilterInput[];
  description: string | null | undefined;
}

/** Checks a whole registration, so that after a change its parts still fit together. */
function checkRegistration(checks: Checks, { url, document, variables, filters, description }: Registration): void {
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
  const secret = newSecret();
  const data = {
    userId,
    id,
    url: input.url,
    description: input.description ?? null,
    document: input.document,
    variables: variables as object,
    filters: storedFilters(input.filters) as object[],
    active: input.active,
    sealedSecret: ctx.secrets.seal(secret, placeOf(userId, id)),
    rotatedAt: now,
    inputHash: hash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const { count } = await ctx.db.webhook.createMany({ data: [data], skipDuplicates: true });
  const webhook = await ctx.db.webhook.findUniqueOrThrow({ where: { userId_id: { userId, id } } });
  if (count === 0) return { webhook: sameCreation(webhook, hash), secret: null };
  const having = await ctx.db.webhook.count({ where: { userId } });
  if (having > mostWebhooks) throw limit([], `One may have at most ${mostWebhooks} webhooks.`);
  await publish(ctx, { type: 'webhook.created', subjectId: id, data: {} });
  return { webhook, secret };
}

/**
 * Changes a webhook.
 * @throws UserErrors INVALID, NOT_FOUND, CONFLICT with the current webhook.
 */
export async function updateWebhook(ctx: UserContext, input: UpdateWebhookInput): Promise<Webhook> {
  await lockRow(ctx, 'webhook', input.id, 'webhook');
  const where = { userId_id: { userId: ctx.userId, id: input.id } };
  const current = await ctx.db.webhook.findUniqueOrThrow({ where });
  expectVersion(current.version, input.expectedVersion, { webhook: current });
  const checks = new Checks();
  checkRegistration(checks, {
    url: input.url ?? current.url,
    document: input.document ?? current.document,
    variables: input.variables ?? current.variables,
    filters: input.filters ?? (current.filters as unknown as EventFilter[]),
    description: input.description,
  });
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
  const data = { ...changes, version: current.version + 1, updatedAt: ctx.now() };
  const changed = await ctx.db.webhook.update({ where, data });
  await publish(ctx, { type: 'webhook.updated', subjectId: input.id, data: {} });
  return changed;
}

/** @throws UserErrors NOT_FOUND. */
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
  const kept = keepPreviousHours > 0;
  const webhook = await ctx.db.webhook.update({
    where,
    data: {
      sealedSecret: ctx.secrets.seal(secret, placeOf(ctx.userId, id)),
      previousSecret: kept ? current.sealedSecret : null,
      previousUntil: kept ? new Date(now.getTime() + keepPreviousHours * 3_600_000) : null,
      rotatedAt: now,
      version: current.version + 1,
      updatedAt: now,
    },
  });
  await publish(ctx, { type: 'webhook.updated', subjectId: id, data: {} });
  return { webhook, secret };
}
