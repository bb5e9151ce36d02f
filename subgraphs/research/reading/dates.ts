/** Zones that RFC 822 and many a feed name. */
const zones: Record<string, string> = {
  UT: '+0000',
  UTC: '+0000',
  GMT: '+0000',
  Z: '+0000',
  WET: '+0000',
  BST: '+0100',
  CET: '+0100',
  MEZ: '+0100',
  WEST: '+0100',
  CEST: '+0200',
  MESZ: '+0200',
  EET: '+0200',
  EEST: '+0300',
  MSK: '+0300',
  JST: '+0900',
  EST: '-0500',
  EDT: '-0400',
  CST: '-0600',
  CDT: '-0500',
  MST: '-0700',
  MDT: '-0600',
  PST: '-0800',
  PDT: '-0700',
};
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/**
 * The instant that a feed or page names, or null. What has no zone counts as UTC, not as the zone of this machine. Years before 1990 and after 2100
 * are mistakes.
 */
export function instantOf(text: string | null | undefined): Date | null {
  const words = text?.trim().slice(0, 100);
  if (!words) return null;
  const at = iso(words) ?? rfc822(words);
  if (at === null || Number.isNaN(at)) return null;
  const year = new Date(at).getUTCFullYear();
  return year >= 1990 && year <= 2100 ? new Date(at) : null;
}

/** 2026-03-02, 2026-03-02T10:00Z, 2026-03-02 10:00:00.123+01:00, 20260302T100000Z; also what W3C-DTF allows less of. */
function iso(text: string): number | null {
  const found =
    /^(\d{4})-?(\d{2})(?:-?(\d{2}))?(?:[T ]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$/i.exec(
      text,
    );
  if (!found) return null;
  const [, year, month, day = '1', hour = '0', minute = '0', second = '0', part = '0', zone] = found;
  return utc(+year!, +month!, +day, +hour, +minute, +second, Math.trunc(Number(`0.${part}`) * 1000), zone);
}

/** Mon, 02 Mar 2026 10:00:00 +0100; the weekday, seconds and zone may be missing, months may be spelled out or come first. */
function rfc822(text: string): number | null {
  const found =
    /^(?:[a-z]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{4}|\d{2})(?!\d)(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([a-z]+|[+-]\d{2}:?\d{2})?)?/i.exec(
      text,
    );
  const american =
    found === null
      ? /^(?:[a-z]+,\s+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([a-z]+|[+-]\d{2}:?\d{2})?)?/i.exec(
          text,
        )
      : null;
  const [, a, b, year, hour = '0', minute = '0', second = '0', zone] = found ?? american ?? [];
  if (a === undefined || b === undefined || year === undefined) return null;
  const [day, name] = found ? [a, b] : [b, a];
  const month = months.indexOf(name.toLowerCase()) + 1;
  const full = year.length === 2 ? (+year < 70 ? 2000 : 1900) + +year : +year;
  return utc(full, month, +day, +hour, +minute, +second, 0, zone);
}

function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
  zone?: string,
): number | null {
  if (month < 1 || month > 12 || hour > 24 || minute > 59 || second > 60) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || day < 1) return null;
  const offset = zones[(zone ?? 'UTC').toUpperCase()] ?? zone!;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  const shift = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (+hours! * 60 + +minutes) * 60_000;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + ms - shift;
}
