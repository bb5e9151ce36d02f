import type { AiConsent } from '../../prisma/generated/client.ts';
import type { UserContext } from '../shared/context.ts';
import { publish } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Checks } from '../shared/input.ts';
import { keyset, type Page, type PageArgs, readSlice, type SortKey, toPage } from '../shared/pagination.ts';
import { audit } from './audit.ts';
import type { GrantAiConsentInput, WithdrawAiConsentInput } from './generated.ts';
import { lockUser } from './profile.ts';

const providerName = /^[a-z0-9-]{2,40}$/;

const checkProvider = (checks: Checks, provider: string) =>
  checks.that(
    providerName.test(provider),
    ['provider'],
    'A provider is named by 2 to 40 lower-case letters, digits and dashes, e.g. "openai".',
  );

/**
 * Allows that classes of data are sent to one provider. A class that is already allowed under the same text stays as it
 * is; under another text, the older consent ends and a new one begins, so that the history says who agreed to what.
 * @returns every consent that holds with this provider now.
 * @throws UserErrors INVALID, REQUIRED, LIMIT.
 */
export async function grantAiConsent(ctx: UserContext, input: GrantAiConsentInput): Promise<AiConsent[]> {
  const { provider, disclosureVersion } = input;
  const checks = new Checks();
  checkProvider(checks, provider);
  checks.list(['dataClasses'], input.dataClasses, 20, 1);
  checks.text(['disclosureVersion'], disclosureVersion, 100);
  checks.done();
  const { db, userId } = ctx;
  await lockUser(ctx);
  const now = ctx.now();
  const active = await db.aiConsent.findMany({ where: { userId, provider, withdrawnAt: null } });
  const asked = new Set(input.dataClasses);
  const replaced = active.filter(
    (row) => asked.has(row.dataClass as never) && row.disclosureVersion !== disclosureVersion,
  );
  const kept = active.filter((row) => !replaced.includes(row));
  const held = new Set(kept.map((row) => row.dataClass));
  const granted = [...asked]
    .filter((dataClass) => !held.has(dataClass))
    .map((dataClass) => ({
      userId,
      id: newId('consent', now),
      provider,
      dataClass,
      disclosureVersion,
      grantedAt: now,
      withdrawnAt: null,
    }));
  if (granted.length === 0) return kept.sort(byTime);
  await db.aiConsent.updateMany({
    where: { userId, id: { in: replaced.map((row) => row.id) } },
    data: { withdrawnAt: now },
  });
  await db.aiConsent.createMany({ data: granted });
  await audit(ctx, 'consent.granted', null, {
    provider,
    dataClasses: granted.map((row) => row.dataClass).join(', '),
    disclosureVersion,
  });
  await publish(
    ctx,
    ...replaced.map(({ id }) => ({ type: 'consent.withdrawn' as const, subjectId: id, data: {} })),
    ...granted.map(({ id }) => ({ type: 'consent.granted' as const, subjectId: id, data: {} })),
  );
  return [...kept, ...granted].sort(byTime);
}

/**
 * Withdraws consent: of the classes named, or of all. What is not allowed anyway is passed over.
 * @returns the consents that ended.
 * @throws UserErrors INVALID, LIMIT.
 */
export async function withdrawAiConsent(ctx: UserContext, input: WithdrawAiConsentInput): Promise<AiConsent[]> {
  const { provider, dataClasses } = input;
  const checks = new Checks();
  checkProvider(checks, provider);
  checks.list(['dataClasses'], dataClasses, 20);
  checks.done();
  const { db, userId } = ctx;
  await lockUser(ctx);
  const withdrawnAt = ctx.now();
  const rows = await db.aiConsent.findMany({
    where: { userId, provider, withdrawnAt: null, ...(dataClasses && { dataClass: { in: dataClasses } }) },
  });
  if (rows.length === 0) return [];
  await db.aiConsent.updateMany({ where: { userId, id: { in: rows.map((row) => row.id) } }, data: { withdrawnAt } });
  await audit(ctx, 'consent.withdrawn', null, {
    provider,
    dataClasses: rows.map((row) => row.dataClass).join(', '),
  });
  await publish(ctx, ...rows.map(({ id }) => ({ type: 'consent.withdrawn' as const, subjectId: id, data: {} })));
  return rows.map((row) => ({ ...row, withdrawnAt })).sort(byTime);
}

/** Newest first. */
const byTime = (a: AiConsent, b: AiConsent) => Number(b.grantedAt) - Number(a.grantedAt) || (a.id < b.id ? 1 : -1);

/** A person's consents, newest first; withdrawn ones too unless `active` is true, only those when it is false. */
export function listConsents(ctx: UserContext, active?: boolean | null): Promise<AiConsent[]> {
  return ctx.db.aiConsent.findMany({
    where: { userId: ctx.userId, ...(active != null && { withdrawnAt: active ? null : { not: null } }) },
    orderBy: [{ grantedAt: 'desc' }, { id: 'desc' }],
    take: 200,
  });
}

const order: SortKey[] = [
  { name: 'grantedAt', kind: 'date', descending: true },
  { name: 'id', kind: 'text', descending: true },
];

/**
 * A page of all consents there ever were, newest first. Nothing is deleted or overwritten: consent under another text is another row.
 * @throws GraphQLError BAD_USER_INPUT for sizes and cursors that are none.
 */
export async function consentHistory({ db, userId }: UserContext, args: PageArgs): Promise<Page<AiConsent>> {
  const slice = readSlice(args, order.length);
  const { where, ...rest } = keyset(order, slice);
  const rows = await db.aiConsent.findMany({ where: { userId, ...where }, ...rest });
  return toPage(rows, slice, (row) => [row.grantedAt, row.id]);
}
