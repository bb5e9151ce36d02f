import { LeaseLost } from '../../shared/leased.ts';
import { askModels } from '../../shared/models/call.ts';
import type { EndReason, Provider, ToolRequest } from '../../shared/models/provider.ts';
import { storableText } from '../../shared/storable.ts';
import type { Prompt } from './prompt.ts';
import type { ReplyWork } from './rounds.ts';

/** Characters that one reply may have. */
const longestReply = 200_000;
/** Calls that are kept of one answer: more is no answer but an accident. */
const mostRequests = 32;

export interface ModelAnswer {
  provider: Provider;
  /** Whether the conversation takes so much room that its older part should be summarised. */
  isCrowded: boolean;
  reason: EndReason;
  calls: ToolRequest[];
}

export interface Question {
  candidates: readonly Provider[];
  promptFor(provider: Provider): Promise<Prompt>;
  facts: Parameters<typeof askModels>[0]['facts'];
}

/** Asks, and tells the reply's viewers what is answered while it comes. */
export async function tellAnswer(work: ReplyWork, { candidates, promptFor, facts }: Question): Promise<ModelAnswer> {
  const { platform, models, lease, writer, signal } = work;
  const { userId, messageId } = lease.generation;
  const prompts = new Map<Provider, Prompt>();
  const calls: ToolRequest[] = [];
  let by: Provider | undefined;
  let reason: EndReason = 'STOP';
  const answer = askModels({
    platform,
    models,
    candidates,
    async requestFor(provider) {
      const prompt = await promptFor(provider);
      prompts.set(provider, prompt);
      return prompt;
    },
    userId,
    purpose: 'REPLY',
    subjectId: messageId,
    facts,
    signal,
    async onCall({ id, provider, hasEnded }) {
      if (hasEnded) writer.tell({ kind: 'USAGE', state: id });
      else await record(work, provider, prompts.get(provider)!);
    },
  });
  for await (const { provider, event } of answer) {
    by = provider;
    if (event.kind === 'text') {
      const room = longestReply - writer.text.length;
      writer.say(event.text.slice(0, Math.max(0, room)));
      // Whoever talks without end is cut off; leaving the loop ends the request.
      if (event.text.length > room) return { provider, isCrowded: false, reason: 'LENGTH', calls: [] };
    }
    if (event.kind === 'toolCall' && calls.length < mostRequests) calls.push(event.call);
    if (event.kind === 'end') reason = event.reason;
  }
  return { provider: by!, isCrowded: prompts.get(by!)?.isCrowded ?? false, reason, calls };
}

/** What is put before whom, written down before it is sent; of an earlier round, what is the same stays. @throws LeaseLost */
async function record({ platform, lease }: ReplyWork, provider: Provider, prompt: Prompt): Promise<void> {
  const { generation, token } = lease;
  const { userId, messageId, round } = generation;
  generation.provider = provider.name;
  generation.tainted ||= prompt.isTainted;
  generation.dataClasses = [...new Set([...generation.dataClasses, ...prompt.dataClasses])].sort();
  const items = prompt.items.map((item) => ({ ...item, label: storableText(item.label) }));
  const ours = await platform.db.$queryRaw<unknown[]>`
    WITH ours AS (
      UPDATE generations SET round = ${round}, provider = ${provider.name}, model = ${provider.model},
        tainted = tainted OR ${generation.tainted}, data_classes = ${generation.dataClasses}
      WHERE user_id = ${userId} AND message_id = ${messageId} AND lease = ${token}
      RETURNING user_id, message_id
    ), cut AS (
      DELETE FROM context_items item USING ours
      WHERE item.user_id = ours.user_id AND item.message_id = ours.message_id AND item.ordinal >= ${items.length}
    ), put AS (
      INSERT INTO context_items AS old (user_id, message_id, ordinal, kind, object_id, label, tokens, omitted)
      SELECT ours.user_id, ours.message_id, item.ordinality - 1, item.value->>'kind', item.value->>'objectId',
             item.value->>'label', (item.value->>'tokens')::int, item.value->>'omitted'
      FROM ours, jsonb_array_elements(${JSON.stringify(items)}::jsonb) WITH ORDINALITY AS item
      ON CONFLICT (user_id, message_id, ordinal) DO UPDATE SET kind = excluded.kind, object_id = excluded.object_id,
        label = excluded.label, tokens = excluded.tokens, omitted = excluded.omitted
      WHERE (old.kind, old.object_id, old.label, old.tokens, old.omitted)
        IS DISTINCT FROM (excluded.kind, excluded.object_id, excluded.label, excluded.tokens, excluded.omitted)
    )
    SELECT 1 FROM ours`;
  if (ours.length === 0) throw new LeaseLost('The reply is no longer ours to write.');
}
