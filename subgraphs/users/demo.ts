import { sha256 } from '../shared/crypto.ts';
import { newId } from '../shared/ids.ts';
import type { DemoAccount } from '../shared/subgraph.ts';
import { audit } from './audit.ts';

const day = 24 * 3600_000;

/** The demo person's account: a profile, the devices of a year, what was allowed to an AI provider, a key for scripts. */
export async function makeDemo({ db, userId, now, random }: DemoAccount): Promise<void> {
  const ago = (days: number) => new Date(now.getTime() - days * day - Math.floor(random() * 3600_000));
  const begun = ago(365);
  await db.user.update({
    where: { id: userId },
    data: {
      name: 'Alex Demo',
      locale: 'en-GB',
      dayStartMinutes: 180,
      weekStart: 1,
      settings: { appearance: 'SYSTEM', units: 'METRIC', assistantMemory: true, usageStatistics: false },
      createdAt: begun,
      updatedAt: ago(40),
      version: { increment: 1 },
    },
  });
  const device = (name: string, platform: string, since: Date, seen: Date) => ({
    userId,
    id: newId('device', since),
    name,
    platform,
    appVersion: '1.4.0',
    lastSeenAt: seen,
    createdAt: since,
    updatedAt: since,
  });
  const phone = device('Alex’s iPhone', 'IOS', begun, ago(0));
  const watch = device('Alex’s Watch', 'WATCHOS', ago(290), ago(0));
  const mac = device('MacBook', 'MACOS', ago(340), ago(1));
  await db.device.createMany({ data: [phone, watch, mac] });
  const consent = (dataClass: string, since: Date, withdrawnAt: Date | null = null) => ({
    userId,
    id: newId('consent', since),
    provider: 'anthropic',
    dataClass,
    disclosureVersion: '2026-01',
    grantedAt: since,
    withdrawnAt,
  });
  const consents = [
    consent('MESSAGES', ago(330)),
    consent('GOALS', ago(330)),
    consent('RESEARCH', ago(200)),
    consent('FINANCE', ago(150), ago(90)),
  ];
  await db.aiConsent.createMany({ data: consents });
  const keyMade = ago(120);
  const key = {
    userId,
    id: newId('apikey', keyMade),
    name: 'Shortcuts on the Mac',
    prefix: 'jrv_demo',
    // The hash of no key: nobody can use it.
    hash: sha256(`demo|${userId}|${random()}`),
    scopes: ['goals:read', 'goals:write'],
    lastUsedAt: ago(2),
    createdAt: keyMade,
  };
  await db.apiKey.createMany({ data: [key] });

  const log: { at: Date; action: string; subjectId: string; detail?: Record<string, string> }[] = [
    { at: begun, action: 'account.created', subjectId: userId },
    ...[phone, watch, mac].map(({ createdAt, id }) => ({ at: createdAt, action: 'device.registered', subjectId: id })),
    ...consents.map(({ grantedAt, id, provider, dataClass }) => ({
      at: grantedAt,
      action: 'consent.granted',
      subjectId: id,
      detail: { provider, dataClasses: dataClass },
    })),
    { at: keyMade, action: 'apiKey.created', subjectId: key.id, detail: { scopes: key.scopes.join(' ') } },
  ];
  for (const { at, action, subjectId, detail } of log.sort((a, b) => Number(a.at) - Number(b.at))) {
    const actor = { kind: 'user', id: userId } as const;
    await audit({ db, userId, actor, now: () => at }, action, subjectId, detail);
  }
}
