import DataLoader from 'dataloader';
import type {
  Achievement,
  Goal,
  LifeArea,
  LifeAreaNote,
  Milestone,
  ProgressEntry,
} from '../../prisma/generated/client.ts';
import type { Context, UserContext } from '../shared/context.ts';
import type { Page } from '../shared/pagination.ts';
import { type PersonalClock, readClock } from '../shared/personalClock.ts';
import { type AgendaItem, readAgenda } from './dashboard.ts';
import {
  type History,
  readHistories,
  readSeries,
  readStandings,
  type SeriesKey,
  type SeriesRow,
  type Standing,
} from './days.ts';
import { type AreaGoalsKey, type CountedPage, type EntriesKey, readAreaGoals, readEntriesOfGoals } from './lists.ts';
import { type AreaNotesKey, readAreaNotes } from './notes.ts';
import { groupBy } from './rows.ts';

/** A user of whom this domain knows only the id. */
export interface UserRef {
  id: string;
}

/** One request's loaders; every batch is one statement with the viewer's id in its WHERE. */
export interface GoalsLoaders {
  clock(): Promise<PersonalClock>;
  area: DataLoader<string, LifeArea | null>;
  note: DataLoader<string, LifeAreaNote | null>;
  goal: DataLoader<string, Goal | null>;
  entry: DataLoader<string, ProgressEntry | null>;
  milestone: DataLoader<string, Milestone | null>;
  achievement: DataLoader<string, Achievement | null>;
  milestonesOfGoal: DataLoader<string, Milestone[]>;
  achievementsOfGoal: DataLoader<string, Achievement[]>;
  activeGoalsOfArea: DataLoader<string, number>;
  /** Active goals with their pace, the most urgent first; read once. */
  agenda(): Promise<AgendaItem[]>;
  /** What pace and percent of a goal need; cheap however long its history is. */
  standing: DataLoader<Goal, Standing, string>;
  /** Every day of a goal; for what cannot be told from less. */
  history: DataLoader<Goal, History, string>;
  series: DataLoader<SeriesKey, SeriesRow[], string>;
  entriesOfGoal: DataLoader<EntriesKey, Page<ProgressEntry>, string>;
  goalsOfArea: DataLoader<AreaGoalsKey, CountedPage<Goal>, string>;
  notesOfArea: DataLoader<AreaNotesKey, Page<LifeAreaNote>, string>;
}

export type GoalsContext = Context<GoalsLoaders>;
export type GoalsUserContext = UserContext<GoalsLoaders>;

export function createLoaders(ctx: Context<GoalsLoaders>): GoalsLoaders {
  const { db } = ctx;
  const userId = ctx.viewer?.userId ?? '';
  let clock: Promise<PersonalClock> | undefined;
  const readOwnClock = () => {
    clock ??= readClock(db, userId);
    return clock;
  };
  let agenda: Promise<AgendaItem[]> | undefined;

  /** The viewer's rows by id, in the order asked for; null for what is absent or someone else's. */
  const byId = <Row extends { id: string }>(
    find: (where: { userId: string; id: { in: string[] } }) => Promise<Row[]>,
  ) =>
    new DataLoader<string, Row | null>(async (ids) => {
      const rows = new Map((await find({ userId, id: { in: [...ids] } })).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id) ?? null);
    });
  const byGoal = <Row extends { goalId: string }>(
    find: (where: { userId: string; goalId: { in: string[] } }) => Promise<Row[]>,
  ) =>
    new DataLoader<string, Row[]>(async (ids) => {
      const rows = groupBy(await find({ userId, goalId: { in: [...ids] } }), (row) => row.goalId);
      return ids.map((id) => rows.get(id) ?? []);
    });

  return {
    clock: readOwnClock,
    agenda: () => {
      agenda ??= readAgenda(ctx);
      return agenda;
    },
    area: byId((where) => db.lifeArea.findMany({ where })),
    note: byId((where) => db.lifeAreaNote.findMany({ where })),
    goal: byId((where) => db.goal.findMany({ where })),
    entry: byId((where) => db.progressEntry.findMany({ where })),
    milestone: byId((where) => db.milestone.findMany({ where })),
    achievement: byId((where) => db.achievement.findMany({ where })),
    milestonesOfGoal: byGoal((where) =>
      db.milestone.findMany({ where, orderBy: [{ position: 'asc' }, { id: 'asc' }] }),
    ),
    achievementsOfGoal: byGoal((where) =>
      db.achievement.findMany({ where, orderBy: [{ earnedAt: 'asc' }, { id: 'asc' }] }),
    ),
    activeGoalsOfArea: new DataLoader(async (ids) => {
      const groups = await db.goal.groupBy({
        by: ['lifeAreaId'],
        where: { userId, lifeAreaId: { in: [...ids] }, status: 'ACTIVE' },
        _count: true,
      });
      const counts = new Map(groups.map((group) => [group.lifeAreaId, group._count]));
      return ids.map((id) => counts.get(id) ?? 0);
    }),
    standing: new DataLoader(async (goals) => readStandings(db, userId, goals, await readOwnClock(), ctx.now()), {
      cacheKeyFn: (goal) => goal.id,
    }),
    history: new DataLoader((goals) => readHistories(db, userId, goals), { cacheKeyFn: (goal) => goal.id }),
    series: new DataLoader((keys) => readSeries(db, userId, keys), {
      cacheKeyFn: ({ goal, from, to }) => `${goal.id} ${from} ${to}`,
    }),
    entriesOfGoal: new DataLoader((keys) => readEntriesOfGoals(db, userId, keys), {
      cacheKeyFn: ({ goalId, ...args }) => `${goalId} ${JSON.stringify(args)}`,
    }),
    goalsOfArea: new DataLoader((keys) => readAreaGoals(db, userId, keys), {
      cacheKeyFn: ({ areaId, ...args }) => `${areaId} ${JSON.stringify(args)}`,
    }),
    notesOfArea: new DataLoader((keys) => readAreaNotes(db, userId, keys), {
      cacheKeyFn: ({ areaId, ...args }) => `${areaId} ${JSON.stringify(args)}`,
    }),
  };
}
