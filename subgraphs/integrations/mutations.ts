import { connectionMutations } from './connections/mutations.ts';
import { deviceMutations } from './device/mutations.ts';
import type { MutationResolvers } from './generated.ts';
import { incomingMutations } from './incoming/mutations.ts';
import { mappingMutations } from './mapping/mutations.ts';
import { notificationMutations } from './notifications/mutations.ts';
import type { PayloadResolvers } from './payload.ts';
import { ruleMutations } from './rules/mutations.ts';
import { webhookMutations } from './webhooks/mutations.ts';

export const mutations: PayloadResolvers<keyof MutationResolvers> = {
  ...connectionMutations,
  ...deviceMutations,
  ...incomingMutations,
  ...mappingMutations,
  ...notificationMutations,
  ...ruleMutations,
  ...webhookMutations,
};
