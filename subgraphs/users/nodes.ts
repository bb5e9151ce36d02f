import type { Scope, Viewer } from '../shared/context.ts';
import { Prisma } from '../shared/db.ts';
import { badInput } from '../shared/errors.ts';
import { type Kind, kindOf, kinds, type NodeTypeName } from '../shared/ids.ts';
import type { UserContext } from './context.ts';
import { describeExport } from './exports.ts';

/** An object of the graph by name and id; its own subgraph fills in the rest. */
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
  note: 'goals:read',
  goal: 'goals:read',
  entry: 'goals:read',
  milestone: 'goals:read',
  achievement: 'goals:read',
  conversation: 'chat:read',
  message: 'chat:read',
  toolcall: 'chat:read',
  memory: 'chat:read',
  insight: 'chat:read',
  category: 'research:read',
  result: 'research:read',
  run: 'research:read',
  connection: 'integrations:read',
  notification: 'integrations:read',
  reminder: 'integrations:read',
  rule: 'integrations:read',
  rulerun: 'integrations:read',
  webhook: 'integrations:read',
  mapping: 'integrations:read',
};

/** Whether this credential may see objects of that kind. */
export function maySee(viewer: Viewer, kind: Kind): boolean {
  return viewer.scopes.includes(readScopes[kind]);
}

/**
 * The viewer's objects in the order of the ids; null for what is malformed, absent, someone else's, or beyond the
 * credential's scopes. One statement for each kind among the ids.
 * @throws GraphQLError BAD_USER_INPUT for more than 100 ids.
 */
export async function findNodes(ctx: UserContext, ids: readonly string[]): Promise<(NodeReference | null)[]> {
  if (ids.length > mostIds) throw badInput(`"ids" may hold at most ${mostIds} ids; split it.`);
  const found = await resolveNodes(ctx, ids);
  return ids.map((id) => found.get(id) ?? null);
}

/** The same by id and without the limit, for ids of our own event log. */
export async function resolveNodes(ctx: UserContext, ids: readonly string[]): Promise<Map<string, NodeReference>> {
  const byKind = new Map<Kind, string[]>();
  for (const id of new Set(ids)) {
    const kind = kindOf(id);
    if (kind && maySee(ctx.viewer, kind)) byKind.set(kind, [...(byKind.get(kind) ?? []), id]);
  }
  const found = await Promise.all([...byKind].map(([kind, wanted]) => findOfKind(ctx, kind, wanted)));
  return new Map(found.flat().map((node) => [node.id, node]));
}

/** Our own objects are read whole: their fields are asked of us at once. Of the others, only whether they are there. */
async function findOfKind(ctx: UserContext, kind: Kind, ids: string[]): Promise<NodeReference[]> {
  const __typename = kinds[kind].type;
  const load = own[kind];
  if (load) {
    const rows = await Promise.all(ids.map((id) => load(ctx, id)));
    return rows.flatMap((row) => (row ? [{ ...row, __typename }] : []));
  }
  return (await existing(ctx, kind, ids)).map((id) => ({ __typename, id }));
}

const own: Partial<Record<Kind, (ctx: UserContext, id: string) => Promise<{ id: string } | null>>> = {
  user: ({ loaders }, id) => loaders.user.load(id),
  session: ({ loaders }, id) => loaders.session.load(id),
  device: ({ loaders }, id) => loaders.device.load(id),
  apikey: ({ loaders }, id) => loaders.apiKey.load(id),
  consent: ({ loaders }, id) => loaders.consent.load(id),
  export: async (ctx, id) => {
    const row = await ctx.loaders.dataExport.load(id);
    return row && describeExport(ctx, row);
  },
};

/**
 * Which of these ids the viewer has. This is the one place that looks into the tables of other domains, for ids alone, so
 * that `node(id)` is null, and no entity half empty, for what is not there.
 */
async function existing({ db, userId }: UserContext, kind: Kind, ids: string[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${Prisma.raw(kinds[kind].table)} WHERE user_id = ${userId} AND id = ANY(${ids})`;
  return rows.map((row) => row.id);
}
