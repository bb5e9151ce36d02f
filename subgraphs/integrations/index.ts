import { Prisma } from '../shared/db.ts';
import { defineSubgraph } from '../shared/subgraph.ts';
import { connectionJobs } from './connections/jobs.ts';
import { outsideTransactions } from './connections/mutations.ts';
import { createOutside } from './connections/outside.ts';
import { connectionSubscriptions } from './connections/resolvers.ts';
import { giveBackAll } from './connections/revocations.ts';
import { createLoaders, type Loaders } from './context.ts';
import { demo } from './demo.ts';
import { dueWork } from './dueWork.ts';
import { erase, exports } from './export.ts';
import { imports } from './importedTypes.ts';
import { incomingJobs } from './incoming/jobs.ts';
import { mappingJobs } from './mapping/jobs.ts';
import { notificationJobs } from './notifications/jobs.ts';
import { notificationSubscriptions } from './notifications/subscriptions.ts';
import { reactions } from './reactions.ts';
import { resolvers } from './resolvers.ts';
import { ruleJobs } from './rules/jobs.ts';
import { watchRules } from './rules/watch.ts';
import { watchWebhooks } from './webhooks/deliveries.ts';
import { webhookJobs } from './webhooks/jobs.ts';
import { webhooksWithoutTransaction } from './webhooks/mutations.ts';

/** Connections, notifications, reminders, automation rules and webhooks. */
export const integrations = defineSubgraph<Loaders>({
  name: 'integrations',
  directory: import.meta.dirname,
  resolvers,
  loaders: createLoaders,
  subscriptions: {
    ...connectionSubscriptions,
    ...notificationSubscriptions,
  },
  // They ask providers, Apple or the graph before they answer.
  withoutTransaction: [...outsideTransactions, ...webhooksWithoutTransaction, 'sendTestNotification'],
  reactions,
  watches: (platform) => ({ rules: watchRules(platform), webhooks: watchWebhooks }),
  jobs: (platform) => [
    ...connectionJobs(platform),
    ...incomingJobs(platform),
    ...mappingJobs(platform),
    ...notificationJobs(platform),
    ...ruleJobs(platform),
    ...webhookJobs(platform),
  ],
  dueWork,
  usage: () => ({
    features: {
      connections: Prisma.sql`SELECT user_id FROM connections`,
      automations: Prisma.sql`SELECT user_id FROM automation_rules`,
      reminders: Prisma.sql`SELECT user_id FROM reminders`,
      webhooks: Prisma.sql`SELECT user_id FROM webhooks`,
    },
  }),
  exports,
  imports,
  release: (platform, userId) => giveBackAll(platform, createOutside(platform), userId),
  erase,
  demo,
});
