import { parseHTML } from 'linkedom';
import { tidy } from './lines.ts';

/**
 * A first pass over markup of strangers, in linear time whatever it is: a DOM of 100,000 nested elements, or with attributes of a megabyte, would
 * take minutes. What the pass says decides whether a DOM is made at all.
 */
interface Piece {
  kind: 'TEXT' | 'OPEN' | 'CLOSE';
  /** Of an element, in lower case. */
  name: string;
  start: number;
  end: number;
}

/** Elements whose content is no markup, and is looked for as a whole. */
const raw = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes']);

/** The pieces of markup in their order. Comments, declarations and the content of scripts and styles are left out. */
export function* piecesOf(markup: string): Generator<Piece> {
  const ends = new Map<string, boolean>();
  /** Looks for what ends something; once there is none, there is none further on either, and nobody looks again. */
  const find = (what: string, from: number) => {
    if (ends.get(what) === false) return -1;
    const at = markup.indexOf(what, from);
    if (at < 0) ends.set(what, false);
    return at;
  };
  let at = 0;
  let text = 0;
  let areQuotesSound = true;
  while (at < markup.length) {
    const open = find('<', at);
    if (open < 0) break;
    const next = markup.charCodeAt(open + 1);
    const isClose = next === 47;
    const isTag = isLetter(isClose ? markup.charCodeAt(open + 2) : next);
    if (!isTag && next !== 33 && next !== 63 && !isClose) {
      at = open + 1;
      continue;
    }
    if (open > text) yield { kind: 'TEXT', name: '', start: text, end: open };
    let end: number;
    if (!isTag) {
      const [begin, stop] = markup.startsWith('<!--', open)
        ? ['<!--', '-->']
        : markup.startsWith('<![CDATA[', open)
          ? ['<![CDATA[', ']]>']
          : ['<', '>'];
      const found = find(stop, open + (stop === '-->' ? 2 : begin.length));
      end = found < 0 ? Math.max(find('>', open) + 1, open + 1) : found + stop.length;
      if (found >= 0 && stop === ']]>') yield { kind: 'TEXT', name: '#cdata', start: open + 9, end: found };
    } else {
      end = areQuotesSound ? tagEnd(markup, open) : -1;
      if (end < 0) {
        areQuotesSound = false;
        end = find('>', open) + 1 || markup.length;
      }
      const name = nameAt(markup, open + (isClose ? 2 : 1), end);
      yield { kind: isClose ? 'CLOSE' : 'OPEN', name, start: open, end };
      if (!isClose && raw.has(name)) {
        const close = closing(markup, name, end, ends);
        if (close > end && (name === 'title' || name === 'textarea'))
          yield { kind: 'TEXT', name, start: end, end: close };
        end = close < 0 ? end : close;
      }
    }
    at = end;
    text = end;
  }
  if (text < markup.length) yield { kind: 'TEXT', name: '', start: text, end: markup.length };
}

const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

function nameAt(markup: string, from: number, end: number): string {
  let to = from;
  while (to < end && to - from < 40) {
    const code = markup.charCodeAt(to);
    if (code <= 32 || code === 47 || code === 62) break;
    to++;
  }
  return markup.slice(from, to).toLowerCase();
}

/** After the `>` of a tag, which may have others inside quotes; -1 when the quotes never end. */
function tagEnd(markup: string, from: number): number {
  let quote = 0;
  let last = 0;
  for (let at = from; at < markup.length; at++) {
    const code = markup.charCodeAt(at);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 62) return at + 1;
    else if ((code === 34 || code === 39) && last === 61) quote = code;
    if (code > 32) last = code;
  }
  return -1;
}

/** Where the end tag of a script or the like begins. */
function closing(markup: string, name: string, from: number, ends: Map<string, boolean>): number {
  const key = `</${name}`;
  if (ends.get(key) === false) return -1;
  const pattern = new RegExp(key, 'gi');
  pattern.lastIndex = from;
  const found = pattern.exec(markup);
  if (!found) ends.set(key, false);
  return found?.index ?? -1;
}

const blocks = new Set(
  `address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
  header hgroup hr html legend li main menu nav ol option p pre search section select summary table tbody td tfoot th thead title tr ul`.split(
    /\s+/,
  ),
);
/** Elements that nobody reads. */
const unread = new Set([
  'template',
  'noscript',
  'svg',
  'math',
  'select',
  'button',
  'canvas',
  'object',
  'audio',
  'video',
]);

/** Markup as plain text: a line a block, entities decoded, nothing of scripts and styles. */
export function markupText(markup: string): string {
  if (!/[<&]/.test(markup)) return tidy(markup);
  return tidy(decoded(textParts(markup, unread) ?? textParts(markup, new Set())!));
}

/** Null when an element that nobody reads never ends: it would hide all that follows. */
function textParts(markup: string, unread: ReadonlySet<string>): string | null {
  const parts: string[] = [];
  let hidden = '';
  let depth = 0;
  for (const { kind, name, start, end } of piecesOf(markup)) {
    if (kind === 'TEXT') {
      if (hidden === '' && name !== 'textarea' && name !== 'title') parts.push(markup.slice(start, end));
      continue;
    }
    if (hidden !== '') {
      if (name === hidden) depth += kind === 'OPEN' ? 1 : -1;
      if (depth === 0) hidden = '';
      else if (kind === 'CLOSE' && (name === 'body' || name === 'html')) return null;
    } else if (kind === 'OPEN' && unread.has(name) && !markup.startsWith('/>', end - 2)) {
      hidden = name;
      depth = 1;
    }
    if (blocks.has(name))
      parts.push(kind === 'OPEN' && /^(p|h[1-6]|ul|ol|blockquote|pre|table)$/.test(name) ? '\n\n' : '\n');
  }
  return hidden === '' ? parts.join('') : null;
}

/** Entities by how they are written, as the parser reads them. Their names are a closed list; what is none is kept only while there is room. */
const entities = new Map<string, string>();

/** Decodes entities. The text has no tags any more. */
export const decoded = (text: string): string =>
  text.replace(/&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});?/gi, (written) => {
    const known = entities.get(written);
    if (known !== undefined) return known;
    const code = /^&#(?:x([\da-f]+)|(\d+))/i.exec(written);
    const point = code ? Number.parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10) : 0;
    if (point >= 160 && point <= 0x10ffff)
      return point >= 0xd800 && point < 0xe000 ? '\uFFFD' : String.fromCodePoint(point);
    if (entities.size >= 10_000) return written;
    const read = parseHTML(`<!doctype html><html><body>${written}</body></html>`).document.body.textContent ?? written;
    entities.set(written, read);
    return read;
  });
