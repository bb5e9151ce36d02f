import { askModels } from '../../shared/models/call.ts';
import { readFacts } from '../../shared/models/facts.ts';
import { todayOf } from '../../shared/personalClock.ts';
import type { Platform } from '../../shared/platform.ts';
import { classesFor, modelsOf } from '../models.ts';
import type { Draft } from './draft.ts';

const longest = 1_000;
const patience = 20_000;
/** Classes of data that an insight holds. */
const dataClasses = ['GOALS'] as const;

/**
 * Has a language model say what a draft says; null when the person has not consented that one gets their goals, the day's budget is used up,
 * or none answers. Whether the wording is kept is decided by whoever asked: its numbers are checked there.
 */
export async function phraseByModel(platform: Platform, draft: Draft, userId: string): Promise<string | null> {
  const models = modelsOf(platform);
  const facts = await readFacts(platform.db, userId);
  const candidates = models.all.filter(
    (provider) => !provider.isLocal && dataClasses.every((one) => classesFor(provider, facts).includes(one)),
  );
  if (candidates.length === 0) return null;
  const now = platform.now();
  const answer = askModels({
    platform,
    models,
    candidates,
    requestFor: async ({ maxOutput }) => ({
      request: {
        system:
          'Say the following observation about somebody’s own numbers to them in one or two friendly sentences. Keep every number and unit as it is, add none, and keep names in their quotation marks. Claim no causes. Plain text.',
        facts: { now, timeZone: facts.timeZone, today: todayOf(facts, now) },
        turns: [{ role: 'user', text: draft.text }],
        tools: [],
        maxOutputTokens: Math.min(2_000, maxOutput),
      },
      dataClasses,
    }),
    userId,
    purpose: 'INSIGHT',
    subjectId: null,
    facts,
    signal: AbortSignal.timeout(patience),
  });
  let text = '';
  for await (const { event } of answer) {
    if (event.kind === 'text') text += event.text;
    if (text.length > longest) break;
  }
  return text.trim() || null;
}
