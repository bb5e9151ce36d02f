import type { Person, Variables } from '../support/graph.ts';

export const errorsOf = 'errors { code path message }';

export const conversationFields = `id title archived contextIds messageCount version activeAt createdAt
  currentMessage { content } messages(first: 100) { nodes { id content role status origin } }`;

/** The payload of a mutation, refused or not. */
export const mutate = async (person: Person, field: string, input: Variables, selection: string) => {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const data = await person.data(
    `mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} ${errorsOf} } }`,
    { input },
  );
  return data[field];
};

export const create = (person: Person, input: Variables) =>
  mutate(person, 'createConversation', input, `conversation { ${conversationFields} }`);
export const update = (person: Person, input: Variables) =>
  mutate(person, 'updateConversation', input, `conversation { ${conversationFields} }`);
export const remove = (person: Person, input: Variables) =>
  mutate(person, 'deleteConversation', input, 'deletedId conversation { id version }');
export const edit = (person: Person, input: Variables) =>
  mutate(
    person,
    'editMessage',
    input,
    'message { id content siblings { content } } conversation { version messageCount }',
  );
export const note = (person: Person, input: Variables) =>
  mutate(
    person,
    'addNote',
    input,
    'message { id content role origin parent { content } } conversation { version messageCount }',
  );

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
