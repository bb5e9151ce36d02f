import DataLoader from 'dataloader';
import type { Tx } from '../../shared/db.ts';
import { loadById } from '../../shared/stored.ts';
import type { RunRow, RunStepRow } from './run.ts';

/** One request's loaders of the room of rules; every batch is a statement or two, each with the owner's id in its WHERE. */
export interface RuleLoaders {
  ruleRun: DataLoader<string, RunRow | null>;
  /** By the id of the run, in order. */
  stepsOfRun: DataLoader<string, RunStepRow[]>;
  /** By the id of the rule. */
  lastRunOfRule: DataLoader<string, RunRow | null>;
  /** By the id of the rule. */
  nextRunOfRule: DataLoader<string, Date | null>;
}

export const ruleLoaders = (db: Tx, userId: string): RuleLoaders => ({
  ruleRun: loadById(userId, (args) => db.ruleRun.findMany(args)),
  stepsOfRun: new DataLoader(async (ids) => {
    const rows = (await db.ruleRunStep.findMany({
      where: { userId, runId: { in: [...ids] } },
      orderBy: { ordinal: 'asc' },
    })) as RunStepRow[];
    return ids.map((id) => rows.filter(({ runId }) => runId === id));
  }),
  lastRunOfRule: new DataLoader(async (ids) => {
    const latest = await db.$queryRaw<{ id: string }[]>`
      SELECT run.id FROM unnest(${[...ids]}::text[]) AS rule (id) CROSS JOIN LATERAL (
        SELECT id FROM rule_runs WHERE user_id = ${userId} AND rule_id = rule.id ORDER BY created_at DESC, id DESC LIMIT 1
      ) run`;
    const rows = (await db.ruleRun.findMany({
      where: { userId, id: { in: latest.map(({ id }) => id) } },
    })) as unknown as RunRow[];
    return ids.map((id) => rows.find(({ ruleId }) => ruleId === id) ?? null);
  }),
  nextRunOfRule: new DataLoader(async (ids) => {
    const rows = await db.ruleTrigger.groupBy({
      by: ['ruleId'],
      where: { userId, ruleId: { in: [...ids] }, kind: 'SCHEDULE' },
      _min: { dueAt: true },
    });
    return ids.map((id) => rows.find(({ ruleId }) => ruleId === id)?._min.dueAt ?? null);
  }),
});
