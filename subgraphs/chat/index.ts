import { defineSubgraph } from '../shared/subgraph.ts';
import { createLoaders } from './context.ts';
import { demo } from './demo.ts';
import { exports } from './exports.ts';
import { resolvers } from './resolvers.ts';

export const chat = defineSubgraph({
  name: 'chat',
  directory: import.meta.dirname,
  resolvers,
  loaders: createLoaders,
  exports,
  async erase(tx, userId) {
    await tx.conversation.deleteMany({ where: { userId } }); // takes the messages along
    await tx.memory.deleteMany({ where: { userId } });
    await tx.insight.deleteMany({ where: { userId } });
  },
  demo,
});
