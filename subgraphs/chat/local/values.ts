/** Reads what tools answered: JSON of any shape, in which everything may be absent or of another type than we think. */

/** What lies at a path, or undefined. Only an object's own members count. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Record<string, unknown>)[name];
  }
  return here;
}

export const textAt = (value: unknown, ...path: string[]): string | null => {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : null;
};

/** A number, also one that is written as a text as decimals are. */
export const numberAt = (value: unknown, ...path: string[]): number | null => {
  const found = at(value, ...path);
  if (typeof found === 'number') return Number.isFinite(found) ? found : null;
  return typeof found === 'string' && /^[+-]?\d{1,18}(\.\d{1,20})?$/.test(found) ? Number(found) : null;
};

/** A list, or the list in a connection; at most 100 items. */
export function listAt(value: unknown, ...path: string[]): unknown[] {
  const found = at(value, ...path);
  if (Array.isArray(found)) return found.slice(0, 100);
  const nodes = at(found, 'nodes');
  if (Array.isArray(nodes)) return nodes.slice(0, 100);
  const edges = at(found, 'edges');
  return Array.isArray(edges) ? edges.slice(0, 100).map((edge) => at(edge, 'node')) : [];
}

/** Parses JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses the beginning of JSON: what follows the last item of a list that is whole is dropped. Undefined when nothing is whole. */
export function parseBeginning(text: string): unknown {
  const open: string[] = [];
  let whole = { end: 0, closing: '' };
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index]!;
    if (inString) {
      if (sign === '\\') index += 1;
      else if (sign === '"') inString = false;
    } else if (sign === '"') inString = true;
    else if (sign === '{' || sign === '[') open.push(sign === '{' ? '}' : ']');
    else if (sign === '}' || sign === ']') {
      open.pop();
      if (open.at(-1) === ']' && open.length <= deepest)
        whole = { end: index + 1, closing: open.toReversed().join('') };
    }
  }
  return parseJson(text.slice(0, whole.end) + whole.closing);
}

/** Lists of answers lie no deeper; so a text of brackets alone takes no more time than others. */
const deepest = 20;

/** A text from elsewhere for one line of ours: no line breaks, and nothing that a Markdown view makes an image, a link or a tag of. */
export function plain(text: string, longest = 300): string {
  const line = text
    .slice(0, longest * 4)
    .replace(/\s+/g, ' ')
    .replace(/!\[/g, '[')
    .replace(/\]\(/g, '] (')
    .replace(/</g, '‹');
  return line.length > longest
    ? `${line
        .slice(0, longest - 1)
        .replace(/[\uD800-\uDBFF]$/, '')
        .trimEnd()}…`
    : line.trim();
}
