import { z } from 'zod';
import { imported } from '../shared/importedRows.ts';
import type { Imports } from '../shared/subgraph.ts';

const { always, id, text, integer, at } = imported;
const common = { version: integer(1), createdAt: at, updatedAt: at };
const inputHash = always('');

/** What of an archive comes back here: what was said and what is remembered, not how replies were made. */
export const imports: Imports = {
  types: [
    {
      name: 'conversations',
      table: 'conversations',
      row: z.object({
        id: id('conversation'),
        title: text(1_000),
        archived: z.boolean(),
        contextIds: text(100_000).transform((ids) => ids.split(' ').filter(Boolean)),
        // Counted anew from its messages.
        messageCount: always(0),
        forkedFromId: id('conversation').nullable(),
        activeAt: at,
        inputHash,
        ...common,
      }),
      event: ({ id }) => ({ type: 'conversation.created', subjectId: id as string, data: {} }),
    },
    {
      name: 'messages',
      table: 'messages',
      row: z.object({
        id: id('message'),
        conversationId: id('conversation'),
        parentId: id('message').nullable(),
        ordinal: integer(1),
        depth: integer(0),
        role: text(40),
        content: text(2_000_000),
        // A reply that was being written will not be gone on with.
        status: text(40).transform((status) => (['PENDING', 'STREAMING'].includes(status) ? 'STOPPED' : status)),
        origin: text(40),
        model: text(200).nullable(),
        ...common,
      }),
      event: ({ id, conversationId }) => ({
        type: 'message.created',
        subjectId: id as string,
        data: { conversationId: conversationId as string },
      }),
    },
    {
      name: 'memories',
      table: 'memories',
      row: z.object({
        id: id('memory'),
        kind: text(40),
        text: text(10_000),
        source: text(40),
        sourceMessageId: id('message').nullable(),
        enabled: z.boolean(),
        inputHash,
        ...common,
      }),
      event: ({ id }) => ({ type: 'memory.created', subjectId: id as string, data: {} }),
    },
  ],
  async after(tx, userId) {
    await tx.$executeRaw`
      UPDATE conversations c SET
        message_count = (SELECT coalesce(max(m.ordinal), 0) FROM messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id),
        current_message_id = (SELECT m.id FROM messages m WHERE m.user_id = c.user_id AND m.conversation_id = c.id
                              ORDER BY m.ordinal DESC LIMIT 1)
      WHERE c.user_id = ${userId} AND c.current_message_id IS NULL`;
  },
};
