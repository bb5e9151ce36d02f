import { z } from 'zod';
import type { Imports } from '../shared/archives.ts';
import { imported } from '../shared/importedRows.ts';
import { isTimeZone } from '../shared/scalars.ts';
import { audit } from './audit.ts';
import { canonicalLocale, lockUser } from './profile.ts';

const { text } = imported;

const profile = z.object({
  name: text(100).nullable(),
  locale: text(35).refine((tag) => canonicalLocale(tag) !== null, 'not a language'),
  timeZone: text(64).refine(isTimeZone, 'not a time zone'),
  dayStartMinutes: z.number().int().min(0).max(1439),
  weekStart: z.number().int().min(1).max(7),
  appearance: z.enum(['SYSTEM', 'LIGHT', 'DARK']),
  units: z.enum(['METRIC', 'IMPERIAL']),
  assistantMemory: z.boolean(),
});

/** What of an archive comes back here: how a person wants Jarvis to be, unless they have said so here. Who they are, and what opens doors, is the account's. */
export const imports: Imports = {
  types: [
    {
      name: 'profile',
      table: 'users',
      row: profile,
      event: (_, userId) => ({ type: 'user.updated', subjectId: userId, data: {} }),
      // Statistics are agreed to anew.
      async put(tx, userId, row, now) {
        const { name, locale, timeZone, dayStartMinutes, weekStart, ...chosen } = row as z.infer<typeof profile>;
        const ctx = { db: tx, userId, actor: { kind: 'system', id: 'users.import' } as const, now: () => now };
        const user = await lockUser(ctx);
        const said = await tx.auditEntry.findFirst({
          // What Apple says of a name or an address is nothing that the person has said.
          where: {
            userId,
            action: { in: ['profile.updated', 'settings.updated', 'profile.imported'] },
            NOT: { actorId: 'apple' },
          },
          select: { id: true },
        });
        if (said) return false;
        await tx.user.update({
          where: { id: userId },
          data: {
            name: user.name ?? name,
            locale: canonicalLocale(locale)!,
            timeZone,
            dayStartMinutes,
            weekStart,
            settings: { ...(user.settings as object), ...chosen },
            version: { increment: 1 },
            updatedAt: now,
          },
        });
        await audit(ctx, 'profile.imported', userId);
        return true;
      },
    },
  ],
};
