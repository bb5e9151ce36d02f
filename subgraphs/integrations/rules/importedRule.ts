import { z } from 'zod';
import type { ImportedType } from '../../shared/archives.ts';
import { scopes } from '../../shared/context.ts';
import { imported } from '../../shared/importedRows.ts';
import { readAction } from './actions.ts';
import { RuleCheck } from './check.ts';
import type { Action, Trigger } from './rule.ts';
import { checkTemplates } from './templates.ts';
import { readTrigger } from './triggers.ts';

const { always, id, text, integer, date, at } = imported;
const line = {
  goalId: id('goal'),
  metric: z.enum(['VALUE', 'PERCENT', 'STREAK', 'STRENGTH', 'DAYS_SINCE_ENTRY', 'SAFE_DAYS']),
  comparison: z.enum(['ABOVE', 'BELOW']),
  value: z.string().regex(/^-?\d{1,18}(\.\d{1,12})?$/, 'not a decimal number'),
};
const time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not HH:MM')
  .nullable();

const trigger = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('schedule'),
      cron: text(500).nullable(),
      rrule: text(500).nullable(),
      timeZone: text(100).nullable(),
      startDate: date.optional(),
    }),
    z.object({
      type: z.literal('event'),
      event: text(100),
      filters: z.array(z.object({ field: text(100), oneOf: z.array(text(200)).max(100) })).max(20),
    }),
    z.object({ type: z.literal('condition'), ...line, forMinutes: integer(0) }),
  ])
  .refine((given) => isSound(given, readTrigger), 'there is no such trigger');

const condition = z.discriminatedUnion('type', [
  z.object({ type: z.literal('goal'), ...line }),
  z.object({ type: z.literal('time'), from: time, to: time, weekdays: z.array(z.number().int().min(1).max(7)).max(7) }),
]);

const action = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('notification'),
      kind: z.enum(['REMINDER', 'ACHIEVEMENT', 'INSIGHT', 'ALERT']),
      title: text(200),
      body: text(2_000).nullable(),
      subjectId: text(100).nullable(),
    }),
    z.object({
      type: z.literal('dataUpdate'),
      document: text(20_000),
      variables: z.record(z.string(), z.unknown()),
    }),
    z.object({
      type: z.literal('apiCall'),
      method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      url: text(2_000),
      headers: z.array(z.object({ name: text(100), value: text(1_000) })).max(20),
      body: text(10_000).nullable(),
    }),
    z.object({ type: z.literal('aiTask'), prompt: text(10_000), subjectIds: z.array(text(100)).max(10) }),
  ])
  .refine((given) => isSound(given, readAction), 'there is no such action');

/** Whether a part, as it is stored, would be taken as whoever writes a rule gives it. A schedule that has ended since would. */
function isSound<Input>(
  { type, ...rest }: { type: string; startDate?: string | undefined },
  read: (rule: RuleCheck, path: string[], input: Input) => unknown,
): boolean {
  const rule = new RuleCheck(new Date(rest.startDate ?? 0), 'UTC');
  try {
    return read(rule, [], { [type]: rest } as Input) !== null && !rule.checks.failed;
  } catch {
    return false;
  }
}

function areFilledIn({ triggers, actions }: { triggers: unknown; actions: unknown }): boolean {
  const { checks } = new RuleCheck(new Date(0), 'UTC');
  try {
    for (const one of actions as Action[]) checkTemplates(checks, [], one, triggers as Trigger[]);
    return !checks.failed;
  } catch {
    // It is asked of triggers too that were found wrong before.
    return false;
  }
}

const mayHave = scopes.filter((scope) => scope !== 'account:manage');

/** Rules come back switched off: they act, and whoever wrote the archive's may not be there any more. */
export const importedRule: ImportedType = {
  name: 'automation_rules',
  table: 'automation_rules',
  holdIds: ['triggers', 'conditions', 'actions'],
  row: z
    .object({
      id: id('rule'),
      name: text(100),
      description: text(10_000).nullable(),
      triggers: z.array(trigger).min(1).max(10),
      conditions: z.array(condition).max(10),
      actions: z.array(action).min(1).max(10),
      mode: z.enum(['SINGLE', 'RESTART', 'QUEUED', 'PARALLEL']),
      maxRuns: z.number().int().min(1).max(20),
      active: always(false),
      scopes: z.array(z.string()).transform((given) => mayHave.filter((scope) => given.includes(scope))),
      // Only a session can bring an archive: it is who lends the rule its rights.
      authorKind: always('session'),
      authorId: always('import'),
      failures: always(0),
      disabledReason: always(null),
      inputHash: always(''),
      version: integer(1),
      createdAt: at,
      updatedAt: at,
    })
    .refine(areFilledIn, { path: ['actions'], message: 'An action has a gap that nothing fills' }),
  event: ({ id }) => ({ type: 'automationRule.created', subjectId: id as string, data: {} }),
};
