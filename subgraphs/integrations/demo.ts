import type { DemoAccount } from '../shared/subgraph.ts';
import { demoConnections } from './connections/demo.ts';
import { demoItems } from './items/demo.ts';
import { demoNotifications, demoReminders } from './notifications/demo.ts';
import { demoRules } from './rules/demo.ts';
import { demoWebhooks } from './webhooks/demo.ts';

/** A year with a phone, a few reminders and rules, a webhook, and what the person was told. */
export async function demo(account: DemoAccount): Promise<void> {
  const goals = [...account.ids].filter(([name]) => name.startsWith('goal:')).map(([, id]) => id);
  await demoConnections(account);
  await demoItems(account);
  await demoNotifications(account, goals);
  await demoReminders(account, goals);
  await demoRules(account, goals);
  await demoWebhooks(account);
}
