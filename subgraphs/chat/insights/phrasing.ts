import type { InsightOrigin } from '../generated.ts';
import type { Draft } from './draft.ts';
import { isCovered } from './evidence.ts';

/**
 * Says what a draft says in other words, for instance by a language model; null when it cannot just now. Names of goals are to
 * stay as they are, in their quotation marks.
 */
export type Phrase = (draft: Draft, userId: string) => Promise<string | null>;

const longest = 1_000;
const numerals =
  /\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|dozens?|once|twice|thrice|half|halved?|halves|thirds?|quarters?|doubl\w+|tripl\w+|quadrupl\w+|percent\w*)\b/gi;
/** Words that turn an association into a cause. */
const causal =
  /\b(?:caus\w+|because|due|thanks|leads?|led|leading|makes?|made|making|results?|resulted|effects?|affect\w*|influenc\w+|improv\w+|boost\w*|helps?|drives?|driven|why|therefore|so that)\b/i;
/** Text for people has no addresses, markup or pictures: through them a text could reach out. */
const markup = /[<>[\]`]|:\/\//;

/** The text of an insight: the phrased one if it says nothing that the evidence does not have, else the fixed one. */
export async function phrased(
  draft: Draft,
  userId: string,
  phrase: Phrase | undefined,
): Promise<{ text: string; origin: InsightOrigin }> {
  const text = (await phrase?.(draft, userId).catch(() => null))?.trim();
  return text && isFaithful(text, draft) ? { text, origin: 'MODEL' } : { text: draft.text, origin: 'TEMPLATE' };
}

/** What code can tell of faithfulness. Numbers in words pass only where the fixed text has the same word. */
function isFaithful(text: string, draft: Draft): boolean {
  if (text.length > longest || markup.test(text) || !isCovered(text, draft.evidence, draft.names)) return false;
  const fixed = draft.text.toLowerCase();
  if ((text.match(numerals) ?? []).some((word) => !fixed.includes(word.toLowerCase()))) return false;
  return draft.kind !== 'CORRELATION' || (/\bassociat\w+/i.test(text) && !causal.test(text));
}
