import { z } from 'zod';
import type { Imports } from '../shared/archives.ts';
import { imported } from '../shared/importedRows.ts';
import { readClock, todayOf } from '../shared/personalClock.ts';
import { checkDefinitions } from './customFields.ts';
import { rebuildDays } from './entryRows.ts';
import { forgetFigures } from './figures.ts';

const { always, id, text, integer, decimal, date, at } = imported;
const version = integer(1);
const common = { inputHash: always(''), version, createdAt: at, updatedAt: at };
const period = z.enum(['DAY', 'WEEK', 'MONTH', 'YEAR']).nullable();

/** What of an archive comes back here, in an order in which each row finds what it refers to. */
export const imports: Imports = {
  types: [
    {
      name: 'life-areas',
      table: 'life_areas',
      row: z.object({
        id: id('area'),
        kind: text(40),
        name: text(200),
        description: text(20_000).nullable(),
        color: text(100).nullable(),
        icon: text(100).nullable(),
        active: z.boolean(),
        position: integer(0),
        customFields: z.array(z.unknown()).refine((given) => checkDefinitions(given).ok, 'these are no custom fields'),
        ...common,
      }),
      event: ({ id }) => ({ type: 'lifeArea.created', subjectId: id as string, data: {} }),
    },
    {
      name: 'life-area-notes',
      table: 'life_area_notes',
      row: z.object({ id: id('note'), lifeAreaId: id('area'), text: text(100_000), ...common }),
      event: ({ id, lifeAreaId }) => ({
        type: 'lifeAreaNote.created',
        subjectId: id as string,
        data: { lifeAreaId: lifeAreaId as string },
      }),
    },
    {
      name: 'goals',
      table: 'goals',
      row: z.object({
        id: id('goal'),
        lifeAreaId: id('area').nullable(),
        kind: text(40),
        title: text(200),
        description: text(20_000).nullable(),
        direction: text(40),
        cumulative: z.boolean(),
        aggregation: text(40),
        frequencyTimes: integer(1).nullable(),
        frequencyPeriod: period,
        frequencyInterval: integer(1).nullable(),
        startValue: decimal.nullable(),
        targetValue: decimal.nullable(),
        rateAmount: decimal.nullable(),
        ratePeriod: period,
        unit: text(50).nullable(),
        startDate: date,
        deadline: date.nullable(),
        status: text(40),
        autoComplete: z.boolean(),
        missingMeans: text(40),
        pauses: z.array(z.strictObject({ start: date, end: date.nullable() })).max(10_000),
        customFields: z.record(text(40), z.union([text(4_000), z.boolean()])),
        completedAt: at.nullable(),
        importSource: text(100).nullable(),
        importId: text(1_000).nullable(),
        total: always(0),
        entryCount: always(0),
        progressVersion: always(0),
        ...common,
      }),
      event: ({ id }) => ({ type: 'goal.created', subjectId: id as string, data: {} }),
    },
    {
      name: 'progress-entries',
      table: 'progress_entries',
      row: z.object({
        id: id('entry'),
        goalId: id('goal'),
        value: decimal,
        skip: z.boolean(),
        localDate: date,
        occurredAt: at,
        timeZone: text(100),
        source: text(40),
        note: text(20_000).nullable(),
        externalId: text(1_000).nullable(),
        ...common,
      }),
      event: ({ id, goalId, localDate }) => ({
        type: 'progress.logged',
        subjectId: id as string,
        data: { goalId: goalId as string, localDate: localDate as string },
      }),
    },
    {
      name: 'milestones',
      table: 'milestones',
      row: z.object({
        id: id('milestone'),
        goalId: id('goal'),
        title: text(200),
        description: text(20_000).nullable(),
        position: integer(0),
        dueDate: date.nullable(),
        reachedOn: date.nullable(),
        reachedAt: at.nullable(),
        ...common,
      }),
      event: ({ id, goalId }) => ({
        type: 'milestone.created',
        subjectId: id as string,
        data: { goalId: goalId as string },
      }),
    },
    {
      name: 'achievements',
      table: 'achievements',
      row: z.object({ id: id('achievement'), goalId: id('goal'), name: text(200), localDate: date, earnedAt: at }),
      // Told, each would be praised once more.
      event: () => null,
    },
  ],
  async after(tx, userId, now) {
    await rebuildDays(tx, userId, todayOf(await readClock(tx, userId), now));
    forgetFigures(userId);
  },
};
