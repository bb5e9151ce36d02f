import { defineSubgraph } from '../shared/subgraph.ts';

// Provisional, replaced by the owner of the users subgraph.
export const users = defineSubgraph({
  name: 'users',
  directory: import.meta.dirname,
  resolvers: {
    Query: {
      viewer: (_: unknown, __: unknown, ctx: { viewer: { userId: string } | null }) => ctx.viewer && { id: ctx.viewer.userId },
    },
    User: {
      __resolveReference: (ref: { id: string }) => ref,
      dashboard: (user: { id: string }) => ({ id: user.id.replace('user_', 'dashboard_') }),
    },
    Dashboard: { __resolveReference: (ref: { id: string }) => ref },
  },
});
