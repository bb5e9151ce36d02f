import { z } from 'zod';
import type { ImportedType } from '../../shared/archives.ts';
import { imported } from '../../shared/importedRows.ts';

const { always, id, text, integer, date, at } = imported;
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not HH:MM');
const kind = z.enum(['REMINDER', 'ACHIEVEMENT', 'INSIGHT', 'ALERT']);

const settings = z.object({
  quietFrom: time.nullable(),
  quietTo: time.nullable(),
  quietExcept: z.array(kind),
  pushPreview: z.boolean(),
  digestAt: time,
  version: integer(0),
  updatedAt: at,
});
const preference = z.object({ kind, inApp: z.boolean(), push: z.boolean(), digest: z.boolean() });

export const importedNotificationTypes: readonly ImportedType[] = [
  {
    name: 'notification_settings',
    table: 'notification_settings',
    row: settings,
    event: () => null,
    async put(tx, userId, row) {
      const data = { userId, ...(row as z.infer<typeof settings>) };
      const { count } = await tx.notificationSettings.createMany({ data: [data], skipDuplicates: true });
      return count > 0;
    },
  },
  {
    // Kinds of which something was said here already stay as they are.
    name: 'notification_preferences',
    table: 'notification_preferences',
    key: ['kind'],
    row: preference,
    event: () => null,
  },
  {
    name: 'reminders',
    table: 'reminders',
    row: z
      .object({
        id: id('reminder'),
        goalId: id('goal').nullable(),
        kind: z.enum(['TO_DO', 'TO_LOG']),
        message: text(500).nullable(),
        timeOfDay: time,
        date: date.nullable(),
        weekdays: z.array(z.number().int().min(1).max(7)).max(7),
        daysBeforeDeadline: z.number().int().min(0).max(365).nullable(),
        followPace: z.boolean(),
        active: z.boolean(),
        // Found out once all are in: the next time from then on.
        occursAt: always(null),
        dueAt: always(null),
        toldOn: date.nullable(),
        inputHash: always(''),
        version: integer(1),
        createdAt: at,
        updatedAt: at,
      })
      .refine(
        (row) => row.goalId !== null || (row.message !== null && row.daysBeforeDeadline === null && !row.followPace),
        { path: ['goalId'], message: 'A reminder without a goal has a message and neither a deadline nor a pace' },
      ),
    event: ({ id }) => ({ type: 'reminder.created', subjectId: id as string, data: {} }),
  },
];
