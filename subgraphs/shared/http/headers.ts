import type { IncomingHttpHeaders } from 'node:http';

/** One header; of one that came several times, the first. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** `Text/HTML; charset="UTF-8"` → `text/html` and `utf-8`. What is not well formed is ''. */
export function readContentType(header: string | null): { contentType: string; charset: string | null } {
  const contentType = /^\s*([\w.+-]{1,60}\/[\w.+-]{1,60})\s*(;|,|$)/.exec(header ?? '')?.[1]?.toLowerCase() ?? '';
  const charset = /;\s*charset\s*=\s*"?([\w.:+-]{1,40})/i.exec(header ?? '')?.[1]?.toLowerCase() ?? null;
  return { contentType, charset };
}

/** Whether a media type is among those wanted: `text/html`, `text/*`, `application/*+xml`. */
export function matchesType(contentType: string, wanted: readonly string[]): boolean {
  return wanted.some((pattern) => {
    const [start = '', end] = pattern.toLowerCase().split(/\*(.*)/s);
    if (end === undefined) return contentType === start;
    if (start === '') return true;
    return contentType.length > start.length + end.length && contentType.startsWith(start) && contentType.endsWith(end);
  });
}

/** Longest time that `Retry-After` is taken at its word for. */
const longestRest = 24 * 3_600_000;

/** Milliseconds until the host wants to be asked again; null when it does not say. */
export function readRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const milliseconds = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(milliseconds) ? null : Math.min(Math.max(milliseconds, 0), longestRest);
}

/** An `ETag` or `Last-Modified` that can be sent back: of visible characters, and not endless. */
export function validatorOf(value: string | null | undefined): string | null {
  return value && /^[\x20-\x7e]{1,500}$/.test(value) ? value : null;
}
