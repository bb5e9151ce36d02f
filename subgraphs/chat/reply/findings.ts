import type { Tx } from '../../shared/db.ts';
import type { GraphAnswer } from '../../shared/graph.ts';
import type { GenerationRow } from '../rows.ts';
import type { Finding } from './prompt.ts';

/** Asks the graph with the task's token for reading. */
export type Ask = (query: string, variables: Record<string, unknown>) => Promise<GraphAnswer>;

/** What the search documents select of a match. */
interface Match {
  excerpt: { text: string }[];
}

const objectsDocument = `query AssistantContext($ids: [ID!]!) {
  nodes(ids: $ids) {
    __typename
    ... on Goal { id title description kind status unit currentValue targetValue percent deadline pace { status dueText } streak { period current } }
    ... on LifeArea { id name areaKind: kind description }
    ... on ResearchResult { id title summary researchStatus: status researchDate }
  }
}`;

const searchDocument = `query AssistantRetrieval($query: String!) {
  viewer {
    searchNotes(query: $query, first: 4) { nodes { at subject { __typename ... on Goal { id } ... on LifeArea { id } ... on LifeAreaNote { id } ... on ProgressEntry { id localDate source } } excerpt { text } } }
    searchMessages(query: $query, first: 4) { nodes { message { id origin role createdAt } excerpt { text } } }
    searchResearch(query: $query, first: 3) { nodes { result { id title } excerpt { text } } }
  }
}`;

const namesDocument = `query AssistantNames($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on Goal { title }
    ... on LifeArea { name }
    ... on Milestone { title }
    ... on Reminder { message }
    ... on ResearchResult { title }
  }
}`;

/** The goals, life areas and research results that a conversation is about, as they are now. What is gone is passed over. */
export async function findObjects(ask: Ask, ids: readonly string[]): Promise<Finding[]> {
  if (ids.length === 0) return [];
  const { data, errors } = await ask(objectsDocument, { ids });
  if (!data) throw new Error(errors?.[0]?.message);
  const nodes = (data.nodes ?? []) as ({ __typename: string; id?: string; title?: string; name?: string } | null)[];
  return nodes.flatMap((node) => {
    if (!node?.id) return [];
    const { __typename: typeName, ...rest } = node;
    const isResearch = typeName === 'ResearchResult';
    return {
      kind: 'OBJECT',
      objectId: node.id,
      label: node.title ?? node.name ?? typeName,
      text: `${typeName} ${JSON.stringify(rest)}`,
      dataClasses: [isResearch ? 'RESEARCH' : 'GOALS'],
      isUntrusted: isResearch,
    } satisfies Finding;
  });
}

/** What objects are called, by id: a person who is to approve something must see more than ids. */
export async function findNames(ask: Ask, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { data } = await ask(namesDocument, { ids: [...new Set(ids)] });
  const nodes = (data?.nodes ?? []) as ({ id: string; title?: string; name?: string; message?: string } | null)[];
  return new Map(
    nodes.flatMap((node) => {
      const name = node?.title ?? node?.name ?? node?.message;
      return node && name ? [[node.id, name] as const] : [];
    }),
  );
}

/** Replies that were found, with the classes of data that they tell of and whether others had a say in them. */
export async function classed(db: Tx, userId: string, findings: readonly Finding[]): Promise<Finding[]> {
  const messages = findings.filter(({ dataClasses }) => dataClasses.includes('MESSAGES'));
  if (messages.length === 0) return [...findings];
  const ids = messages.flatMap(({ objectId }) => objectId ?? []);
  const written = (await db.generation.findMany({
    where: { userId, messageId: { in: ids } },
    select: { messageId: true, dataClasses: true, tainted: true },
  })) as Pick<GenerationRow, 'messageId' | 'dataClasses' | 'tainted'>[];
  return findings.map((finding) => {
    const reply = written.find(({ messageId }) => messageId === finding.objectId);
    if (!reply) return finding;
    const dataClasses = [...new Set([...finding.dataClasses, ...reply.dataClasses])];
    return { ...finding, dataClasses, isUntrusted: finding.isUntrusted || reply.tainted };
  });
}

/** What in the person's notes, messages and research has the words of a question. Those that the conversation shows already are passed over. */
export async function findFitting(ask: Ask, question: string, shown: ReadonlySet<string>): Promise<Finding[]> {
  const query = searchFor(question);
  if (query === null) return [];
  const { data, errors } = await ask(searchDocument, { query });
  if (!data) throw new Error(errors?.[0]?.message);
  const { searchNotes, searchMessages, searchResearch } = data.viewer ?? {};
  const excerptOf = ({ excerpt }: Match) => excerpt.map(({ text }) => text).join('');
  const findings: Finding[] = [];
  for (const match of searchNotes?.nodes ?? []) {
    const { subject, at } = match;
    const label = `Note of ${subject?.localDate ?? String(at).slice(0, 10)}`;
    findings.push({
      kind: 'RETRIEVED',
      objectId: subject?.id ?? null,
      label,
      text: `${label}: ${excerptOf(match)}`,
      dataClasses: ['GOALS'],
      isUntrusted: !isByHand(subject),
    });
  }
  for (const match of searchMessages?.nodes ?? []) {
    const { id, origin, role, createdAt } = match.message;
    if (shown.has(id)) continue;
    findings.push({
      kind: 'RETRIEVED',
      objectId: id,
      label: `Message of ${String(createdAt).slice(0, 10)}`,
      text: `${role === 'USER' ? 'The person' : 'Jarvis'} on ${String(createdAt).slice(0, 10)}: ${excerptOf(match)}`,
      dataClasses: ['MESSAGES'],
      isUntrusted: origin === 'IMPORTED',
    });
  }
  for (const match of searchResearch?.nodes ?? []) {
    const { id, title } = match.result;
    findings.push({
      kind: 'RETRIEVED',
      objectId: id,
      label: title,
      text: `Research “${title}”: ${excerptOf(match)}`,
      dataClasses: ['RESEARCH'],
      isUntrusted: true,
    });
  }
  return findings;
}

/** Notes on life areas may hold what research found; those of entries are the person's own only where no program wrote them. */
function isByHand(subject: { __typename: string; source?: string } | null): boolean {
  if (subject?.__typename === 'ProgressEntry') return subject.source === 'MANUAL';
  return subject?.__typename === 'Goal' || subject?.__typename === 'LifeArea';
}

/** Words that say nothing of what a question is about, in the languages of the apps. */
const common = new Set(
  `about again also always another because been before being could does doing done from going have here into just know last like make many more most much
  need next only other please remind should show some tell than that their them then there these they thing this those today tomorrow want week were what
  when where which while will with would year yesterday your aber alle also auch beim bitte dann dass diese diesen doch durch eine einen einer etwas gestern
  habe haben heute hier ich immer jetzt kann kein keine machen mein meine meinen mehr mich mir morgen nach nicht noch oder sein seine sich sind soll über und
  unter viel warum wann was wenn werden wie wieder will wird wurde zeig zwischen`
    .split(/\s+/)
    .filter(Boolean),
);

/** A search for any of the longest words of a question; null when it has none that would find something of use. */
function searchFor(question: string): string | null {
  const words =
    question
      .slice(0, 2_000)
      .toLowerCase()
      .match(/\p{L}[\p{L}\p{N}]{3,29}/gu) ?? [];
  const telling = [...new Set(words.filter((word) => !common.has(word)))];
  const chosen = telling.sort((a, b) => b.length - a.length).slice(0, 6);
  // One word alone finds too much that has nothing to do with it.
  return telling.length < 2 ? null : chosen.join(' or ').slice(0, 200);
}
