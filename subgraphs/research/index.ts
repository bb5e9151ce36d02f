import { defineSubgraph } from '../shared/subgraph.ts';
import { createLoaders } from './context.ts';
import { demo } from './demo.ts';
import { exports } from './exports.ts';
import { resolvers } from './resolvers.ts';

export const research = defineSubgraph({
  name: 'research',
  directory: import.meta.dirname,
  resolvers,
  loaders: createLoaders,
  exports,
  async erase(tx, userId) {
    await tx.researchCategory.deleteMany({ where: { userId } }); // takes results and their reviews along
  },
  demo,
});
