import DataLoader from 'dataloader';
import type { Context, UserContext } from '../shared/context.ts';
import type { Page } from '../shared/pagination.ts';
import { loadById } from '../shared/stored.ts';
import { type CategoryPageKey, readResultsOfCategories } from './results.ts';
import type { CategoryRow, ResultRow, ReviewRow } from './rows.ts';
import { readApprovedBefore } from './runs/changes.ts';
import { type RunPageKey, readRunsOfCategories } from './runs/lists.ts';
import type { RunRow, RunStepRow, SnapshotRow } from './runs/rows.ts';

/** One request's loaders; every batch is one statement with the viewer's id in its WHERE. */
export interface ResearchLoaders {
  category: DataLoader<string, CategoryRow | null>;
  result: DataLoader<string, ResultRow | null>;
  resultsOfCategory: DataLoader<CategoryPageKey, Page<ResultRow>, string>;
  /** By the id of the category. */
  pendingCount: DataLoader<string, number>;
  /** By the id of the result, oldest first. */
  reviews: DataLoader<string, ReviewRow[]>;
  run: DataLoader<string, RunRow | null>;
  runsOfCategory: DataLoader<RunPageKey, Page<RunRow>, string>;
  /** By the id of the run, in order. */
  steps: DataLoader<string, RunStepRow[]>;
  /** By the id of the run. */
  resultOfRun: DataLoader<string, ResultRow | null>;
  /** By the id of the result. */
  approvedBefore: DataLoader<string, ResultRow | null>;
  snapshot: DataLoader<string, SnapshotRow | null>;
}

export type ResearchContext = Context<ResearchLoaders>;
export type ResearchUserContext = UserContext<ResearchLoaders>;

export function createLoaders({ db, viewer }: ResearchContext): ResearchLoaders {
  const userId = viewer?.userId ?? '';
  return {
    category: loadById(userId, (args) => db.researchCategory.findMany(args)),
    result: loadById(userId, (args) => db.researchResult.findMany(args)),
    resultsOfCategory: new DataLoader((keys) => readResultsOfCategories(db, userId, keys), {
      cacheKeyFn: (key) => JSON.stringify(key),
    }),
    pendingCount: new DataLoader(async (ids) => {
      const groups = await db.researchResult.groupBy({
        by: ['categoryId'],
        where: { userId, categoryId: { in: [...ids] }, status: 'PENDING' },
        _count: true,
      });
      return ids.map((id) => groups.find(({ categoryId }) => categoryId === id)?._count ?? 0);
    }),
    reviews: new DataLoader(async (ids) => {
      const rows = (await db.researchReview.findMany({
        where: { userId, resultId: { in: [...ids] } },
        orderBy: { ordinal: 'asc' },
      })) as ReviewRow[];
      return ids.map((id) => rows.filter(({ resultId }) => resultId === id));
    }),
    run: loadById(userId, (args) => db.researchRun.findMany(args)),
    runsOfCategory: new DataLoader((keys) => readRunsOfCategories(db, userId, keys), {
      cacheKeyFn: (key) => JSON.stringify(key),
    }),
    steps: new DataLoader(async (ids) => {
      const rows = (await db.researchRunStep.findMany({
        where: { userId, runId: { in: [...ids] } },
        orderBy: { ordinal: 'asc' },
      })) as RunStepRow[];
      return ids.map((id) => rows.filter(({ runId }) => runId === id));
    }),
    resultOfRun: new DataLoader(async (ids) => {
      const rows = await db.researchResult.findMany({ where: { userId, runId: { in: [...ids] } } });
      return ids.map((id) => (rows.find(({ runId }) => runId === id) as ResultRow | undefined) ?? null);
    }),
    approvedBefore: new DataLoader((ids) => readApprovedBefore(db, userId, ids)),
    snapshot: loadById(userId, (args) => db.researchSnapshot.findMany(args)),
  };
}
