import { piecesOf } from './markup.ts';

/**
 * What a DOM may cost. Measured with linkedom and Readability: time grows with the elements, and with how deep they and their text lie, as each
 * ancestor's text is put together again and again. A page at all of these limits takes about a second; usual pages use less than a tenth of each.
 */
const limits = { elements: 8_000, entities: 20_000, depth: 120, depths: 400_000, textDepths: 40_000_000 };
/** Longer tags lose their attributes, whose number alone can cost seconds. */
const longestTag = 8_000;

const empty = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
/** A parser ends these by itself when the next begins. */
const implied = new Set('p li td th tr dt dd option'.split(' '));
const dropped = new Set(['style', 'svg', 'template', 'iframe', 'noembed', 'noframes', 'xmp']);

/** The markup without what no reader needs, for a DOM; null when a DOM of it would take too long. */
export function domMarkup(markup: string): string | null {
  const parts: string[] = [];
  const open = new Map<string, number>();
  let elements = 0;
  let entities = 0;
  let depth = 0;
  let depths = 0;
  let textDepths = 0;
  let isData = false;
  let script = 0;
  let hidden = '';
  for (const { kind, name, start, end } of piecesOf(markup)) {
    if (hidden !== '') {
      if (kind === 'CLOSE' && name === hidden) hidden = '';
      continue;
    }
    if (kind === 'TEXT') {
      textDepths += (end - start) * (depth + 1);
      if (name === '#cdata') continue;
      const text = markup.slice(start, end).replaceAll('<', '&lt;');
      if (text.includes('&')) entities += text.split('&').length - 1;
      parts.push(text);
    } else if (name === 'script') {
      // Of scripts, only data is of use: JSON-LD. The pass yields a script's tags only; what lies between is its content.
      if (kind === 'OPEN') {
        isData = /application\/ld\+json/i.test(markup.slice(start, Math.min(end, start + longestTag)));
        script = end;
      } else if (isData) {
        parts.push(`<script type="application/ld+json">${markup.slice(script, start)}</script>`);
        isData = false;
      }
    } else if (dropped.has(name)) {
      if (kind === 'OPEN' && markup[end - 2] !== '/' && (name === 'svg' || name === 'template')) hidden = name;
    } else {
      if (kind === 'OPEN') {
        elements++;
        depths += depth;
        if (!empty.has(name) && !implied.has(name)) {
          open.set(name, (open.get(name) ?? 0) + 1);
          depth++;
        }
      } else if ((open.get(name) ?? 0) > 0) {
        open.set(name, open.get(name)! - 1);
        depth--;
      }
      parts.push(end - start <= longestTag ? markup.slice(start, end) : `<${kind === 'CLOSE' ? '/' : ''}${name}>`);
    }
    const isTooMuch =
      elements > limits.elements ||
      entities > limits.entities ||
      depth > limits.depth ||
      depths > limits.depths ||
      textDepths > limits.textDepths;
    if (isTooMuch) return null;
  }
  return parts.join('');
}
