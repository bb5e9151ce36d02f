import type { Person } from '../support/graph.ts';

export const errorsOf = 'errors { code path message }';

export const conversationFields = `id title archived contextIds messageCount version activeAt createdAt
  currentMessage { content } messages(first: 100) { nodes { id content role status origin } }`;

/** Brings in a conversation; `lines` are `key < parentKey: text` with the role by the key's first letter (u, a, s). */
export async function importTree(person: Person, lines: string[], input: Record<string, unknown> = {}) {
  const roles = { u: 'USER', a: 'ASSISTANT', s: 'SYSTEM' } as Record<string, string>;
  const messages = lines.map((line) => {
    const [, key, parentKey, content] = /^(\w+)(?: < (\w+))?: (.*)$/s.exec(line)!;
    return { key, parentKey: parentKey ?? null, role: roles[key![0]!], content };
  });
  const { importConversation } = await person.data(
    `mutation ($input: ImportConversationInput!) { importConversation(input: $input) { conversation {
      id version currentMessage { id } allMessages(first: 100) { nodes { id content } } } ${errorsOf} } }`,
    { input: { title: 'A talk', messages, ...input } },
  );
  if (importConversation.errors.length > 0) throw new Error(JSON.stringify(importConversation.errors));
  const { id, version, currentMessage, allMessages } = importConversation.conversation;
  const idOf = (content: string): string =>
    allMessages.nodes.find((m: { content: string }) => m.content === content).id;
  return { id: id as string, version: version as number, currentId: currentMessage.id as string, idOf };
}

/** What the conversation shows, text by text. */
export async function shown(person: Person, id: string): Promise<string[]> {
  const { conversation } = await person.data(
    'query ($id: ID!) { conversation(id: $id) { messages(first: 100) { nodes { content } } } }',
    { id },
  );
  return conversation.messages.nodes.map((message: { content: string }) => message.content);
}
