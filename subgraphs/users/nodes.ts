import type { Scope, Viewer } from '../shared/context.ts';
import { Prisma, type Tx } from '../shared/db.ts';
import { badInput } from '../shared/errors.ts';
import { type Kind, kindOf, kinds, type NodeTypeName } from '../shared/ids.ts';

/** An object of the graph by name and id: its own subgraph fills in the rest. */
export interface NodeReference {
  __typename: NodeTypeName;
  id: string;
}

const mostIds = 100;

/** What a credential needs to see objects of a kind. */
const readScopes: Record<Kind, Scope> = {
  user: 'profile:read',
  consent: 'profile:read',
  session: 'account:manage',
  device: 'account:manage',
  apikey: 'account:manage',
  export: 'account:manage',
  area: 'goals:read',
  goal: 'goals:read',
  entry: 'goals:read',
  milestone: 'goals:read',
  achievement: 'goals:read',
  conversation: 'chat:read',
  message: 'chat:read',
  memory: 'chat:read',
  insight: 'chat:read',
  category: 'research:read',
  result: 'research:read',
  connection: 'integrations:read',
  notification: 'integrations:read',
  reminder: 'integrations:read',
  rule: 'integrations:read',
  webhook: 'integrations:read',
};

/** Whether this credential may see objects of that kind. */
export function maySee(viewer: Viewer, kind: Kind): boolean {
  return viewer.scopes.includes(readScopes[kind]);
}

/**
 * The viewer's objects in the order of the ids; null for what is malformed, absent, someone else's, or beyond the
 * credential's scopes. One statement for each kind among the ids. This is the one place that looks into the tables of
 * every domain, for ids alone, so that `node(id)` is null, and no entity half empty, for what is not there.
 * @throws GraphQLError BAD_USER_INPUT for more than 100 ids.
 */
export async function findNodes(db: Tx, viewer: Viewer, ids: readonly string[]): Promise<(NodeReference | null)[]> {
  if (ids.length > mostIds) throw badInput(`"ids" may hold at most ${mostIds} ids; split it.`);
  return resolveNodes(db, viewer, ids);
}

/** The same without the limit, for ids of our own event log. */
export async function resolveNodes(db: Tx, viewer: Viewer, ids: readonly string[]): Promise<(NodeReference | null)[]> {
  const byKind = new Map<Kind, string[]>();
  for (const id of new Set(ids)) {
    const kind = kindOf(id);
    if (kind && maySee(viewer, kind)) byKind.set(kind, [...(byKind.get(kind) ?? []), id]);
  }
  const present = new Set<string>();
  await Promise.all(
    [...byKind].map(async ([kind, wanted]) => {
      for (const id of await existing(db, viewer.userId, kind, wanted)) present.add(id);
    }),
  );
  return ids.map((id) => (present.has(id) ? reference(id) : null));
}

/** @throws Error for what is no id of ours. */
export function reference(id: string): NodeReference {
  const kind = kindOf(id);
  if (!kind) throw new Error(`Not the id of a node: ${id}`);
  return { __typename: kinds[kind].type, id };
}

async function existing(db: Tx, userId: string, kind: Kind, ids: string[]): Promise<string[]> {
  if (kind === 'user') {
    const rows = await db.$queryRaw<{ id: string }[]>`SELECT id FROM users WHERE id = ${userId} AND id = ANY(${ids})`;
    return rows.map((row) => row.id);
  }
  const table = Prisma.raw(kinds[kind].table);
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${table} WHERE user_id = ${userId} AND id = ANY(${ids})`;
  return rows.map((row) => row.id);
}
