import { webAddress } from './reading/addresses.ts';

/** Markdown (CommonMark with GitHub's additions) around texts that others wrote: they stay text, whatever they hold. */

/** What turns text into something else, wherever it stands. */
const signs = /[\\`*_[\]<>&~|!#$]/g;
/** What does so at the beginning of a line: headings, lists, quotes, rules, and what underlines a heading. */
const beginning = /^(\d{1,9})([.)])|^[-+=:]/;
/** What makes addresses links without any sign. */
const address = /(https?|ftp|mailto|xmpp)(:)|(www)(\.)|(@)/gi;
/** What writes backwards, or shows as nothing: it would hide what a text says. */
const invisible = /[\p{Cc}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2028}\u{2029}\u{2066}-\u{2069}\u{feff}]+/gu;

/** A text as one line of Markdown that shows just this text. */
export function plainText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    .trim()
    .replace(signs, '\\$&')
    .replace(address, '$1$3\\$2$4$5')
    .replace(beginning, (all, digits, sign) => (digits === undefined ? `\\${all}` : `${digits}\\${sign}`));
}

/** What would end an address in Markdown, or be taken for something else: `&copy;` for ©. With percent signs it is the same address. */
const meaningful = /[\\<>]|(?<=&#?)[0-9a-z](?=[0-9a-z]*;)/gi;
const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** A link with its text; the text alone when the address is none of the web. */
export function link(text: string, url: string): string {
  const href = webAddress(url);
  const shown = plainText(text) || plainText(href ?? url) || 'untitled';
  return href === null ? shown : `[${shown}](<${href.replace(meaningful, percent)}>)`;
}
