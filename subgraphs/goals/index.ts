import { signedIn } from '../shared/context.ts';
import type { LoggedEvent } from '../shared/events.ts';
import { defineSubgraph } from '../shared/subgraph.ts';
import { createLoaders, type GoalsLoaders } from './context.ts';
import { demo } from './demo.ts';
import { imports } from './importedTypes.ts';
import { erase, exports } from './ownership.ts';
import { resolvers } from './resolvers.ts';
import { usage } from './usage.ts';

/** Life areas, goals, progress, and what can be told from it. */
export const goals = defineSubgraph<GoalsLoaders>({
  name: 'goals',
  directory: import.meta.dirname,
  resolvers,
  loaders: createLoaders,
  subscriptions: {
    // Loaders give null for what is gone: of a deleted entry the event is all there is.
    progressUpdated: async (event, _, ctx) => {
      signedIn(ctx, 'goals:read');
      const { goalId } = (event as LoggedEvent<'progress.logged'>).data;
      return { event, entry: await ctx.loaders.entry.load(event.subjectId), goal: await ctx.loaders.goal.load(goalId) };
    },
    goalCompleted: async (event, _, ctx) => {
      signedIn(ctx, 'goals:read');
      return { event, goal: await ctx.loaders.goal.load(event.subjectId) };
    },
  },
  usage,
  exports,
  imports,
  erase,
  demo,
});
