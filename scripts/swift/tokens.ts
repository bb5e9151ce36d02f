/** A piece of Swift source; comments and white space are left out. */
export interface Token {
  kind: 'word' | 'text' | 'sign';
  /** As it stands in the source. */
  source: string;
  /** Counted from 1. */
  line: number;
  /** Of a string literal: what it is made of. */
  parts: TextPart[];
}

/** A part of a string literal: words, with escapes resolved, or what stands in `\(…)`. */
export type TextPart = { words: string } | { interpolated: Token[] };

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\', '"': '"', "'": "'" };

/**
 * Reads Swift as far as its string literals need it: words, single signs (`->` is one), and literals of every form, with what is
 * interpolated in them read likewise. Regular expressions between slashes are not known.
 * @throws Error naming the line where a literal or comment has no end.
 */
export function swiftTokens(source: string): Token[] {
  return new Reader(source).tokens(false);
}

class Reader {
  private line = 1;
  private at = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  /** Reads to the end, or in an interpolation to the bracket that closes it. */
  tokens(interpolation: boolean): Token[] {
    const found: Token[] = [];
    const opened = this.line;
    for (let depth = 0; ; ) {
      this.skip(/(?:\s|\/\/[^\n]*)+/y);
      if (this.source.startsWith('/*', this.at)) {
        this.comment();
        continue;
      }
      const char = this.source[this.at];
      if (char === undefined) {
        if (interpolation) throw new Error(`Line ${opened}: an interpolation has no end.`);
        return found;
      }
      if (char === '(') depth++;
      if (char === ')' && depth-- === 0 && interpolation) {
        this.at++;
        return found;
      }
      const [line, start] = [this.line, this.at];
      const fence = this.match(/#*(?=")/y);
      const parts = fence === null ? [] : this.text(fence);
      const isWord = fence === null && this.skip(/[\p{L}\p{N}_$`]+/uy);
      if (fence === null && !isWord && !this.skip(/->|[=!]=/y)) this.at++;
      const kind = fence !== null ? 'text' : isWord ? 'word' : 'sign';
      found.push({ kind, source: this.source.slice(start, this.at), line, parts });
    }
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source)?.[0] ?? null;
  }

  private skip(pattern: RegExp): boolean {
    const found = this.match(pattern);
    this.pass(found ?? '');
    return found !== null;
  }

  private pass(text: string): void {
    this.at += text.length;
    this.line += text.split('\n').length - 1;
  }

  /** Comments of this kind lie in each other. */
  private comment(): void {
    const opened = this.line;
    let depth = 0;
    do {
      if (this.at >= this.source.length) throw new Error(`Line ${opened}: a comment has no end.`);
      if (this.source.startsWith('/*', this.at)) depth++;
      else if (this.source.startsWith('*/', this.at)) depth--;
      else {
        this.pass(this.source[this.at]!);
        continue;
      }
      this.at += 2;
    } while (depth > 0);
  }

  private text(fence: string): TextPart[] {
    this.at += fence.length;
    const quote = this.source.startsWith('"""', this.at) ? '"""' : '"';
    const [opened, slash, end] = [this.line, `\\${fence}`, quote + fence];
    this.at += quote.length;
    const parts: TextPart[] = [];
    let words = '';
    while (!this.source.startsWith(end, this.at)) {
      const char = this.source[this.at];
      if (char === undefined || (char === '\n' && quote === '"'))
        throw new Error(`Line ${opened}: a string has no end.`);
      if (!this.source.startsWith(slash, this.at)) {
        words += char;
        this.pass(char);
        continue;
      }
      this.at += slash.length;
      const kind = this.source[this.at]!;
      this.pass(kind);
      if (kind === '(') {
        if (words) parts.push({ words });
        words = '';
        parts.push({ interpolated: this.tokens(true) });
      } else if (kind === 'u') {
        const digits = this.match(/\{[\da-fA-F]+\}/y) ?? '';
        words += String.fromCodePoint(Number.parseInt(digits.slice(1, -1), 16));
        this.at += digits.length;
      } else if (kind === '\n') this.skip(/[ \t]*/y);
      else words += escapes[kind] ?? kind;
    }
    this.at += end.length;
    if (words) parts.push({ words });
    return quote === '"' ? parts : unindented(parts);
  }
}

/** Literals of several lines begin below their quotes, and lose the indentation of the closing ones. */
function unindented(parts: TextPart[]): TextPart[] {
  const last = parts.at(-1);
  const indentation = (last && 'words' in last && /\n([ \t]*)$/.exec(last.words)?.[1]) || '';
  return parts.map((part, i): TextPart => {
    if (!('words' in part)) return part;
    let { words } = part;
    if (i === parts.length - 1) words = words.replace(/\n[ \t]*$/, '');
    words = words.replaceAll(`\n${indentation}`, '\n');
    return { words: i === 0 ? words.replace(/^\n/, '') : words };
  });
}
