import { scopes as everyScope } from '../../shared/context.ts';
import type { Prisma } from '../../shared/db.ts';
import { newId } from '../../shared/ids.ts';
import type { DemoAccount } from '../../shared/subgraph.ts';
import type { RuleRow } from './rule.ts';
import { stepKindOf } from './run.ts';
import { writeWatchers } from './watchers.ts';

const day = 86_400_000;
const minute = 60_000;

/** Three rules, two of which have run for months. */
export async function demoRules({ db, userId, now, random }: DemoAccount, goals: string[]): Promise<void> {
  const since = new Date(now.getTime() - 200 * day);
  const [goalId] = goals;
  const parts: Pick<RuleRow, 'name' | 'description' | 'triggers' | 'conditions' | 'actions' | 'active'>[] = [
    {
      name: 'Celebrate',
      description: 'Tell me when something is done.',
      triggers: [{ type: 'event', event: 'goal.completed', filters: [] }],
      conditions: [],
      actions: [
        {
          type: 'notification',
          kind: 'ACHIEVEMENT',
          title: 'Well done: {{goal.title}}',
          body: null,
          subjectId: '{{goal.id}}',
        },
      ],
      active: true,
    },
    {
      name: 'Weekly review',
      description: null,
      triggers: [{ type: 'schedule', cron: null, rrule: 'FREQ=WEEKLY;BYDAY=SU;BYHOUR=18;BYMINUTE=0', timeZone: null }],
      conditions: [],
      actions: [{ type: 'aiTask', prompt: 'Sum up my week: what went well, what did not.', subjectIds: [] }],
      active: true,
    },
  ];
  if (goalId) {
    parts.push({
      name: 'When I fall behind',
      description: 'Notify me and ask for a plan.',
      triggers: [{ type: 'condition', goalId, metric: 'SAFE_DAYS', comparison: 'BELOW', value: '1', forMinutes: 60 }],
      conditions: [{ type: 'time', from: '08:00', to: '21:00', weekdays: [] }],
      actions: [
        {
          type: 'notification',
          kind: 'ALERT',
          title: '{{goal.title}} is falling behind',
          body: null,
          subjectId: '{{goal.id}}',
        },
        {
          type: 'aiTask',
          prompt: 'Suggest how to catch up with {{goal.title}} within a week.',
          subjectIds: ['{{goal.id}}'],
        },
      ],
      active: false,
    });
  }
  const rules = parts.map(
    (part, i): RuleRow => ({
      ...part,
      userId,
      id: newId('rule', since.getTime() + i),
      mode: 'SINGLE',
      maxRuns: 1,
      scopes: everyScope.filter((scope) => scope !== 'account:manage'),
      authorKind: 'session',
      authorId: 'demo',
      failures: 0,
      disabledReason: null,
      inputHash: 'demo',
      version: 1,
      createdAt: since,
      updatedAt: since,
    }),
  );
  await db.automationRule.createMany({ data: rules as unknown as Prisma.AutomationRuleCreateManyInput[] });
  for (const rule of rules) await writeWatchers(db, rule, now);
  for (const [i, rule] of rules.entries()) {
    if (i === 0) continue;
    for (let week = 8; week >= 1; week--) {
      const at = new Date(now.getTime() - week * 7 * day + Math.round(random() * 600) * minute);
      await demoRun({ db, userId }, rule, at, goalId, week === 3);
    }
  }
}

/** A run of the past with its trace. */
async function demoRun(
  { db, userId }: Pick<DemoAccount, 'db' | 'userId'>,
  rule: RuleRow,
  at: Date,
  goalId: string | undefined,
  isPassedOver: boolean,
): Promise<void> {
  const id = newId('rulerun', at);
  const schedule = rule.triggers[0]!.type === 'schedule';
  const local = `${at.toISOString().slice(0, 10)}T18:00`;
  const note = 'It is 22:40, which is not within the time given.';
  const skipped = isPassedOver && rule.conditions.length > 0;
  await db.ruleRun.create({
    data: {
      userId,
      id,
      ruleId: rule.id,
      state: skipped ? 'SKIPPED' : 'DONE',
      trigger: schedule ? 'SCHEDULE' : 'CONDITION',
      cause: schedule ? `schedule:${local}` : `condition:0:${at.toISOString()}`,
      localOccurrence: schedule ? local : null,
      depth: 0,
      moment: {
        at: at.toISOString(),
        ...(schedule ? { occurrence: local } : { goalId: goalId!, value: '0' }),
      },
      conditions: rule.conditions as unknown as Prisma.InputJsonValue,
      actions: rule.actions as unknown as Prisma.InputJsonValue,
      scopes: rule.scopes,
      authorKind: rule.authorKind,
      authorId: rule.authorId,
      step: skipped ? 0 : rule.conditions.length + rule.actions.length,
      reason: skipped ? 'CONDITION' : null,
      message: skipped ? note : null,
      dueAt: at,
      createdAt: at,
      startedAt: at,
      endedAt: new Date(at.getTime() + 1_500),
    },
  });
  const taken = skipped ? rule.conditions : [...rule.conditions, ...rule.actions];
  await db.ruleRunStep.createMany({
    data: taken.map((part, ordinal) => ({
      userId,
      runId: id,
      ordinal,
      kind: stepKindOf(part),
      state: skipped ? 'NOT_MET' : 'DONE',
      input: JSON.stringify(part),
      output: skipped ? note : part.type === 'time' ? 'It is 10:15, which is within the time given.' : '{}',
      startedAt: new Date(at.getTime() + ordinal * 500),
      endedAt: new Date(at.getTime() + ordinal * 500 + 400),
    })),
  });
}
