/**
 * A text as an address; null when it is none. Not `URL.canParse`: Node 20's answers false for addresses with other than ASCII letters once V8
 * has optimised its caller.
 */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
