import { signedIn } from '../shared/context.ts';
import { Prisma } from '../shared/db.ts';
import { defineSubgraph } from '../shared/subgraph.ts';
import { createLoaders, type ResearchLoaders } from './context.ts';
import { demo } from './demo.ts';
import { exports } from './exports.ts';
import { imports } from './importedTypes.ts';
import { resolvers } from './resolvers.ts';
import { createMeans } from './runs/createMeans.ts';
import { researchJobs } from './runs/jobs.ts';
import { dueRuns } from './runs/queue.ts';

/** What is looked into for the person, when, and what came of it. */
export const research = defineSubgraph<ResearchLoaders>({
  name: 'research',
  directory: import.meta.dirname,
  resolvers,
  loaders: createLoaders,
  // What it makes in other domains is asked of the graph: no transaction may wait for that.
  withoutTransaction: ['integrateResearchResult'],
  subscriptions: {
    researchProgress: async (event, _, ctx) => {
      signedIn(ctx, 'research:read');
      return { event, run: await ctx.loaders.run.load(event.subjectId) };
    },
    researchCompleted: async (event, _, ctx) => {
      signedIn(ctx, 'research:read');
      const [run, result] = await Promise.all([
        ctx.loaders.run.load(event.subjectId),
        ctx.loaders.resultOfRun.load(event.subjectId),
      ]);
      return { event, run, result };
    },
  },
  dueWork: dueRuns,
  usage: () => ({ features: { research: Prisma.sql`SELECT user_id FROM research_categories` } }),
  jobs: (platform) => researchJobs(platform, createMeans(platform)),
  exports,
  imports,
  async erase(tx, userId) {
    await tx.researchCategory.deleteMany({ where: { userId } }); // takes runs, results and their reviews along
    await tx.researchSnapshot.deleteMany({ where: { userId } });
  },
  demo,
});
