import { marked, type Token } from 'marked';
import { webAddress } from './addresses.ts';
import { line, tidy } from './lines.ts';
import { decoded, markupText } from './markup.ts';

/** Longest Markdown that is parsed; more is plain text. Nested quotes and lists cost the parser more than their length. */
const longestMarkdown = 200_000;

/** Plain text whose lines were broken at a width: each paragraph on one line, so that sentences are in one piece. Lists and tables keep their lines. */
export function unwrapped(source: string): string {
  const paragraphs = source.split(/\n[^\S\n]*\n/).map((paragraph) => {
    const lines = paragraph.split('\n');
    const isProse =
      lines.every((one, at) => at === lines.length - 1 || one.trim().length >= 45) &&
      !lines.some((one) => /^\s*([-*+•|>]|\d+[.)]\s|\s{4})/.test(one));
    return isProse ? lines.map((one) => one.trim()).join(' ') : paragraph;
  });
  return tidy(paragraphs.join('\n\n'));
}

/** The first heading of Markdown, or a first line of plain text that is short enough to be one. */
export function plainTitle(source: string, isMarkdown: boolean): string {
  const text = source.slice(0, 20_000);
  if (isMarkdown) {
    const heading = /^#{1,2}[ \t]+(.+?)#*$/m.exec(text) ?? /^(\S.{0,200})\n(?:=+|-+)[ \t]*$/m.exec(text);
    if (heading) return line(heading[1]!.replace(/[*_`]/g, ''));
  }
  const first = line(text.split('\n', 40).find((one) => one.trim() !== '') ?? '', 10_000);
  return first.length <= 120 ? first : '';
}

/** What the parser is slow with: deep nesting, and emphasis that it looks for the other end of through a whole paragraph. */
const isHostile = (source: string) =>
  source.length > longestMarkdown ||
  /^[^\S\n]{0,3}(>[^\S\n]?){20}|^[^\S\n]{60}/m.test(source) ||
  source.split(/\n[^\S\n]*\n/).some((paragraph) => paragraph.split(/[*_[\]]/).length > 1_000);

/** The text of Markdown, and where it leads. */
export function markdownText(source: string, base: string): { text: string; links: { url: string; text: string }[] } {
  if (isHostile(source)) return { text: unwrapped(source), links: [] };
  const links = new Map<string, string>();
  try {
    const parts: string[] = [];
    write(marked.lexer(source.replace(/^---\n[\s\S]{0,5000}?\n---\n/, '')), parts, links, base);
    return { text: tidy(parts.join('')), links: [...links].map(([url, text]) => ({ url, text })) };
  } catch {
    return { text: unwrapped(source), links: [] };
  }
}

function write(tokens: readonly Token[], parts: string[], links: Map<string, string>, base: string): void {
  for (const token of tokens) {
    switch (token.type) {
      case 'space':
      case 'hr':
      case 'def':
        break;
      case 'br':
        parts.push('\n');
        break;
      case 'html':
        parts.push(markupText(token.text));
        break;
      case 'image':
        break;
      case 'list':
        parts.push('\n');
        for (const item of token.items) {
          write(item.tokens, parts, links, base);
          parts.push('\n');
        }
        parts.push('\n');
        break;
      case 'table':
        for (const row of [token.header, ...token.rows]) {
          for (const cell of row) {
            write(cell.tokens, parts, links, base);
            parts.push(' ');
          }
          parts.push('\n');
        }
        parts.push('\n');
        break;
      default: {
        if (token.type === 'link') {
          const url = webAddress(token.href, base);
          if (url !== null && links.size < 500) links.set(url, line(token.text, 200));
        }
        if ('tokens' in token && token.tokens) write(token.tokens, parts, links, base);
        else if ('text' in token)
          parts.push(token.type === 'text' ? decoded(token.text).replace(/\n/g, ' ') : token.text);
        if (/^(paragraph|heading|code|blockquote)$/.test(token.type)) parts.push('\n\n');
      }
    }
  }
}
