import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ClaimVerdict } from '../generated.ts';
import { addressKey } from './addresses.ts';
import type { Document } from './document.ts';
import { extractionPrompt } from './extractionPrompt.ts';
import { cut, line } from './lines.ts';
import { quotesIn } from './quotes.ts';

/** What a model made of documents, checked by code. */
interface Extracted {
  title: string;
  summary: string;
  claims: { text: string; quote: string | null; sourceIndex: number | null; verdict: ClaimVerdict }[];
}

/** Asks a model that has no tools. */
export type Ask = (system: string, user: string) => Promise<string>;

/** The model did not answer as it was asked, twice. */
class UnreadableAnswer extends Error {
  constructor() {
    super('The model did not answer in the form that was asked for.');
    this.name = 'UnreadableAnswer';
  }
}

const longest = { title: 200, summary: 3_000, text: 1_000, quote: 2_000 };
const mostClaims = 12;
/** Longest answer that is looked at. */
const longestAnswer = 200_000;

const claim = z.object({
  text: z.string().trim().min(1),
  quote: z.string().nullish(),
  source: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\s*\d{1,4}\s*$/)
        .transform(Number),
    ])
    .nullish(),
});

/** What the model is asked for. Single claims that are none are left out; the rest stands. */
const answerSchema = z.object({
  title: z.string().trim().min(1),
  summary: z.string().trim().min(1),
  claims: z
    .array(z.unknown())
    .default([])
    .transform((list) => list.flatMap((one) => claim.safeParse(one).data ?? [])),
});

type Answer = z.infer<typeof answerSchema>;

/**
 * Has a model state what documents say about a prompt, and verifies each quote in the document that it is said to be from, or else in the others. The
 * model is asked once more when it does not answer in the form.
 * @throws UnreadableAnswer, and whatever `ask` throws.
 */
export async function extract(
  documents: readonly Document[],
  prompt: string,
  ask: Ask,
  fence: string = randomBytes(12).toString('hex'),
): Promise<Extracted> {
  const question = extractionPrompt(documents, prompt, `=== ${fence}`);
  const answer =
    readAnswer(await ask(question.system, question.user)) ??
    readAnswer(
      await ask(
        question.system,
        `${question.user} It must be one JSON object in exactly that form, without any other text.`,
      ),
    );
  if (answer === null) throw new UnreadableAnswer();
  return verify(answer, documents);
}

/** Reads a model's answer: the first JSON object of the form in it, whatever stands around. */
export function readAnswer(text: string): Answer | null {
  const answer = text.slice(0, longestAnswer);
  const fenced = [...answer.matchAll(/```(?:json)?\s*\n?([\s\S]*?)```/g)].map(([, inside]) => inside!);
  const first = answer.indexOf('{');
  const last = answer.lastIndexOf('}');
  const candidates = [answer, ...fenced.slice(0, 5), first >= 0 && last > first ? answer.slice(first, last + 1) : ''];
  for (const candidate of candidates) {
    try {
      const { data } = answerSchema.safeParse(JSON.parse(candidate.trim()));
      if (data) return data;
    } catch {
      // The next may be one.
    }
  }
  return null;
}

function verify(answer: Answer, documents: readonly Document[]): Extracted {
  const find = documents.map(({ text }) => quotesIn(text));
  const own = new Set(documents.map(({ url }) => addressKey(url)));
  const claims = answer.claims.slice(0, mostClaims).map(({ text, quote, source }): Extracted['claims'][number] => {
    const named =
      source != null && Number.isInteger(source) && source >= 0 && source < documents.length ? source : null;
    const words = quote?.trim() ? cut(quote.trim(), longest.quote) : null;
    const statement = prose(text, longest.text, own);
    if (words === null) return { text: statement, quote: null, sourceIndex: named, verdict: 'UNVERIFIED' };
    for (const index of named === null
      ? find.keys()
      : [named, ...[...find.keys()].filter((other) => other !== named)]) {
      const { verdict } = find[index]!(words);
      if (verdict !== 'UNVERIFIED') return { text: statement, quote: words, sourceIndex: index, verdict };
    }
    return { text: statement, quote: prose(words, longest.quote, own), sourceIndex: named, verdict: 'UNVERIFIED' };
  });
  return {
    title: prose(answer.title, longest.title, own) || line(documents[0]?.title ?? '', longest.title),
    summary: prose(answer.summary, longest.summary, own),
    claims: claims.filter(({ text }) => text !== ''),
  };
}

/** A model's words without Markdown's links and images, without HTML, and without addresses that we did not fetch. */
const prose = (text: string, most: number, own: ReadonlySet<string>) =>
  line(
    text
      .slice(0, most * 4)
      .replace(/!?\[([^\][]{0,500})\]\([^()]{0,2000}\)/g, '$1')
      .replace(/<\/?[a-z][^<>]{0,2000}>/gi, '')
      .replace(/\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s<>"')\]]+/gi, (address) =>
        own.has(addressKey(address.replace(/[.,;:!?]+$/, ''))) ? address : '',
      ),
    most,
  );
