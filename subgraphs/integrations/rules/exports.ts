import type { ExportedType } from '../../shared/archives.ts';
import { allRows } from '../exportedRows.ts';

/** What rules wait for, their runs, and the traces of those. */
export const ruleExports: readonly ExportedType[] = [
  {
    name: 'rule_triggers',
    about: 'What rules wait for.',
    rows: (db, userId) => allRows((page) => db.ruleTrigger.findMany(page), userId, ['ruleId', 'ordinal']),
  },
  {
    name: 'rule_runs',
    about: 'Runs of rules.',
    rows: (db, userId) => allRows((page) => db.ruleRun.findMany(page), userId),
  },
  {
    name: 'rule_run_steps',
    about: 'What each run did.',
    rows: (db, userId) => allRows((page) => db.ruleRunStep.findMany(page), userId, ['runId', 'ordinal']),
  },
];
