import type { Imports } from '../shared/archives.ts';
import { rescheduleDigest } from './notifications/digest.ts';
import { importedNotificationTypes } from './notifications/importedTypes.ts';
import { importedRule } from './rules/importedRule.ts';

/** What of an archive comes back here. Mappings do not: every source of theirs is a connection's, and connections are made anew. */
export const imports: Imports = {
  types: [...importedNotificationTypes, importedRule],
  async after(tx, userId, now) {
    await rescheduleDigest({ db: tx, userId, now: () => now }, false);
    // Whoever tells reminders looks at them and finds out when they fall after this instant.
    await tx.reminder.updateMany({
      where: { userId, active: true, occursAt: null, dueAt: null },
      data: { dueAt: now },
    });
  },
};
