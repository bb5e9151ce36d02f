import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { webAddress } from './addresses.ts';
import { domMarkup } from './complexity.ts';
import { type Received, textOf } from './encoding.ts';
import { cut, line, tidy } from './lines.ts';
import { markupText, piecesOf } from './markup.ts';
import { type PageFacts, pageFacts } from './pageFacts.ts';
import { markdownText, plainTitle, unwrapped } from './plainText.ts';

export interface Page extends PageFacts {
  title: string;
  /** The main content as plain text; a line a block, paragraphs apart. */
  text: string;
}

/** What is looked at of a page, and kept of its text, in characters. */
const longestPage = 2_000_000;
const longestText = 500_000;
/** Less main content than this is hardly all of it. */
const fewest = 200;

/** The title, main content and facts of a page: HTML, plain text or Markdown. Scripts do not run and nothing is loaded. Never throws. */
export function readPage(received: Received): Page {
  const source = textOf(received).slice(0, longestPage);
  const type = (received.contentType ?? '').replace(/;.*$/s, '').trim().toLowerCase();
  const page = isMarkup(type, source) ? readMarkup(source, received.url) : readPlain(source, type, received.url);
  return { ...page, text: cut(page.text, longestText) };
}

const isMarkup = (type: string, source: string) =>
  /html|xml/.test(type) ||
  (!/^text\/(plain|markdown|x-markdown)$/.test(type) && /^\s*<(!doctype|html|head|body|\?xml)/i.test(source));

function readPlain(source: string, type: string, url: string): Page {
  const isMarkdown = /markdown/.test(type) || /\.(md|markdown)$/i.test(pathOf(url));
  const { text, links } = isMarkdown ? markdownText(source, url) : { text: unwrapped(source), links: [] };
  return {
    title: plainTitle(source, isMarkdown) || nameOf(url),
    text,
    published: null,
    canonicalUrl: null,
    links,
    feeds: [],
    language: null,
  };
}

function readMarkup(source: string, url: string): Page {
  const trimmed = domMarkup(source);
  if (trimmed !== null) {
    try {
      return readDocument(trimmed, source, url);
    } catch {
      // Whatever a DOM makes of it: the words are still there.
    }
  }
  return {
    title: titleIn(source) || nameOf(url),
    text: markupText(source),
    published: null,
    canonicalUrl: null,
    links: [],
    feeds: [],
    language: null,
  };
}

function readDocument(trimmed: string, source: string, url: string): Page {
  const { document } = parseHTML(
    /<html[\s>]/i.test(trimmed) ? trimmed : `<!doctype html><html><body>${trimmed}</body></html>`,
  );
  const { title, ...facts } = pageFacts(document, url);
  const whole = markupText(source);
  const article = new Readability(document as never, { charThreshold: fewest, disableJSONLD: true }).parse();
  const main = markupText(article?.content ?? '');
  return {
    ...facts,
    title: title || line(article?.title ?? '') || titleIn(source) || nameOf(url),
    text: main.length >= Math.min(fewest, whole.length / 4) ? main : whole,
  };
}

/** The title of markup that no DOM is made of. */
function titleIn(source: string): string {
  for (const { kind, name, start, end } of piecesOf(source.slice(0, 100_000))) {
    if (kind === 'TEXT' && name === 'title') return line(markupText(tidy(source.slice(start, end))));
  }
  return '';
}

const pathOf = (url: string) => {
  try {
    return new URL(url).pathname;
  } catch {
    return '';
  }
};

/** What a page without a title is called: its host and path. */
function nameOf(url: string): string {
  const address = webAddress(url);
  return address === null
    ? 'A page without a title'
    : line(address.replace(/^https?:\/\//, '').replace(/\/*([?#].*)?$/, ''));
}
