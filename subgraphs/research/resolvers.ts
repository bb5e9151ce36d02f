import { type Context, signedIn } from '../shared/context.ts';
import { badInput } from '../shared/errors.ts';
import { Checks } from '../shared/input.ts';
import { describe, nextRuns, type Schedule } from '../shared/schedules/schedule.ts';
import { createCategory, deleteCategory, listCategories, nextOfAll, updateCategory } from './categories.ts';
import type { ResearchContext, ResearchUserContext } from './context.ts';
import type { ResearchScheduleInput, Resolvers, ReviewActorKind } from './generated.ts';
import { integrateResult } from './integration.ts';
import { makeReport } from './reports.ts';
import { listResults, pendingResults } from './results.ts';
import { approveResult, deleteResult, rejectResult } from './reviews.ts';
import type { FetchedSource, Reference } from './rows.ts';
import { changesOf, withSource } from './runs/changes.ts';
import { cancelRun, retryRun, triggerResearch } from './runs/mutations.ts';
import type { Outcomes } from './runs/outcomes.ts';
import { readSchedule, scheduleOf } from './schedule.ts';
import { searchResearch } from './search.ts';

const reader = (ctx: ResearchContext): ResearchUserContext => signedIn(ctx, 'research:read');
const writer = (ctx: ResearchContext): ResearchUserContext => signedIn(ctx, 'research:write');

/** What was done, in the form of a payload; what could not be done was thrown. */
const answer = async <Done extends object>(done: Promise<Done>) => ({ ...(await done), errors: [] });

/** The dashboard's id has the user's digits. */
const isOwnDashboard = ({ id }: Reference, { viewer }: Context<unknown>) =>
  viewer !== null && id === viewer.userId.replace(/^user_/, 'dashboard_');

function within(name: string, value: number, most: number): number {
  if (value >= 1 && value <= most) return value;
  throw badInput(`"${name}" must be between 1 and ${most}.`);
}

/** @throws GraphQLError BAD_USER_INPUT with what is wrong. */
function preview(input: ResearchScheduleInput, now: Date): Schedule {
  const checks = new Checks();
  const schedule = readSchedule(checks, ['schedule'], input, now);
  if (!schedule) throw badInput(checks.errors.map(({ message }) => message).join(' '));
  return schedule;
}

const actorKinds: Record<string, ReviewActorKind> = {
  user: 'USER',
  apiKey: 'API_KEY',
  assistant: 'ASSISTANT',
  automation: 'AUTOMATION',
  system: 'SYSTEM',
};

export const resolvers: Resolvers = {
  Query: {
    researchCategory: (_, { id }, ctx) => reader(ctx).loaders.category.load(id),
    researchResult: (_, { id }, ctx) => reader(ctx).loaders.result.load(id),
    researchRun: (_, { id }, ctx) => reader(ctx).loaders.run.load(id),
    researchSchedulePreview: (_, { schedule }, ctx) => preview(schedule, reader(ctx).now()),
  },
  Mutation: {
    triggerResearch: (_, { input }, ctx) => answer(triggerResearch(writer(ctx), input)),
    cancelResearchRun: (_, { input }, ctx) => answer(cancelRun(writer(ctx), input)),
    retryResearchRun: (_, { input }, ctx) => answer(retryRun(writer(ctx), input)),
    createResearchCategory: (_, { input }, ctx) => answer(createCategory(writer(ctx), input)),
    updateResearchCategory: (_, { input }, ctx) => answer(updateCategory(writer(ctx), input)),
    deleteResearchCategory: (_, { input }, ctx) => answer(deleteCategory(writer(ctx), input)),
    approveResearchResult: (_, { input }, ctx) => answer(approveResult(writer(ctx), input)),
    rejectResearchResult: (_, { input }, ctx) => answer(rejectResult(writer(ctx), input)),
    integrateResearchResult: (_, { input }, ctx) => answer(integrateResult(writer(ctx), input)),
    deleteResearchResult: (_, { input }, ctx) => answer(deleteResult(writer(ctx), input)),
  },
  User: {
    __resolveReference: (ref, ctx) => (ctx.viewer?.userId === ref.id ? ref : null),
    researchCategories: (_, { active, ...page }, ctx) => listCategories(reader(ctx), active, page),
    researchResults: (_, { filter, ...page }, ctx) => listResults(reader(ctx), filter ?? {}, page),
    researchReport: (_, args, ctx) => makeReport(reader(ctx), args),
    searchResearch: (_, { query, ...page }, ctx) => searchResearch(reader(ctx), query, page),
  },
  Dashboard: {
    __resolveReference: (ref, ctx) => (isOwnDashboard(ref, ctx) ? ref : null),
    pendingResearchResults: (_, { first }, ctx) => pendingResults(reader(ctx), within('first', first, 20)),
    nextResearchRun: (_, __, ctx) => nextOfAll(reader(ctx)),
  },
  ResearchCategory: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.category.load(id),
    schedule: (category) => scheduleOf(category),
    results: ({ id }, { filter, ...args }, { loaders }) =>
      loaders.resultsOfCategory.load({ categoryId: id, filter: filter ?? {}, args }),
    pendingResultCount: ({ id }, _, { loaders }) => loaders.pendingCount.load(id),
    runs: ({ id }, { states, ...args }, { loaders }) => loaders.runsOfCategory.load({ categoryId: id, states, args }),
  },
  ResearchRun: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.run.load(id),
    category: async ({ categoryId }, _, { loaders }) => (await loaders.category.load(categoryId))!,
    retryOf: ({ retryOf }, _, { loaders }) => (retryOf === null ? null : loaders.run.load(retryOf)),
    steps: ({ id }, _, { loaders }) => loaders.steps.load(id),
    progress: ({ planned, fetched, failed, claims }) => ({ planned, fetched, failed, claims }),
    failures: async ({ id }, _, { loaders }) => {
      const entries = await loaders.steps.load(id);
      const gathered = entries.findLast(({ step, outcome }) => step === 'GATHER' && outcome !== null);
      return (gathered?.outcome as unknown as Outcomes['GATHER'] | undefined)?.failures ?? [];
    },
    result: ({ id }, _, { loaders }) => loaders.resultOfRun.load(id),
    error: ({ errorCode, errorMessage }) => errorCode && { code: errorCode, message: errorMessage! },
    changes: async ({ id }, _, { loaders }) => {
      const result = await loaders.resultOfRun.load(id);
      return result && changesOf(result, await loaders.approvedBefore.load(result.id));
    },
  },
  ResearchRunStep: {
    counts: ({ counts }) => Object.entries(counts).map(([name, value]) => ({ name, value })),
  },
  ResearchSchedule: {
    description: (schedule) => describe(schedule),
    nextRuns: (schedule, { count }, ctx) => nextRuns(schedule, ctx.now(), within('count', count, 50)),
  },
  ResearchResult: {
    __resolveReference: ({ id }, ctx) => reader(ctx).loaders.result.load(id),
    category: async ({ categoryId }, _, { loaders }) => (await loaders.category.load(categoryId))!,
    claims: ({ claims, sources }) => claims.map(withSource(sources)),
    run: ({ runId }, _, { loaders }) => (runId === null ? null : loaders.run.load(runId)),
    reviews: ({ id }, _, { loaders }) => loaders.reviews.load(id),
  },
  ResearchSource: {
    fetchedAt: ({ fetchedAt }: FetchedSource) => new Date(fetchedAt),
    snapshot: ({ snapshotId }: FetchedSource, _, { loaders }) =>
      snapshotId === undefined ? null : loaders.snapshot.load(snapshotId),
  },
  ResearchReview: {
    actor: ({ actorKind, actorId }) => ({ kind: actorKinds[actorKind]!, id: actorId }),
  },
};
