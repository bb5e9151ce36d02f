import type { NotificationKind } from '../generated.ts';
import { instantAt, localDateAt, localTimeAt } from '../timeZone.ts';

export interface QuietHours {
  /** `HH:MM`, local. */
  from: string;
  to: string;
  exceptKinds: NotificationKind[];
}

/** Whether a local time lies in quiet hours; their beginning belongs to them, their end does not. */
export function isWithin({ from, to }: Pick<QuietHours, 'from' | 'to'>, localTime: string): boolean {
  return from < to ? localTime >= from && localTime < to : localTime >= from || localTime < to;
}

/**
 * When the quiet hours end that lie at `now` for this kind; null when there are none. The wall clock decides, also in nights that have 23 or 25
 * hours: an end that the clocks jump over comes as much later, and of an end that comes twice the next one counts.
 */
export function endOfQuiet(
  quietHours: QuietHours | null,
  kind: NotificationKind,
  timeZone: string,
  now: Date,
): Date | null {
  if (!quietHours || quietHours.exceptKinds.includes(kind)) return null;
  if (!isWithin(quietHours, localTimeAt(now, timeZone))) return null;
  const today = localDateAt(now, timeZone);
  const ends = [0, 1].flatMap((days) =>
    (['compatible', 'later'] as const).map((disambiguation) =>
      instantAt(today.add({ days }), quietHours.to, timeZone, disambiguation).getTime(),
    ),
  );
  return new Date(Math.min(...ends.filter((end) => end > now.getTime())));
}
