// Quotes, backslashes and control characters are escaped; lone surrogates too, and JSON.stringify knows which are alone.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them.
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A string as JSON. Most strings need no escapes, and then quotes around them are all that is needed. */
export function quote(text: string): string {
  const { length } = text;
  if (length > 48) return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code === 34 || code === 92 || code < 32 || (code >= 0xd800 && code <= 0xdfff)) return JSON.stringify(text);
  }
  return `"${text}"`;
}
