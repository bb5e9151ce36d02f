import { Marked } from 'marked';
import sanitizeHtml from 'sanitize-html';

/** All that a report may consist of. No images, no styles, no classes: nothing that is fetched, runs, or hides something. */
const allowed: sanitizeHtml.IOptions = {
  allowedTags: ['h1', 'h2', 'h3', 'h4', 'p', 'ul', 'ol', 'li', 'blockquote', 'strong', 'em', 'code', 'a', 'br'],
  allowedAttributes: { a: ['href', 'rel'] },
  allowedSchemes: ['http', 'https'],
  allowProtocolRelative: false,
  transformTags: {
    a: (tagName, { href }) => ({ tagName, attribs: { ...(href && { href }), rel: 'noopener noreferrer nofollow' } }),
  },
};

const reader = new Marked({ gfm: true });

/** Markdown as HTML that may be shown as it is. */
export const toHtml = (markdown: string): string => sanitizeHtml(reader.parse(markdown, { async: false }), allowed);
