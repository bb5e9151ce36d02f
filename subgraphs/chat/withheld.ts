import { readFacts } from '../shared/models/facts.ts';
import type { ChatContext } from './context.ts';
import { classesFor, modelsOf } from './models.ts';
import type { GenerationRow } from './rows.ts';

/**
 * Which of these replies the assistant may not read for the model that it works with: they tell of classes of data that the model's provider
 * has no consent for, though they are messages. A person reads everything of theirs.
 */
export async function withheldReplies(ctx: ChatContext, ids: readonly string[]): Promise<Set<string>> {
  const { viewer, db } = ctx;
  if (viewer?.kind !== 'assistant') return new Set();
  const { userId, credentialId: taskId } = viewer;
  const rows = (await db.generation.findMany({
    where: { userId, messageId: { in: [...ids, taskId] } },
    select: { messageId: true, dataClasses: true, provider: true },
  })) as Pick<GenerationRow, 'messageId' | 'dataClasses' | 'provider'>[];
  const name = rows.find(({ messageId }) => messageId === taskId)?.provider;
  // Nobody has been asked yet: what is found now is classed before it is sent.
  if (!name) return new Set();
  const provider = modelsOf(ctx).get(name);
  const allowed = provider ? classesFor(provider, await readFacts(db, userId)) : [];
  const hidden = rows.filter(({ dataClasses }) => !dataClasses.every((one) => allowed.includes(one)));
  return new Set(hidden.map(({ messageId }) => messageId));
}
