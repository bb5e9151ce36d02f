import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../subgraphs/shared/ids.ts';
import { type Person, startGraph, type TestGraph } from '../support/graph.ts';
import { conversationFields, errorsOf, importTree, shown } from './support.ts';

let graph: TestGraph;
let ana: Person;
let bob: Person;
beforeAll(async () => {
  graph = await startGraph();
  ana = await graph.person();
  bob = await graph.person();
}, 60_000);
afterAll(() => graph?.stop());

const create = async (person: Person, input: Record<string, unknown>) =>
  (
    await person.data(
      `mutation ($input: CreateConversationInput!) { createConversation(input: $input) { conversation { ${conversationFields} } ${errorsOf} } }`,
      { input },
    )
  ).createConversation;
const update = async (person: Person, input: Record<string, unknown>) =>
  (
    await person.data(
      `mutation ($input: UpdateConversationInput!) { updateConversation(input: $input) { conversation { ${conversationFields} } ${errorsOf} } }`,
      { input },
    )
  ).updateConversation;
const remove = async (person: Person, input: Record<string, unknown>) =>
  (
    await person.data(
      `mutation ($input: DeleteConversationInput!) { deleteConversation(input: $input) { deletedId conversation { id version } ${errorsOf} } }`,
      { input },
    )
  ).deleteConversation;
const edit = async (person: Person, input: Record<string, unknown>) =>
  (
    await person.data(
      `mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { id content siblings { content } } conversation { version messageCount } ${errorsOf} } }`,
      { input },
    )
  ).editMessage;
const note = async (person: Person, input: Record<string, unknown>) =>
  (
    await person.data(
      `mutation ($input: AddNoteInput!) { addNote(input: $input) { message { id content role origin parent { content } } conversation { version messageCount } ${errorsOf} } }`,
      { input },
    )
  ).addNote;
const eventsOf = async (person: Person) =>
  (await graph.db.event.findMany({ where: { userId: person.userId }, orderBy: { seq: 'asc' } })).map(
    ({ type }) => type,
  );

describe('a conversation', () => {
  test('is created, renamed, archived and deleted, each with an event', async () => {
    const eva = await graph.person();
    const goalId = newId('goal');
    const { conversation, errors } = await create(eva, { title: 'Running', contextIds: [goalId, goalId] });
    expect(errors).toEqual([]);
    expect(conversation).toMatchObject({
      title: 'Running',
      contextIds: [goalId],
      messageCount: 0,
      version: 1,
      currentMessage: null,
    });
    const renamed = await update(eva, {
      id: conversation.id,
      title: 'Spring running',
      archived: true,
      expectedVersion: 1,
    });
    expect(renamed.conversation).toMatchObject({ title: 'Spring running', archived: true, version: 2 });
    const unchanged = await update(eva, { id: conversation.id, title: 'Spring running' });
    expect(unchanged.conversation.version).toBe(2);
    expect((await remove(eva, { id: conversation.id })).deletedId).toBe(conversation.id);
    expect(
      (await eva.data('query ($id: ID!) { conversation(id: $id) { id } }', { id: conversation.id })).conversation,
    ).toBeNull();
    expect(await eventsOf(eva)).toEqual(['conversation.created', 'conversation.updated', 'conversation.deleted']);
  });

  test('made twice with the same id is one; with other input it is a conflict', async () => {
    const input = { id: newId('conversation'), title: 'Offline' };
    const first = await create(ana, input);
    const again = await create(ana, input);
    expect(again).toEqual(first);
    const other = await create(ana, { ...input, title: 'Other' });
    expect(other).toMatchObject({ conversation: null, errors: [{ code: 'CONFLICT', path: ['id'] }] });
    const bobs = await create(bob, { ...input, title: 'Bob may use the same id' });
    expect(bobs.errors).toEqual([]);
  });

  test('made by many at the same moment with one id is one', async () => {
    const input = { id: newId('conversation'), title: 'At once' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(ana, input)));
    expect(answers.every(({ errors }) => errors.length === 0)).toBe(true);
    const created = await graph.db.event.count({ where: { subjectId: input.id, type: 'conversation.created' } });
    expect(created).toBe(1);
  });

  test('that was changed meanwhile answers with what it is now', async () => {
    const { conversation } = await create(ana, { title: 'One' });
    await update(ana, { id: conversation.id, title: 'Two' });
    const late = await update(ana, { id: conversation.id, title: 'Three', expectedVersion: 1 });
    expect(late).toMatchObject({
      conversation: { title: 'Two', version: 2 },
      errors: [{ code: 'CONFLICT', path: ['expectedVersion'] }],
    });
    const lateDelete = await remove(ana, { id: conversation.id, expectedVersion: 1 });
    expect(lateDelete).toMatchObject({ deletedId: null, conversation: { version: 2 }, errors: [{ code: 'CONFLICT' }] });
  });

  test('shows the branch through whichever message one chooses, to its newest end', async () => {
    const talk = await importTree(ana, [
      'u1: hi',
      'a1 < u1: hello',
      'a2 < u1: good day',
      'u2 < a1: thanks',
      'u3 < a2: bye',
      'u4 < a1: cheers',
    ]);
    expect(await shown(ana, talk.id)).toEqual(['hi', 'hello', 'cheers']);
    await update(ana, { id: talk.id, currentMessageId: talk.idOf('good day') });
    expect(await shown(ana, talk.id)).toEqual(['hi', 'good day', 'bye']);
    await update(ana, { id: talk.id, currentMessageId: talk.idOf('thanks') });
    expect(await shown(ana, talk.id)).toEqual(['hi', 'hello', 'thanks']);
    const other = await importTree(ana, ['u1: elsewhere']);
    const wrong = await update(ana, { id: talk.id, currentMessageId: other.idOf('elsewhere') });
    expect(wrong.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['currentMessageId'] }]);
  });

  test('pages its branch and all its messages, forwards and backwards', async () => {
    const lines = Array.from({ length: 25 }, (_, i) => (i === 0 ? 'u0: m0' : `u${i} < u${i - 1}: m${i}`));
    const talk = await importTree(ana, [...lines, 'u99 < u3: side'], { currentKey: 'u24' });
    for (const field of ['messages', 'allMessages']) {
      const read = async (args: string) =>
        (
          await ana.data(
            `query ($id: ID!) { conversation(id: $id) { ${field}(${args}) { nodes { content } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
            { id: talk.id },
          )
        ).conversation[field];
      const all = Array.from({ length: 25 }, (_, i) => `m${i}`).concat(field === 'allMessages' ? ['side'] : []);
      const forwards: string[] = [];
      for (let after = ''; ; ) {
        const page = await read(`first: 10${after}`);
        forwards.push(...page.nodes.map((m: { content: string }) => m.content));
        if (!page.pageInfo.hasNextPage) break;
        after = `, after: "${page.pageInfo.endCursor}"`;
      }
      expect(forwards).toEqual(all);
      const backwards: string[] = [];
      for (let before = ''; ; ) {
        const page = await read(`last: 10${before}`);
        backwards.unshift(...page.nodes.map((m: { content: string }) => m.content));
        if (!page.pageInfo.hasPreviousPage) break;
        before = `, before: "${page.pageInfo.startCursor}"`;
      }
      expect(backwards).toEqual(all);
    }
  });

  test('refuses cursors that it did not give out, and pages that are too large', async () => {
    const talk = await importTree(ana, ['u1: hi']);
    for (const args of [
      'after: "x"',
      'first: 101',
      'first: -1',
      'first: 1, last: 1',
      `after: "${Buffer.from('["a"]').toString('base64url')}"`,
      `after: "${Buffer.from('[1e99]').toString('base64url')}"`,
    ]) {
      for (const field of ['messages', 'allMessages']) {
        const { errors } = await ana.run(
          `query ($id: ID!) { conversation(id: $id) { ${field}(${args}) { nodes { id } } } }`,
          { id: talk.id },
        );
        expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
      }
    }
  });
});

describe('notes and edits', () => {
  test('a note follows what is shown, asks for nothing and is shown from now on', async () => {
    const { conversation } = await create(ana, { title: 'Notes' });
    const first = await note(ana, { conversationId: conversation.id, content: 'Buy shoes' });
    expect(first).toMatchObject({
      message: { role: 'USER', origin: 'WRITTEN', parent: null },
      conversation: { version: 2, messageCount: 1 },
    });
    const second = await note(ana, { conversationId: conversation.id, content: 'Size 42' });
    expect(second.message.parent.content).toBe('Buy shoes');
    const aside = await note(ana, { conversationId: conversation.id, parentId: first.message.id, content: 'Or boots' });
    expect(aside.message.parent.content).toBe('Buy shoes');
    expect(await shown(ana, conversation.id)).toEqual(['Buy shoes', 'Or boots']);
  });

  test('a note sent twice with one id is there once', async () => {
    const { conversation } = await create(ana, { title: 'Twice' });
    const input = { id: newId('message'), conversationId: conversation.id, content: 'Once' };
    const answers = await Promise.all([note(ana, input), note(ana, input), note(ana, input)]);
    expect(new Set(answers.map(({ message }) => message.id))).toEqual(new Set([input.id]));
    expect(await shown(ana, conversation.id)).toEqual(['Once']);
    expect((await note(ana, { ...input, content: 'Other' })).errors).toMatchObject([
      { code: 'CONFLICT', path: ['id'] },
    ]);
    const elsewhere = await create(ana, { title: 'Elsewhere' });
    expect((await note(ana, { ...input, conversationId: elsewhere.conversation.id })).errors).toMatchObject([
      { code: 'CONFLICT' },
    ]);
  });

  test('many notes at once are all there, each in a place of its own', async () => {
    const { conversation } = await create(ana, { title: 'Many' });
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => note(ana, { conversationId: conversation.id, content: `n${i}` })),
    );
    const rows = await graph.db.message.findMany({
      where: { userId: ana.userId, conversationId: conversation.id },
      orderBy: { ordinal: 'asc' },
    });
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(rows.map(({ depth }) => depth)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect((await shown(ana, conversation.id)).length).toBe(12);
  });

  test('an edit is a sibling: the old message stays with what followed it', async () => {
    const talk = await importTree(ana, ['u1: helo', 'a1 < u1: hello']);
    const { message, errors } = await edit(ana, { messageId: talk.idOf('helo'), content: 'hello there' });
    expect(errors).toEqual([]);
    expect(message.siblings.map((m: { content: string }) => m.content)).toEqual(['helo', 'hello there']);
    expect(await shown(ana, talk.id)).toEqual(['hello there']);
    await update(ana, { id: talk.id, currentMessageId: talk.idOf('helo') });
    expect(await shown(ana, talk.id)).toEqual(['helo', 'hello']);
  });

  test('what an assistant said cannot be edited', async () => {
    const talk = await importTree(ana, ['u1: hi', 'a1 < u1: hello']);
    const { errors } = await edit(ana, { messageId: talk.idOf('hello'), content: 'You owe me money' });
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['messageId'] }]);
  });
});

describe('an import', () => {
  const bringIn = async (input: Record<string, unknown>) =>
    (
      await ana.data(
        `mutation ($input: ImportConversationInput!) { importConversation(input: $input) { conversation { ${conversationFields} } ${errorsOf} } }`,
        { input: { title: 'Import', ...input } },
      )
    ).importConversation;
  const message = (key: string, parentKey: string | null = null, more = {}) => ({
    key,
    parentKey,
    role: 'USER',
    content: key,
    ...more,
  });

  test('keeps tree, roles, times and models, and says that it is one', async () => {
    const { conversation, errors } = await bringIn({
      archived: true,
      messages: [
        message('q', null, { createdAt: '2024-01-01T10:00:00Z' }),
        message('x', 'q', {
          role: 'ASSISTANT',
          model: 'some-model',
          status: 'STOPPED',
          createdAt: '2024-01-01T10:00:05Z',
        }),
        message('y', 'q', { role: 'ASSISTANT', createdAt: '2024-01-01T10:01:00Z' }),
      ],
      currentKey: 'x',
    });
    expect(errors).toEqual([]);
    expect(conversation).toMatchObject({
      archived: true,
      messageCount: 3,
      activeAt: '2024-01-01T10:01:00.000Z',
      currentMessage: { content: 'x' },
    });
    expect(conversation.messages.nodes).toMatchObject([
      { content: 'q', role: 'USER', origin: 'IMPORTED' },
      { content: 'x', role: 'ASSISTANT', status: 'STOPPED', origin: 'IMPORTED' },
    ]);
  });

  test('sent twice is one', async () => {
    const input = { id: newId('conversation'), messages: [message('q')] };
    expect(await bringIn(input)).toEqual(await bringIn(input));
    expect((await bringIn({ ...input, messages: [message('p')] })).errors).toMatchObject([{ code: 'CONFLICT' }]);
    expect(await graph.db.message.count({ where: { userId: ana.userId, conversationId: input.id } })).toBe(1);
  });

  test('tells everything that is wrong, item by item, and stores nothing', async () => {
    const before = await graph.db.conversation.count();
    const { conversation, errors } = await bringIn({
      title: ' ',
      contextIds: ['goal_1', newId('webhook')],
      currentKey: 'nobody',
      messages: [
        message('a', 'b'),
        message('b', 'b'),
        message('a'),
        message('c', null, { content: ' ' }),
        message('d', null, { status: 'STREAMING', model: 'm' }),
        message('e', null, { createdAt: '2199-01-01T00:00:00Z' }),
        message('', null, { content: 'x' }),
      ],
    });
    expect(conversation).toBeNull();
    expect(errors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`)).toEqual([
      'INVALID title',
      'INVALID contextIds.0',
      'INVALID contextIds.1',
      'INVALID messages.0.parentKey',
      'INVALID messages.1.parentKey',
      'TAKEN messages.2.key',
      'INVALID messages.3.content',
      'INVALID messages.4.status',
      'INVALID messages.4.model',
      'INVALID messages.5.createdAt',
      'INVALID messages.6.key',
      'INVALID currentKey',
    ]);
    expect(await graph.db.conversation.count()).toBe(before);
  });

  test('of 10,000 messages, of none, or of one with 1 MB is refused', async () => {
    const many = await bringIn({ messages: Array.from({ length: 10_000 }, (_, i) => message(`k${i}`)) });
    expect(many.errors).toMatchObject([{ code: 'LIMIT', path: ['messages'] }]);
    expect((await bringIn({ messages: [] })).errors).toMatchObject([{ code: 'REQUIRED', path: ['messages'] }]);
    const huge = await bringIn({ messages: [message('k', null, { content: 'x'.repeat(1_000_000) })] });
    expect(huge.errors).toMatchObject([{ code: 'LIMIT', path: ['messages', '0', 'content'] }]);
  });

  test('takes 1,000 messages at once, and texts that are hard to index', async () => {
    const chain = Array.from({ length: 1_000 }, (_, i) => message(`k${i}`, i === 0 ? null : `k${i - 1}`));
    expect((await bringIn({ messages: chain })).conversation.messageCount).toBe(1_000);
    const words = Array.from({ length: 14_000 }, (_, i) => `w${i}`).join(' ');
    const hard = [
      'x'.repeat(100_000),
      words,
      Array.from({ length: 6_500 }, (_, i) => `h${i}.de/p${i}`).join(' '),
      '\u{1f600}'.repeat(100_000),
    ];
    const { errors } = await bringIn({ messages: hard.map((content, i) => message(`h${i}`, null, { content })) });
    expect(errors).toEqual([]);
  });
});

describe('a fork', () => {
  const tree = ['u1: q', 'a1 < u1: x', 'a2 < u1: y', 'u2 < a1: x1', 'u3 < a2: y1', 'u4 < a2: y2'];
  const fork = async (input: Record<string, unknown>) =>
    (
      await ana.data(
        `mutation ($input: ForkConversationInput!) { forkConversation(input: $input) { conversation {
          id title messageCount forkedFrom { id } allMessages(first: 100) { nodes { id content parent { content } } } } ${errorsOf} } }`,
        { input },
      )
    ).forkConversation;

  test.each([
    ['VISIBLE_PATH', 'y', ['q', 'y'], ['q', 'y']],
    ['VISIBLE_PATH', null, ['q', 'x', 'x1'], ['q', 'x', 'x1']],
    ['FROM_HERE', 'y', ['q', 'y', 'y1', 'y2'], ['q', 'y', 'y2']],
    ['FROM_HERE', 'x', ['q', 'x', 'x1'], ['q', 'x', 'x1']],
    ['ALL_BRANCHES', null, ['q', 'x', 'y', 'x1', 'y1', 'y2'], ['q', 'x', 'x1']],
    ['ALL_BRANCHES', 'y1', ['q', 'x', 'y', 'x1', 'y1', 'y2'], ['q', 'y', 'y1']],
  ])('of %s at %s takes its messages along and shows one branch', async (mode, at, taken, branch) => {
    const talk = await importTree(ana, tree, { currentKey: 'u2' });
    const { conversation, errors } = await fork({
      conversationId: talk.id,
      mode,
      ...(at && { messageId: talk.idOf(at) }),
    });
    expect(errors).toEqual([]);
    expect(conversation.allMessages.nodes.map((m: { content: string }) => m.content)).toEqual(taken);
    expect(conversation).toMatchObject({ title: 'A talk', messageCount: taken.length, forkedFrom: { id: talk.id } });
    expect(await shown(ana, conversation.id)).toEqual(branch);
    const ids = conversation.allMessages.nodes.map((m: { id: string }) => m.id);
    expect(ids.some((id: string) => id === talk.idOf('q'))).toBe(false);
    expect(await shown(ana, talk.id)).toEqual(['q', 'x', 'x1']);
  });

  test('outlives the original', async () => {
    const talk = await importTree(ana, tree);
    const { conversation } = await fork({ conversationId: talk.id, mode: 'ALL_BRANCHES', title: 'Copy' });
    await remove(ana, { id: talk.id });
    const after = await ana.data(
      'query ($id: ID!) { conversation(id: $id) { title messageCount forkedFrom { id } } }',
      { id: conversation.id },
    );
    expect(after.conversation).toEqual({ title: 'Copy', messageCount: 6, forkedFrom: null });
  });

  test('of an empty conversation is empty; at a message of another it is refused', async () => {
    const { conversation } = await create(ana, { title: 'Empty' });
    expect((await fork({ conversationId: conversation.id, mode: 'VISIBLE_PATH' })).conversation.messageCount).toBe(0);
    const talk = await importTree(ana, tree);
    const wrong = await fork({ conversationId: conversation.id, mode: 'FROM_HERE', messageId: talk.idOf('q') });
    expect(wrong.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['messageId'] }]);
  });

  test('sent twice with one id is one', async () => {
    const talk = await importTree(ana, tree);
    const input = { id: newId('conversation'), conversationId: talk.id, mode: 'ALL_BRANCHES' };
    expect(await fork(input)).toEqual(await fork(input));
  });
});

describe('what belongs to others', () => {
  test('cannot be told from what does not exist', async () => {
    const talk = await importTree(bob, ['u1: secret', 'a1 < u1: told']);
    for (const [conversationId, messageId] of [
      [talk.id, talk.idOf('secret')],
      [newId('conversation'), newId('message')],
      ['nonsense', 'nonsense'],
    ]) {
      const answers = await Promise.all([
        update(ana, { id: conversationId, title: 'Mine' }),
        remove(ana, { id: conversationId }),
        note(ana, { conversationId, content: 'I was here' }),
        edit(ana, { messageId, content: 'Mine' }),
      ]);
      expect(answers.map(({ errors }) => errors[0].code)).toEqual(Array(4).fill('NOT_FOUND'));
      const { conversation } = await ana.data('query ($id: ID!) { conversation(id: $id) { id } }', {
        id: conversationId,
      });
      expect(conversation).toBeNull();
    }
    expect(await shown(bob, talk.id)).toEqual(['secret', 'told']);
  });

  test('does not even answer to a forged reference', async () => {
    const talk = await importTree(bob, ['u1: secret']);
    const call = {
      query:
        'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Message { content } ... on Conversation { title } ... on User { id } } }',
    };
    const representations = [
      { __typename: 'Message', id: talk.idOf('secret') },
      { __typename: 'Conversation', id: talk.id },
      { __typename: 'User', id: bob.userId },
    ];
    const request = { requestId: 't', viewer: ana.viewer, ip: null, userAgent: null, idempotencyKey: null };
    const answer = await graph.subgraphs.get('chat')!.execute({ ...call, variables: { r: representations }, request });
    expect(answer.data).toEqual({ _entities: [null, null, null] });
    const own = await graph.subgraphs
      .get('chat')!
      .execute({ ...call, variables: { r: representations }, request: { ...request, viewer: bob.viewer } });
    expect(own.data).toEqual({
      _entities: [
        { __typename: 'Message', content: 'secret' },
        { __typename: 'Conversation', title: 'A talk' },
        { __typename: 'User', id: bob.userId },
      ],
    });
  });

  test('needs a scope: a key without chat:read reads nothing, one without chat:write changes nothing', async () => {
    const talk = await importTree(ana, ['u1: mine']);
    const stranger = graph.as({ ...ana.viewer, kind: 'apiKey', scopes: ['goals:read'] });
    const read = await stranger.run('query ($id: ID!) { conversation(id: $id) { title } }', { id: talk.id });
    expect(read.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const reader = graph.as({ ...ana.viewer, kind: 'apiKey', scopes: ['chat:read'] });
    const write = await reader.run(`mutation ($id: ID!) { deleteConversation(input: { id: $id }) { deletedId } }`, {
      id: talk.id,
    });
    expect(write.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const nobody = await graph.as(null).run('query ($id: ID!) { conversation(id: $id) { title } }', { id: talk.id });
    expect(nobody.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(await shown(ana, talk.id)).toEqual(['mine']);
  });
});

describe('bad input', () => {
  test.each([
    ['an empty title', { title: '' }, ['INVALID title']],
    ['a title of blanks', { title: ' \n ' }, ['INVALID title']],
    ['a title of 201 characters', { title: 'é'.repeat(201) }, ['LIMIT title']],
    ['a title of 1 MB', { title: 'x'.repeat(1_000_000) }, ['LIMIT title']],
    ['a NUL', { title: 'a\0b' }, ['INVALID title']],
    ['an id of another kind', { title: 'x', id: newId('message') }, ['INVALID id']],
    ['a malformed id', { title: 'x', id: 'conversation_1' }, ['INVALID id']],
    ['21 things in context', { title: 'x', contextIds: Array(21).fill(newId('goal')) }, ['LIMIT contextIds']],
    ['10,000 things in context', { title: 'x', contextIds: Array(10_000).fill('x') }, ['LIMIT contextIds']],
  ])('%s is refused with its path', async (_, input, expected) => {
    const before = await graph.db.conversation.count();
    const { conversation, errors } = await create(ana, input);
    expect(conversation).toBeNull();
    expect(errors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`)).toEqual(
      expected,
    );
    expect(await graph.db.conversation.count()).toBe(before);
  });
});

test('ten conversations with their branches, children and siblings take as many statements as one', async () => {
  const eva = await graph.person();
  const ids: string[] = [];
  for (let i = 0; i < 10; i++)
    ids.push((await importTree(eva, ['u1: q', 'a1 < u1: x', 'a2 < u1: y', 'u2 < a2: z'])).id);
  const fields =
    'messages { nodes { content parent { id } children { id } siblings { id } conversation { title } } } allMessages { nodes { id } } currentMessage { content } forkedFrom { id }';
  const query = (some: string[]) =>
    `{ ${some.map((id, i) => `c${i}: conversation(id: "${id}") { ${fields} }`).join(' ')} }`;
  await eva.data(query(ids.slice(0, 1)));
  const one = await graph.countQueries(() => eva.data(query(ids.slice(0, 1))));
  const ten = await graph.countQueries(() => eva.data(query(ids)));
  expect(ten.count).toBe(one.count);
  expect(one.count).toBeLessThanOrEqual(8);
});
